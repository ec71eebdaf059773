package api

import (
	_ "embed"
	"net/http"
	"strconv"
)

// openAPI describes every route in OpenAPI 3.1. A test holds it against the table, and against what the handlers send.
//
//go:embed openapi.json
var openAPI []byte

func (s *Server) openAPI(w http.ResponseWriter, _ *request) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(openAPI)))
	_, _ = w.Write(openAPI)
	return nil
}
