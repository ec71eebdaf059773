package tokens

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxPeek bounds what is read of a refusal that has no challenge of ours, in bytes.
const maxPeek = 16 << 10

// peek reads the beginning of an answer's body, which can still be read from its beginning. It is nil for anything but
// plain JSON.
func peek(answer *http.Response) []byte {
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if answer.Header.Get("Content-Encoding") != "" || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return nil
	}
	body := answer.Body
	read, err := io.ReadAll(io.LimitReader(body, maxPeek))
	rest := io.Reader(body)
	if err != nil {
		rest = broken{err}
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), rest), body}
	return read
}

// broken ends a body as it ended before.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
