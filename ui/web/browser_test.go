package web_test

import (
	"context"
	"fmt"
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

// browser is a Chromium with our page in it, and what went wrong there.
type browser struct {
	t      testing.TB
	ctx    context.Context //nolint:containedctx // chromedp keeps its tab in it
	keeper *apitest.Keeper
	server *api.Server
	stop   func()
	client *client.Client

	mu     sync.Mutex // guards faults
	faults []string
}

func open(tb testing.TB, sessions ...apitest.Session) *browser {
	tb.Helper()
	return openWith(tb, apitest.New(sessions...), func(*api.Options) {})
}

// shared is the one browser of all tests; each has a profile of its own in it.
var shared struct {
	start sync.Once
	ctx   context.Context //nolint:containedctx // chromedp keeps the browser in it
	err   error
}

func chromium() (context.Context, error) {
	shared.start.Do(startChromium)
	return shared.ctx, shared.err
}

func startChromium() {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1000, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-GB"),
		chromedp.Flag("host-resolver-rules", "MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...) // TestMain ends it
	ctx, _ := chromedp.NewContext(allocator)
	shared.ctx, shared.err = ctx, chromedp.Do(ctx) //nolint:fatcontext // once, of nothing that was there before
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.ctx != nil {
		_ = chromedp.Cancel(shared.ctx)
	}
	os.Exit(code)
}

// openWith is open with a server that set has changed.
func openWith(tb testing.TB, k *apitest.Keeper, set func(*api.Options)) *browser {
	tb.Helper()
	k.SetProviders(catalogue()...)
	o := apitest.Options(tb, k, web.Page())
	set(&o)
	server, stop := apitest.Serve(tb, o)
	chrome, err := chromium()
	if err != nil {
		tb.Fatalf("starting Chromium: %v; install it: apt-get install chromium", err)
	}
	ctx, cancel := context.WithTimeout(chrome, 10*patience)
	tb.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	tb.Cleanup(cancel)
	b := &browser{t: tb, ctx: ctx, keeper: k, server: server, stop: stop, client: client.New(o.Places.Socket())}
	tb.Cleanup(b.client.Close)
	if err := chromedp.Do(ctx); err != nil {
		tb.Fatalf("opening a window: %v", err)
	}
	tb.Attr("real", "chromium")
	if err := chromedp.Listen(ctx, b.note); err != nil {
		tb.Fatal(err)
	}
	call(b, cdplog.Enable, cdp.Empty{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	const watch = `window.violations = [];
		document.addEventListener("securitypolicyviolation",
			(e) => violations.push(e.violatedDirective + " " + e.blockedURI));`
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
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
		if e.Entry.Level == cdplog.EntryLevelVerbose { // advice to developers, whatever the page does
			return
		}
		b.faults = append(b.faults, fmt.Sprintf("log %s: %s", e.Entry.Level, e.Entry.Text))
	}
}

// clean fails for everything that the page complained of, but for answers that the browser notes where a test wants
// them: a refusal is no fault of the page.
func (b *browser) clean(wanted ...string) {
	b.t.Helper()
	for _, violation := range eval[[]string](b, `violations`) {
		b.t.Errorf("policy violation: %s", violation)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
faults:
	for _, fault := range b.faults {
		for _, w := range wanted {
			if strings.Contains(fault, w) {
				continue faults
			}
		}
		b.t.Errorf("the page complained: %s", fault)
	}
}

func call[P, R any](b *browser, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// enter opens the page with a fresh code; at is where on it, "" for the sessions.
func (b *browser) enter(at string) {
	b.t.Helper()
	code, err := b.client.PageCode(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	address := code.URL
	if at != "" {
		address += "&go=" + at
	}
	b.do(chromedp.Navigate(address))
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// patience bounds a wait for the page; only a broken test meets it.
const patience = time.Minute

// until waits for an expression to become true. One that cannot be told yet, as the element it asks is not there, is
// not true.
func (b *browser) until(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](
		fmt.Sprintf(`(() => { try { return (%s); } catch { return false; } })()`, expression),
		chromedp.WithPollingTimeout(patience), chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		fault := eval[string](b, fmt.Sprintf(`(() => { try { return String(%s); } catch (e) { return String(e); } })()`, expression))
		b.t.Fatalf("waiting for %s: %v, it is %s; the page says:\n%s",
			expression, err, fault, eval[string](b, `document.body.innerText`))
	}
}

// says waits for a text to be on the page.
func (b *browser) says(text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.body.innerText.includes(%q)`, text))
}

// click clicks the button or link that a screen reader calls so.
func (b *browser) click(label string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("button, a, summary, label")].find((e) =>
		(e.ariaLabel || e.textContent).trim() === %q && e.ariaDisabled !== "true" && e.getClientRects().length > 0)`, label)
	// In one go: the page may be drawn anew between two looks.
	b.until(fmt.Sprintf(`((e) => e && (e.scrollIntoView({block: "nearest"}), e.focus(), e.click(), true))(%s)`, find))
}

// write puts text into the field of this name, as if it was typed.
func (b *browser) write(field, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`((e) => e && (e.focus(), e.value = %q, e.dispatchEvent(new InputEvent("input", {bubbles: true})),
		true))(document.getElementsByName(%q)[0])`, text, field))
}

func (b *browser) value(field string) string {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.getElementsByName(%q).length > 0`, field))
	return eval[string](b, fmt.Sprintf(`document.getElementsByName(%q)[0].value`, field))
}

// row is the element of a session.
func row(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".session")].find(
		(r) => r.querySelector("h3").textContent === %q)`, name)
}

func state(name, word string) string {
	return fmt.Sprintf(`%s?.querySelector(".state").textContent === %q`, row(name), word)
}

// look sets the colour scheme and what else a person prefers.
func (b *browser) look(features ...string) {
	b.t.Helper()
	p := emulation.SetEmulatedMediaParams{}
	for _, f := range features {
		name, value, _ := strings.Cut(f, "=")
		p.Features = append(p.Features, &emulation.MediaFeature{Name: name, Value: value})
	}
	call(b, emulation.SetEmulatedMedia, p)
}

// covered are the elements whose text lies under something else. The first line of each is looked at.
const covered = `[...(document.querySelector("dialog") ?? document.body).querySelectorAll("*")].filter((e) => {
	const text = [...e.childNodes].find((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
	if (!text || e.closest(".away, svg, option") || !e.checkVisibility({contentVisibilityAuto: true})) return false;
	const range = document.createRange();
	range.selectNodeContents(text);
	const r = range.getClientRects()[0];
	if (!r || r.width < 1) return false;
	const [x, y] = [r.left + r.width / 2, r.top + r.height / 2];
	if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
	for (let a = e; a; a = a.parentElement) { // what is cut off lies under nothing
		if (getComputedStyle(a).overflowY === "hidden" && y > a.getBoundingClientRect().bottom) return false;
	}
	const top = document.elementFromPoint(x, y);
	return top && !e.contains(top) && !top.contains(e) && (e.upon = top.outerHTML.slice(0, 80));
}).map((e) => e.tagName + "." + (e.getAttribute("class") ?? "") + ": " + e.textContent.slice(0, 40) + ": " + e.upon)`

// fits fails where something is wider than the window.
func (b *browser) fits() {
	b.t.Helper()
	const wider = `[...document.querySelectorAll("body *")].filter((e) => {
		const r = e.getBoundingClientRect();
		return r.width > 0 && !e.closest(".away, option") && (r.right > innerWidth + 1 || r.left < -1);
	}).map((e) => e.tagName + "." + (e.getAttribute("class") ?? "") + ": " + e.textContent.slice(0, 40))`
	for _, element := range eval[[]string](b, wider) {
		b.t.Errorf("%d pixels are not wide enough for %s", eval[int](b, `innerWidth`), element)
	}
	for _, element := range eval[[]string](b, covered) {
		b.t.Errorf("at %d pixels something lies upon %s", eval[int](b, `innerWidth`), element)
	}
	const touching = `[...document.querySelectorAll(".picture svg")].flatMap((svg) => {
		const words = [...svg.querySelectorAll("text")].map((e) => [e.getBoundingClientRect(), e.textContent])
			.sort(([a], [b]) => a.left - b.left);
		return words.slice(1).filter(([r], i) => r.left < words[i][0].right + 2).map(([, text]) => text);
	})`
	for _, word := range eval[[]string](b, touching) {
		b.t.Errorf("at %d pixels %q touches the word beside it", eval[int](b, `innerWidth`), word)
	}
	if eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		b.t.Errorf("the page scrolls sideways at %d pixels", eval[int](b, `innerWidth`))
	}
}

const axeFile = "../../.tools/page/node_modules/axe-core/axe.min.js"

// accessible asks axe whether everybody can use the page as it is now. What it cannot tell counts as a fault, but for
// the ground under text in a picture, and under text that goes over several lines: that is the card's, for which the
// palette is made, and fits sees what lies upon what.
func (b *browser) accessible() {
	b.t.Helper()
	b.axe("violations", "incomplete")
}

func (b *browser) axe(results ...string) {
	b.t.Helper()
	if !eval[bool](b, `"axe" in window`) {
		axe, err := os.ReadFile(axeFile)
		if err != nil {
			b.t.Fatalf("%v; install axe: npm ci --prefix .tools/page", err)
		}
		b.do(chromedp.Evaluate[chromedp.Void](string(axe) + ";undefined"))
	}
	// Cards that are out of sight have no layout of their own, and lie upon each other until they are drawn.
	const run = `(kinds) => {
		const cards = [...document.querySelectorAll(".session")];
		cards.forEach((e) => { e.style.contentVisibility = "visible"; });
		return axe.run(document, {
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
			resultTypes: ["violations", "incomplete"],
		}).then((r) => kinds.flatMap((kind) => r[kind]).flatMap((v) =>
			v.nodes.filter((n) => v.id !== "color-contrast" ||
				!(n.html.startsWith("<text") || /overlap|obscured/.test(n.failureSummary))).map((n) =>
				v.id + " (" + v.impact + "): " + n.target.join(" ") + ": " + (n.failureSummary ?? "") + n.html)))
			.finally(() => cards.forEach((e) => { e.style.contentVisibility = ""; }));
	}`
	for _, fault := range eval[[]string](b, fmt.Sprintf("(%s)(%s)", run, quoted(results))) {
		b.t.Errorf("axe: %s", fault)
	}
}

// shoot keeps a picture for people to look at. The window is made as tall as the page: what is out of sight is not
// drawn.
func (b *browser) shoot(name string) {
	b.t.Helper()
	const most = 4000
	for range 2 {
		b.resize(eval[int64](b, `innerWidth`), min(most, eval[int64](b, `document.documentElement.scrollHeight`)))
	}
	image, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), image, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// resize makes the window another size, and waits until the page is drawn for it.
func (b *browser) resize(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	eval[bool](b, `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() =>
		requestAnimationFrame(() => drawn(true)))))`)
}

func quoted(texts []string) string { return `["` + strings.Join(texts, `", "`) + `"]` }

// everywhere looks at what is shown in both themes, wide, narrow and magnified.
func (b *browser) everywhere(name string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.look("prefers-color-scheme="+scheme, "prefers-reduced-motion=reduce")
		for _, width := range []int64{1000, 320} {
			b.resize(width, 900)
			b.fits()
			if scheme == "light" || width > 320 { // which colours stand upon which does not depend on the width
				b.accessible()
			}
			b.shoot(fmt.Sprintf("%s-%s-%d", name, scheme, width))
		}
	}
	b.do(chromedp.EmulateViewport(640, 450, chromedp.EmulateScale(2))) // 1280 pixels at 200 %
	b.fits()
	b.look()
	b.do(chromedp.EmulateViewport(1000, 900))
}

const signInPages = "https://login.example/authorize?n=" // and a number

// newTab waits for a tab with a sign-in's page and comes back from it.
func (b *browser) newTab() {
	b.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		targets, err := chromedp.Targets(b.ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, target := range targets {
			if strings.HasPrefix(target.URL, signInPages) && target.BrowserContextID == chromedp.FromContext(b.ctx).BrowserContextID {
				call(b, page.BringToFront, cdp.Empty{})
				return
			}
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("no tab shows %s", signInPages)
		}
	}
}
