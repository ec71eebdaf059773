package e2e

import (
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// The keychain is locked at the start: icon, menu and page say so and offer to unlock it; the prompt comes from that and
// from nothing else, and afterwards all is well without a sign-in.
func TestWayKeychainLocked(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{})
	prompts := d.ring.Prompter()
	d.serve()
	d.quietly(func() {
		d.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	})
	d.ring.Lock()
	d.restart()
	tray := d.startTray()
	page := d.page()
	page.seeRow("work", "Keychain locked")
	tray.see("The keychain is locked", "Unlock")
	d.picture("the page of a locked keychain")
	tray.open("the menu of a locked keychain")
	tray.close()
	page.click("link", "Health")
	page.see("The keychain is locked")
	d.picture("health of a locked keychain")
	page.click("link", "Sessions")
	if n := prompts.Count(); n != 0 {
		t.Errorf("%d prompts came by themselves; want none", n)
	}
	tray.choose("Unlock")
	cancel := prompts.Shown()
	cancel() // the person thinks better of it
	d.picture("after a cancelled prompt")
	page.seeRow("work", "Keychain locked")
	page.click("button", "Unlock")
	prompts.Shown()
	d.ring.Unlock() // what typing the password does
	page.seeRow("work", "Signed in")
	if _, err := d.token("work", 10*time.Second); err != nil {
		t.Errorf("a token after the keychain was unlocked: %v", err)
	}
	page.seeRow("work", "Renews in")
	tray.seeTooltip("1 session signed in")
	d.bubbles.waitGone("")
	d.picture("unlocked")
	d.bubbles.neverTwo() // of one prompt that was cancelled
	if n := len(d.tabs()); n != 1 {
		t.Errorf("%d pages were opened; want the one of the first sign-in", n)
	}
	if s := d.session("work"); s.State != session.Active {
		t.Errorf("the session is %s", s.State)
	}
}

// There is no keychain at all: adding a session fails with what to do, before anybody signs in in vain.
func TestWayNoKeychain(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{noKeychain: true})
	d.serve()
	tray := d.startTray()
	page := d.page()
	tray.see("There is no keychain")
	tray.open("the menu without a keychain")
	tray.close()
	page.see("There is no keychain")
	d.picture("the page without a keychain")
	page.click("link", "Health")
	page.see("There is no keychain", "Install and start one")
	d.picture("health without a keychain")
	opened := len(d.tabs())
	out, errs, code := d.run("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	if code == 0 || !strings.Contains(errs, "keychain") {
		t.Errorf("add: exit %d\n%s%s", code, out, errs)
	}
	d.picture("after an attempt to add")
	if n := d.pagesOpened(opened); n != 0 {
		t.Errorf("%d pages were opened although nothing could be kept; want none", n)
	}
}
