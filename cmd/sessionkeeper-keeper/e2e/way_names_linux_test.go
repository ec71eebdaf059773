package e2e

import (
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// A name of 200 Arabic letters, and an account that brings markup and characters that turn the text around: every face
// shows the name, none breaks.
func TestWayLongName(t *testing.T) {
	t.Parallel()
	name := string([]rune(strings.Repeat("جلسة عمل ", 23))[:199]) + "ل"
	account := authserver.Account{
		Subject: "mallory", Name: "<b onmouseover=alert(1)>Mallory</b> \u202Egro.live\u202C", Email: "mallory+<script>@example.org",
	}
	p := startIssuer(t, authserver.Options{
		AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true, Accounts: []authserver.Account{account},
	}, false)
	d := startDesk(t, furniture{})
	d.serve()
	page := d.page()
	d.quietly(func() {
		d.must("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--scope", "profile",
			"--scope", "email", "--max-age", "5m30s")
	})
	tray := d.startTray()
	page.seeRow(name, "Signed in")
	page.click("button", "Details")
	d.picture("a long name on the page")
	warning := d.bubbles.wait("ends in 5 min")
	tray.seeTooltip("1 ends soon")
	tray.open("a long name in bubble and menu")
	tray.close()
	if page.count("main b, main script") != 0 {
		t.Error("the account's markup became part of the page")
	}
	if strings.ContainsRune(warning.title+warning.body, '\u202e') || strings.Contains(warning.body, "<b") {
		t.Errorf("the bubble says %q, %q", warning.title, warning.body)
	}
	page.fits()
	d.bubbles.one()
	page.click("link", "History")
	d.picture("a long name in the history")
	page.fits()
}
