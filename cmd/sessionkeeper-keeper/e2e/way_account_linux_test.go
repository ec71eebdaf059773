package e2e

import (
	"slices"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// After a revocation somebody else signs in: that is refused and said, nothing is mixed up, and the right account still
// can.
func TestF32WrongAccountOnTheDesktop(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1}, false)
	d := startDesk(t, furniture{config: "check_every = \"3s\"\n"})
	d.serve()
	added := d.adding("work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--scope", "email")
	d.allow(d.consent(p), "Grace Hopper")
	added()
	tray := d.startTray()
	page := d.page()
	page.seeRow("work", "Signed in", "grace@example.org")
	opened := len(d.tabs())
	p.RevokeAll()
	consent := d.consent(p)
	d.allow(consent, "Ada Lovelace")
	d.picture("another account at the end of the sign-in")
	page.front()
	page.seeRow("work", "Sign-in needed", "grace@example.org")
	d.picture("another account on the page")
	notice := d.bubbles.wait("") // whatever it is called: somebody has to be told
	if !slices.Contains(notice.labels(), "Sign in again") {
		t.Errorf("the bubble %q has the buttons %q", notice.title, notice.labels())
	}
	tray.see("work — Sign-in needed")
	tray.open("another account in the menu")
	tray.close()
	d.bubbles.one()
	if n := d.pagesOpened(opened); n != 1 {
		t.Errorf("%d pages opened by themselves; want one", n)
	}
	page.click("button", "Sign in again")
	d.allow(d.consent(p), "Grace Hopper")
	page.front()
	page.seeRow("work", "Signed in", "grace@example.org")
	d.bubbles.waitGone("")
	d.picture("well again")
	if s := d.session("work"); s.State != session.Active || s.Account.Email != "grace@example.org" {
		t.Errorf("the session is %s, of %s", s.State, s.Account.Email)
	}
}
