package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
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
