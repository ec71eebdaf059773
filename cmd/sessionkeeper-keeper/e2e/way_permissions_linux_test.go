package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// A session that may do too little is given more, with the keys alone. It works meanwhile, and keeps what it has when the
// provider refuses.
func TestWayMorePermissions(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1}, false)
	d := startDesk(t, furniture{})
	d.serve()
	added := d.adding("work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--scope", "email")
	d.allow(d.consent(p), "Grace Hopper")
	added()
	before := d.session("work")
	page := d.page()
	page.seeRow("work", "Signed in", "grace@example.org")
	page.press("button", "Details of work", kb.Enter)
	page.press("button", "Ask for more permissions of work", kb.Enter)
	page.press("textbox", "Further permissions", "profile")
	d.picture("asking for more")
	page.press("button", "Ask and sign in", kb.Enter)
	consent := d.consent(p)
	consent.see("see your name (profile)")
	if _, err := d.token("work", time.Second); err != nil {
		t.Errorf("the session does not work while it asks for more: %v", err)
	}
	d.allow(consent, "Grace Hopper")
	page.front()
	page.gone("Finish signing in")
	page.seeRow("work", "Signed in", "profile")
	d.picture("more was given")
	now := d.session("work")
	if slices.Contains(before.Scopes, "profile") || !slices.Contains(now.Scopes, "profile") || len(now.ScopesMissing) > 0 {
		t.Errorf("the scopes were %q and are %q, missing %q", before.Scopes, now.Scopes, now.ScopesMissing)
	}
	if file, err := os.ReadFile(filepath.Join(d.dir, "sk/config/sessions/work.toml")); err != nil || !strings.Contains(string(file), "profile") {
		t.Errorf("the definition names %q, %v", file, err)
	}

	page.press("button", "Ask for more permissions of work", kb.Enter)
	page.press("textbox", "Further permissions", "everything")
	page.press("textbox", "Further permissions", kb.Enter)
	page.see("Until then the session goes on with what it has.", "Asked for, and not given")
	page.front()
	d.picture("more was refused")
	page.seeRow("work", "Signed in")
	if s := d.session("work"); s.State != session.Active || s.Generation != now.Generation || !slices.Equal(s.Scopes, now.Scopes) {
		t.Errorf("the session is %s, generation %d after %d, with %q", s.State, s.Generation, now.Generation, s.Scopes)
	}
	if _, err := d.token("work", time.Second); err != nil {
		t.Error(err)
	}
}

// Where a provider takes no address of this machine, the page asks at once for the one that the browser ended on.
func TestWayPastedAddress(t *testing.T) {
	t.Parallel()
	const back = "https://app.example/done"
	p := startIssuer(t, authserver.Options{
		AccessTTL: time.Hour, SessionTTL: -1, Clients: []authserver.Client{{ID: "pasted", RedirectURIs: []string{back}}},
	}, false)
	d := startDesk(t, furniture{})
	d.write("providers/shut.toml", fmt.Sprintf("name = \"Shut\"\nauthorize_url = \"%[1]s/authorize\"\ntoken_url = \"%[1]s/token\"\n"+
		"offline_scope = \"offline_access\"\npaste_only = true\nredirect_url = \"{redirect}\"\n\n[vars.redirect]\n"+
		"note = \"the address that is registered\"\n", p.Issuer()))
	d.serve()
	page := d.page()
	page.click("link", "Add session")
	page.fill("Find a provider", "shut")
	page.click("button", "Shut")
	page.fill("Return address", back)
	page.fill("App ID", "pasted")
	d.picture("a return address of one's own")
	page.click("button", "Sign in")
	consent := d.consent(p)
	consent.click("button", "Allow")
	var ended string
	d.until("the browser's way back", patience, func() bool {
		for _, tab := range d.browser.pages() {
			if u, err := url.Parse(tab.URL); err == nil && u.Host == "app.example" {
				ended = tab.URL
			}
		}
		return ended != ""
	})
	page.front()
	page.see("The address of that page")
	d.picture("the field is open")
	page.fill("The address of that page", ended)
	page.click("button", "Finish")
	page.seeRow("shut", "Signed in")
	if s := d.session("shut"); s.State != session.Active {
		t.Errorf("the session is %s", s.State)
	}
}
