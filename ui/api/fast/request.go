package fast

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// Request is what to ask for; the zero Request takes the token that is there.
type Request struct {
	MinTTL  time.Duration // how long the token must last; the keeper caps it at half of the token's life
	Wait    time.Duration // how long to wait for a renewal; 0: the keeper's default, 10 s; negative: not at all
	Force   bool          // a new token
	IDToken bool          // the ID token instead
}

func (r Request) appendTo(b []byte) []byte {
	if r == (Request{}) {
		return append(b, '{', '}')
	}
	b = append(b, `{"force":`...)
	b = strconv.AppendBool(b, r.Force)
	b = append(b, `,"id_token":`...)
	b = strconv.AppendBool(b, r.IDToken)
	if r.MinTTL > 0 {
		b = append(b, `,"min_ttl":"`+r.MinTTL.String()+`"`...)
	}
	if r.Wait != 0 {
		b = append(b, `,"wait":"`+max(0, r.Wait).String()+`"`...)
	}
	return append(b, '}')
}

// buffer is room for an ordinary request, so that one costs no further memory.
type buffer struct {
	whole [1024]byte
	body  [128]byte
}

func (b *buffer) request(path string, body []byte) []byte {
	r := append(b.whole[:0], "POST "...)
	r = append(r, path...)
	r = append(r, " HTTP/1.1\r\nHost: sessionkeeper\r\nConnection: close\r\nContent-Type: application/json\r\n"...)
	for header, value := range Desktop(os.Getenv) {
		r = append(r, header...)
		r = append(r, ": "...)
		r = append(r, value...)
		r = append(r, "\r\n"...)
	}
	r = append(r, "Content-Length: "...)
	r = strconv.AppendInt(r, int64(len(body)), 10)
	r = append(r, "\r\n\r\n"...)
	return append(r, body...)
}

// sessionPath is the address of what can be done with a session; RFC 3986 section 2.3 names what needs no escape.
func sessionPath(name, action string) string {
	const upperHex = "0123456789ABCDEF"
	path := make([]byte, 0, 128)
	path = append(path, "/v1/sessions/"...)
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			path = append(path, c)
		default:
			path = append(path, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(append(path, action...))
}

// plainPath reports whether a path can stand in a request's first line as it is.
func plainPath(path string) bool {
	if !strings.HasPrefix(path, "/v1/") {
		return false
	}
	for _, c := range []byte(path) {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}
