package tokens_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"sessionkeeper/ui/api/tokens"
)

// resource is a server that wants one token.
type resource struct {
	*httptest.Server
	mu     sync.Mutex // guards what follows
	wants  string     // the Authorization header
	seen   []string   // Authorization headers
	bodies []string
	answer func(w http.ResponseWriter, r *http.Request) bool // first; false: as usual
}

func newResource(tb testing.TB, token string) *resource {
	tb.Helper()
	s := &resource{wants: "Bearer " + token}
	s.Server = httptest.NewServer(s)
	tb.Cleanup(s.Close)
	return s
}

func (s *resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	answer := s.answer
	s.seen = append(s.seen, r.Header.Get("Authorization"))
	s.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	if r.Header.Get("Authorization") != s.wants {
		w.Header().Set("WWW-Authenticate", `Bearer realm="x", error="invalid_token"`)
		http.Error(w, "that token is over", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	s.bodies = append(s.bodies, string(body))
	s.mu.Unlock()
	if err == nil {
		_, _ = w.Write([]byte("hello"))
	}
}

func (s *resource) sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (b *bench) http(tb testing.TB, o tokens.TransportOptions) *http.Client {
	tb.Helper()
	rt, err := b.tokens.Transport("work", o)
	if err != nil {
		tb.Fatal(err)
	}
	return &http.Client{Transport: rt}
}

func do(tb testing.TB, c *http.Client, method, url string, body io.Reader) (int, string) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, url, body)
	if err != nil {
		tb.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
