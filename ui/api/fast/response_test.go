package fast

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"
)

// FuzzResponse holds the parser against net/http's: what ours takes, that one reads the same.
func FuzzResponse(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.0 404 Not Found\r\n\r\n", "HTTP/1.1 200\r\n\r\nx",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "HTTP/1.1 100 Continue\r\n\r\n",
		"HTTP/1.1 200 OK\r\ncontent-length:2\r\nX: y\r\n\r\n{}", "HTTP/1.1 204 No Content\r\n\r\n", "",
		"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, all []byte) {
		status, body, whole, err := parseResponse(all, true)
		if err != nil {
			return
		}
		if !whole {
			t.Fatalf("%q ended, and more is waited for", all)
		}
		if _, err := decode(status, body); err != nil && bytes.Contains([]byte(err.Error()), body) && len(body) > 20 {
			t.Errorf("the error quotes the body: %v", err)
		}
		response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(all)), nil)
		if err != nil {
			return // that one is stricter with fields that ours does not look at
		}
		want, err := io.ReadAll(response.Body)
		if err != nil || status == http.StatusNoContent || status == http.StatusNotModified {
			return
		}
		if response.StatusCode != status || !bytes.Equal(want, body) {
			t.Errorf("%q: got %d %q; net/http reads %d %q", all, status, body, response.StatusCode, want)
		}
	})
}
