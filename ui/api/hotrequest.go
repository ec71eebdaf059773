package api

import (
	"bytes"
	"strings"

	"sessionkeeper/ui/api/fast"
)

// hotRequest is a plain request for a token.
type hotRequest struct {
	name   string // of the session
	body   []byte // good until the next request
	fields [len(hotFields)]string
	last   bool // the client wants the connection closed
}

// The fields that a plain request may have. Any other may mean something to net/http, or to a handler of ours.
const (
	fieldHost = iota
	fieldConnection
	fieldContentType
	fieldContentLength
	fieldFace
	fieldUserAgent
	fieldAccept
	fieldAcceptEncoding
	fieldDesktop // the first of four
)

var hotFields = [...]string{
	"Host", "Connection", "Content-Type", "Content-Length", faceHeader, "User-Agent", "Accept", "Accept-Encoding",
	"Sessionkeeper-Display", "Sessionkeeper-Wayland-Display", "Sessionkeeper-Xauthority", "Sessionkeeper-Dbus",
}

const (
	maxHotName = 128
	maxHotBody = 4 << 10
)

// parseHot reads a request for a token that has come whole, with nothing behind it. It is not ok with whatever could be
// read in more than one way, and with all that ordinary programs do not send: net/http reads that.
func parseHot(b []byte) (q hotRequest, ok bool) {
	rest, ok := bytes.CutPrefix(b, []byte("POST "+sessionPrefix))
	if !ok || len(b) >= hotRead {
		return q, false
	}
	end := bytes.IndexByte(rest, '/')
	if end <= 0 || end > maxHotName || !allBytes(rest[:end], plainInName) {
		return q, false
	}
	q.name = string(rest[:end])
	if rest, ok = bytes.CutPrefix(rest[end:], []byte("/token HTTP/1.1\r\n")); !ok {
		return q, false
	}
	if rest, ok = q.readFields(rest); !ok {
		return q, false
	}
	q.body = rest
	return q, q.sound()
}

// readFields reads the fields of the head and gives what follows the empty line.
func (q *hotRequest) readFields(rest []byte) (body []byte, ok bool) {
	var seen [len(hotFields)]bool
	for {
		line, after, ok := bytes.Cut(rest, []byte("\r\n"))
		switch {
		case !ok:
			return nil, false
		case len(line) == 0:
			return after, true
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		i := hotField(name)
		if !ok || i < 0 || seen[i] || !allBytes(value, plainInValue) {
			return nil, false
		}
		seen[i], rest = true, after
		q.fields[i] = string(bytes.Trim(value, " "))
		if i == fieldContentLength && q.fields[i] == "" {
			return nil, false
		}
	}
}

func hotField(name []byte) int {
	for i, known := range hotFields {
		if len(name) == len(known) && strings.EqualFold(string(name), known) {
			return i
		}
	}
	return -1
}

// sound reports whether the fields say what they say in a plain request, and sets last.
func (q *hotRequest) sound() bool {
	if host := q.fields[fieldHost]; host == "" || !allBytes([]byte(host), plainInHost) {
		return false
	}
	switch connection := q.fields[fieldConnection]; {
	case strings.EqualFold(connection, "close"):
		q.last = true
	case connection != "" && !strings.EqualFold(connection, "keep-alive"):
		return false
	}
	length, ok := shortNumber(q.fields[fieldContentLength])
	if !ok || length != len(q.body) || length > maxHotBody {
		return false
	}
	return length == 0 || q.fields[fieldContentType] == "application/json"
}

// shortNumber reads a length of up to five digits; nothing at all is none.
func shortNumber(text string) (n int, ok bool) {
	if len(text) > 5 {
		return 0, false
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// desktop gives the caller's variables; see fast.Variables.
func (q *hotRequest) desktop() map[string]string {
	return fast.Variables(func(header string) string {
		for i, name := range hotFields[fieldDesktop:] {
			if name == header {
				return q.fields[fieldDesktop+i]
			}
		}
		return ""
	})
}

func allBytes(b []byte, ok func(c byte) bool) bool {
	for _, c := range b {
		if !ok(c) {
			return false
		}
	}
	return true
}

func plainInName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

func plainInHost(c byte) bool { return plainInName(c) && c != '~' || c == ':' || c == '[' || c == ']' }

func plainInValue(c byte) bool { return c >= ' ' && c <= '~' }
