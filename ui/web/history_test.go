package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

func TestTimeline(t *testing.T) {
	t.Parallel()
	k := apitest.New(apitest.Session{Name: "one", State: "active"}, apitest.Session{Name: "two", State: "active"})
	b := openWith(t, k, func(o *api.Options) { o.History = before(k.List, k, life("one")) })
	b.enter("")
	b.click("Details of one")
	picture := row("one") + `.querySelector("svg[role=img]")`
	b.until(picture + ` != null`)
	b.until(picture + `.querySelectorAll(".life").length > 1`)
	for shape, n := range map[string]int{"failed": 2, "warned": 1, "consent": 1} {
		b.until(fmt.Sprintf(`%s.querySelectorAll(".%s").length === %d`, picture, shape, n))
	}
	b.until(picture + `.querySelector("desc").textContent.includes("2 times failed")`)
	b.everywhere("timeline")
	b.click("1 hour")
	b.until(picture + `.querySelector("title").textContent === "The last 1 hour of one"`)
	b.narrow("timeline-hour")
	b.click("7 days")
	b.until(picture + `.querySelector("title").textContent === "The last 7 days of one"`)
	b.click("As a table")
	b.until(row("one") + `.querySelectorAll("tbody tr").length > 10`)
	before := eval[int](b, row("one")+`.querySelectorAll("tbody tr").length`)
	if _, err := b.client.Pause(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	b.until(fmt.Sprintf(`%s.querySelectorAll("tbody tr").length === %d`, row("one"), before+1))
	b.everywhere("timeline-table")
	b.clean()
}

// TestHistoryTells: each line says what a person wants to know of it.
func TestHistoryTells(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(-time.Hour)
	in := func(d time.Duration) string { return at.Add(d).UTC().Format(time.RFC3339Nano) }
	entry := func(kind string, detail map[string]string) client.Entry {
		return client.Entry{At: at, Session: "one", Type: kind, Detail: detail}
	}
	k := apitest.New(apitest.Session{Name: "one", State: "active"})
	b := openWith(t, k, func(o *api.Options) {
		o.History = before(k.List, k, []client.Entry{
			entry("token.renewed", map[string]string{"expires_at": in(20 * time.Minute)}),
			entry("token.renewed", map[string]string{"expires_at": "soon"}),
			entry("session.warning", map[string]string{"ends_at": in(5 * time.Minute)}),
			entry("session.warning", map[string]string{"kind": "outage", "ends_at": in(5 * time.Minute)}),
			entry("refresh.failed", map[string]string{"code": "http_500", "http_status": "500"}),
			entry("refresh.failed", map[string]string{"code": "invalid_grant", "http_status": "400", "message": "invalid grant"}),
			entry("consent.opened", map[string]string{"kind": "auto"}),
			entry("consent.done", map[string]string{"outcome": "timeout"}),
			entry("consent.done", map[string]string{"outcome": "cancelled"}),
			entry("consent.done", map[string]string{"outcome": "done"}),
		})
	})
	b.enter("history")
	const lines = `[...document.querySelectorAll("tbody tr")].slice(1).map((e) => e.lastElementChild.textContent)` // Put is the newest
	b.until(lines + `.length === 10`)
	want := []string{
		"Sign-in finished", "Sign-in finished: it was given up", "Sign-in finished: nobody came back in time",
		"Sign-in page opened: by itself", "Renewal failed: invalid_grant · status 400", "Renewal failed: status 500", "Warning: the provider cannot be reached or has trouble", "Warning: ends in 5 min",
		"Renewed", "Renewed: good for 20 min",
	}
	if got := eval[[]string](b, lines); !slices.Equal(got, want) {
		t.Errorf("the history says %q, want %q", got, want)
	}
	if n := eval[int](b, `document.querySelectorAll("tr[data-kind=failed]").length`); n != 3 {
		t.Errorf("%d lines tell of a failure; want three: who gives up a sign-in knows", n)
	}
	b.clean()
}

func TestHistory(t *testing.T) {
	t.Parallel()
	k := apitest.New(everyState()...)
	b := openWith(t, k, func(o *api.Options) { o.History = before(k.List, k, life("github")) })
	b.enter("history")
	b.until(`document.querySelectorAll("tbody tr").length > 20`)
	b.everywhere("history")
	b.keeper.Put(apitest.Session{Name: "okta", State: "active"})
	b.until(`document.querySelector("tbody tr").textContent.includes("okta")`)
	b.until(`document.querySelector("tbody tr").textContent.includes("State changed: Sign-in needed → Signed in")`)
	// A session that is shown again has no line: the history has none either.
	b.keeper.Put(apitest.Session{Name: "okta", State: "active", Generation: 7})
	b.keeper.Put(apitest.Session{Name: "okta", State: "paused"})
	b.until(`document.querySelector("tbody tr").textContent.includes("Signed in → Paused")`)
	if text := eval[string](b, `document.querySelector("tbody").textContent`); strings.Contains(text, "Signed in → Signed in") {
		t.Errorf("the history tells of a change that was none:\n%s", text)
	}
	b.do(chromedp.SetValue(chromedp.CSS("select"), "github"), chromedp.Evaluate[chromedp.Void](
		`document.querySelector("select").dispatchEvent(new Event("change", {bubbles: true}))`))
	b.until(`document.querySelector("svg[role=img]") !== null`)
	b.everywhere("history-of-one")
	b.clean()
}
