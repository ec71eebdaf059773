package api_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// lockedError is how a keychain says why it cannot be used.
type lockedError struct{}

func (lockedError) Error() string          { return "the keychain is locked; unlock it" }
func (lockedError) KeychainReason() string { return "locked" }

func TestProblems(t *testing.T) {
	retryAt := time.Now().Add(100 * time.Second)
	for _, c := range []struct {
		err        error
		status     int
		code       session.Code
		retryAfter string // "": none; "~100": about that
	}{
		{&session.Error{Code: session.CodeInvalid}, 400, session.CodeInvalid, ""},
		{&session.Error{Code: session.CodeSignIn}, 401, session.CodeSignIn, ""},
		{&session.Error{Code: session.CodeNotFound}, 404, session.CodeNotFound, ""},
		{&session.Error{Code: session.CodeConflict}, 409, session.CodeConflict, ""},
		{&session.Error{Code: session.CodePaused}, 409, session.CodePaused, ""},
		{&session.Error{Code: session.CodeSetup}, 409, session.CodeSetup, ""},
		{&session.Error{Code: session.CodeUnavailable}, 503, session.CodeUnavailable, "1"},
		{&session.Error{Code: session.CodeUnavailable, RetryAt: retryAt}, 503, session.CodeUnavailable, "~100"},
		{&session.Error{Code: session.CodeUnavailable, RetryAt: time.Now()}, 503, session.CodeUnavailable, "1"},
		{&session.Error{Code: session.CodeKeychain}, 503, session.CodeKeychain, "30"},
		{fmt.Errorf("saving: %w", lockedError{}), 503, session.CodeKeychain, "30"},
		{fmt.Errorf("asking: %w", context.DeadlineExceeded), 503, session.CodeUnavailable, "1"},
		{errors.New("disk full"), 503, session.CodeUnavailable, "1"},
		{fmt.Errorf("asking: %w", &session.Error{Code: session.CodePaused}), 409, session.CodePaused, ""},
	} {
		h := open(t, github())
		h.keeper.Fail("github", c.err)
		r := h.overSocket(t, wireRequest{method: "POST", target: "/v1/sessions/github/token"})
		p := r.problem(t)
		if r.StatusCode != c.status || p.Status != c.status || p.Code != string(c.code) || p.Title == "" || p.Type == "" {
			t.Errorf("%v: %d %+v; want %d %s", c.err, r.StatusCode, p, c.status, c.code)
		}
		if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%v: content type %q", c.err, got)
		}
		got := r.Header.Get("Retry-After")
		if c.retryAfter == "~100" {
			if n, err := strconv.Atoi(got); err != nil || n < 40 || n > 100 {
				t.Errorf("%v: Retry-After is %q; want up to 100", c.err, got)
			}
		} else if got != c.retryAfter {
			t.Errorf("%v: Retry-After is %q; want %q", c.err, got, c.retryAfter)
		}
	}
}

func TestProblemIsWhole(t *testing.T) {
	h := open(t, github())
	want := &session.Error{
		Code: session.CodeSignIn, Reason: session.ReasonRevoked, Session: "github", Detail: "sign in again; run: x",
		RetryAt:  time.Date(2030, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600)),
		LoginURL: "https://login.example/?a=b&c=d",
	}
	h.keeper.Fail("github", want)
	_, err := h.client.Token(t.Context(), "github", client.TokenRequest{})
	got, ok := errors.AsType[*client.Problem](err)
	if !ok {
		t.Fatalf("got %v; want a *client.Problem", err)
	}
	if *got != (client.Problem{
		Type: "urn:sessionkeeper:problem:sign_in_needed", Title: "Sign-in needed", Status: 401, Code: "sign_in_needed",
		Reason: "revoked", Session: "github", Detail: want.Detail, RetryAt: want.RetryAt.UTC(), LoginURL: want.LoginURL,
	}) {
		t.Errorf("got %+v", got)
	}
	r := h.overSocket(t, wireRequest{method: "POST", target: "/v1/sessions/github/token"})
	if !strings.Contains(r.body, `"retry_at":"2030-01-01T00:00:00Z"`) {
		t.Errorf("times are not in UTC: %s", r.body)
	}
}

func TestMethodNotAllowed(t *testing.T) {
	h := open(t, github())
	for target, allow := range map[string]string{
		"/v1/sessions":              "GET, HEAD",
		"/v1/sessions/github":       "DELETE, GET, HEAD, PUT",
		"/v1/sessions/github/token": "POST",
	} {
		r := h.overSocket(t, wireRequest{method: "PATCH", target: target})
		if got := r.Header.Get("Allow"); r.StatusCode != 405 || got != allow || r.problem(t).Code != "invalid_request" {
			t.Errorf("PATCH %s: %d, Allow %q; want 405, %q", target, r.StatusCode, got, allow)
		}
	}
}

func TestBodies(t *testing.T) {
	h := open(t, github())
	const token = "/v1/sessions/github/token"
	for _, c := range []struct {
		what, contentType, body string
		status                  int
		says                    string
	}{
		{"nothing", "", "", 200, ""},
		{"empty object", "application/json", "{}", 200, ""},
		{"with charset", "application/json; charset=utf-8", "{}", 200, ""},
		{"Go duration", "application/json", `{"min_ttl":"5m4s","wait":"1d2h"}`, 200, ""},
		{"seconds", "application/json", `{"min_ttl":90,"wait":0.5}`, 200, ""},
		{"null", "application/json", `{"min_ttl":null}`, 200, ""},
		{"no content type", "", "{}", 415, "application/json"},
		{"a form's", "application/x-www-form-urlencoded", "{}", 415, ""},
		{"text", "text/plain", "{}", 415, ""},
		{"unknown key", "application/json", `{"min_tll":"5m"}`, 400, `"min_tll"`},
		{"wrong type", "application/json", `{"force":"sesame"}`, 400, `"force"`},
		{"bad duration", "application/json", `{"wait":"soon"}`, 400, "30d"},
		{"negative duration", "application/json", `{"wait":"-5s"}`, 400, "30d"},
		{"negative seconds", "application/json", `{"wait":-5}`, 400, "30d"},
		{"huge seconds", "application/json", `{"wait":1e300}`, 400, "30d"},
		{"a list", "application/json", `[]`, 400, "object"},
		{"cut", "application/json", `{"force":tr`, 400, "JSON"},
		{"two", "application/json", `{}{}`, 400, "one object"},
		{"too big", "application/json", `{"x":"` + strings.Repeat("x", 256<<10) + `"}`, 413, "256 KiB"},
	} {
		q := wireRequest{method: "POST", target: token, body: c.body}
		if c.contentType != "" {
			q.header = [][2]string{{"Content-Type", c.contentType}}
		}
		r := h.overSocket(t, q)
		if r.StatusCode != c.status || !strings.Contains(r.body, strings.ReplaceAll(c.says, `"`, `\"`)) {
			t.Errorf("%s: %d %s; want %d and %q in it", c.what, r.StatusCode, r.body, c.status, c.says)
		}
		if strings.Contains(r.body, "sesame") {
			t.Errorf("%s: the answer quotes the body's value: %s", c.what, r.body)
		}
	}
}

func TestHealth(t *testing.T) {
	for _, c := range []struct {
		what   string
		harm   func(k *apitest.Keeper)
		status string
		http   int
	}{
		{"all well", func(*apitest.Keeper) {}, "ok", 200},
		{"paused", func(k *apitest.Keeper) { put(k, session.Paused) }, "ok", 200},
		{"signed out", func(k *apitest.Keeper) { put(k, session.SignedOut) }, "ok", 200},
		{"waits for the user", func(k *apitest.Keeper) { put(k, session.SignInNeeded) }, "degraded", 200},
		{"waits for setup", func(k *apitest.Keeper) { put(k, session.SetupNeeded) }, "degraded", 200},
		{"waits for the provider", func(k *apitest.Keeper) { put(k, session.Retrying) }, "degraded", 200},
		{"ends", func(k *apitest.Keeper) { put(k, session.Expiring) }, "degraded", 200},
		{"a bad file", func(k *apitest.Keeper) {
			k.AddFault(config.Fault{Name: "bad", Err: errors.New("bad.toml:1: client_id is missing")})
		}, "degraded", 200},
		{"locked keychain", func(k *apitest.Keeper) { k.Lock(lockedError{}) }, "down", 503},
		{"broken history", func(k *apitest.Keeper) { k.BreakHistory(errors.New("disk full")) }, "down", 503},
	} {
		h := open(t, github())
		c.harm(h.keeper)
		r := h.overSocket(t, wireRequest{method: "GET", target: "/v1/health"})
		if r.StatusCode != c.http || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s; want %d", c.what, r.StatusCode, r.Header.Get("Content-Type"), c.http)
		}
		health, err := h.client.Health(t.Context())
		if err != nil || health.Status != c.status {
			t.Errorf("%s: %+v, %v; want %s", c.what, health, err, c.status)
		}
		if health.Version != "1.2.3" || health.Keychain.Backend != "os" || health.Page != h.server.PageAddress() {
			t.Errorf("%s: %+v", c.what, health)
		}
		sum := 0
		for _, n := range health.Sessions {
			sum += n
		}
		if sum != 1 || len(health.Sessions) != 8 {
			t.Errorf("%s: counts are %v; want one session in eight states", c.what, health.Sessions)
		}
	}
}

func put(k *apitest.Keeper, state session.State) {
	s := github()
	s.State = state
	k.Put(s)
}

func TestUnlock(t *testing.T) {
	h := open(t, github())
	h.keeper.Lock(lockedError{})
	k, err := h.client.Unlock(t.Context())
	if err != nil || k.State != "ok" {
		t.Errorf("got %+v, %v; want an open keychain", k, err)
	}
}
