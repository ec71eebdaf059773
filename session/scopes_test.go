package session

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/session/signin"
)

// grants has the next token answer name these scopes.
func grants(scopes string) providertest.Fault {
	return providertest.Edit("scope "+scopes, func(m map[string]any) { m["scope"] = scopes })
}

// TestMoreScopes: who asks for more keeps what there is until more is there, and whatever the user or the provider says.
func TestMoreScopes(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid", "mail", "files")
	d.names("added", "openid", "mail", "files")
	first := d.works("added", "work")

	l, asked := d.begin("work", LoginRequest{Scopes: []string{"calendar", "mail"}})
	if got := asked.Get("scope"); got != "openid mail files calendar offline_access" {
		t.Errorf("asked for %q", got)
	}
	if hint := asked.Get("login_hint"); !strings.Contains(hint, "ada") || strings.Contains(asked.Get("prompt"), "select") {
		t.Errorf("login_hint %q, prompt %q; want the known account", hint, asked.Get("prompt"))
	}
	d.works("while the page is open", "work")
	if s, err := d.k.Refresh(t.Context(), "work", DefaultWait); err != nil || s.Generation != first+1 {
		t.Errorf("renewing while the page is open: generation %d, %v", s.Generation, err)
	}
	d.names("while the page is open", "openid", "mail", "files")
	if end := d.visit("work", l); end.Status != "done" || end.Detail != "" {
		t.Errorf("the sign-in ended %+v", end)
	}
	d.names("agreed", "openid", "mail", "files", "calendar")
	second := d.works("agreed", "work")
	if s := d.session("work"); second <= first+1 || !slices.Contains(s.Scopes, "calendar") || s.Reason != "" {
		t.Errorf("agreed: generation %d after %d, scopes %q, reason %q", second, first+1, s.Scopes, s.Reason)
	}

	d.issuer.SetPerson(providertest.Person{Deny: true})
	l, _ = d.begin("work", LoginRequest{Scopes: []string{"contacts"}})
	if end := d.visit("work", l); end.Status != "failed" || end.Failure != string(signin.KindDenied) {
		t.Errorf("a consent that was declined ended %+v", end)
	}
	d.issuer.SetPerson(providertest.Person{})
	d.names("declined", "openid", "mail", "files", "calendar")
	if now, s := d.works("declined", "work"), d.session("work"); now != second || s.State != Active || s.Reason != "" {
		t.Errorf("declined: generation %d after %d, %s %s", now, second, s.State, s.Reason)
	}

	d.issuer.Next(grants("openid mail files calendar"))
	l, _ = d.begin("work", LoginRequest{Scopes: []string{"contacts"}})
	if end := d.visit("work", l); end.Status != "done" || !strings.Contains(end.Detail, "contacts") ||
		!slices.Equal(end.Declined, []string{"contacts"}) {
		t.Errorf("a provider that gives less than was asked for: %+v; want it to say what is missing", end)
	}
	d.names("given less", "openid", "mail", "files", "calendar")
	if s := d.session("work"); s.State != Active || s.Reason != "" {
		t.Errorf("less than was asked for, but all that is needed: %s %s", s.State, s.Reason)
	}

	d.issuer.Next(grants("openid mail calendar"))
	l, _ = d.begin("work", LoginRequest{})
	if end := d.visit("work", l); end.Status != "done" || !strings.Contains(end.Detail, "files") {
		t.Errorf("a provider that takes a scope away: %+v", end)
	}
	d.names("a scope taken away", "openid", "mail", "files", "calendar")
	d.works("a scope taken away", "work")
	if s := d.session("work"); s.State != Active || s.Reason != ReasonScope || !strings.Contains(s.Detail, "files") ||
		!slices.Equal(s.ScopesMissing, []string{"files"}) {
		t.Errorf("without a scope that it needs it is %s, %s, %q", s.State, s.Reason, s.Detail)
	}
	if !d.told("fewer permissions", "files") {
		t.Errorf("the notices are %+v", d.screen.told())
	}
	l, _ = d.begin("work", LoginRequest{})
	if end := d.visit("work", l); end.Status != "done" || end.Detail != "" {
		t.Errorf("signed in once more: %+v", end)
	}
	if s := d.session("work"); s.Reason != "" || s.Detail != "" || len(s.ScopesMissing) > 0 {
		t.Errorf("all scopes are back: %s, %q, missing %q", s.Reason, s.Detail, s.ScopesMissing)
	}
}

// TestMoreScopesThanTheProvidersOwn: a definition without scopes asks for the provider's, and names them once there are more.
func TestMoreScopesThanTheProvidersOwn(t *testing.T) {
	d := newDesk(t, providertest.Steady())
	t.Attr("real", "provider over HTTP")
	d.add("work")
	d.names("added")
	l, _ := d.begin("work", LoginRequest{Scopes: []string{"files"}})
	d.visit("work", l)
	d.names("more", "openid", "email", "files")
}

// TestAsOther lets the user choose another account, and asks nobody who is known.
func TestAsOther(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	d.issuer.SetPerson(providertest.Person{Account: "bob"})
	l, _ := d.begin("work", LoginRequest{})
	if end := d.visit("work", l); end.Failure != string(signin.KindWrongAccount) {
		t.Fatalf("another account signed in: %+v", end)
	}
	if s := d.session("work"); s.Account.Sub != "ada" || s.State != Active {
		t.Errorf("after another account signed in it is %+v, %s", s.Account, s.State)
	}
	d.works("another account signed in", "work")
	l, asked := d.begin("work", LoginRequest{AsOther: true})
	if asked.Has("login_hint") || !slices.Contains(strings.Fields(asked.Get("prompt")), "login") {
		t.Errorf("login_hint %q, prompt %q; want none, and one that lets the user choose", asked.Get("login_hint"), asked.Get("prompt"))
	}
	if end := d.visit("work", l); end.Status != "done" || end.Session.Account.Sub != "bob" {
		t.Errorf("as another: %+v", end)
	}
}

// TestDefinitionEditedDuringASignIn: what one server gives is not taken for another's.
func TestDefinitionEditedDuringASignIn(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	other := d.server.Issuer("two", providertest.Strict())
	for name, edit := range map[string]func(def *config.Session){
		"another client": func(def *config.Session) { def.ClientID = "elsewhere" },
		"another issuer": func(def *config.Session) { def.Issuer = other.URL },
	} {
		before := d.works(name, "work")
		l, _ := d.begin("work", LoginRequest{})
		defs, _ := d.config.Sessions()
		def, was := defs["work"], defs["work"]
		edit(&def)
		if err := d.config.Save(def); err != nil {
			t.Fatal(err)
		}
		d.k.Reload(t.Context())
		if end := d.visit("work", l); end.Status != "failed" || !strings.Contains(end.Detail, "changed") {
			t.Errorf("%s: the sign-in ended %+v", name, end)
		}
		if err := d.config.Save(was); err != nil {
			t.Fatal(err)
		}
		d.k.Reload(t.Context())
		if now := d.works(name+", put back", "work"); now != before {
			t.Errorf("%s: generation %d after %d", name, now, before)
		}
	}
}

// A renewal that brings fewer scopes is told once, loses nothing, and is forgotten when they are back.
func TestRenewalWithFewerScopes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		scopes := "mail files"
		w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			res, err := s.refresh(form, form.Get("refresh_token"))
			if scopes == "" {
				return res, err, true
			}
			return edited(t, res, "scope", scopes), err, true
		}
		w.have("work")
		w.start()
		defer func() { w.stop() }()
		for i, step := range []struct {
			scopes string
			reason Reason
			told   int
		}{
			{"mail files", "", 0},
			{"mail files offline_access", "", 0},
			{"mail", ReasonScope, 1},
			{"mail", ReasonScope, 1},
			{"", ReasonScope, 1}, // not named: as before
			{"mail files", "", 1},
			{"files", ReasonScope, 2},
			{"read:files read:mail", "", 2}, // in other words
			{"files mail", "", 2},
		} {
			w.server.set(func() { scopes = step.scopes })
			time.Sleep(time.Hour)
			if i == 4 {
				w.stop()
				w.start()
			}
			w.token("work", TokenRequest{Wait: DefaultWait})
			s := w.session("work")
			if s.State != Active || s.Reason != step.reason || (s.Detail != "") != (step.reason != "") {
				t.Errorf("step %d: %s, %s, %q; want active, %q", i, s.State, s.Reason, s.Detail, step.reason)
			}
			if n := len(w.screen.told()); n != step.told {
				t.Errorf("step %d: %d notices; want %d", i, n, step.told)
			}
		}
	})
}

// TestTCB3DeclinedConsent: a no at the provider's page opens no page again and takes nothing.
func TestTCB3DeclinedConsent(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	before := d.works("added", "work")
	d.issuer.SetPerson(providertest.Person{Deny: true})
	for range 3 {
		l, err := d.k.Login(t.Context(), "work", LoginRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if end := d.visit("work", l); end.Failure != string(signin.KindDenied) || end.Detail == "" {
			t.Errorf("declined: %+v", end)
		}
	}
	if got := d.works("declined", "work"); got != before || d.session("work").State != Active {
		t.Errorf("generation %d after %d, %s", got, before, d.session("work").State)
	}
	if n := d.screen.tabs(); n != 3 {
		t.Errorf("%d pages were opened for three sign-ins", n)
	}
}

// TestTCB10NoPageWithoutAListener: where the port of the answer is somebody else's, no page opens.
func TestTCB10NoPageWithoutAListener(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	d := newDesk(t, providertest.Strict())
	folder := t.TempDir()
	port := taken.Addr().(*net.TCPAddr).Port
	file := fmt.Sprintf("name = \"Fixed\"\nauthorize_url = %q\ntoken_url = %q\nredirect_port = %d\n",
		d.issuer.URL+"/authorize", d.issuer.URL+"/token", port)
	if err := os.WriteFile(filepath.Join(folder, "fixed.toml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	catalogue, errs := provider.LoadCatalogue(folder)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	d.k.SetCatalogue(t.Context(), catalogue, nil)
	_, _, err = d.k.Add(t.Context(), Addition{
		Definition: config.Session{Name: "work", Provider: "fixed", ClientID: "desk"}, SignIn: &LoginRequest{},
	})
	if err == nil || !strings.Contains(err.Error(), strconv.Itoa(port)) || !strings.Contains(err.Error(), "taken") {
		t.Errorf("%v; want it to name the port", err)
	}
	if n := d.screen.tabs(); n != 0 {
		t.Errorf("%d pages were opened although nothing listens for the answer", n)
	}
}

// TestTCB2StrayIsTold: an answer of no sign-in shows in the one that waits, which goes on.
func TestTCB2StrayIsTold(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	l, asked := d.begin("work", LoginRequest{})
	visit(t, asked.Get("redirect_uri")+"?code=x&state=wrong")
	now, err := d.k.LoginStatus(t.Context(), "work", l.ID, 0)
	if err != nil || now.Status != "pending" || !strings.Contains(now.Detail, "ignored") {
		t.Errorf("after a stray answer: %+v, %v", now, err)
	}
	if end := d.visit("work", l); end.Status != "done" || end.Detail != "" {
		t.Errorf("the sign-in ended %+v", end)
	}
}

// TestTCB7SignInsAreCapped: whoever begins sign-ins without end holds a bounded number of listeners.
func TestTCB7SignInsAreCapped(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	var addresses []string
	for range 3 * maxReplaced {
		_, asked := d.begin("work", LoginRequest{})
		addresses = append(addresses, asked.Get("redirect_uri"))
	}
	last := addresses[len(addresses)-1]
	if page := visit(t, last); !strings.Contains(page, "Nobody waits") {
		t.Errorf("the newest sign-in answers %q", page)
	}
	open := 0
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := net.Dial("tcp", u.Host); err == nil {
			c.Close()
			open++
		}
	}
	if open > 2*maxReplaced {
		t.Errorf("%d of %d listeners are open", open, len(addresses))
	}
	for i := range keptLogins + 10 { // and of as many sessions
		_, l, err := d.k.Add(t.Context(), Addition{
			Definition: config.Session{Name: fmt.Sprintf("new%d", i), Issuer: d.issuer.URL, ClientID: "desk"},
			SignIn:     &LoginRequest{NoBrowser: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		if l.Status != "pending" {
			t.Fatalf("sign-in %d: %+v", i, l)
		}
	}
	if err := d.k.call(t.Context(), func() { open = len(d.k.logins) }); err != nil {
		t.Fatal(err)
	}
	if open > keptLogins+10 {
		t.Errorf("%d sign-ins are held", open)
	}
}
