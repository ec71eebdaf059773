package e2e

import (
	"slices"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// Five minutes before its end a session is warned about: one bubble with two buttons, another icon, a word on the page.
// The button signs in, and with that all of it is over.
func TestWayWarning(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1}, false)
	d := startDesk(t, furniture{})
	d.serve()
	page := d.page()
	added := d.adding("work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--scope", "email",
		"--max-age", "5m30s")
	d.allow(d.consent(p), "")
	added()
	tray := d.startTray()
	page.front()
	page.seeRow("work", "Signed in")
	tray.seeTooltip("1 session signed in")
	tray.open("before the warning")
	tray.close()

	warning := d.bubbles.wait("work ends in 5 min")
	if got := warning.labels(); !slices.Equal(got, []string{"Sign in again", "Later"}) {
		t.Errorf("the bubble has the buttons %q", got)
	}
	page.seeRow("work", "Ends soon")
	tray.seeTooltip("1 ends soon")
	tray.see("work — Ends in")
	tray.open("the warning")
	tray.close()
	d.bubbles.one()

	opened := len(d.tabs())
	d.press(warning, "Sign in again")
	consent := d.consent(p)
	d.picture("after the press of the button")
	d.allow(consent, "")
	page.front()
	page.seeRow("work", "Signed in")
	tray.seeTooltip("1 session signed in")
	d.bubbles.waitGone("work")
	d.picture("well again")
	if n := d.pagesOpened(opened); n != 1 {
		t.Errorf("the button opened %d pages; want one", n)
	}
}

// Later takes the bubble away, and nothing else happens: no page opens, and the session still ends soon.
func TestWayLater(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{})
	d.serve()
	d.quietly(func() {
		d.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--max-age", "5m2s")
	})
	tray := d.startTray()
	opened := len(d.tabs())
	warning := d.bubbles.wait("work ends in 5 min")
	d.press(warning, "Later")
	d.bubbles.waitGone("work")
	tray.seeTooltip("1 ends soon")
	d.picture("later")
	if n := d.pagesOpened(opened); n != 0 {
		t.Errorf("Later opened %d pages; want none", n)
	}
}
