package signin_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// browser is an HTTP client that follows no redirect by itself and keeps nothing.
var browser = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       30 * time.Second,
}

// seen is a response, read to the end.
type seen struct {
	status   int
	header   http.Header
	body     string
	location string
}

func send(t *testing.T, req *http.Request) seen {
	t.Helper()
	resp, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	s := seen{status: resp.StatusCode, header: resp.Header, body: string(body)}
	if to, err := resp.Location(); err == nil {
		s.location = to.String()
	}
	return s
}

func get(t *testing.T, address string) seen {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, req)
}

// consent opens the authorization page, says yes and gives the callback address that the server sends back to.
func consent(t *testing.T, f *signin.Flow) string {
	t.Helper()
	s := get(t, f.URL())
	if s.status != http.StatusFound {
		t.Fatalf("the authorization page answers %d: %s", s.status, s.body)
	}
	return s.location
}

// finish follows the callback to the result page.
func finish(t *testing.T, callback string) seen {
	t.Helper()
	s := get(t, callback)
	if s.status != http.StatusSeeOther {
		t.Fatalf("the callback answers %d: %s", s.status, s.body)
	}
	if strings.Contains(s.location, "code") || strings.Contains(s.location, "state") {
		t.Errorf("the result page's address still holds the answer: %s", s.location)
	}
	page := get(t, s.location)
	checkGuards(t, page)
	return page
}

func checkGuards(t *testing.T, s seen) {
	t.Helper()
	csp := s.header.Get("Content-Security-Policy")
	for _, part := range []string{
		"default-src 'none'", "frame-ancestors 'none'", "style-src 'sha256-", "form-action 'none'",
	} {
		if !strings.Contains(csp, part) {
			t.Errorf("policy %q lacks %q", csp, part)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") {
		t.Errorf("policy %q", csp)
	}
	for k, v := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if s.header.Get(k) != v {
			t.Errorf("%s is %q, want %q", k, s.header.Get(k), v)
		}
	}
	for k := range s.header {
		if strings.HasPrefix(k, "Access-Control-") || k == "Set-Cookie" {
			t.Errorf("header %s", k)
		}
	}
	if strings.Contains(s.body, "<script") || strings.Contains(s.body, "http://") || strings.Contains(s.body, "https://") {
		t.Errorf("the page has a script or an address in it: %s", s.body)
	}
}

// keeper takes results, as the keeper does.
type keeper struct {
	mu      sync.Mutex
	results []signin.Result
	refuse  error
}

func (k *keeper) accept(_ context.Context, r signin.Result) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.results = append(k.results, r)
	return k.refuse
}

func (k *keeper) only(t *testing.T) signin.Result {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.results) != 1 {
		t.Fatalf("%d results, want 1", len(k.results))
	}
	return k.results[0]
}

func (k *keeper) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.results)
}

func request(p *provider.Provider, k *keeper) signin.Request {
	return signin.Request{Session: "work", Provider: p, Client: client(), Accept: k.accept}
}

func start(t *testing.T, r signin.Request) *signin.Flow {
	t.Helper()
	f, err := signin.Start(t.Context(), provider.NewWire(nil, nil), r, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Cancel)
	return f
}

// end waits for the flow and gives the kind it failed with, "" after success.
func end(t *testing.T, f *signin.Flow) signin.Kind {
	t.Helper()
	select {
	case <-f.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the flow does not end")
	}
	return kind(t, f.Err())
}

func kind(t *testing.T, err error) signin.Kind {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*signin.Error](err)
	if !ok {
		t.Fatalf("%v is no *signin.Error", err)
	}
	if e.Detail == "" || e.Detail != e.Error() || strings.ContainsAny(e.Detail, "\n\r") {
		t.Errorf("detail %q", e.Detail)
	}
	for _, mark := range []string{testSecret, "code_", "at_", "rt_", "dc_"} {
		if strings.Contains(e.Detail, mark) {
			t.Errorf("detail holds a secret: %q", e.Detail)
		}
	}
	return e.Kind
}

func pending(t *testing.T, f *signin.Flow) {
	t.Helper()
	select {
	case <-f.Done():
		t.Fatalf("the flow has ended: %v", f.Err())
	default:
	}
}

// posted gives the form that response_mode=form_post makes the browser send.
func posted(t *testing.T, f *signin.Flow) (action, form string) {
	t.Helper()
	var p struct{ Action, Form string }
	if err := json.Unmarshal([]byte(get(t, f.URL()).body), &p); err != nil {
		t.Fatal(err)
	}
	return p.Action, p.Form
}

// with gives address with its query changed.
func with(t *testing.T, address string, change func(q url.Values)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	change(q)
	u.RawQuery = q.Encode()
	return u.String()
}
