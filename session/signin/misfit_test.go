package signin_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// TestTCB2UnknownState: an answer that belongs to no sign-in is told and ends none, whoever sends it and however often.
func TestTCB2UnknownState(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	var strays atomic.Int32
	r := request(srv.provider(), &k)
	r.Stray = func() { strays.Add(1) }
	f := start(t, r)
	callback := consent(t, f)
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	right := u.Query().Get("state")
	told := int32(0)
	for _, change := range []func(q url.Values){
		func(q url.Values) { q.Set("state", "wrong") },
		func(q url.Values) { q.Set("state", right+"x") },
		func(q url.Values) { q.Set("state", right[:len(right)-1]) },
		func(q url.Values) { q.Set("state", strings.ToLower(right)) },
		func(q url.Values) { q.Del("state") },
		func(q url.Values) { q.Set("state", "") },
		func(q url.Values) { q.Del("code"); q.Set("error", "access_denied"); q.Set("state", "wrong") },
	} {
		told++
		s := get(t, with(t, callback, change))
		if s.status != http.StatusBadRequest || !strings.Contains(s.body, "Nobody waits for this answer") {
			t.Errorf("answer %d: %d %s", told, s.status, s.body)
		}
		if strings.Contains(s.body, right) {
			t.Errorf("answer %d: the page says the right state", told)
		}
		if got := strays.Load(); got != told {
			t.Errorf("after answer %d somebody was told %d times", told, got)
		}
		pending(t, f)
	}
	finish(t, callback)
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
	get(t, with(t, callback, func(q url.Values) { q.Set("state", "wrong") }))
	if got := strays.Load(); got != told {
		t.Errorf("a stray after the end was told: %d", got)
	}
}

// TestTCB6OddAnswers: what no provider sends changes nothing, even with the right state.
func TestTCB6OddAnswers(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	right := u.RawQuery
	for name, query := range map[string]string{
		"code and error":  right + "&error=access_denied",
		"two codes":       right + "&code=x",
		"the same twice":  right + "&" + right,
		"two issuers":     right + "&iss=a&iss=b",
		"two texts":       right + "&error_description=a&error_description=b",
		"5,000 params":    right + strings.Repeat("&a=b", 5000),
		"bad escape":      right + "&x=%zz",
		"cut escape":      right + "&x=%4",
		"NUL in the code": strings.Replace(right, "code=", "code=%00", 1),
		"NUL in error":    "error=%00&state=" + u.Query().Get("state"),
		"line in state":   right + "%0d%0aX:1",
		"bad UTF-8":       strings.Replace(right, "code=", "code=%c3%28", 1),
		"semicolons":      strings.ReplaceAll(right, "&", ";"),
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+u.Host+u.Path+"?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if s := send(t, req); s.status != http.StatusBadRequest && s.status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %d", name, s.status)
		}
		pending(t, f)
	}
	const host = "Host: "
	target := "GET " + u.Path + "?" + right
	for name, head := range map[string]string{
		"100 KiB of query":  target + "&x=" + strings.Repeat("x", 100<<10) + " HTTP/1.1\r\n" + host + u.Host + "\r\n\r\n",
		"100 KiB of header": target + " HTTP/1.1\r\n" + host + u.Host + "\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n",
		"NUL in the target": target + "\x00 HTTP/1.1\r\n" + host + u.Host + "\r\n\r\n",
		"bare line feeds":   target + "&x=%zz HTTP/1.1\n" + host + u.Host + "\n\n",
	} {
		if answer := raw(t, u.Host, head); strings.Contains(answer, " 303 ") || strings.Contains(answer, " 200 ") {
			t.Errorf("%s: %.80s", name, answer)
		}
		pending(t, f)
	}
	for name, form := range map[string]string{
		"70 KiB posted": right + "&x=" + strings.Repeat("x", 70<<10), "a posted NUL": right + "&error=%00",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+u.Host+u.Path, strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if s := send(t, req); s.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, s.status)
		}
		pending(t, f)
	}
	if srv.exchanges() != 0 {
		t.Error("something was exchanged")
	}
	finish(t, callback)
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
}

// TestTCB8SlowPosts fills the listener with requests whose bodies never end: they have said what they want, and still do
// not keep the answer out.
func TestTCB8SlowPosts(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	for range 600 {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		_, _ = io.WriteString(c, "POST /callback HTTP/1.1\r\nHost: "+u.Host+
			"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nstate=")
	}
	if to := location(callback); !strings.Contains(to, "/done/") {
		t.Errorf("sent to %q", to)
	}
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
}

// TestTCB8AnswerIsNotSentAway: whoever has brought the answer waits for its page, however many come after.
func TestTCB8AnswerIsNotSentAway(t *testing.T) {
	srv := newServer(t, behaviour{hold: make(chan struct{}), holding: make(chan struct{}, 1)})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan string, 1)
	go func() { sent <- location(callback) }()
	<-srv.set.holding
	for range 600 {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: ")
	}
	if page := get(t, "http://"+u.Host+"/"); page.status != http.StatusNotFound { // it has its turn: the others have had theirs
		t.Errorf("behind them all: %d", page.status)
	}
	close(srv.set.hold)
	if to := <-sent; !strings.Contains(to, "/done/") {
		t.Errorf("the answer was sent to %q", to)
	}
}

// TestTCB11AnswerAfterARestart: the verifier died with the process that made it, so an answer to it is exchanged by
// nobody, also where the listener's port is the same.
func TestTCB11AnswerAfterARestart(t *testing.T) {
	srv := newServer(t, behaviour{})
	p := srv.provider()
	p.RedirectPort = freePort(t)
	ctx, stop := context.WithCancel(t.Context())
	var before, after keeper
	first, err := signin.Start(ctx, provider.NewWire(nil, nil), request(p, &before), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	callback := consent(t, first)
	stop() // the process ends
	end(t, first)
	first.Cancel()
	refused(t, callback)

	second := start(t, request(p, &after))
	page := get(t, callback)
	if page.status != http.StatusBadRequest || !strings.Contains(page.body, "start again") {
		t.Errorf("the answer to the sign-in of before: %d %s", page.status, page.body)
	}
	pending(t, second)
	if srv.exchanges() != 0 || before.count() != 0 {
		t.Error("the code of before was exchanged")
	}
	finish(t, consent(t, second))
	if got := end(t, second); got != "" {
		t.Errorf("ended %s", got)
	}
}

// TestMixUp: a server that sends the user on to another one does not get that one's code (RFC 9207 section 1, RFC 9700
// section 4.4).
func TestMixUp(t *testing.T) {
	honest := newServer(t, behaviour{})
	honest.set.iss = honest.http.URL
	for name, change := range map[string]func(p *provider.Provider){
		"discovered":    func(p *provider.Provider) { p.IssRequired = true },
		"without iss":   func(*provider.Provider) {},
		"typed by hand": func(p *provider.Provider) { p.Issuer = "" },
	} {
		t.Run(name, func(t *testing.T) {
			thief := newServer(t, behaviour{})
			mux := http.NewServeMux()
			mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, honest.http.URL+"/authorize?"+r.URL.RawQuery, http.StatusFound)
			})
			mux.HandleFunc("POST /token", thief.token)
			thief.http.Config.Handler = mux
			p := thief.provider()
			change(p)
			var k keeper
			f := start(t, request(p, &k))
			sent := get(t, f.URL())
			callback := get(t, sent.location).location
			s := get(t, callback)
			if s.status != http.StatusBadRequest || !strings.Contains(s.body, "comes from elsewhere") {
				t.Errorf("the answer of another server: %d %s", s.status, s.body)
			}
			pending(t, f)
			if n := thief.exchanges(); n != 0 {
				t.Errorf("the thief got %d codes", n)
			}
		})
	}
}

// TestIssuerOfTypedAddresses: an issuer that is not known is one at the host of the sign-in page, whose names are all good
// where that is this machine.
func TestIssuerOfTypedAddresses(t *testing.T) {
	for iss, ok := range map[string]bool{
		"": true, "/": true, "/realms/x": true, "http://localhost": true, "https://evil.example": false,
		"http://localhost:1": false, "http://localhost.evil.example": false, "::": false,
	} {
		srv := newServer(t, behaviour{})
		srv.set.iss = iss
		if strings.HasPrefix(iss, "/") {
			srv.set.iss = srv.http.URL + iss
		}
		if iss == "http://localhost" {
			srv.set.iss = strings.Replace(srv.http.URL, "127.0.0.1", "localhost", 1)
		}
		p := srv.provider()
		p.Issuer, p.OIDC = "", false
		var k keeper
		f := start(t, request(p, &k))
		if s := get(t, consent(t, f)); (s.status == http.StatusSeeOther) != ok {
			t.Errorf("iss %q: %d", iss, s.status)
		}
	}
}

// TestAccountChooser: another account is let chosen where the provider can, and where that is wanted alone.
func TestAccountChooser(t *testing.T) {
	srv := newServer(t, behaviour{})
	for _, c := range []struct {
		prompt, own string
		choose      bool
		again       provider.ConsentPrompt
		want        string
	}{
		{provider.PromptAccount, "", false, provider.ConsentNever, ""},
		{provider.PromptAccount, "", true, provider.ConsentNever, "select_account"},
		{provider.PromptAccount, "", true, provider.ConsentAlways, "select_account consent"},
		{provider.PromptAccount, "", true, provider.ConsentAgain, "select_account consent"}, // it may have consented before
		{provider.PromptAccount, "select_account", true, provider.ConsentNever, "select_account"},
		{provider.PromptAccount, "none", true, provider.ConsentNever, "select_account"},
		{provider.PromptLogin, "", true, provider.ConsentAlways, "login consent"},
		{"", "", true, provider.ConsentNever, ""},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			p := srv.provider()
			p.AccountPrompt, p.ConsentPrompt = c.prompt, c.again
			if c.own != "" {
				p.OfflineParams["prompt"] = c.own
			}
			var k keeper
			r := request(p, &k)
			r.Choose = c.choose
			u, err := url.Parse(start(t, r).URL())
			if err != nil {
				t.Fatal(err)
			}
			if got := u.Query().Get("prompt"); got != c.want {
				t.Errorf("prompt %q; want %q", got, c.want)
			}
		})
	}
}

// TestMoreParams: what some providers want to know of a request for more scopes is said with one alone, and replaces
// nothing.
func TestMoreParams(t *testing.T) {
	srv := newServer(t, behaviour{})
	for _, more := range []bool{false, true} {
		p := srv.provider()
		p.MoreParams = map[string]string{"include_granted_scopes": "true", "access_type": "online", "state": "x"}
		var k keeper
		r := request(p, &k)
		r.More = more
		u, err := url.Parse(start(t, r).URL())
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if q.Has("include_granted_scopes") != more || q.Get("access_type") != "offline" || q.Get("state") == "x" {
			t.Errorf("more %t: %v", more, q)
		}
	}
}
