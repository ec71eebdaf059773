package session

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// issued gives the world a session at an issuer, signed in before now at a token endpoint of that issuer's host.
func (w *world) issued(name string) {
	w.t.Helper()
	w.prov = provider.Provider{
		Issuer: "https://as.test", TokenURL: "https://as.test/token", AuthorizeURL: "https://as.test/authorize",
		AuthStyle: provider.AuthNone,
	}
	w.have(name)
	w.edit(name, func(def *config.Session) {
		def.AuthorizeURL, def.TokenURL, def.Issuer = "", "", "https://as.test"
	})
	_, defs := w.files()
	j, err := openJournal(w.dir+"/state", w.log)
	if err != nil {
		w.t.Fatal(err)
	}
	states, err := j.load()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range states {
		d.Seq++
		d.Target, d.Bound = targetKey(defs[name]), boundKey(defs[name])
		if err := j.write(d); err != nil {
			w.t.Fatal(err)
		}
	}
}

// astray counts the refresh tokens that reach another host than as.test.
func (w *world) astray(hosts map[string]string) *atomic.Int64 {
	strayed := new(atomic.Int64)
	found := metadata(hosts)
	w.server.set(func() {
		w.server.fault = func(s *server, r *http.Request, form url.Values) (*http.Response, error, bool) {
			if form.Get("refresh_token") != "" && r.URL.Host != "as.test" {
				strayed.Add(1)
			}
			return found(s, r, form)
		}
	})
	return strayed
}

// Metadata that name another host for the token endpoint, whatever made the keeper read them, take no refresh token there.
func TestF33EndpointThatMovedIsAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.issued("one")
		hosts := map[string]string{"as.test": document("https://as.test", "https://thief.test/token")}
		strayed := w.astray(hosts)
		w.start()
		defer func() { w.stop() }()
		w.token("one", TokenRequest{Wait: DefaultWait}) // nothing is read anew: the addresses are known
		w.edit("one", func(def *config.Session) { def.DeviceURL = "https://as.test/device" })
		w.k.Reload(t.Context())
		for _, run := range []string{"after the edit", "after a restart"} {
			time.Sleep(10 * time.Minute)
			s := w.session("one")
			if s.State != SetupNeeded || s.Reason != ReasonSetupConfig || !strings.Contains(s.Detail, "thief.test") {
				t.Errorf("%s it is %s, %s, %q; want setup_needed and the host", run, s.State, s.Reason, s.Detail)
			}
			w.stop()
			w.start()
		}
		_, _ = w.k.Refresh(t.Context(), "one", DefaultWait) // an act of the user's: at the address from before
		if strayed.Load() > 0 {
			t.Fatalf("%d refresh tokens went elsewhere", strayed.Load())
		}
		hosts["as.test"] = document("https://as.test", "https://as.test/v2/token")
		w.edit("one", func(def *config.Session) { def.DeviceURL = "" })
		w.k.Reload(t.Context())
		synctest.Wait()
		time.Sleep(time.Second)
		w.token("one", TokenRequest{Wait: DefaultWait})
		if s := w.session("one"); s.State != Active || strayed.Load() > 0 {
			t.Errorf("back at its host it is %s, %s; %d refresh tokens went elsewhere", s.State, s.Detail, strayed.Load())
		}

		w.stop()
		delete(hosts, "as.test") // nobody tells about the issuer any more; what is known of it stays good
		w.start()
		before := w.session("one").Generation
		time.Sleep(10 * time.Minute)
		if s := w.session("one"); s.State != Active || s.Generation <= before+5 {
			t.Errorf("without metadata it is %s, %s, of generation %d after %d", s.State, s.Detail, s.Generation, before)
		}
	})
}

// A sign-in at a host that is new brings what it brings: the refresh token from before does not come along.
func TestConsentAtAnotherHostLeavesTheOldTokenBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.issued("one")
		w.start()
		defer w.stop()
		before := &grant{refresh: newSecret("old"), account: Account{Sub: "me"}}
		res := signin.Result{Account: Account{Sub: "me"}, Answer: provider.Answer{Tokens: provider.Tokens{Access: newSecret("at")}}}
		d := durable{Provider: &w.prov}
		if g := w.k.consented(&w.prov, nil, before, d, res); g.refresh.Empty() {
			t.Error("at the same host the refresh token from before is lost")
		}
		there := w.prov
		there.TokenURL = "https://thief.test/token"
		if g := w.k.consented(&there, nil, before, d, res); !g.refresh.Empty() {
			t.Error("the refresh token from before went along to another host")
		}
	})
}

// A refresh token that the user brings goes where the user says, and not where metadata alone say.
func TestTokenThatIsBroughtAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have()
		strayed := w.astray(map[string]string{"as.test": document("https://as.test", "https://tokens.test/token")})
		w.start()
		defer w.stop()
		a := Addition{
			Definition:   config.Session{Name: "new", ClientID: "desk", Issuer: "https://as.test"},
			RefreshToken: newSecret("new.rt1"),
		}
		_, _, err := w.k.Add(t.Context(), a)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Field != "token_url" || !strings.Contains(e.Detail, "https://tokens.test/token") || strayed.Load() > 0 {
			t.Fatalf("got %+v; %d refresh tokens went elsewhere", err, strayed.Load())
		}
		a.Definition.TokenURL = "https://tokens.test/token"
		if _, _, err := w.k.Add(t.Context(), a); strayed.Load() != 1 {
			t.Errorf("named by the user it got %d refresh tokens: %v", strayed.Load(), err)
		}
	})
}
