package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// catalogued is a provider file of the user's own: what an entry of the catalogue says, at another address.
func catalogued(id, issuer string) string {
	return fmt.Sprintf(`extends = %[1]q
authorize_url = "%[2]s/authorize"
token_url = "%[2]s/token"
device_url = ""
revoke_url = "%[2]s/revoke"
revoke_style = ""
userinfo_url = "%[2]s/userinfo"
offline_scope = "offline_access"

[check]
kind = "get"
url = "%[2]s/userinfo"
`, id, issuer)
}

// Nothing is there yet. Two providers of the catalogue are added on the page: one with the mouse, one with the keys alone.
func TestWayAdding(t *testing.T) {
	t.Parallel()
	clients := []authserver.Client{
		{ID: "1234.apps.example", Name: "My desktop app", Secret: "google-secret"},
		{ID: "Iv1.5678", Name: "My GitHub app", Secret: "github-secret"},
	}
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, Clients: clients}, false)
	d := startDesk(t, furniture{})
	google := strings.Replace(catalogued("google", p.Issuer()), "[check]", "issuer = \""+p.Issuer()+"\"\n\n[check]", 1)
	d.write("providers/google.toml", google)
	d.write("providers/github-app.toml", catalogued("github-app", p.Issuer()))
	d.serve()
	page := d.page()
	page.see("No sessions yet")
	page.click("link", "Add session")
	page.see("Where do you want to sign in?")
	d.picture("the list of providers")
	page.fill("Find a provider", "goo")
	page.click("button", "Google")
	page.see("First, at Google")
	d.picture("an empty form")
	page.click("button", "Sign in")
	page.see("not right yet")
	d.picture("what is missing")
	page.fill("App ID", "1234.apps.example")
	page.fill("App secret", "google-secret")
	d.picture("a form that is filled in")
	if page.count("input[type=password]") > 0 {
		t.Error("the browser takes the app's secret for a password, and offers to keep it")
	}
	page.click("button", "Sign in")
	consent := d.consent(p)
	d.picture("the provider asks")
	page.front()
	page.see("Finish signing in to")
	d.picture("our page meanwhile")
	consent.front()
	d.allow(consent, "Grace Hopper")
	page.front()
	page.seeRow("google", "Signed in", "grace@example.org")
	d.picture("Google is there")

	// From here on nobody touches the mouse.
	page.press("link", "Add session", kb.Enter)
	page.see("Where do you want to sign in?")
	page.press("searchbox", "Find a provider", "github app")
	page.press("button", "GitHub App", kb.Enter)
	page.see("First, at GitHub App")
	page.press("textbox", "App ID", "Iv1.5678")
	page.press("textbox", "App secret", "github-secret")
	d.picture("a form that was filled in with the keys")
	page.press("textbox", "App secret", kb.Enter)
	consent = d.consent(p)
	consent.see("Sign in as")
	consent.press("button", "Allow", kb.Enter)
	consent.see("You can close this page")
	page.front()
	page.seeRow("github-app", "Signed in")
	d.picture("both are there")
	if n := len(d.tabs()); n != 0 {
		t.Errorf("the keeper opened %d pages besides; want none", n)
	}
	for _, s := range d.sessions() {
		if s.State != session.Active || s.Provider == "" {
			t.Errorf("%s is %s at provider %q", s.Name, s.State, s.Provider)
		}
	}
}

// An address and a wrong app ID: what is wrong is said beside the field, all that was typed stays, and the right ID is
// enough then.
func TestWayWrongClient(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1}, false)
	d := startDesk(t, furniture{})
	d.serve()
	page := d.page()
	page.click("link", "Add session")
	page.click("radio", "By its address")
	page.fill("Address of the provider", "http://127.0.0.1:1")
	page.see("The connection failed")
	d.picture("nobody at that address")
	page.fill("Address of the provider", p.Issuer())
	page.see("Sessionkeeper can use this provider")
	page.fill("Name", "My work")
	page.fill("App ID", "demo-secret")
	page.fill("App secret", "a wrong one")
	page.fill("Permissions", "openid email offline_access")
	d.picture("the form")
	page.click("button", "Sign in")
	consent := d.consent(p)
	consent.see("Sign in as")
	consent.click("button", "Allow")
	consent.see("You can close this page")
	d.picture("the page at the end")
	page.front()
	page.see("not right yet")
	d.picture("a wrong secret")
	wrong := false
	for _, c := range page.controls() {
		wrong = wrong || c.role == "textbox" && c.invalid && (strings.Contains(c.name, "App ID") || strings.Contains(c.name, "App secret"))
	}
	if !wrong {
		t.Errorf("no field is marked as wrong; the page has:\n%s", listed(page.controls()))
	}
	for name, want := range map[string]string{"Name": "My work", "App ID": "demo-secret", "Permissions": "openid email offline_access"} {
		if got := page.find("textbox", name).value; got != want {
			t.Errorf("the field %s holds %q; want %q as before", name, got, want)
		}
	}
	if n := len(d.sessions()); n != 0 {
		t.Errorf("%d sessions are left of a sign-in that failed", n)
	}
	page.fill("App secret", "demo-secret")
	page.click("button", "Sign in")
	consent = d.consent(p)
	d.allow(consent, "")
	page.front()
	page.seeRow("My work", "Signed in")
	d.picture("well")
}
