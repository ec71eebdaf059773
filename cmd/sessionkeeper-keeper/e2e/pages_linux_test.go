package e2e

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/session"
)

// surf opens a Chromium of its own, to which evil.test is this machine.
func surf(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-popup-blocking", true),
		chromedp.Flag("host-resolver-rules", "MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(options, more...)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting Chromium: %v; install it: apt-get install chromium", err)
	}
	t.Attr("real", "chromium")
	return ctx
}

// browses reports whether a process of a browser with this profile runs.
func browses(profile string) bool {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	return slices.ContainsFunc(lines, func(path string) bool {
		line, _ := os.ReadFile(path) // it may be gone
		return strings.Contains(string(line), "--user-data-dir="+profile)
	})
}

func visit(ctx context.Context, t *testing.T, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("opening %.40s: %v", address, err)
	}
}

// script runs a script in the page and gives what it promises.
func script[T any](ctx context.Context, t *testing.T, text string) T {
	t.Helper()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](text, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("running %.300q: %v", text, err)
	}
	return got
}

// attempts is what a page can do to an address without being asked; it gives how each ended.
const attempts = `(async (to) => {
	const soon = (made) => new Promise((done) => {
		setTimeout(() => done("silent"), 1500);
		try { made(done); } catch { done("refused"); }
	});
	const asked = (options) => fetch(to, options).then(
		async (a) => a.type === "opaque" ? "opaque" : a.status + " " + (await a.text()).slice(0, 200), () => "refused");
	const loaded = (tag, key) => soon((done) => {
		const e = document.createElement(tag);
		e.onload = () => done(tag + " loaded");
		e.onerror = () => done("refused");
		e[key] = to;
		document.body.append(e);
	});
	return Promise.all([
		asked({}), asked({credentials: "include"}), asked({mode: "no-cors", credentials: "include"}),
		asked({method: "POST", body: "{}", headers: {"Content-Type": "application/json"}}),
		asked({method: "POST", body: "{}", mode: "no-cors", credentials: "include"}),
		asked({method: "DELETE"}), asked({method: "PUT", body: "{}"}),
		loaded("img", "src"), loaded("script", "src"), loaded("video", "src"),
		soon((done) => { const s = new EventSource(to); s.onopen = () => done("stream opened"); s.onerror = () => done("refused"); }),
		soon((done) => {
			const s = new WebSocket(to.replace("http", "ws"));
			s.onopen = () => done("socket opened");
			s.onerror = () => done("refused");
		}),
		soon((done) => {
			const f = document.createElement("iframe");
			f.onload = () => { try { done(f.contentDocument.body.innerText ? "frame read" : "frame empty"); } catch { done("frame closed"); } };
			f.src = to;
			document.body.append(f);
		}),
		soon((done) => {
			const w = open(to);
			setTimeout(() => { try { done(w.document.body.innerText ? "window read" : "window empty"); } catch { done("window closed"); } }, 500);
		}),
		soon((done) => {
			const f = document.createElement("form");
			Object.assign(f, {action: to, method: "post", enctype: "text/plain", target: "_blank"});
			const i = document.createElement("input");
			Object.assign(i, {name: '{"a":"', value: '"}'});
			f.append(i);
			document.body.append(f);
			f.submit();
			done(navigator.sendBeacon(to, "{}") ? "sent" : "refused");
		}),
	]);
})`

// reads reports whether a page got anything out of an attempt.
func reads(outcome string) bool {
	return strings.HasPrefix(outcome, "2") || strings.Contains(outcome, "loaded") || strings.Contains(outcome, "opened") ||
		strings.Contains(outcome, " read")
}

// targets are addresses at the doors that a page may try, under the name by which the page knows them.
func (d *doors) targets(host func(string) string) []string {
	var all []string
	for _, path := range []string{
		"/v1/sessions", "/v1/sessions/one/pause", "/v1/sessions/one/token", "/v1/events",
	} {
		all = append(all, "http://"+host(d.page)+path)
	}
	all = append(all, "http://"+host(d.cloud)+"/computeMetadata/v1/instance/service-accounts/default/token")
	answer := *d.callback
	answer.RawQuery += "x&code=wrong"
	return append(all, "http://"+host(d.proxy.Host)+d.proxy.Path+"/x", "http://"+host(answer.Host)+answer.RequestURI())
}

// A page whose name was bound anew to this machine is the same site as our doors for its browser, and gets nothing from any
// of them; nothing is done for it.
func TestTREBIND1PagesOfARebornName(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	browser := surf(t)
	evil := func(host string) string { return strings.Replace(host, "127.0.0.1", "evil.test", 1) }
	for _, to := range d.targets(evil) {
		u := parsed(t, to)
		visit(browser, t, "http://"+u.Host+"/")
		const answered = `performance.getEntriesByType("navigation")[0].responseStatus`
		if status := script[int](browser, t, answered); status != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d, %q; want 421", u.Host, status, script[string](browser, t, `document.body.innerText`))
		}
		status := script[int](browser, t, fmt.Sprintf(`fetch(%q).then((a) => a.status, () => 0)`, to))
		forbidden := status == 0 && u.Host == evil(d.callback.Host) // by the refusal's own policy
		if status != http.StatusMisdirectedRequest && !forbidden {
			t.Errorf("%s%s: %d; want 421", u.Host, u.Path, status)
		}
		for _, outcome := range script[[]string](browser, t, attempts+fmt.Sprintf(`(%q)`, to)) {
			if reads(outcome) && outcome != "frame read" && outcome != "window read" { // what these read is the refusal
				t.Errorf("%s%s: %s", u.Host, u.Path, outcome)
			}
		}
	}
	d.untouched()
}

// untouched fails where a page has made something happen.
func (d *doors) untouched() {
	d.t.Helper()
	if n := d.reached.Load(); n != 0 {
		d.t.Errorf("the proxy's target was reached %d times", n)
	}
	if all := d.sessions(); len(all) != 1 {
		d.t.Errorf("%d sessions; want one, while another sign-in waits", len(all))
	}
	d.unharmed()
}

// A page of another port of this machine shares our cookies' site, and the profile of somebody who has our page open: it reads
// nothing, changes nothing, and is sent nothing that is ours.
func TestTPORT1PagesOfAnotherPort(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	browser := surf(t)
	visit(browser, t, d.must("ui", "--print"))
	until(t, "our own page to show the session", func() bool {
		return strings.Contains(script[string](browser, t, `document.body.innerText`), "one")
	})
	bearer := script[string](browser, t, `sessionStorage.getItem("bearer")`)
	var mu sync.Mutex
	var heard strings.Builder
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_ = r.Write(&heard)
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<!doctype html><title>other</title><body>other</body>")
	}))
	defer other.Close()
	same := func(host string) string { return host }
	for _, from := range []string{other.URL, strings.Replace(other.URL, "127.0.0.1", "evil.test", 1)} {
		for _, to := range append(d.targets(same), "http://"+d.page+"/", "http://"+d.page+"/app.js") {
			visit(browser, t, from+"/")
			for _, outcome := range script[[]string](browser, t, attempts+fmt.Sprintf(`(%q)`, to)) {
				if reads(outcome) {
					t.Errorf("from %s, %s: %s", from, parsed(t, to).Path, outcome)
				}
			}
		}
		if script[bool](browser, t, `sessionStorage.length + localStorage.length > 0 || document.cookie !== ""`) {
			t.Errorf("%s sees something of ours", from)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for what, secret := range map[string]string{"bearer": bearer, "key": d.proxy.Path[1:], "state": d.callback.Query().Get("state")} {
		if secret == "" || strings.Contains(heard.String(), secret) {
			t.Errorf("the other port heard the %s", what)
		}
	}
	for _, header := range []string{"Cookie:", "Authorization:"} {
		if strings.Contains(heard.String(), header) {
			t.Errorf("the other port was sent %s", header)
		}
	}
	d.untouched()
}

// A link to our page is good once: who finds it in a history, or was quicker, has nothing or leaves nothing.
func TestTPAIR1LinkIsGoodOnce(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	link := d.must("ui", "--print")
	for i, want := range []bool{true, false, false} {
		browser := surf(t)
		visit(browser, t, link)
		until(t, "the page to be open or locked", func() bool {
			return script[bool](browser, t, `sessionStorage.getItem("bearer") !== null || document.body.innerText.includes("sessionkeeper ui")`)
		})
		if open := script[bool](browser, t, `sessionStorage.getItem("bearer") !== null`); open != want {
			t.Errorf("opening %d of a link: signed in: %v; want %v", i+1, open, want)
		}
		if at := script[string](browser, t, `location.href`); strings.Contains(at, "k=") {
			t.Errorf("the address still has the code: %s", at)
		}
	}
}

// What a browser keeps of a sign-in and of our page, in its history and in its whole profile, opens nothing: no token, no
// verifier, no client secret, and codes only that are spent.
func TestTLOG1BrowserKeepsNothing(t *testing.T) {
	t.Parallel()
	const clientSecret = "cs_CANARY_71f2c0d9e4"
	secrets := &vault{secrets: []string{clientSecret}}
	d := openDoors(t, authserver.Options{
		Issued: secrets.add, Clients: []authserver.Client{{ID: "demo"}, {ID: "desk", Secret: clientSecret}},
	})
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(clientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	profile := t.TempDir()
	browser := surf(t, chromedp.UserDataDir(profile))
	line, _ := d.beside("add", "three", "--no-browser", "--issuer", d.provider.Issuer(), "--client-id", "desk",
		"--client-secret-file", file, "--scope", "openid")
	visit(browser, t, strings.TrimSpace(line))
	until(t, "the sign-in to end", func() bool { return d.session("three").State == session.Active })
	until(t, "the page that says so", func() bool {
		return strings.Contains(script[string](browser, t, `location.pathname`), "/done/")
	})
	if at := script[string](browser, t, `location.href`); strings.Contains(at, "code=") || strings.Contains(at, "state=") {
		t.Errorf("the address of the last page still holds the answer: %s", at)
	}
	visit(browser, t, d.must("ui", "--print"))
	until(t, "our page", func() bool { return strings.Contains(script[string](browser, t, `document.body.innerText`), "three") })
	live := secrets.all()
	if err := chromedp.Cancel(browser); err != nil {
		t.Fatal(err)
	}
	until(t, "the browser's last process to end, which writes to the profile", func() bool { return !browses(profile) })
	files := 0
	spent := map[string]bool{}
	err := filepath.WalkDir(profile, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		for _, secret := range live {
			if strings.Contains(string(data), "code="+secret) {
				spent[secret] = true // the address that the provider sent it to; a code is good once, and with its verifier
			}
		}
		for _, secret := range live {
			if found := leaked(string(data), secret); found != "" && !spent[secret] {
				t.Errorf("%s holds a secret, %s", strings.TrimPrefix(path, profile), found)
			}
		}
		return err
	})
	if len(spent) > 1 {
		t.Errorf("%d codes; want the one of the sign-in", len(spent))
	}
	if err != nil || files < 10 || len(live) < 5 {
		t.Errorf("%d files, %d secrets, %v; this test would prove nothing", files, len(live), err)
	}
}
