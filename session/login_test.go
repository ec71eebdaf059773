package session

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/session/signin"
)

// opensByItself has the session's consent page open by itself.
func (d *desk) opensByItself(name string) {
	d.t.Helper()
	defs, _ := d.config.Sessions()
	def := defs[name]
	def.AutoOpen = new(true)
	if err := d.config.Save(def); err != nil {
		d.t.Fatal(err)
	}
	d.k.Reload(d.t.Context())
}

// openedPage waits for the consent page that opens by itself, and gives it.
func (d *desk) openedPage(events <-chan Event) Login {
	d.t.Helper()
	for e := range events {
		if e.Type != EventConsentOpened {
			continue
		}
		var l *login
		if err := d.k.call(d.t.Context(), func() { l = d.k.entries[e.Session].login }); err != nil || l == nil {
			d.t.Fatalf("no sign-in is open: %v", err)
		}
		<-l.opening
		return Login{ID: l.id, URL: l.flow.URL()}
	}
	d.t.Fatal("no page was opened")
	return Login{}
}

// opensLater is the session for which a page would open by itself within a day.
func (d *desk) opensLater(locked bool) string {
	d.t.Helper()
	var next signin.Decision
	if err := d.k.call(d.t.Context(), func() { next = d.k.queue.Decide(d.k.now().Add(24*time.Hour), locked) }); err != nil {
		d.t.Fatal(err)
	}
	return next.Open
}

// TestF30ClosedConsentPage: who closes the page that opened by itself is left in peace. Its address goes on being good,
// until another one is asked for.
func TestF30ClosedConsentPage(t *testing.T) {
	for name, finish := range map[string]func(t *testing.T, d *desk, closed Login) Login{
		"out of the browser's history": func(_ *testing.T, d *desk, closed Login) Login { return d.visit("work", closed) },
		"by another page": func(t *testing.T, d *desk, closed Login) Login {
			l, err := d.k.Login(t.Context(), "work", LoginRequest{})
			if err != nil {
				t.Fatal(err)
			}
			if page := visit(t, closed.URL); !strings.Contains(page, "no longer waits") {
				t.Errorf("the page from before says %q", page)
			}
			return d.visit("work", l)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, providertest.Strict())
			t.Attr("real", "provider over HTTP")
			d.add("work", "openid")
			d.opensByItself("work")
			_, events := d.k.Subscribe(t.Context())
			d.issuer.RevokeAll()
			for range 3 { // each says that the grant is refused
				_, _ = d.k.Refresh(t.Context(), "work", DefaultWait)
			}
			closed := d.openedPage(events)
			_, _ = d.k.Refresh(t.Context(), "work", DefaultWait)
			if s := d.session("work"); s.State != SignInNeeded || d.screen.tabs() != 1 || d.opensLater(false) != "" {
				t.Errorf("it is %s, %d pages opened, and %q would open", s.State, d.screen.tabs(), d.opensLater(false))
			}
			if end := finish(t, d, closed); end.Status != "done" {
				t.Errorf("the sign-in ended %+v", end)
			}
			d.works("signed in again", "work")
		})
	}
}

// TestF31AnswersThatDoNotFit: an answer with another state and a refusal that is nobody's end nothing; a refusal and an
// answer that is loaded again take nothing.
func TestF31AnswersThatDoNotFit(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	before := d.works("added", "work")
	signIns := d.server.Tally().SignIns

	l, asked := d.begin("work", LoginRequest{})
	back := asked.Get("redirect_uri")
	for _, stray := range []string{
		"?code=x&state=wrong", "?code=x", "?error=access_denied&state=wrong", "?error=access_denied",
		"?code=x&state=" + asked.Get("state") + "&state=wrong",
	} {
		visit(t, back+stray)
	}
	if now, err := d.k.LoginStatus(t.Context(), "work", l.ID, 0); err != nil || now.Status != "pending" {
		t.Errorf("after answers of nobody's: %+v, %v", now, err)
	}
	d.issuer.SetPerson(providertest.Person{Deny: true})
	if end := d.visit("work", l); end.Failure != string(signin.KindDenied) {
		t.Errorf("after a refusal: %+v", end)
	}
	if got := d.works("refused", "work"); got != before || d.server.Tally().SignIns != signIns {
		t.Errorf("generation %d after %d, %d sign-ins more", got, before, d.server.Tally().SignIns-signIns)
	}

	d.issuer.SetPerson(providertest.Person{})
	l, asked = d.begin("work", LoginRequest{})
	var answer string
	browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), asked.Get("redirect_uri")+"?") {
			answer = r.URL.String()
		}
		return nil
	}}
	page, err := browser.Get(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	if end, err := d.k.LoginStatus(t.Context(), "work", l.ID, time.Minute); err != nil || end.Status != "done" {
		t.Fatalf("the sign-in ended %+v, %v", end, err)
	}
	now := d.works("signed in", "work")
	if again := visit(t, answer); !strings.Contains(again, "already used") {
		t.Errorf("the same answer again gets %q", again)
	}
	if got := d.works("after the same answer again", "work"); got != now || d.server.Tally().SignIns != signIns+1 {
		t.Errorf("generation %d after %d, %d sign-ins; want one", got, now, d.server.Tally().SignIns-signIns)
	}
	if d.screen.tabs() != 0 {
		t.Errorf("%d pages were opened", d.screen.tabs())
	}
}

// Behind a locked screen no page opens, however long; programs get their tokens as ever.
func TestF41LockedScreen(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	d.add("work", "openid")
	d.opensByItself("work")
	other := d.server.Issuer("two", providertest.Strict())
	if _, l, err := d.k.Add(t.Context(), Addition{
		Definition: config.Session{Name: "other", Issuer: other.URL, ClientID: "desk", Scopes: []string{"openid"}},
		SignIn:     &LoginRequest{NoBrowser: true},
	}); err != nil || d.visit("other", *l).Status != "done" {
		t.Fatal(err)
	}
	_, events := d.k.Subscribe(t.Context())
	d.screen.mu.Lock()
	d.screen.locked = true
	d.screen.mu.Unlock()
	d.issuer.RevokeAll()
	_, _ = d.k.Refresh(t.Context(), "work", DefaultWait)
	if err := d.k.call(t.Context(), func() { d.k.decide(true) }); err != nil {
		t.Fatal(err)
	}
	before := d.works("behind the lock", "other")
	if _, err := d.k.Refresh(t.Context(), "other", DefaultWait); err != nil || d.works("renewed behind the lock", "other") == before {
		t.Errorf("nothing is renewed behind the lock: %v", err)
	}
	if s := d.session("work"); s.State != SignInNeeded || d.screen.tabs() != 0 || d.opensLater(true) != "" {
		t.Errorf("behind the lock it is %s, with %d pages; %q would open", s.State, d.screen.tabs(), d.opensLater(true))
	}
	d.screen.mu.Lock()
	d.screen.locked = false
	d.screen.mu.Unlock()
	if end := d.visit("work", d.openedPage(events)); end.Status != "done" || d.screen.tabs() != 1 {
		t.Errorf("unlocked: %+v, %d pages", end, d.screen.tabs())
	}
}
