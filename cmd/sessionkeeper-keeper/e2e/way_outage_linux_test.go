package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// A provider that cannot be reached is no reason to sign in: one bubble without buttons, no page. When it is back all is
// well by itself.
func TestWayOutage(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: 9 * time.Second, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{})
	d.serve()
	d.quietly(func() {
		for _, name := range []string{"work", "mail"} {
			d.must("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
		}
	})
	tray := d.startTray()
	page := d.page()
	page.seeRow("work", "Signed in")
	opened := len(d.tabs())
	p.shut()
	page.seeRow("work", "Trying again")
	d.picture("trying again")
	notice := d.bubbles.wait("cannot be renewed now")
	tray.seeTooltip("2 trying again")
	tray.open("the outage")
	tray.close()
	if len(notice.labels()) != 0 {
		t.Errorf("the bubble has the buttons %q; want none", notice.labels())
	}
	if page.has("button", "Sign in") {
		t.Error("the page offers a sign-in while the provider is down")
	}
	p.reopen()
	page.seeRow("work", "Signed in")
	page.seeRow("mail", "Signed in")
	d.bubbles.waitGone("cannot be renewed now")
	tray.seeTooltip("All 2 sessions signed in")
	d.picture("back")
	d.bubbles.neverTwo()
	if n := d.pagesOpened(opened); n != 0 {
		t.Errorf("an outage opened %d pages; want none", n)
	}
}

// Nothing can be reached: three providers at once are one piece of news, in one bubble, and nobody has to do anything.
func TestWayNoNetwork(t *testing.T) {
	t.Parallel()
	var issuers []*issuer
	d := startDesk(t, furniture{})
	d.serve()
	d.quietly(func() {
		for _, name := range []string{"work", "mail", "files"} {
			p := startIssuer(t, authserver.Options{AccessTTL: 9 * time.Second, SessionTTL: -1, AutoApprove: true}, false)
			issuers = append(issuers, p)
			d.must("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
		}
	})
	tray := d.startTray()
	page := d.page()
	page.see("All 3 sessions signed in")
	opened := len(d.tabs())
	for _, p := range issuers {
		p.shut()
	}
	tray.seeTooltip("3 trying again")
	for _, name := range []string{"work", "mail", "files"} {
		untilOr(t, patience, func() bool {
			return slices.ContainsFunc(d.bubbles.now(), func(b bubble) bool { return strings.Contains(b.title+b.body, name) })
		}, func() string { return fmt.Sprintf("no bubble names %s: %+v", name, d.bubbles.now()) })
	}
	d.picture("nothing can be reached")
	if now := d.bubbles.now(); len(now) != 1 {
		t.Errorf("%d bubbles tell that nothing can be reached; want one: %+v", len(now), now)
	}
	for _, p := range issuers {
		p.reopen()
	}
	page.see("All 3 sessions signed in")
	d.bubbles.waitGone("")
	d.picture("the network is back")
	if n := d.pagesOpened(opened); n != 0 {
		t.Errorf("%d pages were opened; want none", n)
	}
}
