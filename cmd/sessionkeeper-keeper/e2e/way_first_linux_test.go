package e2e

import (
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// The tray is started for the first time, with nothing there: an icon, a keeper behind it, and one window that says what
// this is. Its button leads to the page, where the first session is added.
func TestWayFirstStart(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1}, false)
	d := startDesk(t, furniture{windows: true})
	d.autostart()
	tray := d.startTray()
	tray.seeTooltip("No sessions yet")
	d.window("Welcome to Sessionkeeper")
	d.picture("the first start")
	if n := len(d.tabs()); n != 0 {
		t.Errorf("the first start opened %d pages besides the window; want none", n)
	}
	tray.open("the menu of the first start")
	tray.close()
	d.window("Welcome to Sessionkeeper")
	d.screen.Key(t, "Return")
	page := d.pageOpened(0)
	page.see("Where do you want to sign in?")
	d.picture("the page that its button opened")
	page.click("radio", "By its address")
	page.fill("Address of the provider", p.Issuer())
	page.see("Sessionkeeper can use this provider")
	page.fill("Name", "work")
	page.fill("App ID", "demo")
	page.click("button", "Sign in")
	d.allow(d.consent(p), "")
	page.front()
	page.seeRow("work", "Signed in")
	tray.see("work — Signed in")
	d.picture("the first session")
	if d.screen.HasWindow(t, "Welcome to Sessionkeeper") {
		t.Error("the window that welcomes is still there after it led to the page")
	}

	tray.choose("Sessions")
	d.window("Sessionkeeper")
	d.picture("the window of the sessions")
	tray.choose("Quit")
	<-tray.ended
	until(t, "the icon to go", func() bool { _, ok := tray.item(); return !ok })
	d.picture("after Quit")
	if d.screen.HasWindow(t, "Sessionkeeper") {
		t.Error("the window of the sessions is still there after Quit")
	}

	opened := len(d.tabs())
	tray = d.startTray()
	tray.see("work — Signed in")
	d.picture("the second start")
	if n := d.pagesOpened(opened); n != 0 {
		t.Errorf("the second start opened %d pages", n)
	}
}

// On a desktop whose notices have no buttons the warning is a window with a button.
func TestWayWarningWithoutButtons(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{windows: true, daemon: "none"})
	d.serve()
	d.quietly(func() {
		d.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--max-age", "5m5s")
	})
	tray := d.startTray()
	tray.see("work")
	d.window("Session ends")
	tray.seeTooltip("1 ends soon")
	d.picture("the window of the warning")
	if n := len(d.bubbles.all()); n != 0 {
		t.Errorf("there were %d bubbles besides the window", n)
	}
	opened := len(d.tabs())
	d.screen.Key(t, "Return")
	until(t, "the window's button to sign in", func() bool { return d.pagesOpened(opened) == 1 })
	until(t, "the window to close by itself", func() bool {
		return !d.screen.HasWindow(t, "Session ends")
	})
	tray.seeTooltip("1 session signed in")
	d.picture("signed in by the window")
}

// dunst says that it has actions and draws no buttons: the text of the bubble says what to do without them, and a click
// on it signs in.
func TestWayDunst(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{daemon: "dunst"})
	d.serve()
	d.quietly(func() {
		d.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--max-age", "5m3s")
	})
	tray := d.startTray()
	tray.see("work")
	warning := d.bubbles.wait("work ends in")
	d.picture("the warning on dunst")
	if !strings.Contains(warning.body, "Sign in again") {
		t.Errorf("the bubble does not say what to do: %q", warning.body)
	}
	opened := len(d.tabs())
	at := d.bubbleAt()
	d.screen.Click(t, at.Min.Add(at.Max).Div(2), 1)
	until(t, "a click on the bubble to sign in", func() bool { return d.pagesOpened(opened) == 1 })
	d.bubbles.waitGone("work ends in")
	tray.seeTooltip("1 session signed in")
	d.picture("signed in by a click on the bubble")
}
