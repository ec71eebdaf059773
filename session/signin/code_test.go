package signin_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

func TestCodeFlow(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	page := finish(t, consent(t, f))
	if got := end(t, f); got != "" {
		t.Fatalf("ended %s: %v", got, f.Err())
	}
	r := k.only(t)
	if r.Answer.Tokens.Access.Empty() || r.Answer.Tokens.Refresh.Empty() || r.Account.Sub != "jane" {
		t.Errorf("result %+v", r)
	}
	for _, want := range []string{"You are signed in", "work", "Test &amp; Söhne", "jane@example.org"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q: %s", want, page.body)
		}
	}
	if n := srv.exchanges(); n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

func TestTCB3ProviderSaysNo(t *testing.T) {
	for code, want := range map[string]struct {
		kind  signin.Kind
		title string
	}{
		"access_denied":           {signin.KindDenied, "was refused"},
		"invalid_scope":           {signin.KindSetup, "A permission is not allowed"},
		"unauthorized_client":     {signin.KindSetup, "The app ID or secret is wrong"},
		"temporarily_unavailable": {signin.KindExchange, "did not finish"},
		"never_heard_of":          {signin.KindExchange, "did not finish"},
	} {
		t.Run(code, func(t *testing.T) {
			srv := newServer(t, behaviour{refuse: url.Values{
				"error": {code}, "error_description": {"<script>alert(1)</script>\nsecond line"},
			}})
			var k keeper
			f := start(t, request(srv.provider(), &k))
			page := finish(t, consent(t, f))
			if !strings.Contains(page.body, want.title) {
				t.Errorf("page %s", page.body)
			}
			if got := end(t, f); got != want.kind {
				t.Errorf("ended %s, want %s", got, want.kind)
			}
			if k.count() != 0 || srv.exchanges() != 0 {
				t.Error("something was exchanged or accepted")
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	for name, c := range map[string]struct {
		set     behaviour
		change  func(p *provider.Provider)
		kind    signin.Kind
		account provider.Account
	}{
		"ID token": {account: provider.Account{Sub: "jane", Email: "jane@example.org"}},
		"another nonce": {
			set: behaviour{nonce: "somebody-elses"}, kind: signin.KindExchange,
		},
		"userinfo where no ID token comes": {
			set:     behaviour{noIDToken: true},
			account: provider.Account{Sub: "jane", Name: "Jane Doe", Email: "jane@example.org"},
		},
		"userinfo without OpenID": {
			change:  func(p *provider.Provider) { p.OIDC = false },
			account: provider.Account{Sub: "jane", Name: "Jane Doe", Email: "jane@example.org"},
		},
		"nobody says": {set: behaviour{noIDToken: true, noUserinfo: true}},
		"nobody is asked": {set: behaviour{noIDToken: true}, change: func(p *provider.Provider) {
			p.Check, p.UserinfoURL = provider.Check{}, ""
		}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, c.set)
			p := srv.provider()
			if c.change != nil {
				c.change(p)
			}
			var k keeper
			f := start(t, request(p, &k))
			finish(t, consent(t, f))
			if got := end(t, f); got != c.kind {
				t.Fatalf("ended %s, want %s (%v)", got, c.kind, f.Err())
			}
			if c.kind != "" {
				if k.count() != 0 {
					t.Error("accepted all the same")
				}
				return
			}
			if got := k.only(t).Account; got != c.account {
				t.Errorf("account %+v, want %+v", got, c.account)
			}
		})
	}
}

func TestAcceptDecides(t *testing.T) {
	for want, title := range map[signin.Kind]string{
		signin.KindWrongAccount: "Another account",
		signin.KindNoRefresh:    "cannot be renewed",
		signin.KindStore:        "waits to be stored",
		signin.KindSetup:        "needs a correction",
	} {
		t.Run(string(want), func(t *testing.T) {
			srv := newServer(t, behaviour{})
			k := keeper{refuse: fmt.Errorf("storing: %w", &signin.Error{Kind: want, Detail: "It went <b>wrong</b>."})}
			f := start(t, request(srv.provider(), &k))
			page := finish(t, consent(t, f))
			if got := end(t, f); got != want {
				t.Errorf("ended %s, want %s", got, want)
			}
			if !strings.Contains(page.body, title) || !strings.Contains(page.body, "It went &lt;b&gt;wrong&lt;/b&gt;.") {
				t.Errorf("page %s", page.body)
			}
		})
	}
	t.Run("any other error", func(t *testing.T) {
		srv := newServer(t, behaviour{})
		k := keeper{refuse: fmt.Errorf("disk full")}
		f := start(t, request(srv.provider(), &k))
		finish(t, consent(t, f))
		if got := end(t, f); got != signin.KindExchange {
			t.Errorf("ended %s", got)
		}
	})
}

func TestExchangeFails(t *testing.T) {
	for name, c := range map[string]struct {
		set  behaviour
		kind signin.Kind
	}{
		"fault":         {behaviour{tokenStatus: 500, tokenError: "server_error"}, signin.KindExchange},
		"refused code":  {behaviour{tokenStatus: 400, tokenError: "invalid_grant"}, signin.KindExchange},
		"wrong client":  {behaviour{tokenStatus: 401, tokenError: "invalid_client"}, signin.KindSetup},
		"wrong request": {behaviour{tokenStatus: 400, tokenError: "unauthorized_client"}, signin.KindSetup},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, c.set)
			var k keeper
			f := start(t, request(srv.provider(), &k))
			callback := consent(t, f)
			finish(t, callback)
			if got := end(t, f); got != c.kind {
				t.Errorf("ended %s, want %s (%v)", got, c.kind, f.Err())
			}
			if again := get(t, callback); again.status != http.StatusConflict {
				t.Errorf("the same answer again: %d", again.status)
			}
			if n := srv.exchanges(); n != 1 {
				t.Errorf("%d exchanges", n)
			}
		})
	}
}

func TestTCB7ManyFlowsAtOnce(t *testing.T) {
	const many = 200
	srv := newServer(t, behaviour{})
	wire := provider.NewWire(nil, nil)
	keepers := make([]keeper, many)
	flows := make([]*signin.Flow, many)
	callbacks := make([]string, many)
	for i := range flows {
		r := request(srv.provider(), &keepers[i])
		r.Session = "session-" + strconv.Itoa(i)
		f, err := signin.Start(t.Context(), wire, r, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.Cancel)
		flows[i], callbacks[i] = f, consent(t, f)
	}
	var wg sync.WaitGroup
	for _, i := range rand.Perm(many) {
		wg.Go(func() {
			resp, err := browser.Get(callbacks[i])
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
		})
		if i%20 == 0 { // an answer that went to the wrong listener
			wg.Go(func() {
				from, _ := url.Parse(callbacks[i])
				to, _ := url.Parse(callbacks[(i+1)%many])
				to.RawQuery = from.RawQuery
				resp, err := browser.Get(to.String())
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusBadRequest {
					t.Errorf("an answer on another flow's listener: %d", resp.StatusCode)
				}
			})
		}
	}
	wg.Wait()
	for i, f := range flows {
		if got := end(t, f); got != "" {
			t.Fatalf("flow %d ended %s: %v", i, got, f.Err())
		}
		keepers[i].only(t)
	}
	if n := srv.exchanges(); n != many {
		t.Errorf("%d exchanges", n)
	}
}

func TestIssuer(t *testing.T) {
	for name, c := range map[string]struct {
		iss      func(srv *server) string
		required bool
		issuer   string
		status   int
	}{
		"right": {
			iss: func(s *server) string { return s.http.URL }, required: true, status: http.StatusSeeOther,
		},
		"another":            {iss: func(*server) string { return "https://evil.example" }, status: http.StatusBadRequest},
		"almost the same":    {iss: func(s *server) string { return s.http.URL + "/" }, status: http.StatusBadRequest},
		"missing":            {iss: func(*server) string { return "" }, required: true, status: http.StatusBadRequest},
		"missing where free": {iss: func(*server) string { return "" }, status: http.StatusSeeOther},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, behaviour{})
			srv.set.iss = c.iss(srv)
			p := srv.provider()
			p.IssRequired = c.required
			var k keeper
			f := start(t, request(p, &k))
			if s := get(t, consent(t, f)); s.status != c.status {
				t.Errorf("status %d, want %d", s.status, c.status)
			}
			if c.status == http.StatusBadRequest {
				pending(t, f)
				if srv.exchanges() != 0 {
					t.Error("the code was sent all the same")
				}
			}
		})
	}
}
