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

	// firstRead takes an ordinary answer at once.
	firstRead = 8 << 10
	// maxResponse is far more than a token of 64 KiB with its fields.
	maxResponse = 1 << 20
)

var errResponse = errors.New("its answer is cut or no HTTP/1.1; restart it")

// readResponse reads one response with Content-Length or up to the end of the stream (RFC 9112 section 6.3). Our own
// server sends short JSON with a length; chunked is refused.
func readResponse(read func([]byte) (int, error)) (status int, body []byte, err error) {
	all := make([]byte, 0, firstRead)
	for {
		if len(all) == cap(all) {
			all = append(all, 0)[:len(all)]
		}
		n, err := read(all[len(all):cap(all)])
		all = all[:len(all)+n]
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return 0, nil, err
		}
		if ended && len(all) == 0 {
			return 0, nil, io.EOF
		}
		if len(all) > maxResponse {
			return 0, nil, errResponse
		}
		if status, body, whole, err := parseResponse(all, ended); whole || err != nil {
			return status, body, err
		}
	}
}

// parseResponse reads a response as far as it has come. It is whole when all has come that the head announces; ended
// says that nothing more will.
func parseResponse(all []byte, ended bool) (status int, body []byte, whole bool, err error) {
	head, body, found := bytes.Cut(all, []byte("\r\n\r\n"))
	if !found {
		if ended {
			err = errResponse
		}
		return 0, nil, false, err
	}
	status, length, err := parseHead(string(head))
	switch {
	case err != nil:
		return 0, nil, false, err
	case length >= 0 && (len(body) > length || len(body) < length && ended):
		return 0, nil, false, errResponse
	case length < 0:
		return status, body, ended, nil
	}
	return status, body, len(body) == length, nil
}

// parseHead gives a response's status and the length of its body; -1: up to the end of the stream.
func parseHead(head string) (status, length int, err error) {
	line, fields, _ := strings.Cut(head, "\r\n")
	status, isHTTP := parseStatus(line)
	if !isHTTP {
		return 0, 0, errResponse
	}
	if strings.Count(head, "\r\n") != strings.Count(head, "\n") {
		return 0, 0, errResponse // a bare line feed is read differently by others
	}
	length = -1
	for field := range strings.SplitSeq(fields, "\r\n") {
		name, value, found := strings.Cut(field, ":")
		if !found && field != "" || strings.ContainsAny(name, " \t\r") {
			return 0, 0, errResponse
		}
		switch {
		case strings.EqualFold(name, "content-length"):
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 0 || length >= 0 {
				return 0, 0, errResponse
			}
			length = n
		case strings.EqualFold(name, "transfer-encoding"):
			return 0, 0, errResponse
		}
	}
	return status, length, nil
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
