package authserver

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

// answer is what the library answered, held back so that it can be changed, damaged or dropped.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

// record lets h answer r into memory, to the end also where the client has gone away: the library would then write
// nothing, though the request took effect.
func record(h http.Handler, r *http.Request) *answer {
	a := &answer{header: make(http.Header)}
	h.ServeHTTP(a, r.WithContext(context.WithoutCancel(r.Context())))
	return a
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter; the first status counts.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// edit changes the members of a JSON object in a 2xx answer; any other answer stays as it is.
func (a *answer) edit(change func(map[string]json.RawMessage)) {
	var fields map[string]json.RawMessage
	if a.status != http.StatusOK || json.Unmarshal(a.body.Bytes(), &fields) != nil {
		return
	}
	change(fields)
	a.body.Reset()
	a.body.Write(jsonOf(fields))
}

// errorCode returns the OAuth error code of a refusal (RFC 6749 section 5.2), empty for any other answer.
func (a *answer) errorCode() string {
	var refusal struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(a.body.Bytes(), &refusal) != nil {
		return ""
	}
	return refusal.Error
}

// send passes the answer on.
func (a *answer) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(a.body.Len()))
	w.WriteHeader(a.status)
	w.Write(a.body.Bytes()) //nolint:gosec // JSON of the library's, sent as such
}

// jsonOf encodes v, which is made of strings, numbers, times and raw JSON and so cannot fail.
func jsonOf(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
