package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// Access is taken back at the provider while nothing is to be renewed: within the check interval one page opens by
// itself, and signing in there makes the session well again.
func TestWayRevoked(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1}, false)
	d := startDesk(t, furniture{config: "check_every = \"4s\"\n"})
	d.serve()
	page := d.page()
	page.see("No sessions yet")
	d.picture("no session yet")
	opened := len(d.tabs())
	added := d.adding("work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--scope", "email")
	consent := d.consent(p)
	d.picture("the provider asks")
	d.allow(consent, "Grace Hopper")
	added()
	d.picture("signed in")
	tray := d.startTray()
	tray.seeTooltip("1 session signed in")
	page.front()
	page.seeRow("work", "Signed in", "grace@example.org")
	d.picture("the page after the sign-in")
	if n := d.pagesOpened(opened); n != 1 {
		t.Errorf("adding opened %d pages; want one", n)
	}

	opened = len(d.tabs())
	p.RevokeAll()
	again := d.consent(p)
	d.picture("the page that opened by itself")
	page.front()
	page.seeRow("work", "Sign-in needed")
	tray.seeTooltip("1 needs you")
	d.picture("our page meanwhile")
	again.front()
	d.allow(again, "")
	page.front()
	page.seeRow("work", "Signed in")
	tray.seeTooltip("1 session signed in")
	d.picture("well again")
	if n := d.pagesOpened(opened); n != 1 {
		t.Errorf("a revoked grant opened %d pages; want one", n)
	}
	if s := d.session("work"); s.State != session.Active {
		t.Errorf("the session is %s; want active", s.State)
	}
	if now := d.bubbles.now(); len(now) != 0 {
		t.Errorf("bubbles are left on the screen: %+v", now)
	}
}

// Who wants no page to open by itself gets a bubble in its place; the menu of the icon signs in as well as its button.
func TestWayRevokedWithoutPage(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1}, false)
	d := startDesk(t, furniture{config: "check_every = \"3s\"\nauto_open = false\n"})
	d.serve()
	added := d.adding("work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--scope", "email")
	d.allow(d.consent(p), "Grace Hopper")
	added()
	tray := d.startTray()
	tray.seeTooltip("1 session signed in")
	opened := len(d.tabs())
	p.RevokeAll()
	notice := d.bubbles.wait("")
	if got := notice.labels(); !slices.Equal(got, []string{"Sign in again", "Later"}) || !strings.Contains(notice.title+notice.body, "work") {
		t.Errorf("the bubble says %q, %q and has the buttons %q", notice.title, notice.body, got)
	}
	tray.seeTooltip("1 needs you")
	d.picture("a bubble in place of a page")
	if n := d.pagesOpened(opened); n != 0 {
		t.Errorf("%d pages opened by themselves; want none", n)
	}
	tray.choose("work", "Sign in again")
	d.allow(d.consent(p), "")
	tray.seeTooltip("1 session signed in")
	d.bubbles.waitGone("")
	d.picture("signed in by the menu")
	if n := d.pagesOpened(opened); n != 1 {
		t.Errorf("the menu opened %d pages; want one", n)
	}
	d.bubbles.neverTwo()
}
