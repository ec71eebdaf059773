package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// permissions are what the details of a session say of them, a line each.
func permissions(name string) string {
	return row(name) + `?.querySelector(".permissions")?.innerText.split(/\n+/).filter(Boolean)`
}

func (b *browser) permissions(name string, want ...string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`JSON.stringify(%s) === JSON.stringify(%s)`, permissions(name), quoted(want)))
}

// TestMorePermissions asks for further ones with the keyboard alone: what is given is shown, and what is declined as well.
func TestMorePermissions(t *testing.T) {
	t.Parallel()
	b := open(t, apitest.Session{Name: "github", Provider: "github", State: "active", Scopes: []string{"repo"}})
	b.keeper.Decline("admin:org")
	b.enter("")
	b.until(state("github", "Signed in"))
	eval[bool](b, `{const real = fetch; window.sent = [];
		window.fetch = (path, init) => (sent.push(init?.body ?? ""), real(path, init)); true}`)
	b.click("Details of github")
	b.permissions("github", "Permissions", "repo", "Ask for more…")
	b.tab("Ask for more permissions of github")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.focus("more_scopes")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(row("github") + `.querySelector(".ask .fault")?.textContent === "Enter at least one."`)
	b.everywhere("permissions-asked")
	b.do(chromedp.KeyEvent("read:org, admin:org read:org"), chromedp.KeyEvent(kb.Enter))
	b.until(panel("github") + ` != null`)
	b.newTab()
	if body := eval[string](b, `sent.find((text) => text.includes("scopes"))`); !strings.Contains(body, `"scopes":["read:org","admin:org"]`) {
		t.Errorf("the keeper was asked for %s", body)
	}
	b.until(`document.activeElement !== document.body`)
	b.permissions("github", "Permissions", "repo")
	b.keeper.Finish("login-1")
	b.until(panel("github") + ` == null`)
	b.until(row("github") + `.querySelector(".note")?.textContent === "The provider did not give: admin:org. The rest works."`)
	b.until(`document.querySelector("[role=status]").textContent.endsWith("The provider did not give: admin:org. The rest works.")`)
	b.permissions("github", "Permissions", "repo", "read:org", "Asked for, and not given", "admin:org", "Ask for more…")
	b.everywhere("permissions-declined")
	b.click("Ask for more permissions of github")
	if text := b.value("more_scopes"); text != "admin:org " {
		t.Errorf("the field begins with %q", text)
	}
	b.click("Cancel")
	b.until(`document.querySelector(".ask") === null`)
	b.until(`document.activeElement !== document.body`)
	b.clean()
}

// TestMorePermissionsRefused: what was typed is not lost, and the session is as before.
func TestMorePermissionsRefused(t *testing.T) {
	t.Parallel()
	k := apitest.New(apitest.Session{Name: "github", Provider: "github", State: "active", Scopes: []string{"repo"}})
	r := refuser(k, k.LoginStatus)
	b := openWith(t, k, func(o *api.Options) { o.Keeper = r })
	b.enter("")
	b.click("Details of github")
	b.click("Ask for more permissions of github")
	b.write("more_scopes", "everything")
	b.click("Ask and sign in")
	b.until(panel("github") + ` != null`)
	b.newTab()
	r.end(client.Login{ID: "login-1", Status: "failed", Failure: "setup", Detail: "The provider knows no such scope."})
	b.keeper.Put(apitest.Session{Name: "github", Provider: "github", State: "active", Scopes: []string{"repo"}})
	b.until(row("github") + `.querySelector(".note")?.textContent ===
		"The provider knows no such scope. Until then the session goes on with what it has."`)
	b.permissions("github", "Permissions", "repo", "Asked for, and not given", "everything", "Ask for more…")
	b.until(`document.activeElement !== document.body`)
	b.click("Ask for more permissions of github")
	if text := b.value("more_scopes"); text != "everything " {
		t.Errorf("the field begins with %q", text)
	}
	b.clean()
}

// TestPermissionsTakenAway: a session that lost some says which, goes on, and asks for them in one step.
func TestPermissionsTakenAway(t *testing.T) {
	t.Parallel()
	b := open(t, apitest.Session{
		Name: "google", Provider: "google", State: "active", Reason: "scope_changed", Generation: 3,
		Scopes:        []string{"openid", "https://www.googleapis.com/auth/userinfo.email"},
		ScopesMissing: []string{"https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/drive.readonly"},
	}, apitest.Session{
		Name: "entra", Provider: "microsoft", State: "active", Reason: "interaction_required", Scopes: []string{},
	}, apitest.Session{
		Name: "quiet", Provider: "okta", State: "active",
		Detail: "A new app secret is stored; the one before it is kept until the new one has worked once.",
	}, apitest.Session{
		Name: "restored", Provider: "okta", State: "paused",
		Detail: "The keeper's files were copied here: resume the session if this is the only copy, else sign in again.",
	})
	b.enter("")
	b.until(state("google", "Signed in"))
	b.until(row("google") + `.querySelector(".why strong").textContent === "Some permissions are missing. "`)
	b.until(row("google") + `.querySelector(".why .soft").textContent ===
		"Missing: https://www.googleapis.com/auth/calendar, https://www.googleapis.com/auth/drive.readonly"`)
	b.until(row("entra") + `.querySelector(".why strong").textContent === "A service wants to see you. "`)
	b.until(row("quiet") + `.querySelector(".why").textContent.startsWith("A new app secret is stored")`)
	b.until(row("restored") + `.querySelector(".why .soft").textContent.startsWith("The keeper's files were copied here")`)
	for _, name := range []string{"google", "entra", "restored"} {
		b.click("Details of " + name)
		b.until(permissions(name) + ` !== undefined`)
	}
	b.permissions("google", "Permissions", "openid", "https://www.googleapis.com/auth/userinfo.email",
		"Needed, and not given",
		"https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/drive.readonly", "Ask for more…")
	b.permissions("entra", "Permissions", "The provider has named none.", "Ask for more…")
	for name, want := range map[string]int{"google": 1, "entra": 1, "restored": 1} {
		n := eval[int](b, `[...`+row(name)+`.querySelectorAll("button")].filter((e) => e.textContent === "Sign in again").length`)
		if n != want {
			t.Errorf("%s offers to sign in again %d times", name, n)
		}
	}
	b.everywhere("permissions-taken-away")
	b.click("Sign in again to google")
	b.until(panel("google") + ` != null`)
	b.newTab()
	b.keeper.Finish("login-1")
	b.until(row("google") + `.querySelector(".why") === null`)
	b.permissions("google", "Permissions", "openid", "https://www.googleapis.com/auth/userinfo.email",
		"https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/drive.readonly", "Ask for more…")
	b.clean()
}

// TestManyPermissions: a list of hundreds does not bury what stands below it.
func TestManyPermissions(t *testing.T) {
	t.Parallel()
	many := strings.Fields(strings.Repeat("files:read ", 200))
	b := open(t, apitest.Session{Name: "slack", Provider: "slack", State: "active", Scopes: many})
	b.enter("")
	b.click("Details of slack")
	const listed = `document.querySelectorAll(".scopes li").length`
	b.until(listed + ` === 30`)
	b.click("Show all 200")
	b.until(listed + ` === 200`)
	b.until(`document.activeElement !== document.body`)
	b.clean()
}

// TestPasteOnly: where a provider takes https addresses alone, the field for the address is open by itself.
func TestPasteOnly(t *testing.T) {
	t.Parallel()
	k := apitest.New(apitest.Session{Name: "slack", Provider: "slack", State: "sign_in_needed", Reason: "revoked"})
	r := refuser(k, k.LoginStatus)
	b := openWith(t, k, func(o *api.Options) { o.Keeper = r })
	k.SetProviders(client.Provider{ID: "slack", Name: "Slack", PasteOnly: true})
	b.enter("")
	b.until(state("slack", "Sign-in needed"))
	opened, err := b.client.Login(t.Context(), "slack", client.LoginRequest{}) // by the keeper: it has no field here
	if err != nil || !opened.Paste {
		t.Fatalf("%+v, %v", opened, err)
	}
	b.click("Sign in again to slack")
	b.newTab()
	b.focus("address")
	b.says("Open the page and sign in. It ends on a page that may not load")
	b.everywhere("paste-only")
	const stray = "An answer that belongs to no sign-in came in and was ignored; this sign-in still waits for you."
	r.end(client.Login{ID: "login-2", Status: "pending", Detail: stray, Paste: true})
	k.Put(apitest.Session{Name: "slack", Provider: "slack", State: "sign_in_needed", Reason: "revoked"})
	b.says(stray)
	b.until(`document.querySelector("[role=status]").textContent === ` + "`" + stray + "`")
	b.focus("address")
	b.do(chromedp.KeyEvent("https://app.example/done?state=x&code=y"), chromedp.KeyEvent(kb.Enter))
	b.until(state("slack", "Signed in"))
	b.clean()
}
