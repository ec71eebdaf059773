package proxy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/proxy"
)

func refusal(code session.Code) error {
	return &session.Error{Code: code, Session: "work", Detail: "do something about it"}
}

func TestNoToken(t *testing.T) {
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent without a token") })
	for code, want := range map[session.Code]struct {
		status     int
		code       string
		retryAfter string
	}{
		session.CodeSignIn:      {401, "TOKEN_EXPIRED", ""},
		session.CodeKeychain:    {503, "keychain_locked", "30"},
		session.CodeSetup:       {503, "setup_needed", "30"},
		session.CodePaused:      {503, "paused", "30"},
		session.CodeUnavailable: {503, "unavailable", "2"},
	} {
		b := open(t, never, func(o *proxy.Options) { o.Patience = aMoment })
		b.keeper.FailNext(refusal(code), refusal(code), refusal(code))
		answer := b.ask(t, "GET", "/x", nil)
		if got := answer.Header.Get("Retry-After"); answer.StatusCode != want.status || got != want.retryAfter {
			t.Errorf("%s: %s, Retry-After %q; want %d, %q", code, answer.Status, got, want.status, want.retryAfter)
		}
		if p := problem(t, answer); p["code"] != want.code || p["detail"] != "do something about it" {
			t.Errorf("%s: %v; want %s", code, p, want.code)
		}
	}
}

func TestPassingFaultsOfTheTokenPathAreTriedAgain(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	b.keeper.FailNext(refusal(session.CodeUnavailable), refusal(session.CodeUnavailable))
	if answer := b.ask(t, "GET", "/x", nil); answer.StatusCode != http.StatusOK {
		t.Errorf("%s; want the third try to succeed", answer.Status)
	}
	if got := b.keeper.Asked(); got != 3 {
		t.Errorf("the keeper was asked %d times; want 3", got)
	}
}

func TestTargetsOwnFaultsArePassedOn(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 429, 500, 502, 503, 504} {
		asked := 0
		b := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Retry-After", "7")
			http.Error(w, "its own words", status)
		}), nil)
		answer := b.ask(t, "POST", "/x", strings.NewReader("body"))
		if got := text(t, answer); answer.StatusCode != status || got != "its own words\n" || asked != 1 ||
			answer.Header.Get("Sessionkeeper-Error") != "" || answer.Header.Get("Retry-After") != "7" {
			t.Errorf("%d: %s %q after %d requests", status, answer.Status, got, asked)
		}
	}
}

func TestTargetOutOfReach(t *testing.T) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	b := openAt(t, dead, "127.0.0.1:0", nil)
	answer := b.ask(t, "GET", "/secret-path", nil)
	p := problem(t, answer)
	detail, _ := p["detail"].(string)
	if answer.StatusCode != http.StatusBadGateway || p["code"] != "upstream_unreachable" || !strings.Contains(detail, dead.URL) {
		t.Errorf("%s %v", answer.Status, p)
	}
	if strings.Contains(detail, "secret-path") || strings.Contains(b.logs.String(), b.key) {
		t.Errorf("too much is told: %s; %s", detail, b.logs)
	}
}

func TestTargetThatCutsItsAnswer(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}), nil)
	answer, err := b.http.Get(b.url + "/")
	if err != nil {
		return // cut before the first byte
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("a cut answer looks whole: %q", body)
	}
}

// TestTPROXY7RefusedTokenIsRenewedOnce has targets of HTTP/1.1 and of HTTP/2, which refuse before they have read the body.
func TestTPROXY7RefusedTokenIsRenewedOnce(t *testing.T) {
	for _, version := range []int{1, 2} {
		var mu sync.Mutex
		var bodies []string
		target := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor != version {
				t.Errorf("%s; want version %d", r.Proto, version)
			}
			if !strings.HasSuffix(r.Header.Get("Authorization"), "-token-2") {
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			body, _ := io.ReadAll(r.Body)
			mu.Lock()
			defer mu.Unlock()
			bodies = append(bodies, string(body))
		}))
		target.EnableHTTP2 = version == 2
		target.StartTLS()
		defer target.Close() //nolint:revive // there are two
		b := openAt(t, target, "127.0.0.1:0", func(o *proxy.Options) { o.Base = proxy.UpstreamTrusting(target.Client()) })
		large := strings.Repeat("x", 1<<20)
		if answer := b.ask(t, "POST", "/", strings.NewReader(large)); answer.StatusCode != http.StatusOK {
			t.Errorf("version %d: %s", version, answer.Status)
		}
		if len(bodies) != 1 || bodies[0] != large {
			t.Errorf("version %d: %d bodies arrived, or not as they were sent", version, len(bodies))
		}
	}
}

func TestLargeBodyIsNotSentAgain(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if !strings.HasSuffix(r.Header.Get("Authorization"), "-token-2") {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}), nil)
	large := strings.Repeat("x", 1<<20+1)
	if answer := b.ask(t, "POST", "/", strings.NewReader(large)); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("%s; a body beyond 1 MiB is not sent again", answer.Status)
	}
	for len(b.keeper.Rejected()) == 0 { // the keeper is told all the same, without anybody waiting for it
		runtime.Gosched()
	}
	if answer := b.ask(t, "GET", "/", nil); answer.StatusCode != http.StatusOK {
		t.Errorf("%s; the next request has a newer token", answer.Status)
	}
}

func TestRefusedTokenAndNoOther(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "its own words", http.StatusUnauthorized)
	}), nil)
	b.keeper.FailNext(nil, refusal(session.CodeSignIn))
	if p := problem(t, b.ask(t, "GET", "/", nil)); p["code"] != "TOKEN_EXPIRED" {
		t.Errorf("%v; want TOKEN_EXPIRED", p)
	}
}

func TestMissingScopeIsLogged(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"mail\u202e.send\"")
		http.Error(w, "its own words", http.StatusForbidden)
	}), nil)
	if answer := b.ask(t, "GET", "/", nil); answer.StatusCode != http.StatusForbidden || text(t, answer) != "its own words\n" {
		t.Errorf("%s", answer.Status)
	}
	if got := b.logs.String(); !strings.Contains(got, "wants more scopes") || strings.Contains(got, "\u202e") {
		t.Errorf("log %q", got)
	}
}

func TestProxyWaitsForARenewalInFlight(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	release := b.keeper.Hold()
	got := make(chan int)
	go func() { got <- b.ask(t, "GET", "/", nil).StatusCode }()
	for b.keeper.Asked() == 0 {
		runtime.Gosched()
	}
	release()
	if status := <-got; status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

func TestHealth(t *testing.T) {
	at := time.Now()
	for name, c := range map[string]struct {
		proof proxy.Proof
		err   error
		want  int
		code  string
	}{
		"good":           {proof: proxy.Proof{User: proxy.User{Sub: "ada", Email: "ada@example.org"}, At: at}, want: 200},
		"refused":        {proof: proxy.Proof{Refused: true}, want: 503, code: "TOKEN_EXPIRED"},
		"no answer":      {proof: proxy.Proof{Failure: "no answer"}, want: 503, code: "CONNECTION_FAILED"},
		"no keeper":      {err: errors.New("no keeper"), want: 503, code: "CONNECTION_FAILED"},
		"sign-in needed": {err: &client.Problem{Code: "sign_in_needed"}, want: 503, code: "TOKEN_EXPIRED"},
		"locked":         {err: &client.Problem{Code: "keychain_locked"}, want: 503, code: "CONNECTION_FAILED"},
	} {
		b := open(t, http.NotFoundHandler(), func(o *proxy.Options) {
			o.Prove = func(context.Context) (proxy.Proof, error) { return c.proof, c.err }
		})
		answer := b.ask(t, "GET", "/-/health", nil)
		if answer.StatusCode != c.want {
			t.Errorf("%s: %s; want %d", name, answer.Status, c.want)
		}
		if c.code == "" {
			if got := text(t, answer); !strings.Contains(got, `"ada@example.org"`) || !strings.Contains(got, `"time":"`) ||
				!strings.Contains(got, `"proven":true`) {
				t.Errorf("%s: %s", name, got)
			}
		} else if p := problem(t, answer); p["code"] != c.code || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %v; want %s", name, p, c.code)
		}
		if answer := b.ask(t, "POST", "/-/health", nil); answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: POST gives %s", name, answer.Status)
		}
	}
}

func TestHealthWithoutAProof(t *testing.T) {
	b := open(t, http.NotFoundHandler(), nil)
	if answer := b.ask(t, "GET", "/-/health", nil); answer.StatusCode != 200 || !strings.Contains(text(t, answer), `"proven":false`) {
		t.Errorf("%s", answer.Status)
	}
}
