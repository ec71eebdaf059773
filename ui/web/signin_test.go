package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

func panel(name string) string { return row(name) + `?.querySelector("[data-part=sign-in]")` }

func TestPageSignsIn(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.click("Sign in again to okta")
	b.until(panel("okta") + ` != null`)
	b.newTab()
	if link := eval[string](b, panel("okta")+`.querySelector("a").href`); link != signInPages+"1" {
		t.Errorf("the link goes to %q", link)
	}
	b.everywhere("sign-in")
	b.keeper.Finish("login-1")
	b.until(state("okta", "Signed in"))
	b.until(panel("okta") + ` == null`)
	b.until(`document.getElementById("summary").textContent === "2 sessions need you"`)
	b.click("Sign in again to microsoft")
	b.until(panel("microsoft") + ` != null`)
	b.paste("microsoft", "https://app.example/done?state=x&code=y")
	b.until(state("microsoft", "Signed in"))
	b.until(`document.getElementById("summary").textContent === "1 session needs you"`)
	b.clean()
}

func TestPageCancelsASignIn(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.click("Sign in again to okta")
	b.until(panel("okta") + ` != null`)
	b.click("Cancel the sign-in to okta")
	b.until(panel("okta") + ` == null`)
	b.until(state("okta", "Sign-in needed"))
	if eval[bool](b, row("okta")+`.querySelector(".note") !== null`) {
		t.Error("who cancels is told of a failure")
	}
	b.clean("404") // for a question about the sign-in that was on its way
}

// TestPagePastesAWrongAddress: a refusal shows beside the session, and the sign-in goes on.
func TestPagePastesAWrongAddress(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.click("Sign in again to okta")
	b.until(panel("okta") + ` != null`)
	b.paste("okta", "https://app.example/done")
	b.until(panel("okta") + `.textContent.includes("this address has no code in it")`)
	b.clean("400")
}

// TestDeviceSignIn shows the code that is to be typed elsewhere, and opens no page by itself.
func TestDeviceSignIn(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.click("Sign in again to okta")
	b.until(panel("okta") + ` != null`)
	b.newTab()
	b.click("Sign in on another device: okta")
	b.until(panel("okta") + `?.querySelector(".code code")?.textContent === "WDJB-MJHT"`)
	b.everywhere("device-code")
	b.keeper.Finish("login-2")
	b.until(state("okta", "Signed in"))
	b.clean()
}

// TestAnotherAccount: who signed in as somebody else is asked whether that was meant.
func TestAnotherAccount(t *testing.T) {
	t.Parallel()
	k := apitest.New(everyState()...)
	r := refuser(k, k.LoginStatus)
	b := openWith(t, k, func(o *api.Options) { o.Keeper = r })
	b.enter("")
	b.click("Sign in again to okta")
	b.until(panel("okta") + ` != null`)
	b.newTab()
	r.end(client.Login{ID: "login-1", Status: "failed", Failure: "wrong_account", Detail: "bob@example.org signed in."})
	b.keeper.Put(apitest.Session{Name: "okta", State: "sign_in_needed", Reason: "wrong_account"})
	b.until(row("okta") + `.querySelector(".note")?.textContent.includes("bob@example.org signed in.")`)
	if n := eval[int](b, row("okta")+`.textContent.split("Use the other account").length - 1`); n != 1 {
		t.Errorf("the other account is offered %d times", n)
	}
	b.everywhere("another-account")
	b.click("Use the other account for okta")
	b.until(panel("okta") + ` != null`)
	b.keeper.Finish("login-2")
	b.until(state("okta", "Signed in"))
	b.until(row("okta") + `.querySelector(".note") === null`)
	b.clean()
}

// TestAnotherAccountElsewhere: the page offers the other account also where the sign-in was none of its own.
func TestAnotherAccountElsewhere(t *testing.T) {
	t.Parallel()
	b := open(t, apitest.Session{Name: "okta", State: "sign_in_needed", Reason: "wrong_account"})
	b.enter("")
	b.until(state("okta", "Sign-in needed"))
	eval[bool](b, `{const real = fetch; window.sent = [];
		window.fetch = (path, init) => (sent.push(init?.body), real(path, init)); true}`)
	b.click("Use the other account for okta")
	b.until(panel("okta") + ` != null`)
	if !eval[bool](b, `sent.some((body) => body && JSON.parse(body).as_other === true)`) {
		t.Error("the keeper was not asked to take the other account")
	}
	b.clean()
}

// TestSignInPageOpenedByItself: while a page that the keeper opened waits in the browser, the card says so.
func TestSignInPageOpenedByItself(t *testing.T) {
	t.Parallel()
	b := open(t, apitest.Session{Name: "okta", State: "sign_in_needed", Reason: "revoked"})
	b.enter("")
	b.until(state("okta", "Sign-in needed"))
	if _, err := b.client.Login(t.Context(), "okta", client.LoginRequest{}); err != nil {
		t.Fatal(err)
	}
	b.says("Finish signing in to “okta” in your browser.")
	b.everywhere("sign-in-elsewhere")
	if eval[bool](b, row("okta")+`.textContent.includes("Sign in again to okta")`) {
		t.Error("the card offers to sign in anew besides")
	}
	b.click("Open the page again: okta")
	b.newTab()
	b.until(panel("okta") + ` != null`)
	b.keeper.Finish("login-2")
	b.until(state("okta", "Signed in"))
	b.until(row("okta") + `.querySelector("[data-part]") === null`)
	b.clean()
}

// TestSignInOutlivesOtherViews: who looks elsewhere meanwhile finds it again.
func TestSignInOutlivesOtherViews(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.click("Sign in again to okta")
	b.until(panel("okta") + ` != null`)
	b.click("Health")
	b.until(`document.querySelector(".parts") !== null`)
	b.click("Sessions")
	b.until(panel("okta") + ` != null`)
	b.clean()
}

// TestSignInThatTheKeeperForgot ends with a word, not with a panel that stays for ever.
func TestSignInThatTheKeeperForgot(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.click("Sign in again to okta")
	b.until(panel("okta") + ` != null`)
	if _, err := b.client.LoginCancel(t.Context(), "okta", "login-1"); err != nil {
		t.Fatal(err)
	}
	b.keeper.Put(apitest.Session{Name: "okta", State: "sign_in_needed", Reason: "expired"})
	b.until(row("okta") + `.querySelector(".note")?.textContent.includes("this sign-in is over or unknown")`)
	b.until(panel("okta") + ` == null`)
	b.clean("404")
}

func (b *browser) paste(name, address string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const panel = %s; panel.querySelector("details").open = true; const form = panel.querySelector("form");
		form.elements.address.value = %q; form.elements.address.dispatchEvent(new InputEvent("input", {bubbles: true}));
	}`, panel(name), address)))
	b.until(panel(name) + fmt.Sprintf(`.querySelector("input").value === %q`, address))
	b.do(chromedp.Evaluate[chromedp.Void](panel(name) + `.querySelector("form").requestSubmit()`))
}
