package e2e

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// No panel takes tray icons: that is said once, with a button that opens the page. When a panel comes the icon is there.
func TestWayNoTrayHost(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{noPanel: true})
	d.serve()
	d.quietly(func() { d.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid") })
	tray := d.startTray()
	notice := d.bubbles.waitFor("no place for the tray icon", 2*patience) // a panel may come up late after a log-in
	d.picture("without a panel")
	if !slices.Equal(notice.labels(), []string{"Open page"}) {
		t.Errorf("the bubble has the buttons %q", notice.labels())
	}
	opened := len(d.tabs())
	d.press(notice, "Open page")
	page := d.pageOpened(opened)
	page.seeRow("work", "Signed in")
	d.picture("the page instead")
	d.startPanel()
	tray.seeTooltip("1 session signed in")
	d.bubbles.waitGone("no place for the tray icon")
	d.picture("a panel came")
	tray.kill(syscall.SIGTERM)
	_ = d.startTray()
	d.bubbles.neverTwo()
}

// Without the desktop's bus the tray says why it cannot be and what there is instead; the keeper and the page go on.
func TestWayNoBus(t *testing.T) {
	t.Parallel()
	d := startDesk(t, furniture{noPanel: true, noKeychain: true, daemon: "none"})
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+d.dir+"/nothing")
	d.serve()
	tray := d.startTray()
	<-tray.ended
	if said := tray.stderr.String(); tray.cmd.ProcessState.ExitCode() != 1 ||
		!strings.Contains(said, "The desktop cannot be reached") || !strings.Contains(said, "sessionkeeper ui") {
		t.Errorf("the tray: exit %d, %q", tray.cmd.ProcessState.ExitCode(), said)
	}
	page := d.page()
	page.click("link", "Health")
	page.see("Keychain")
	d.picture("health without a bus")
	out, errs, _ := d.run("doctor")
	if said := out + errs; !strings.Contains(said, "The desktop cannot be reached") {
		t.Errorf("doctor says:\n%s", said)
	}
	t.Logf("doctor says:\n%s%s", out, errs)
}

// Without a display the window says so in a sentence, and the tray does without windows.
func TestWayNoDisplay(t *testing.T) {
	t.Parallel()
	d := startDesk(t, furniture{windows: true})
	d.env = append(d.env, "DISPLAY=", "WAYLAND_DISPLAY=")
	d.serve()
	tray := d.startTray()
	tray.seeTooltip("No sessions yet")
	page := d.pageOpened(0) // in place of the window that welcomes
	page.see("No sessions yet")
	d.picture("the first start without windows")
	out, code := d.runWindow("sessions")
	if code != 1 || !strings.Contains(out, "display") {
		t.Errorf("the window: exit %d, %q", code, out)
	}
	t.Logf("the window says: %s", out)
}
