package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/web"
)

const arabic = "جلسة عمل "

// everyState has a session in each state, two of which wait for the user, and one with a name of 200 letters.
func everyState() []apitest.Session {
	now := time.Now()
	long := string([]rune(strings.Repeat(arabic, 23))[:200])
	return []apitest.Session{
		{Name: "github", Provider: "github", ClientID: "c1", State: "active", UsableUntil: now.Add(2465 * time.Minute)},
		{Name: long, Provider: "google", ClientID: "c2", State: "active", UsableUntil: now.Add(8 * time.Hour)},
		{
			Name: "gitlab <b>work</b>", Issuer: "https://gitlab.example", ClientID: "c3", State: "retrying",
			NextTryAt: now.Add(20 * time.Second), LastError: &apitest.LastError{Code: "server_error", HTTPStatus: 502, At: now},
		},
		{Name: "keycloak", ClientID: "c4", State: "expiring", EndsAt: now.Add(4*time.Hour + time.Minute)},
		{Name: "microsoft", ClientID: "c5", State: "sign_in_needed", Reason: "revoked"},
		{Name: "okta", ClientID: "c6", State: "sign_in_needed", Reason: "expired"},
		{Name: "slack", ClientID: "c7", State: "setup_needed", Reason: "client"},
		{Name: "vault", ClientID: "c8", State: "keychain_locked", Reason: "locked"},
		{Name: "weblate", ClientID: "c9", State: "paused"},
		{Name: "zulip", ClientID: "c10", State: "signed_out"},
	}
}

// browser is a Chromium with our page in it, and what went wrong there.
type browser struct {
	t      *testing.T
	ctx    context.Context //nolint:containedctx // chromedp keeps its tab in it
	keeper *apitest.Keeper
	server *api.Server
	stop   func()
	client *client.Client

	mu     sync.Mutex // guards faults
	faults []string
}

func open(t *testing.T, sessions ...apitest.Session) *browser {
	t.Helper()
	k := apitest.New(sessions...)
	o := apitest.Options(t, k, web.Page())
	server, stop := apitest.Serve(t, o)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(900, 1600),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, keeper: k, server: server, stop: stop, client: client.New(o.Places.Socket())}
	t.Cleanup(b.client.Close)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting Chromium: %v; install it: apt-get install chromium", err)
	}
	t.Attr("real", "chromium")
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	const watch = `window.violations = [];
		document.addEventListener("securitypolicyviolation",
			(e) => violations.push(e.violatedDirective + " " + e.blockedURI));`
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		t.Fatal(err)
	}
	return b
}

// note keeps what the page complains of.
func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.faults = append(b.faults, fmt.Sprintf("console %s", e.Type))
	case *cdplog.EventEntryAdded:
		b.faults = append(b.faults, fmt.Sprintf("log %s: %s", e.Entry.Level, e.Entry.Text))
	}
}

// clean fails for everything that the page complained of.
func (b *browser) clean() {
	b.t.Helper()
	for _, violation := range eval[[]string](b, `violations`) {
		b.t.Errorf("policy violation: %s", violation)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, fault := range b.faults {
		b.t.Errorf("the page complained: %s", fault)
	}
}

func (b *browser) enter() {
	b.t.Helper()
	code, err := b.client.PageCode(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Navigate(code.URL))
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to become true.
func (b *browser) until(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression,
		chromedp.WithPollingTimeout(20*time.Second), chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		b.t.Fatalf("waiting for %s: %v; the page says:\n%s", expression, err, eval[string](b, `document.body.innerText`))
	}
}

// click clicks the button with this label.
func (b *browser) click(label string) {
	b.t.Helper()
	b.do(chromedp.Click(fmt.Sprintf(`button[aria-label=%q]:not([aria-disabled="true"])`, label), chromedp.NodeVisible))
}

// row is the element of a session.
func row(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".session")].find(
		(r) => r.querySelector("h3").textContent === %q)`, name)
}

func state(name, word string) string {
	return fmt.Sprintf(`%s?.querySelector(".state").textContent === %q`, row(name), word)
}

func TestPageShowsSessions(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
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
	b.until(`document.getElementById("queue-title").textContent === "2 sessions wait for you"`)
	b.until(row("github") + `.querySelector(".time").textContent === "Token good for 1 d 17 h"`)
	b.until(row("keycloak") + `.querySelector(".time").textContent.startsWith("Session ends in 4 h")`)
	b.until(row("gitlab <b>work</b>") + `.querySelector(".error").textContent === "Last error (server_error, status 502)"`)
	b.until(`document.getElementById("keychain-text").textContent === "Keychain: ready"`)
	if eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the page is wider than its window")
	}
	b.screenshots()
	b.clean()
}

// screenshots are for people to look at.
func (b *browser) screenshots() {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for what, width := range map[string]int64{"wide": 900, "narrow": 320} {
			_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			if err != nil {
				b.t.Fatal(err)
			}
			b.do(chromedp.EmulateViewport(width, 1600))
			if eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
				b.t.Errorf("%d pixels are not wide enough for the page", width)
			}
			image, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				b.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), scheme+"-"+what+".png"), image, 0o600); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

func TestPageActs(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(state("github", "Signed in"))
	b.click("Pause github")
	b.until(state("github", "Paused"))
	if !eval[bool](b, `document.activeElement === `+row("github")+`.querySelector("h3")`) {
		t.Error("the focus was lost with its button")
	}
	b.until(`document.getElementById("live").textContent === "github: Paused"`)
	b.click("Resume github")
	b.until(state("github", "Signed in"))
	b.click("Refresh keycloak")
	b.until(state("keycloak", "Signed in"))
	b.do(chromedp.Evaluate[chromedp.Void](row("github") + `.querySelector(".history").open = true`))
	b.until(row("github") + `.querySelectorAll(".history li").length >= 2`)
	b.click("Sign out of github")
	b.do(chromedp.Click("#ask-no", chromedp.NodeVisible))
	b.until(state("github", "Signed in"))
	b.click("Sign out of github")
	b.do(chromedp.Click("#ask-yes", chromedp.NodeVisible))
	b.until(state("github", "Signed out"))
	b.clean()
}

func TestPageSignsIn(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(`document.getElementById("queue-list").children.length === 2`)
	b.click("Sign in to okta, from the queue")
	b.until(`!` + row("okta") + `.querySelector(".login").hidden`)
	b.newTab("https://login.example/authorize?n=1")
	link := eval[string](b, row("okta")+`.querySelector(".login a").href`)
	if link != "https://login.example/authorize?n=1" {
		t.Errorf("the link goes to %q", link)
	}
	b.keeper.Finish("login-1")
	b.until(state("okta", "Signed in"))
	b.until(row("okta") + `.querySelector(".login").hidden`)
	b.until(`document.getElementById("queue-title").textContent === "1 session waits for you"`)
	b.click("Sign in to microsoft")
	b.until(`!` + row("microsoft") + `.querySelector(".login").hidden`)
	b.do(chromedp.Evaluate[chromedp.Void](row("microsoft") + `.querySelector(".paste").open = true`))
	b.paste("microsoft", "https://app.example/done?state=x&code=y")
	b.until(state("microsoft", "Signed in"))
	b.until(`document.getElementById("queue").hidden`)
	b.clean()
}

func TestPageCancelsASignIn(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(state("okta", "Sign-in needed"))
	b.click("Sign in to okta")
	b.until(`!` + row("okta") + `.querySelector(".login").hidden`)
	b.do(chromedp.Evaluate[chromedp.Void](row("okta") + `.querySelector(".cancel").click()`))
	b.until(row("okta") + `.querySelector(".login").hidden`)
	b.until(state("okta", "Sign-in needed"))
}

// TestPagePastesAWrongAddress: a refusal shows beside the session, and the sign-in goes on.
func TestPagePastesAWrongAddress(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(state("okta", "Sign-in needed"))
	b.click("Sign in to okta")
	b.until(`!` + row("okta") + `.querySelector(".login").hidden`)
	b.do(chromedp.Evaluate[chromedp.Void](row("okta") + `.querySelector(".paste").open = true`))
	b.paste("okta", "https://app.example/done")
	b.until(row("okta") + `.querySelector(".note").textContent.startsWith("this address has no code in it")`)
	if eval[bool](b, row("okta")+`.querySelector(".login").hidden`) {
		t.Error("a wrong address ended the sign-in")
	}
}

func (b *browser) paste(name, address string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`{const form = %s.querySelector("form"); form.elements.address.value = %q; form.requestSubmit();}`,
		row(name), address)))
}

// newTab waits for a tab with this address and comes back from it.
func (b *browser) newTab(address string) {
	b.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		targets, err := chromedp.Targets(b.ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, target := range targets {
			if target.URL == address {
				if _, err := chromedp.Call(b.ctx, page.BringToFront, cdp.Empty{}); err != nil {
					b.t.Fatal(err)
				}
				return
			}
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("no tab shows %s", address)
		}
	}
}

func TestPageIsLive(t *testing.T) {
	b := open(t)
	b.enter()
	b.until(`!document.getElementById("none").hidden`)
	b.keeper.Put(apitest.Session{Name: "new", State: "active"})
	b.until(state("new", "Signed in"))
	b.keeper.Put(apitest.Session{Name: "new", State: "sign_in_needed", Reason: "reused"})
	b.until(state("new", "Sign-in needed"))
	b.keeper.Lock(errors.New("the keychain is locked; unlock it"))
	b.until(`document.getElementById("keychain-text").textContent.includes("locked")`)
	if _, err := b.client.Pause(t.Context(), "new"); err != nil {
		t.Fatal(err)
	}
	b.until(state("new", "Paused"))
	b.do(chromedp.Click("#unlock", chromedp.NodeVisible))
	b.until(`document.getElementById("keychain-text").textContent === "Keychain: ready"`)
	if err := b.client.Remove(t.Context(), "new"); err != nil {
		t.Fatal(err)
	}
	b.until(`document.querySelectorAll(".session").length === 0`)
}

func TestReloadKeepsTheBearer(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(state("github", "Signed in"))
	b.do(chromedp.Reload())
	b.until(state("github", "Signed in"))
	b.clean()
}

func TestPageWithoutBearer(t *testing.T) {
	b := open(t, everyState()...)
	for _, address := range []string{"/", "/#k=WRONG"} {
		b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.server.PageAddress()+address))
		b.until("document.getElementById(\"banner\").textContent.includes(\"Run `sessionkeeper ui` again\")")
		if eval[int](b, `document.querySelectorAll(".session").length`) != 0 {
			t.Errorf("%s shows sessions", address)
		}
	}
}

func TestExpiredBearer(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(state("github", "Signed in"))
	b.do(chromedp.Evaluate[chromedp.Void](`sessionStorage.setItem("bearer", "expired")`))
	b.click("Pause github")
	b.until("document.getElementById(\"banner\").textContent.includes(\"Run `sessionkeeper ui` again\")")
	b.until(`document.querySelectorAll(".session").length === 0`)
}

// TestKeeperGoesAndComes: bearers live in the keeper's memory alone, so its successor knows none.
func TestKeeperGoesAndComes(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(state("github", "Signed in"))
	address := strings.TrimPrefix(b.server.PageAddress(), "http://")
	b.stop()
	b.until(`document.getElementById("banner").textContent.startsWith("The connection to the keeper is lost")`)
	o := apitest.Options(t, b.keeper, web.Page())
	o.HTTP = address
	successor, _ := apitest.Serve(t, o)
	b.until("document.getElementById(\"banner\").textContent.includes(\"Run `sessionkeeper ui` again\")")
	b.do(chromedp.Navigate(successor.PageURL()))
	b.until(state("github", "Signed in"))
	b.until(`document.getElementById("banner").hidden`)
}

// TestForeignPages asks from a name that resolves to us (DNS rebinding) and from another port of this machine.
func TestForeignPages(t *testing.T) {
	b := open(t, everyState()...)
	b.enter()
	b.until(state("github", "Signed in"))
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Error("another port got a credential of ours")
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>other</title>")
	}))
	defer other.Close()
	origin := b.server.PageAddress()
	rebound := strings.Replace(origin, "127.0.0.1", "evil.test", 1)
	const ask = `Promise.all(["GET", "POST", "PUT", "DELETE"].flatMap((method) =>
		["/v1/sessions", "/v1/sessions/github", "/v1/sessions/github/pause", "/v1/events", "/v1/ui/session"].flatMap((path) =>
			["cors", "no-cors"].filter((mode) => mode === "cors" || ["GET", "POST"].includes(method)).map((mode) =>
				fetch(%q + path, {method, mode, credentials: "include"})
					.then((r) => r.type === "opaque" ? 0 : r.status, () => 0)))))`
	for from, want := range map[string]int{rebound: http.StatusMisdirectedRequest, other.URL: 0} {
		b.do(chromedp.Navigate(from))
		target := origin
		if from == rebound {
			target = rebound
		}
		statuses, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]int](fmt.Sprintf(ask, target), chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for _, status := range statuses {
			if status != want {
				t.Errorf("from %s: status %d; want %d", from, status, want)
			}
		}
		if bearer := eval[bool](b, `sessionStorage.getItem("bearer") !== null`); bearer {
			t.Errorf("%s sees our bearer", from)
		}
	}
	if changes := b.keeper.Changes(); len(changes) != 0 {
		t.Errorf("a foreign page changed something: %v", changes)
	}
}

// TestPageFiles: no markup from scripts, no inline script or style, nothing from elsewhere, no lasting storage.
func TestPageFiles(t *testing.T) {
	html, err := os.ReadFile("../../assets/web/index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"style=", "onclick", "<style", "http://", "https://", "javascript:"} {
		if strings.Contains(string(html), bad) {
			t.Errorf("index.html has %q", bad)
		}
	}
	for _, file := range []string{"app.js", "keeper.js", "words.js"} {
		js, err := os.ReadFile("../../assets/web/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{
			"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", ".cookie",
		} {
			if strings.Contains(string(js), bad) {
				t.Errorf("%s has %q", file, bad)
			}
		}
	}
}
