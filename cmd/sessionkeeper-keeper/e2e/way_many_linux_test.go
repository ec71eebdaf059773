package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// Fifty sessions are refused at once: one page at most opens, one bubble counts them, and its button leads to the list.
func TestF22FiftyOnTheDesktop(t *testing.T) {
	t.Parallel()
	const many = 50
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{config: "check_every = \"0\"\n"})
	d.serve()
	d.quietly(func() {
		var adding sync.WaitGroup
		for i := range 5 {
			adding.Go(func() {
				for j := range many / 5 {
					name := fmt.Sprintf("team %d, tool %d", i+1, j)
					if out, errs, code := d.run("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid"); code != 0 {
						t.Errorf("adding %s: exit %d\n%s%s", name, code, out, errs)
					}
				}
			})
		}
		adding.Wait()
	})
	tray := d.startTray()
	page := d.page()
	page.see("All 50 sessions signed in")
	tray.seeTooltip("All 50 sessions signed in")
	tray.open("fifty sessions")
	tray.close()
	opened := len(d.tabs())
	p.RevokeAll()
	var asking sync.WaitGroup
	for _, s := range d.sessions() {
		asking.Go(func() { _, _, _ = d.run("refresh", s.Name) })
	}
	asking.Wait()
	notice := d.bubbles.wait("50 sessions wait for you")
	page.see("50 sessions wait for you to sign in")
	tray.seeTooltip("50 need you")
	tray.open("fifty that wait")
	tray.close()
	d.bubbles.one()
	if n := d.pagesOpened(opened); n > 1 {
		t.Errorf("fifty refusals opened %d pages; want one at most", n)
	}

	opened = len(d.tabs())
	d.press(notice, "Open the list")
	until(t, "the list to be opened", func() bool { return d.pagesOpened(opened) == 1 })
	list := d.pageOpened(opened)
	list.see("50 sessions wait for you to sign in")
	d.picture("the list")
	list.click("button", "Sign in again to team 1, tool 0")
	until(t, "one of them to be well", func() bool { return d.session("team 1, tool 0").State == session.Active })
	list.front()
	list.see("49 sessions wait for you to sign in")
	d.picture("one less")
	waiting := 0
	for _, s := range d.sessions() {
		if s.State == session.SignInNeeded {
			waiting++
		}
	}
	if waiting != many-1 {
		t.Errorf("%d sessions wait; want %d", waiting, many-1)
	}
	for _, b := range d.bubbles.now() {
		if !strings.Contains(b.title, "49 sessions wait for you") {
			t.Errorf("a bubble says %q", b.title)
		}
	}
}
