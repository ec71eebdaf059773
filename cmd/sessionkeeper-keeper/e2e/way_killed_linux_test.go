package e2e

import (
	"syscall"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// The keeper is killed while the tray shows its warning: the tray starts another, the bubble stays the only one, and its
// button works.
func TestF37KeeperKilled(t *testing.T) {
	t.Parallel()
	d, tray := startWarned(t)
	d.kill(syscall.SIGKILL)
	tray.see("work — Ends in")
	d.picture("a new keeper")
	// A tray gives a keeper that came back five seconds to say what stands.
	stays(t, "the bubble", 7*time.Second, func() bool { return len(d.bubbles.now()) == 1 })
	d.bubbles.one()
	signInByBubble(d)
}

// The tray is killed while it shows a warning: the keeper takes the bubble over as it is, with its button; so does a new
// tray.
func TestF37TrayKilled(t *testing.T) {
	t.Parallel()
	d, tray := startWarned(t)
	tray.kill(syscall.SIGKILL)
	d.picture("the tray is gone")
	d.bubbles.one()
	tray = d.startTray()
	tray.see("work — Ends in")
	d.bubbles.one()
	tray.kill(syscall.SIGKILL)
	d.bubbles.one()
	signInByBubble(d) // a new end comes soon after, and has a bubble of its own
}

// startWarned makes a desk with a tray that shows the warning of the session work.
func startWarned(t *testing.T) (*desk, *tray) {
	t.Helper()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{})
	d.autostart()
	d.serve()
	d.quietly(func() {
		d.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--max-age", "5m3s")
	})
	tray := d.startTray()
	tray.see("work")
	d.bubbles.wait("work ends in")
	return d, tray
}

// signInByBubble presses the button of the only bubble, which has to sign in.
func signInByBubble(d *desk) {
	d.t.Helper()
	opened := len(d.tabs())
	d.press(d.bubbles.wait("work ends in"), "Sign in again")
	until(d.t, "the button to open the sign-in page", func() bool { return d.pagesOpened(opened) == 1 })
	until(d.t, "the session to be well", func() bool { return d.session("work").State == session.Active })
	d.bubbles.waitGone("work ends in")
	d.picture("signed in by the button")
}
