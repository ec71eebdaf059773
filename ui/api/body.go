package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
)

// maxBody is far more than a definition with a refresh token of 64 KiB.
const maxBody = 256 << 10

// decode reads the request's JSON body into v, strictly. An empty one leaves v as it is. Errors never quote the body.
func decode(w http.ResponseWriter, r *http.Request, v any) error {
	data, err := readBody(w, r)
	if err != nil || len(data) == 0 {
		return err
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return &httpError{
			status: http.StatusUnsupportedMediaType,
			detail: "send JSON with the header Content-Type: application/json",
		}
	}
	return decodeStrictly(data, v)
}

// awaitBody bounds the wait for a body, also for one that nobody will read: net/http waits for that after the answer.
// Until it is here the connection keeps silent for all we know.
func awaitBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWait)) // fails where it is closed
	if c := connectionOf(r); c != nil {
		c.Idle()
	}
}

// connectionOf is the request's connection, nil where it has none of ours.
func connectionOf(r *http.Request) *guardedConn {
	if c, ok := r.Context().Value(connectionKey{}).(*connection); ok {
		if g, ok := c.conn.(*guardedConn); ok {
			return g
		}
	}
	return nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength == 0 {
		return nil, nil
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return nil, &httpError{
			status: http.StatusRequestEntityTooLarge,
			detail: fmt.Sprintf("the body is larger than %d KiB; send less", maxBody>>10),
		}
	}
	if err != nil {
		return nil, invalid("the body did not arrive whole; send it again")
	}
	// A stream or a long wait may follow.
	if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	if c := connectionOf(r); c != nil {
		c.Busy()
	}
	return data, nil
}

func decodeStrictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return bodyFault(data, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid("something follows the JSON object in the body; send one object")
	}
	return nil
}

// bodyFault says what is wrong in words of ours: the decoder's would quote values, which may be secrets.
func bodyFault(data []byte, err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := jsonPath(e.Field)
		if field == "" {
			return invalid("the body must be a JSON object")
		}
		return invalidField(field, fmt.Sprintf("%q has the wrong type; it must be %s", field, jsonType(e.Type.Kind().String())))
	}
	if e, ok := errors.AsType[*fast.DurationError](err); ok {
		return invalidField(badDuration(data), e.Error())
	}
	if key, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		key = fmt.Sprintf("%.60s", strings.Trim(key, `"`))
		return invalidField(key, fmt.Sprintf("the body has an unknown key, %q; remove it", key))
	}
	return invalid("the body is no valid JSON; send one object")
}

// jsonPath leaves out what the decoder puts into a path for structs within structs: our keys have no capitals.
func jsonPath(path string) string {
	parts := slices.DeleteFunc(strings.Split(path, "."), func(part string) bool { return strings.ToLower(part) != part })
	return strings.Join(parts, ".")
}

// badDuration finds the key of a duration that cannot be read, which the decoder does not tell.
func badDuration(data []byte) string {
	var durations map[string]json.RawMessage
	if json.Unmarshal(data, &durations) != nil {
		return ""
	}
	for _, key := range []string{"max_age", "warn_before", "min_ttl", "wait"} {
		if raw, ok := durations[key]; ok && new(client.Duration).UnmarshalJSON(raw) != nil {
			return key
		}
	}
	return ""
}

func jsonType(kind string) string {
	switch kind {
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	case "slice":
		return "a list"
	case "struct", "map":
		return "an object"
	default:
		return "a number"
	}
}
