package proxy_test

import (
	"context"
	"embed"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/websocket"

	"sessionkeeper/session"
	"sessionkeeper/ui/proxy"
)

//go:embed examples/page.js
var examples embed.FS

// newPage opens a window of a Chromium to which evil.test is this machine.
func newPage(tb testing.TB) context.Context {
	tb.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(700, 300), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), 15*aMoment)
	tb.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	tb.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	tb.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		tb.Fatalf("starting Chromium: %v; install it: apt-get install chromium", err)
	}
	tb.Attr("real", "chromium")
	return ctx
}

// service is a web application: a page, an API, events and a socket.
func service(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Mail</title>
			<style>body { font: 16px/1.5 sans-serif; margin: 2em }</style>
			<h1>Mail</h1><script src="page.js"></script>`)
	case "/page.js":
		http.ServeFileFS(w, r, examples, "examples/page.js")
	case "/api":
		_, _ = io.WriteString(w, "for "+r.Header.Get("Authorization")+", cookie "+r.Header.Get("Cookie"))
	case "/events":
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: an event\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case "/socket":
		websocket.Handler(func(c *websocket.Conn) { _, _ = io.Copy(c, c) }).ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// run evaluates a script in the page and gives its text.
func run(page context.Context, tb testing.TB, script string) string {
	tb.Helper()
	got, err := chromedp.Run(page, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		tb.Fatalf("running %q: %v", script, err)
	}
	return got
}

func TestPage(t *testing.T) {
	b := open(t, http.HandlerFunc(service), func(o *proxy.Options) { o.Patience = aMoment })
	page := newPage(t)
	// A cookie of another service on this machine reaches every port of it.
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "other", Value: "precious", Path: "/"})
	}))
	defer other.Close()
	navigate(page, t, other.URL)
	navigate(page, t, b.url)

	if got, want := run(page, t, `fetch("api").then((a) => a.text())`), "for Bearer "+b.keeper.TokenText(1)+", cookie "; got != want {
		t.Errorf("the page got %q; want %q", got, want)
	}
	if got := run(page, t, `new Promise((done) => { new EventSource("events").onmessage = (e) => done(e.data); })`); got != "an event" {
		t.Errorf("the page got the event %q", got)
	}
	if got := run(page, t, `new Promise((done, fail) => {
		const s = new WebSocket(new URL("socket", location).href.replace("http", "ws"));
		s.onopen = () => s.send("hello");
		s.onmessage = (e) => done(e.data);
		s.onerror = () => fail(new Error("socket"));
	})`); got != "hello" {
		t.Errorf("the page got %q through the socket", got)
	}

	b.keeper.Set("Bearer", time.Now().Add(-time.Second))
	b.keeper.Renew()
	b.keeper.FailNext(&session.Error{
		Code: session.CodeSignIn, Session: "work", Detail: "Google wants you to sign in again.", LoginURL: "https://login.example/authorize",
	})
	for run(page, t, `fetch("api").then((a) => String(a.status))`) != "401" { // the token in hand is dropped in a moment
		t.Log("the proxy has a token still")
	}
	const bar = `Promise.resolve([...document.querySelectorAll("[role=alert]")].map((p) => p.textContent +
		" -> " + (p.querySelector("a")?.href ?? "")).join("; "))`
	want := "Google wants you to sign in again. Sign in -> https://login.example/authorize"
	if got := run(page, t, bar); got != want {
		t.Errorf("the page says %q; want %q", got, want)
	}
	b.keeper.FailNext(&session.Error{Code: session.CodeKeychain, Session: "work", Detail: "The keychain is locked."})
	if got := run(page, t, `fetch("api").then((a) => String(a.status))`); got != "503" {
		t.Errorf("status %s", got)
	}
	if got := run(page, t, bar); !strings.HasPrefix(got, want+"; The keychain is locked. Try again in ") {
		t.Errorf("the page says %q", got)
	}
	picture, err := chromedp.Run(page, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "page.png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

func navigate(page context.Context, tb testing.TB, address string) {
	tb.Helper()
	if err := chromedp.Do(page, chromedp.Navigate(address)); err != nil {
		tb.Fatalf("opening the page: %v", err)
	}
}

// TestForeignPages has pages of another port and of a name that was rebound to this machine, both of which know the key.
func TestForeignPages(t *testing.T) {
	asked := make(chan string, 100)
	b := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Method + " " + r.URL.Path }), nil)
	page := newPage(t)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>Evil</title>")
	}))
	defer evil.Close()
	_, port, _ := strings.Cut(b.host, ":")
	_, evilPort, _ := strings.Cut(strings.TrimPrefix(evil.URL, "http://"), ":")
	rebound := "http://evil.test:" + port + "/" + b.key + "/api"
	for _, from := range []string{evil.URL, "http://evil.test:" + evilPort} {
		for _, to := range []string{b.url + "/api", rebound} {
			navigate(page, t, from)
			got := run(page, t, `Promise.all([
				fetch("`+to+`"), fetch("`+to+`", { mode: "no-cors" }), fetch("`+to+`", { method: "POST", mode: "no-cors", body: "x" }),
				new Promise((done, fail) => { const i = new Image(); i.onload = done; i.onerror = fail; i.src = "`+to+`"; }),
				new Promise((done, fail) => { const s = new WebSocket("`+strings.Replace(to, "http", "ws", 1)+`"); s.onopen = done; s.onerror = fail; }),
			].map((p) => p.then((a) => a?.type === "opaque" ? "opaque" : "answered", () => "refused"))).then((all) => all.join(" "))`)
			if strings.Contains(got, "answered") {
				t.Errorf("from %s to %s: %s", from, to, got)
			}
			run(page, t, `new Promise((done) => {
				const f = document.body.appendChild(document.createElement("iframe"));
				f.onload = () => done("loaded");
				f.src = "`+to+`";
			})`)
			navigate(page, t, from)
			run(page, t, `(() => { setTimeout(() => { location.href = "`+to+`"; }); return Promise.resolve(""); })()`)
			for page.Err() == nil { // a page that is left answers with an error
				if at, err := chromedp.Run(page, chromedp.Evaluate[string](`location.href`)); err == nil && at == to {
					break
				}
			}
		}
	}
	// What was asked before is through when this is.
	navigate(page, t, b.url+"/marker")
	for what := range asked {
		if what == "GET /marker" {
			return
		}
		t.Errorf("the target was asked: %s", what)
	}
}
