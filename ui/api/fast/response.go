package fast

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

const (
	ok = 200

	// maxResponse is far more than a token of 64 KiB with its fields.
	maxResponse = 1 << 20
)

var errResponse = errors.New("its answer is cut or no HTTP/1.1")

// readResponse reads one response with Content-Length or up to the end of the stream (RFC 9112 section 6.3). Our own
// server sends short JSON with a length; chunked is refused.
func readResponse(r io.Reader) (status int, body []byte, err error) {
	all, err := io.ReadAll(io.LimitReader(r, maxResponse+1))
	if err != nil {
		return 0, nil, err
	}
	if len(all) > maxResponse {
		return 0, nil, errResponse
	}
	return parseResponse(all)
}

func parseResponse(all []byte) (status int, body []byte, err error) {
	head, body, found := bytes.Cut(all, []byte("\r\n\r\n"))
	if !found {
		return 0, nil, errResponse
	}
	line, fields, _ := strings.Cut(string(head), "\r\n")
	status, isHTTP := parseStatus(line)
	if !isHTTP {
		return 0, nil, errResponse
	}
	length := -1
	if strings.Count(string(head), "\r\n") != strings.Count(string(head), "\n") {
		return 0, nil, errResponse // a bare line feed is read differently by others
	}
	for field := range strings.SplitSeq(fields, "\r\n") {
		name, value, found := strings.Cut(field, ":")
		if !found && field != "" || strings.ContainsAny(name, " \t\r") {
			return 0, nil, errResponse
		}
		switch strings.ToLower(name) {
		case "content-length":
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 0 || length >= 0 {
				return 0, nil, errResponse
			}
			length = n
		case "transfer-encoding":
			return 0, nil, errResponse
		}
	}
	if length >= 0 && length != len(body) {
		return 0, nil, errResponse
	}
	return status, body, nil
}

// parseStatus reads "HTTP/1.1 200 OK".
func parseStatus(line string) (int, bool) {
	rest, isHTTP := strings.CutPrefix(line, "HTTP/1.")
	if !isHTTP || len(rest) < 5 || rest[1] != ' ' || len(rest) > 5 && rest[5] != ' ' {
		return 0, false
	}
	status, err := strconv.Atoi(rest[2:5])
	return status, err == nil && status >= 200 && status <= 599
}
