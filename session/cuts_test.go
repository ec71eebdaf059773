package session

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
)

// shape is a way to write a token answer.
type shape struct {
	name, format string // ACCESS and REFRESH stand for the tokens
	ending       string // of a value
	escape       func(string) string
}

func shapes() []shape {
	plain := func(s string) string { return s }
	return []shape{
		{"access token first", `{"access_token":"ACCESS","token_type":"Bearer","expires_in":60,"refresh_token":"REFRESH",` +
			`"scope":"a b"}`, `"`, plain},
		{
			"refresh token first", "{\n  \"refresh_token\" : \"REFRESH\",\n  \"expires_in\" : 60,\n  \"access_token\" : \"ACCESS\"\n}\n",
			`"`, plain,
		},
		{"nested", `{"ok":true,"authed_user":{"access_token":"ACCESS","expires_in":60,"refresh_token":"REFRESH"}}`, `"`, plain},
		{
			"escaped", `{"access_token":"ACCESS","expires_in":60,"refresh_token":"REFRESH","x":"\""}`, `"`,
			strings.NewReplacer(".", `\u002e`, "t", `\u0074`).Replace,
		},
		{"form", "access_token=ACCESS&expires_in=60&refresh_token=REFRESH&token_type=bearer", "&", url.QueryEscape},
	}
}

// write gives an answer with a token pair, and where the one and the other ends in it.
func (s *shape) write(access, refresh string) (body string, accessEnd, refreshEnd int) {
	body = strings.NewReplacer("ACCESS", s.escape(access), "REFRESH", s.escape(refresh)).Replace(s.format)
	end := func(token string) int {
		value := s.escape(token) + s.ending
		return strings.Index(body, value) + len(value)
	}
	return body, end(access), end(refresh)
}

// cut is what becomes of the first answer to a session: its first n bytes come, all later ones whole.
type cut struct {
	shape *shape
	n     int
	clean bool // nothing but the text itself shows that it was cut

	done            bool
	access, refresh bool // came whole
}

// answer is called in place of the server's own refresh.
func (c *cut) answer(s *server, form url.Values) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rt := form.Get("refresh_token")
	name, _, _ := strings.Cut(rt, ".")
	f := s.families[name]
	if c == nil || f == nil {
		return answer(400, `{"error":"invalid_grant"}`), nil
	}
	delivered := f.answered
	res, err := s.refresh(form, rt)
	if err != nil || res.StatusCode != http.StatusOK {
		return res, err
	}
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&tokens); err != nil {
		return nil, err
	}
	body, accessEnd, refreshEnd := c.shape.write(tokens.Access, tokens.Refresh)
	if c.done {
		return answer(200, body), nil
	}
	c.done, c.access, c.refresh = true, accessEnd <= c.n, refreshEnd <= c.n
	if !c.refresh {
		f.answered = delivered
	}
	res = answer(200, body[:c.n])
	if !c.clean {
		res.Body = io.NopCloser(io.MultiReader(strings.NewReader(body[:c.n]), broken{}))
	}
	return res, nil
}

// broken is a connection that ends too early.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Every answer is cut at every place, at a provider that takes no refresh token twice. Where the new refresh token came
// whole the session goes on; where the access token alone did, that is served for as long as it lasts; and nothing that
// was cut itself is ever stored.
func TestAnswersThatAreCut(t *testing.T) {
	for _, sh := range shapes() {
		for _, clean := range []bool{false, true} {
			if clean && sh.ending == "&" {
				continue // a form says nowhere that it is over
			}
			t.Run(fmt.Sprintf("%s, clean %t", sh.name, clean), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { everyCut(t, sh, clean) })
			})
		}
	}
}

func everyCut(t *testing.T, sh shape, clean bool) {
	t.Helper()
	w := newWorld(t, time.Minute)
	w.prov.Replay = provider.ReplayUnsafe
	longest, _, _ := sh.write("c100.at2.100", "c100.rt2")
	cuts := map[string]*cut{}
	for n := range len(longest) - 12 {
		name := fmt.Sprintf("c%d", n)
		cuts[name] = &cut{shape: &sh, n: n, clean: clean}
		w.prov.TokenURL = "https://fake.test/token/" + name // an issuer each, so that none waits for another
		w.have(name)
	}
	w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
		name, _, _ := strings.Cut(form.Get("refresh_token"), ".")
		res, err := cuts[name].answer(s, form)
		return res, err, true
	}
	w.start()
	defer w.stop()
	time.Sleep(70 * time.Second) // the tokens from before have run out, those of the first refresh have not
	w.server.seen()              // and what it did is to be seen here
	for name, c := range cuts {
		if !c.done {
			t.Fatalf("%s was not refreshed", name)
		}
		tok, err := w.k.Token(t.Context(), name, TokenRequest{})
		if got := err == nil && w.server.valid(tok.Access.Reveal()); got != (c.access || c.refresh) {
			t.Errorf("cut after %d bytes: a token that works: %t; whole: access %t, refresh %t", c.n, got, c.access, c.refresh)
		}
		w.stored(name)
	}
	time.Sleep(5 * time.Minute)
	for name, c := range cuts {
		s := w.session(name)
		if c.refresh && s.State != Active {
			t.Errorf("cut after %d bytes: %s, %s; the refresh token came whole", c.n, s.State, s.Reason)
		}
		if !c.refresh && (s.State != SignInNeeded || s.Reason != ReasonInterrupted) {
			t.Errorf("cut after %d bytes: %s, %s; want sign_in_needed, interrupted_rotation", c.n, s.State, s.Reason)
		}
		w.stored(name)
	}
}

// An answer without an access token has spent the refresh token before it all the same: the one that it brings is used.
func TestRefreshTokenWithoutAccessToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.prov.Replay = provider.ReplayUnsafe
		w.have("one")
		asked := 0
		w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			res, err := s.refresh(form, form.Get("refresh_token"))
			if asked++; asked > 1 || err != nil {
				return res, err, true
			}
			var body map[string]any
			if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
				return nil, err, true
			}
			delete(body, "access_token")
			left, err := json.Marshal(body)
			return answer(200, string(left)), err, true
		}
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != Active || asked < 2 {
			t.Errorf("%s, %s after %d refreshes; want active", s.State, s.Reason, asked)
		}
		w.stored("one")
	})
}

// stored checks that nothing lies in the store that the server did not give.
func (w *world) stored(name string) {
	w.t.Helper()
	data, _, err := w.store.Load(w.t.Context(), "id-"+name)
	if err != nil {
		w.t.Fatal(err)
	}
	g, err := decodeGrant(data, w.wall())
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	if _, ok := w.server.families[name].atExpires[g.access.Reveal()]; !ok {
		w.t.Errorf("%s: an access token is stored that nobody gave", name)
	}
	var n int
	if _, err := fmt.Sscanf(strings.TrimPrefix(g.refresh.Reveal(), name+"."), "rt%d", &n); err != nil ||
		g.refresh.Reveal() != fmt.Sprintf("%s.rt%d", name, n) || n > w.server.families[name].n {
		w.t.Errorf("%s: a refresh token is stored that nobody gave: %v", name, err)
	}
}

// With a grace window, or where a refresh token may be used again, no cut costs anything.
func TestAnswersThatAreCutWithGrace(t *testing.T) {
	for _, replay := range []provider.Replay{provider.ReplayGrace, provider.ReplayUntil, provider.ReplayUnknown, provider.ReplayConditional} {
		for _, sh := range shapes()[:2] {
			t.Run(fmt.Sprintf("%s, %s", replay, sh.name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, time.Minute)
					w.server.grace = 10 * time.Second
					w.prov.Replay, w.prov.ReplayGrace = replay, 10*time.Second
					longest, _, _ := sh.write("c100.at2.100", "c100.rt2")
					cuts := map[string]*cut{}
					for n := 0; n < len(longest)-12; n += 3 {
						name := fmt.Sprintf("c%d", n)
						cuts[name] = &cut{shape: &sh, n: n}
						w.prov.TokenURL = "https://fake.test/token/" + name
						w.have(name)
					}
					w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
						name, _, _ := strings.Cut(form.Get("refresh_token"), ".")
						res, err := cuts[name].answer(s, form)
						return res, err, true
					}
					w.start()
					defer w.stop()
					for range 5 {
						time.Sleep(time.Minute)
						for name := range cuts {
							w.token(name, TokenRequest{Wait: DefaultWait})
							w.stored(name)
						}
					}
				})
			})
		}
	}
}

// The access token that came alone is served over a restart: no replay at the start costs it.
func TestCutAnswerOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.prov.Replay = provider.ReplayUnsafe
		w.have("one")
		sh := shapes()[0]
		body, _, _ := sh.write("one.at2.1", "one.rt2")
		c := &cut{shape: &sh, n: strings.Index(body, `"scope"`) - 5}
		w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
			res, err := c.answer(s, form)
			return res, err, true
		}
		w.start()
		defer func() { w.stop() }()
		time.Sleep(50 * time.Second)
		w.stop()
		w.start()
		for range 4 {
			time.Sleep(5 * time.Second)
			w.token("one", TokenRequest{})
		}
		if n := w.server.seen().calls; !c.access || c.refresh || n != 1 {
			t.Errorf("access token %t, refresh token %t; %d requests, want 1", c.access, c.refresh, n)
		}
		time.Sleep(10 * time.Minute)
		if s := w.session("one"); s.Reason != ReasonInterrupted {
			t.Errorf("the session is %s, %s; want interrupted_rotation", s.State, s.Reason)
		}
	})
}

// What came of an answer that is of no use otherwise is kept in hand while the store fails, as a whole answer is.
func TestCutAnswerWhileTheStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.prov.Replay = provider.ReplayUnsafe
		w.have("one")
		sh := shapes()[1]
		c := &cut{shape: &sh, n: strings.Index(sh.format, ",")}
		w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
			res, err := c.answer(s, form)
			return res, err, true
		}
		w.start()
		defer w.stop()
		w.store.set(func() { w.store.fault = &storeError{"slow"} })
		time.Sleep(2 * time.Minute)
		if _, err := w.k.Token(t.Context(), "one", TokenRequest{}); err == nil {
			t.Error("got a token although none came")
		}
		w.store.set(func() { w.store.fault = nil })
		time.Sleep(10 * time.Minute)
		w.token("one", TokenRequest{Wait: DefaultWait})
		if n := w.server.seen(); !c.refresh || n.doubles+n.reuses > 0 {
			t.Errorf("whole refresh token: %t; the server saw %+v", c.refresh, n)
		}
	})
}
