package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"sessionkeeper/ui/api/fast"
)

// FuzzBody sends any body to every route that takes one: the answer is JSON of ours, and never a fault of ours.
func FuzzBody(f *testing.F) {
	for _, r := range everyRoute {
		f.Add(r.body)
	}
	f.Add(`{"client_id":"c","max_age":"1d","sign_in":{"scopes":[null]}}`)
	f.Add(`{"id":"login-1","paste":"\ud800"}`)
	f.Add(`{"issuer":"https://127.0.0.1:1/\u0000?x=1#y"}`)
	f.Add(`{"key":"session/\u202e","action":"closed","id":4294967296}`)
	f.Add(`{"on":"yes","max_age":"soon"}`)
	f.Add(`{"min_ttl":1e999,"wait":"9999999999d"}`)
	h := open(f, github())
	c := &http.Client{Transport: unixTransport(h.socket)}
	f.Fuzz(func(t *testing.T, body string) {
		for _, r := range everyRoute {
			if r.method == "GET" || r.method == "DELETE" || !r.socket || strings.HasSuffix(r.target, "/login") && waits(body) {
				continue
			}
			h.keeper.Put(github())
			q, err := http.NewRequestWithContext(t.Context(), r.method, "http://x"+r.target, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Content-Type", "application/json")
			response, err := c.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(response.Body)
			response.Body.Close()
			said := json.Valid(answer) || response.StatusCode == http.StatusNoContent && len(answer) == 0
			if err != nil || !said || response.StatusCode >= 500 {
				t.Errorf("%s %s with %q: %d %q, %v", r.method, r.target, body, response.StatusCode, answer, err)
			}
		}
	})
}

// waits reports whether a body asks the keeper to wait for a person.
func waits(body string) bool { return strings.Contains(strings.ToLower(body), "id") }

func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"90s", "5m4s", "30d", "1d12h", "-1s", "106751d23h47m16s", "106752d", "d", "1h1d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := fast.ParseDuration(text)
		if err != nil {
			return
		}
		if d < 0 {
			t.Fatalf("%q is %d", text, d)
		}
		again, err := fast.ParseDuration(d.String())
		if err != nil || again != d {
			t.Errorf("%q is %v, read again %v, %v", text, d, again, err)
		}
	})
}
