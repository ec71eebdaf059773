package signin_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

func TestRequestParameters(t *testing.T) {
	srv := newServer(t, behaviour{})
	known := provider.Account{Sub: "1", Email: "jane@example.org", Name: "Jane"}
	for name, c := range map[string]struct {
		change func(p *provider.Provider, r *signin.Request)
		want   map[string]string // "-" is absent
	}{
		"plain": {nil, map[string]string{
			"response_type": "code", "access_type": "offline", "scope": "openid email offline_access", "prompt": "-",
			"login_hint": "-", "claims": "-", "code_challenge_method": "S256",
		}},
		"no OpenID": {func(p *provider.Provider, _ *signin.Request) { p.OIDC = false }, map[string]string{"nonce": "-"}},
		"scopes": {func(p *provider.Provider, r *signin.Request) {
			p.ScopeSeparator, r.Scopes = ",", []string{"a", "offline_access", "b"}
		}, map[string]string{"scope": "a,offline_access,b"}},
		"scopes under another name": {func(p *provider.Provider, r *signin.Request) {
			p.ScopeParam, r.Scopes = "user_scope", []string{"a", "offline_access"}
		}, map[string]string{"user_scope": "a offline_access", "scope": "-"}},
		"consent always": {func(p *provider.Provider, _ *signin.Request) {
			p.ConsentPrompt = provider.ConsentAlways
		}, map[string]string{"prompt": "consent"}},
		"consent again, first time": {func(p *provider.Provider, _ *signin.Request) {
			p.ConsentPrompt = provider.ConsentAgain
		}, map[string]string{"prompt": "-"}},
		"consent again, known": {func(p *provider.Provider, r *signin.Request) {
			p.ConsentPrompt, r.Account = provider.ConsentAgain, known
		}, map[string]string{"prompt": "consent", "login_hint": "jane@example.org"}},
		"consent forced": {func(p *provider.Provider, r *signin.Request) {
			p.OfflineParams["prompt"], r.ForceConsent = "select_account", true
		}, map[string]string{"prompt": "select_account consent"}},
		"consent is among the provider's own": {func(p *provider.Provider, r *signin.Request) {
			p.OfflineParams["prompt"], r.ForceConsent = "consent", true
		}, map[string]string{"prompt": "consent"}},
		"name as hint": {func(_ *provider.Provider, r *signin.Request) {
			r.Account, r.Hint = provider.Account{Name: "jane"}, "typed"
		}, map[string]string{"login_hint": "jane"}},
		"typed hint": {func(_ *provider.Provider, r *signin.Request) {
			r.Hint = "typed"
		}, map[string]string{"login_hint": "typed"}},
		"claims": {func(_ *provider.Provider, r *signin.Request) {
			r.Claims = `{"access_token":{}}`
		}, map[string]string{"claims": `{"access_token":{}}`}},
		"extras replace nothing": {func(p *provider.Provider, _ *signin.Request) {
			p.OfflineParams = map[string]string{"state": "x", "client_id": "x", "code_challenge": "x", "duration": "permanent"}
		}, map[string]string{"duration": "permanent", "client_id": testClient}},
	} {
		t.Run(name, func(t *testing.T) {
			var k keeper
			p := srv.provider()
			r := request(p, &k)
			if c.change != nil {
				c.change(p, &r)
			}
			f := start(t, r)
			finish(t, consent(t, f))
			if got := end(t, f); got != "" {
				t.Fatalf("ended %s: %v", got, f.Err())
			}
			q := srv.lastAsked(t)
			for key, want := range c.want {
				if want == "-" && q.Has(key) || want != "-" && q.Get(key) != want {
					t.Errorf("%s is %q, want %q", key, q.Get(key), want)
				}
			}
			if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/callback$`).MatchString(q.Get("redirect_uri")) {
				t.Errorf("redirect_uri %q", q.Get("redirect_uri"))
			}
		})
	}
}

func TestEachFlowHasItsOwnSecrets(t *testing.T) {
	srv := newServer(t, behaviour{})
	seen := map[string]bool{}
	for range 3 {
		var k keeper
		f := start(t, request(srv.provider(), &k))
		finish(t, consent(t, f))
		end(t, f)
		q := srv.lastAsked(t)
		for _, key := range []string{"state", "nonce", "code_challenge"} {
			if v := q.Get(key); v == "" || seen[v] {
				t.Errorf("%s %q is empty or used before", key, v)
			}
			seen[q.Get(key)] = true
		}
	}
}

func TestPushedRequest(t *testing.T) {
	srv := newServer(t, behaviour{requirePAR: true})
	var k keeper
	p := srv.provider()
	p.PARRequired = true
	f := start(t, request(p, &k))
	if strings.Contains(f.URL(), "redirect_uri") || strings.Contains(f.URL(), "state=") {
		t.Errorf("the parameters are in the address too: %s", f.URL())
	}
	finish(t, consent(t, f))
	if got := end(t, f); got != "" {
		t.Fatalf("ended %s: %v", got, f.Err())
	}

	r := request(p, &k)
	r.Client.Secret = provider.Client{}.Secret
	_, err := signin.Start(t.Context(), provider.NewWire(nil, nil), r, time.Minute)
	if got := kind(t, err); got != signin.KindSetup {
		t.Errorf("a client that the provider refuses: %s, want setup (%v)", got, err)
	}
	p.PARURL = ""
	_, err = signin.Start(t.Context(), provider.NewWire(nil, nil), request(p, &k), time.Minute)
	if got := kind(t, err); got != signin.KindSetup {
		t.Errorf("no endpoint: %s, want setup (%v)", got, err)
	}
}

func TestStartRefuses(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	for name, change := range map[string]func(p *provider.Provider, r *signin.Request){
		"no client id":           func(_ *provider.Provider, r *signin.Request) { r.Client.ID = "" },
		"no authorization page":  func(p *provider.Provider, _ *signin.Request) { p.AuthorizeURL = "" },
		"http authorization":     func(p *provider.Provider, _ *signin.Request) { p.AuthorizeURL = "http://example.org/a" },
		"script for a page":      func(p *provider.Provider, _ *signin.Request) { p.AuthorizeURL = "javascript:alert(1)" },
		"no token endpoint":      func(p *provider.Provider, _ *signin.Request) { p.TokenURL = "" },
		"redirect elsewhere":     func(p *provider.Provider, _ *signin.Request) { p.RedirectHost = "0.0.0.0" },
		"paste without redirect": func(p *provider.Provider, _ *signin.Request) { p.PasteOnly = true },
	} {
		t.Run(name, func(t *testing.T) {
			p := srv.provider()
			r := request(p, &k)
			change(p, &r)
			_, err := signin.Start(t.Context(), provider.NewWire(nil, nil), r, time.Minute)
			if got := kind(t, err); got != signin.KindSetup {
				t.Errorf("%s, want setup (%v)", got, err)
			}
		})
	}
}
