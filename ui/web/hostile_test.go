package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// hostile are texts that others may have written.
var hostile = map[string]string{
	"markup":   `"><img src=x onerror="window.ran=1"><svg onload="window.ran=1"><script>window.ran=1</script>&lt;b&gt;`,
	"bidi":     "\u202eevil\u202c \u2066left\u2069 \u200fright",
	"arabic":   string([]rune(strings.Repeat(arabic, 23))[:200]),
	"long":     strings.Repeat("x", 10_000),
	"lines":    strings.Repeat("one\n\ttwo\r\n\x00\x1b[31mthree ", 50),
	"template": "{name} ${name} {{name}} %s",
}

// TestTXSS1HostileTexts puts them everywhere: nothing runs, nothing is wider than the window, everything can be reached.
func TestTXSS1HostileTexts(t *testing.T) {
	t.Parallel()
	for kind, text := range hostile {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			k := apitest.New()
			entries := life(text)
			for _, e := range entries {
				for key := range e.Detail {
					if key != "expires_at" {
						e.Detail[key] = text
					}
				}
			}
			b := openWith(t, k, func(o *api.Options) { o.History = before(k.List, k, entries) })
			for i, state := range []string{"active", "sign_in_needed", "setup_needed", text} {
				s := apitest.Session{
					Name: text + strings.Repeat("!", i), Provider: text, Issuer: text, ClientID: text, Scopes: []string{text, text},
					Detail: text, EndsAt: time.Now().Add(time.Hour), EndsFirm: true,
					LastError: &apitest.LastError{Code: text, Message: text, HTTPStatus: 418, At: time.Now()},
				}
				s.Account.Sub, s.Account.Name, s.Account.Email = text, text, text
				s.State = converted[apitest.Session](map[string]string{"state": state}).State
				s.Reason = converted[apitest.Session](map[string]string{"reason": text}).Reason
				if s.State == "active" {
					s.Reason, s.ScopesMissing = "scope_changed", []string{text, text}
				}
				b.keeper.Put(s)
			}
			b.keeper.SetAutostart(client.Autostart{Kind: text, Path: text, Detail: text})
			b.keeper.SetClock(client.Clock{State: "wrong", Seen: text})
			b.keeper.SetProviders(client.Provider{
				ID: text, Name: text, Note: text, ConsoleURL: "javascript:window.ran=1", RedirectURI: text, Scopes: []string{text},
				Vars: []client.Var{{Name: text, Hint: text, Default: text}}, AuthorizeURL: text, EndsWhen: []string{text, text},
				Facts: []client.Fact{{About: text, Label: text, Text: text}, {About: "session", Label: "x", Text: text, Known: true}},
			})
			b.enter("")
			b.until(`document.querySelectorAll(".session").length === 4`)
			b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".fold").forEach((e) => e.click())`))
			b.until(`document.querySelectorAll(".picture").length === 4`)
			b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".rows summary").forEach((e) => e.click())`))
			b.until(`document.querySelectorAll("tbody tr").length > 4`)
			b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".permissions .buttons button").forEach((e) => e.click())`))
			b.until(`document.querySelectorAll(".ask").length === 4`)
			b.narrow("hostile-" + kind)
			b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("button").forEach(
				(e) => { if (e.textContent === "Show all of it") e.click(); })`))
			b.narrow("hostile-" + kind + "-whole")
			for _, view := range []string{"add", "history", "health"} {
				b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`location.hash = "#go=%s"`, view)))
				b.until(fmt.Sprintf(`document.querySelector("nav a[aria-current]").hash === "#go=%s"`, view))
				if view == "add" {
					b.until(`document.querySelector(".providers button") !== null`)
					b.narrow("hostile-" + kind + "-providers")
					b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".providers button").click()`))
					b.until(`document.querySelector("[name=client_id]") !== null`)
					b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach((e) => { e.open = true; })`))
					if eval[bool](b, `document.querySelector("[href^='javascript' i]") !== null`) {
						t.Error("a link runs a script")
					}
				}
				b.narrow("hostile-" + kind + "-" + view)
			}
			if eval[bool](b, `"ran" in window`) {
				t.Error("a text ran as a script")
			}
			if eval[bool](b, `document.querySelector("meta[http-equiv=refresh i], svg[onload], img[onerror]") !== null`) {
				t.Error("a text became markup")
			}
			b.clean()
		})
	}
}

// narrow looks at what is shown in the narrowest window.
func (b *browser) narrow(name string) {
	b.t.Helper()
	b.resize(320, 900)
	b.fits()
	b.axe("violations") // of pages as tall as these it cannot tell everything
	b.shoot(name)
	b.resize(1000, 900)
	b.fits()
}
