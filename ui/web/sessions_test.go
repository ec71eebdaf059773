package web_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/web"
)

const arabic = "جلسة عمل "

// everyState has a session in each state, three of which wait for the user, and one with a name of 200 letters.
func everyState() []apitest.Session {
	now := time.Now()
	long := string([]rune(strings.Repeat(arabic, 23))[:200])
	return []apitest.Session{
		of("ada@example.org", apitest.Session{
			Name: "github", Provider: "github", ClientID: "c1", State: "active", Scopes: []string{"repo", "read:org"},
			Generation: 7, SignedInAt: now.Add(-60 * time.Hour),
			LastRefreshAt: now.Add(-48 * time.Minute), AccessExpiresAt: now.Add(3 * time.Hour),
			UsableUntil: now.Add(3 * time.Hour), RenewAt: now.Add(2*time.Hour + 30*time.Minute),
			EndsAt: now.Add(6 * 30 * 24 * time.Hour), // each renewal moves it
		}),
		of("ada@example.org", apitest.Session{
			Name: long, Provider: "google", ClientID: "c2", State: "active",
			LastRefreshAt: now.Add(-time.Hour), UsableUntil: now.Add(8 * time.Hour), RenewAt: now.Add(7 * time.Hour),
			SignedInAt: now.Add(-time.Hour), EndsAt: now.Add(30 * 24 * time.Hour), EndsFirm: true,
		}),
		{
			Name: "gitlab <b>work</b>", Issuer: "https://gitlab.example", ClientID: "c3", State: "retrying",
			NextTryAt: now.Add(20 * time.Minute), UsableUntil: now.Add(40 * time.Minute),
			LastRefreshAt: now.Add(-80 * time.Minute),
			LastError:     &apitest.LastError{Code: "server_error", HTTPStatus: 502, At: now},
		},
		{
			Name: "keycloak", Provider: "keycloak", ClientID: "c4", State: "expiring", SignedInAt: now.Add(-6 * time.Hour),
			EndsAt: now.Add(28 * time.Hour), EndsFirm: true, RenewAt: now.Add(29 * time.Hour),
		},
		of("ada@contoso.example", apitest.Session{
			Name: "microsoft", Provider: "microsoft", ClientID: "c5", State: "sign_in_needed", Reason: "revoked",
			UsableUntil: now.Add(26 * time.Hour), LastRefreshAt: now.Add(-35 * time.Minute),
		}),
		{
			Name: "okta", Provider: "okta", ClientID: "c6", State: "sign_in_needed", Reason: "expired",
			EndsAt: now.Add(-3 * 24 * time.Hour),
		},
		{Name: "slack", Provider: "slack", ClientID: "c7", State: "setup_needed", Reason: "client"},
		{Name: "vault", Provider: "vault", ClientID: "c8", State: "keychain_locked", Reason: "locked"},
		{Name: "weblate", Provider: "weblate", ClientID: "c9", State: "paused"},
		{Name: "zulip", Provider: "zulip", ClientID: "c10", State: "signed_out"},
	}
}

// of makes a session one of an account.
func of(email string, s apitest.Session) apitest.Session {
	s.Account.Email = email
	return s
}

func TestPageShowsSessions(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.until(`document.querySelectorAll(".session").length === 10`)
	if url := eval[string](b, `location.href`); url != b.server.PageAddress()+"/" {
		t.Errorf("the address is %s; the code is still in it", url)
	}
	for name, word := range map[string]string{
		"github": "Signed in", "gitlab <b>work</b>": "Trying again", "keycloak": "Ends soon", "okta": "Sign-in needed",
		"slack": "Setup needed", "vault": "Keychain locked", "weblate": "Paused", "zulip": "Signed out",
	} {
		b.until(state(name, word))
	}
	b.until(`document.getElementById("summary").textContent === "3 sessions need you"`)
	b.until(`document.title === "(3) Sessionkeeper"`)
	b.until(row("github") + `.querySelector(".time").textContent.startsWith("Renews in 2 h")`)
	b.until(row("github") + `.querySelector(".who").textContent === "ada@example.org"`)
	b.until(row("keycloak") + `.querySelector(".ends").textContent === "Ends in 1 day 4 h"`)
	b.until(row("keycloak") + `.querySelector(".time").textContent === "Ends in 1 day 4 h"`) // it is not renewed before
	b.until(row("microsoft") + `.querySelector(".time").textContent === "Programs can use it for 1 day 2 h more"`)
	b.until(row("microsoft") + `.querySelector("progress") === null`)
	b.until(row("okta") + `.querySelector(".ends").textContent === "Ended 3 days ago"`)
	b.until(row("microsoft") + `.querySelector(".why strong").textContent === "Access was revoked. "`)
	names := eval[[]string](b, `[...document.querySelectorAll(".session h3")].map((h) => h.textContent)`)
	if first := names[:6]; !slices.Equal(first, []string{
		"microsoft", "okta", "slack", "vault", "keycloak", "gitlab <b>work</b>",
	}) {
		t.Errorf("first are %q; want those that need the user most", first)
	}
	if last := names[8:]; !slices.Equal(last, []string{"weblate", "zulip"}) {
		t.Errorf("last are %q", last)
	}
	b.everywhere("sessions")
	b.click("Details of microsoft")
	for name, value := range map[string]string{
		"App ID": "c5", "State": "Sign-in needed: access was revoked (sign_in_needed, revoked)",
	} {
		b.until(fmt.Sprintf(`[...%s.querySelectorAll("dt")].find((e) => e.textContent === %q)?.nextSibling.textContent === %q`,
			row("microsoft"), name, value))
	}
	b.look("forced-colors=active", "prefers-color-scheme=dark")
	b.shoot("sessions-forced-colours")
	b.look()
	b.clean()
}

func TestPageActs(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.until(state("github", "Signed in"))
	b.click("Details of github")
	b.click("Pause github")
	b.until(state("github", "Paused"))
	b.until(`document.querySelector("[role=status]").textContent === "github: Paused"`)
	b.until(`document.activeElement === ` + row("github") + `.querySelector("h3")`) // its button is gone
	b.click("Resume github")
	b.until(state("github", "Signed in"))
	b.click("Details of keycloak")
	b.click("Refresh keycloak")
	b.until(state("keycloak", "Signed in"))
	b.click("Sign out of github")
	b.until(`document.querySelector("dialog")?.open === true`)
	b.focus("Cancel") // the harmless answer
	b.everywhere("question-sign-out")
	b.click("Cancel")
	b.until(`!document.querySelector("dialog")`)
	b.until(state("github", "Signed in"))
	b.click("Sign out of github")
	b.until(`document.querySelector("dialog")?.open === true`)
	b.click("Sign out")
	b.until(state("github", "Signed out"))
	b.click("Details of slack")
	b.click("Enter secret… slack")
	b.write("client_secret", "canary-7f3a")
	b.click("Save")
	b.until(state("slack", "Signed in"))
	if eval[bool](b, `document.documentElement.outerHTML.includes("canary-7f3a")`) {
		t.Error("the secret is still on the page")
	}
	b.click("Unlock the keychain for vault")
	b.until(`document.querySelector("[aria-disabled]") === null`)
	b.clean()
	if changes := b.keeper.Changes(); !slices.Contains(changes, "UnlockKeychain") {
		t.Errorf("the keeper was asked for %v", changes)
	}
}

func TestPageRemoves(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.until(state("github", "Signed in"))
	b.click("Details of github")
	b.click("Remove… github")
	b.until(`document.querySelector("dialog")?.open === true`)
	b.do(chromedp.KeyEvent("\u001b"))
	b.until(`!document.querySelector("dialog")`)
	b.until(state("github", "Signed in"))
	b.until(`document.activeElement?.ariaLabel === "Remove… github"`)
	b.click("Remove… github")
	b.until(`document.querySelector("dialog")?.open === true`)
	b.everywhere("question-remove")
	b.click("Sign out and remove")
	b.until(`!(` + row("github") + `)`)
	b.click("Details of zulip")
	b.click("Remove… zulip")
	b.until(`document.querySelector("dialog")?.open === true`)
	b.click("Remove")
	b.until(`!(` + row("zulip") + `)`)
	want := []string{"Logout github", "Remove github", "Remove zulip"}
	if changes := b.keeper.Changes(); !slices.Equal(changes, want) {
		t.Errorf("the keeper was asked for %v; want %v", changes, want)
	}
	b.clean()
}

func TestPageIsLive(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.enter("")
	b.says("No sessions yet")
	b.everywhere("empty")
	b.keeper.Put(apitest.Session{Name: "new", State: "active"})
	b.until(state("new", "Signed in"))
	b.keeper.Put(apitest.Session{Name: "new", State: "sign_in_needed", Reason: "reused"})
	b.until(state("new", "Sign-in needed"))
	b.keeper.Lock(errors.New("the keychain is locked; unlock it"))
	b.says("The keychain is locked")
	if _, err := b.client.Pause(t.Context(), "new"); err != nil {
		t.Fatal(err)
	}
	b.until(state("new", "Paused"))
	b.click("Unlock the keychain")
	b.until(`!document.querySelector("[data-part=keychain]")`)
	if err := b.client.Remove(t.Context(), "new"); err != nil {
		t.Fatal(err)
	}
	b.says("No sessions yet")
	b.clean("503")
}

const cards = `[...document.querySelectorAll(".session h3")].map((h) => h.textContent).join()`

// TestCardsStay: no card moves while one looks at it. Those that come to need the user are named at the top, from where
// one gets to them; who comes back to the list finds them first.
func TestCardsStay(t *testing.T) {
	t.Parallel()
	b := open(t)
	names := make([]string, 20)
	for i := range names {
		names[i] = fmt.Sprintf("session %d", i)
	}
	b.fill(len(names))
	b.enter("")
	b.until(state("session 7", "Signed in"))
	b.do(chromedp.Evaluate[chromedp.Void](row("session 6") + `.querySelector(".fold").focus()`))
	for name, word := range map[string]string{"session 6": "expiring", "session 18": "sign_in_needed", "session 19": "retrying"} {
		b.keeper.Put(converted[apitest.Session](map[string]string{"name": name, "state": word}))
	}
	b.keeper.Put(apitest.Session{Name: "session 1", State: "setup_needed", Reason: "client"}) // is in sight already
	b.until(state("session 1", "Setup needed"))
	b.until(`document.querySelector(".jumps").innerText === "session 18"`)
	b.keeper.Put(apitest.Session{Name: "session 1", State: "active"})
	b.until(state("session 1", "Signed in"))
	b.until(state("session 6", "Ends soon"))
	b.until(state("session 18", "Sign-in needed"))
	b.until(state("session 19", "Trying again"))
	b.until(fmt.Sprintf(`%s === %q`, cards, strings.Join(names, ",")))
	b.focus("Details of session 6")
	b.until(`document.getElementById("summary").textContent === "1 session waits for you to sign in"`)
	b.everywhere("cards-stay")
	b.write("find", "session 6")
	b.until(cards + ` === "session 6"`)
	b.click("session 18")
	b.focus("session 18")
	b.until(`((r) => r.top >= 0 && r.bottom <= innerHeight)(document.activeElement.getBoundingClientRect())`)
	b.click("Health")
	b.until(`document.querySelector(".parts") !== null`)
	b.click("Sessions")
	b.until(cards + `.startsWith("session 18,session 6,session 19,session 0,")`)
	b.until(`document.querySelector(".jumps") === null`)
	b.keeper.Put(apitest.Session{Name: "a new one", State: "sign_in_needed"})
	b.until(cards + `.endsWith(",a new one")`)
	b.click("a new one")
	b.focus("a new one")
	b.clean()
}

func TestReloadKeepsTheBearer(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.until(state("github", "Signed in"))
	b.do(chromedp.Reload())
	b.until(state("github", "Signed in"))
	b.clean()
}

const locked = `document.querySelector("[data-part=closed]")?.textContent.includes("sessionkeeper ui")`

func TestPageWithoutBearer(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	for _, address := range []string{"/", "/#k=WRONG"} {
		b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.server.PageAddress()+address))
		b.until(locked)
		if eval[int](b, `document.querySelectorAll(".session").length`) != 0 {
			t.Errorf("%s shows sessions", address)
		}
	}
	b.everywhere("locked")
	b.clean("401")
}

func TestExpiredBearer(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.until(state("github", "Signed in"))
	b.do(chromedp.Evaluate[chromedp.Void](`sessionStorage.setItem("bearer", "expired")`))
	b.click("Resume weblate")
	b.until(locked)
	b.until(`document.querySelectorAll(".session").length === 0`)
	b.clean("401")
}

// TestKeeperGoesAndComes: bearers live in the keeper's memory alone, so its successor knows none.
func TestKeeperGoesAndComes(t *testing.T) {
	t.Parallel()
	address := held(t)
	b := openWith(t, apitest.New(everyState()...), func(o *api.Options) { o.HTTP = address })
	b.enter("")
	b.until(state("github", "Signed in"))
	b.stop()
	b.until(`document.querySelector("[data-part=lost]") !== null`)
	if eval[int](b, `document.querySelectorAll(".session").length`) != 10 {
		t.Error("the sessions went with the keeper")
	}
	b.everywhere("keeper-gone")
	o := apitest.Options(t, b.keeper, web.Page())
	o.HTTP = address
	successor, _ := apitest.Serve(t, o)
	b.until(locked)
	b.do(chromedp.Navigate(successor.PageURL()))
	b.until(state("github", "Signed in"))
	b.until(`!document.querySelector("[data-part=lost]")`)
	b.clean("ERR_CONNECTION_", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED_ENCODING", "401") // as requests meet its end
}

// TestStreamIsCut: the keeper is still there, so the page comes back by itself.
func TestStreamIsCut(t *testing.T) {
	t.Parallel()
	b := open(t, apitest.Session{Name: "one", State: "active"})
	b.enter("")
	b.until(state("one", "Signed in"))
	eval[bool](b, `{window.lost = 0; new MutationObserver(() =>
		lost += document.querySelectorAll("[data-part=lost]").length)
		.observe(document.body, {childList: true, subtree: true}); true}`)
	for range 200 { // a listener that does not keep up loses its stream
		b.keeper.Put(apitest.Session{Name: "one", State: "paused"})
	}
	b.keeper.Put(apitest.Session{Name: "two", State: "active"})
	b.until(state("two", "Signed in"))
	b.until(state("one", "Paused"))
	if eval[int](b, `lost`) > 0 {
		t.Error("the page said that the keeper was gone")
	}
	b.clean()
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := open(t, waiting(50)...)
	b.enter("")
	b.until(`document.querySelectorAll(".session").length === 50`)
	b.write("find", "SESSION 17")
	b.until(`document.querySelectorAll(".session").length === 1`)
	b.write("find", "")
	b.until(`document.querySelectorAll(".session").length === 50`)
	b.everywhere("waiting")
	b.clean()
}

// waiting has so many sessions that wait for the user.
func waiting(n int) []apitest.Session {
	sessions := make([]apitest.Session, n)
	for i := range sessions {
		sessions[i] = of(fmt.Sprintf("user%d@example.org", i), apitest.Session{
			Name: fmt.Sprintf("session %d", i), Provider: "google", State: "sign_in_needed", Reason: "revoked",
		})
	}
	return sessions
}

// catalogue has a provider of each kind.
func catalogue() []client.Provider {
	return []client.Provider{
		{
			ID: "github", Name: "GitHub", Scopes: []string{"repo"}, RedirectURI: "http://127.0.0.1/callback",
			ConsoleURL: "https://github.com/settings/developers", Secret: "required",
			DeviceURL: "https://github.com/login/device/code",
			Note:      "Register an OAuth app with http://127.0.0.1/callback; its tokens live until they are revoked.",
		},
		{
			ID: "google", Name: "Google", Issuer: "https://accounts.google.com", Scopes: []string{"openid", "email"},
			ConsoleURL: "https://console.cloud.google.com/apis/credentials", // takes any loopback address, unregistered
			Secret:     "required", Note: "Register a client of type Desktop app.",
		},
		{
			ID: "keycloak", Name: "Keycloak", Issuer: "{base}/realms/{realm}", Scopes: []string{"openid", "offline_access"},
			RedirectURI: "http://127.0.0.1/callback", Secret: "optional",
			Vars: []client.Var{
				{Name: "base", Hint: "the address of the server"}, {Name: "realm", Default: "master", Hint: "the realm"},
			},
		},
		{ID: "microsoft", Name: "Microsoft", Secret: "none", RedirectURI: "http://localhost/callback"},
		{ID: "okta", Name: "Okta"},
		{ID: "slack", Name: "Slack", PasteOnly: true, RedirectURI: "https://localhost/callback"},
	}
}
