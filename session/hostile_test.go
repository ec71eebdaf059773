package session

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider/providertest"
)

// Claims that a resource wants cost no session, in whichever way the token endpoint fails over them.
func TestClaimsThatATokenEndpointCannotTake(t *testing.T) {
	for name, v := range map[string]struct {
		status int
		body   string
	}{
		"parameter refused":   {400, `{"error":"invalid_request","error_description":"unknown parameter: claims"}`},
		"code that is new":    {400, `{"error":"claims_not_supported"}`},
		"firewall":            {403, `<html>blocked</html>`},
		"breaks over them":    {500, `{"error":"server_error"}`},
		"gateway that breaks": {502, `<html>bad gateway</html>`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 10*time.Minute)
				w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
					if form.Has("claims") {
						return answer(v.status, v.body), nil, true
					}
					s.mu.Lock()
					defer s.mu.Unlock()
					res, err := s.refresh(form, form.Get("refresh_token"))
					return res, err, true
				}
				w.have("work")
				w.start()
				defer w.stop()
				if _, err := w.k.Challenge(t.Context(), "work", 1, needsLocation); err != nil {
					t.Fatal(err)
				}
				time.Sleep(30 * time.Minute)
				w.token("work", TokenRequest{Wait: DefaultWait})
				if s := w.session("work"); s.State != Active || s.Generation < 3 {
					t.Errorf("%s, %s, generation %d", s.State, s.Reason, s.Generation)
				}
			})
		})
	}
}

// A program that says of every token that it will not do, and wants other claims each time, brings few refreshes, few
// notices and no page.
func TestTokensRejectedWithoutEnd(t *testing.T) {
	for name, text := range map[string]func(n int) string{
		"the same":    func(int) string { return needsLocation },
		"another one": func(n int) string { return fmt.Sprintf(`{"access_token":{"c%d":null}}`, n) },
		"nonsense":    func(n int) string { return fmt.Sprint("nonsense ", n) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				w.set.AutoOpen = true
				w.have("work")
				w.start()
				defer w.stop()
				for n := range 6000 { // ten minutes
					if _, err := w.k.Challenge(t.Context(), "work", w.session("work").Generation, text(n)); err != nil {
						t.Fatal(err)
					}
					time.Sleep(100 * time.Millisecond)
				}
				w.token("work", TokenRequest{Wait: DefaultWait})
				if n := w.server.seen(); n.calls > 12 || n.doubles+n.reuses > 0 {
					t.Errorf("the provider saw %+v", n)
				}
				if n, tabs := len(w.screen.told()), w.screen.tabs(); n > 2 || tabs > 0 {
					t.Errorf("%d notices, %d pages", n, tabs)
				}
				if s := w.session("work"); s.State != Active {
					t.Errorf("%s, %s", s.State, s.Reason)
				}
			})
		})
	}
}

// What a resource wants may be more than any sign-in can bring: then the next one goes without.
func TestClaimsThatNoSignInBrings(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	want := func() {
		t.Helper()
		if _, err := d.k.on(t.Context(), "work", func(e *entry) error {
			e.d.Asked = &asked{Claims: needsLocation, User: true}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	want()
	d.issuer.SetPerson(providertest.Person{Deny: true})
	l, first := d.begin("work", LoginRequest{})
	d.visit("work", l)
	d.issuer.SetPerson(providertest.Person{})
	if _, next := d.begin("work", LoginRequest{}); !first.Has("claims") || next.Has("claims") {
		t.Errorf("claims were asked for: %t, and after the provider refused: %t", first.Has("claims"), next.Has("claims"))
	}
	want()
	_, first = d.begin("work", LoginRequest{})
	if _, next := d.begin("work", LoginRequest{}); !first.Has("claims") || next.Has("claims") {
		t.Errorf("claims were asked for: %t, and by whom tries anew: %t", first.Has("claims"), next.Has("claims"))
	}
}

// A provider that says 401 to a dead refresh token ends the session, whatever it says to the client secret from before.
func TestDeadTokenBesideAnOldClientSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.confidential("old")
		w.have("one")
		w.haveSecret("old", "one")
		w.start()
		defer w.stop()
		w.setSecret("one", "new")
		w.server.set(func() {
			w.server.fault = func(_ *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
				if form.Get("client_secret") == "new" {
					return answer(401, `{"error":"invalid_grant","error_description":"token revoked"}`), nil, true
				}
				return answer(401, `{"error":"invalid_client"}`), nil, true
			}
		})
		if s := w.refresh("one"); s.State != SignInNeeded {
			t.Errorf("%s, %s; want sign_in_needed", s.State, s.Reason)
		}
	})
}

// A client secret from before goes to nobody but the server, and with no id but the client's, that it worked with.
func TestOldClientSecretStaysWhereItWas(t *testing.T) {
	for name, edit := range map[string]func(def *config.Session){
		"another server": func(def *config.Session) { def.TokenURL = "https://other.test/token" },
		"another client": func(def *config.Session) { def.ClientID = "other" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				w.confidential("old")
				w.have("one")
				w.haveSecret("old", "one")
				w.start()
				defer func() { w.stop() }()
				sends := func(when string, want int) {
					t.Helper()
					var n int
					if _, err := w.k.on(t.Context(), "one", func(e *entry) error { n = len(e.proofs(w.wall())); return nil }); err != nil {
						t.Fatal(err)
					}
					if n != want {
						t.Errorf("%s: a refresh has %d proofs; want %d", when, n, want)
					}
				}
				w.setSecret("one", "new")
				sends("the same client", 2)
				w.edit("one", edit)
				w.k.Reload(t.Context())
				sends("edited", 1)
				w.setSecret("one", "newer")
				sends("edited, with a secret of its own", 1)
				w.stop()
				w.start()
				sends("after a restart", 1)
			})
		})
	}
}

// A consent that brings nothing to renew with does not replace a session that has something: neither where it is known
// whose it is, nor where the provider says nothing of accounts.
func TestConsentWithoutARefreshToken(t *testing.T) {
	d := newDesk(t, providertest.Lenient())
	t.Attr("real", "provider over HTTP")
	d.add("known", "mail")
	_, l, err := d.k.Add(t.Context(), Addition{
		Definition: config.Session{
			Name: "unknown", AuthorizeURL: d.issuer.URL + "/authorize", TokenURL: d.issuer.URL + "/token", ClientID: "desk",
			Scopes: []string{"mail"},
		},
		SignIn: &LoginRequest{NoBrowser: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.visit("unknown", *l)
	for name, want := range map[string]string{"known": "done", "unknown": "failed"} {
		d.issuer.Next(providertest.NoRefreshToken())
		l, _ := d.begin(name, LoginRequest{Scopes: []string{"files"}})
		end := d.visit(name, l)
		if s := d.session(name); end.Status != want || s.State != Active || s.Reason == ReasonNoRefresh {
			t.Errorf("%s: the sign-in %s; %s, %s", name, end.Status, s.State, s.Reason)
		}
		d.works("after it", name)
		if _, err := d.k.Refresh(t.Context(), name, DefaultWait); err != nil {
			t.Errorf("%s: renewing: %v", name, err)
		}
	}
	if _, asked := d.begin("unknown", LoginRequest{}); asked.Get("prompt") != "consent" {
		t.Errorf("the next sign-in has the prompt %q; want the one that brings a refresh token", asked.Get("prompt"))
	}
}
