package web_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"sessionkeeper/ui/api/apitest"
)

// heap is what the page holds, in bytes, once the garbage is out.
func (b *browser) heap() float64 {
	b.t.Helper()
	for range 3 {
		call(b, heapprofiler.CollectGarbage, cdp.Empty{})
	}
	return call(b, runtime.GetHeapUsage, cdp.Empty{}).UsedSize
}

// happen makes n things happen to sessions, as fast as the page takes them.
func (b *browser) happen(n int) {
	b.t.Helper()
	const together = 50 // fewer than a listener may fall behind
	for i := range n {
		name, state := fmt.Sprintf("session %d", i%20), "retrying"
		if i%3 == 0 || i%together == together-1 { // a session that is well shows its detail
			state = "active"
		}
		b.keeper.Put(converted[apitest.Session](map[string]any{
			"name": name, "state": state, "generation": i + 1, "detail": fmt.Sprintf("number %d", i),
		}))
		if i%together == together-1 {
			b.until(fmt.Sprintf(`document.body.textContent.includes("number %d")`, i))
		}
	}
}

// TestHeapIsFlat: a page that stays open for weeks does not grow, also with a history in view.
func TestHeapIsFlat(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fill(20)
	b.enter("")
	b.until(`document.querySelectorAll(".session").length === 20`)
	b.click("Details of session 3")
	b.until(`document.querySelectorAll("svg[role=img]").length === 1`)
	b.happen(1000)
	warm := b.heap()
	b.happen(10_000)
	after := b.heap()
	t.Logf("the heap was %.0f kB after 1,000 events and is %.0f kB after 11,000", warm/1000, after/1000)
	if grown := after - warm; grown > 3e6 {
		t.Errorf("the heap grew by %.0f kB over 10,000 events", grown/1000)
	}
	b.clean()
}

// fill gives the keeper sessions.
func (b *browser) fill(n int) {
	for i := range n {
		b.keeper.Put(apitest.Session{Name: fmt.Sprintf("session %d", i), State: "active"})
	}
}

// TestThousandSessions draws them, and a change to one redraws little more than that one.
func TestThousandSessions(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.fill(1000)
	b.enter("")
	b.until(`document.querySelectorAll(".session").length === 1000`)
	eval[bool](b, `{window.changed = 0; new MutationObserver((all) => changed += all.length)
		.observe(document.querySelector(".sessions"),
			{subtree: true, childList: true, characterData: true, attributes: true}); true}`)
	b.keeper.Put(apitest.Session{Name: "session 500", State: "sign_in_needed"})
	b.until(state("session 500", "Sign-in needed"))
	if changed := eval[int](b, `changed`); changed > 50 {
		t.Errorf("one session that changed made for %d changes on the page", changed)
	}
	frames := eval[[]float64](b, `new Promise((done) => {
		const times = []; let last = performance.now();
		const step = (now) => {
			times.push(now - last); last = now; scrollBy(0, 400);
			times.length < 120 ? requestAnimationFrame(step) : done(times);
		};
		requestAnimationFrame(step);
	})`)
	slices.Sort(frames)
	t.Logf("while scrolling, half of the frames took up to %.0f ms, 95 in 100 up to %.0f ms", frames[60], frames[114])
	b.clean()
}

// BenchmarkFirstPaint is the time from a cold link to the first session on the screen, in milliseconds.
func BenchmarkFirstPaint(b *testing.B) {
	page := open(b, everyState()...)
	var paint, drawn float64
	for b.Loop() {
		page.do(chromedp.Navigate("about:blank"))
		page.enter("")
		page.until(`document.querySelectorAll(".session").length === 10`)
		paint += eval[float64](page, `performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0`)
		drawn += eval[float64](page, `new Promise((done) => requestAnimationFrame(() => done(performance.now())))`)
	}
	b.ReportMetric(paint/float64(b.N), "ms-to-paint")
	b.ReportMetric(drawn/float64(b.N), "ms-to-sessions")
}
