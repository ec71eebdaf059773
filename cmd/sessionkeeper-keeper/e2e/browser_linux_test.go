package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is a Chromium window on the screen. It opens what the keeper hands to xdg-open.
type browser struct {
	t     *testing.T
	ctx   context.Context //nolint:containedctx // chromedp keeps the browser in it
	robot atomic.Bool     // nobody sits before it: xdg-open answers the pages itself
	mu    sync.Mutex
	tabs  map[target.ID]*tab
}

// startBrowser opens the window with an empty page, and listens at socket for what xdg-open brings.
func startBrowser(t *testing.T, env []string, socket string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("headless", false), chromedp.Flag("hide-scrollbars", false), chromedp.Flag("enable-automation", false),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("test-type", true), chromedp.Flag("window-position", "0,0"), chromedp.WindowSize(880, 860),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("ignore-certificate-errors", true), chromedp.Flag("lang", "en"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.NoInheritEnv, chromedp.Env(env...),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		}),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	// A page that goes while something asks about it is no news.
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, tabs: map[target.ID]*tab{}}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	t.Attr("real", "chromium")
	door, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { b.serve(door) })
	t.Cleanup(func() {
		_ = door.Close()
		serving.Wait()
	})
	return b
}

// serve opens a tab for each address that comes through the door, as a desktop's browser does.
func (b *browser) serve(door net.Listener) {
	for {
		conn, err := door.Accept()
		if err != nil {
			return
		}
		address, err := bufio.NewReader(conn).ReadString('\n')
		answer := "robot"
		if err == nil && !b.robot.Load() {
			if err = b.open(strings.TrimSpace(address)); err == nil {
				answer = "shown"
			}
		}
		_, _ = fmt.Fprintln(conn, answer)
		_ = conn.Close()
	}
}

func (b *browser) open(address string) error {
	_, err := chromedp.CallBrowser(b.ctx, target.CreateTarget, target.CreateTargetParams{URL: address})
	return err
}

// pages are the addresses of the tabs.
func (b *browser) pages() []*target.Info {
	b.t.Helper()
	all, err := chromedp.Targets(b.ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(i *target.Info) bool { return i.Type != "page" })
}

// tab waits for a tab with an address that want accepts, and gives the newest.
func (b *browser) tab(what string, want func(*url.URL) bool) *tab {
	b.t.Helper()
	var found *target.Info
	until(b.t, "a tab that shows "+what, func() bool {
		for _, i := range b.pages() {
			if u, err := url.Parse(i.URL); err == nil && want(u) {
				found = i
				return true
			}
		}
		return false
	})
	return b.attach(found.TargetID)
}

func (b *browser) attach(id target.ID) *tab {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.tabs[id]; known != nil {
		return known
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id), chromedp.WithDetachOnCancel())
	b.t.Cleanup(cancel)
	p := &tab{t: b.t, ctx: ctx}
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { return ctx.Err() }))
	b.tabs[id] = p
	return p
}

// tab is a page as a person meets it: by what it says and by what its controls are called.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // chromedp keeps the tab in it
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// count is how many elements a CSS selector finds.
func (p *tab) count(selector string) int {
	p.t.Helper()
	n, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](fmt.Sprintf("document.querySelectorAll(%q).length", selector)))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// fits fails where the page is wider than its window.
func (p *tab) fits() {
	p.t.Helper()
	if over, err := chromedp.Run(p.ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - innerWidth")); err != nil || over > 0 {
		p.t.Errorf("the page is %d pixels wider than its window, %v", over, err)
	}
}

// front brings the tab before the others.
func (p *tab) front() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, page.BringToFront, cdp.Empty{}); err != nil {
		p.t.Fatal(err)
	}
}

// text is all that can be read on the page.
func (p *tab) text() string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
	if err != nil {
		return "" // between two pages
	}
	return text
}

// see waits until the page says all of the texts.
func (p *tab) see(texts ...string) {
	p.t.Helper()
	var now string
	untilOr(p.t, patience, func() bool {
		now = p.text()
		return !slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(now, s) })
	}, func() string { return fmt.Sprintf("the page does not say %q; it says:\n%s", texts, now) })
}

// gone waits until the page does not say the text any more.
func (p *tab) gone(text string) {
	p.t.Helper()
	var now string
	untilOr(p.t, patience, func() bool { now = p.text(); return !strings.Contains(now, text) },
		func() string { return fmt.Sprintf("the page still says %q:\n%s", text, now) })
}

// control is a part of the page as a screen reader has it.
type control struct {
	role, name, value string
	focused, invalid  bool
	id                cdp.BackendNodeID
}

// controls reads the page's accessibility tree.
func (p *tab) controls() []control {
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil // between two pages
	}
	var all []control
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		c := control{role: said(n.Role), name: said(n.Name), value: said(n.Value), id: n.BackendDOMNodeID}
		for _, property := range n.Properties {
			is := said(property.Value) == "true"
			c.focused = c.focused || is && property.Name == accessibility.PropertyNameFocused
			c.invalid = c.invalid || is && property.Name == accessibility.PropertyNameInvalid
		}
		all = append(all, c)
	}
	return all
}

func said(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return strings.Trim(string(v.Value), `"`)
}

// find waits for a control of a role whose name has the text in it; an equal name goes first.
func (p *tab) find(role, name string) control {
	p.t.Helper()
	var found control
	var all []control
	untilOr(p.t, patience, func() bool {
		all = p.controls()
		for _, equal := range []bool{true, false} {
			for _, c := range all {
				if c.role == role && (c.name == name || !equal && strings.Contains(c.name, name)) {
					found = c
					return true
				}
			}
		}
		return false
	}, func() string { return fmt.Sprintf("there is no %s %q; there are:\n%s", role, name, listed(all)) })
	return found
}

// has reports whether there is such a control now.
func (p *tab) has(role, name string) bool {
	return slices.ContainsFunc(p.controls(), func(c control) bool {
		return c.role == role && strings.Contains(c.name, name)
	})
}

func listed(all []control) string {
	var b strings.Builder
	for _, c := range all {
		if c.role != "StaticText" && c.role != "InlineTextBox" && c.role != "generic" && c.name != "" {
			fmt.Fprintf(&b, "%s %q %s\n", c.role, c.name, c.value)
		}
	}
	return b.String()
}

// click clicks a control in its middle.
func (p *tab) click(role, name string) {
	p.t.Helper()
	untilOr(p.t, patience, func() bool {
		c := p.find(role, name)
		if _, err := chromedp.Call(p.ctx, dom.ScrollIntoViewIfNeeded,
			dom.ScrollIntoViewIfNeededParams{BackendNodeID: c.id}); err != nil {
			return false // drawn anew meanwhile
		}
		where, err := chromedp.Call(p.ctx, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: c.id})
		if err != nil || len(where.Quads) == 0 {
			return false
		}
		q := where.Quads[0]
		p.do(chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2))
		return true
	}, func() string { return fmt.Sprintf("the %s %q cannot be clicked", role, name) })
}

// fill puts text into a field in place of what is there.
func (p *tab) fill(name, text string) {
	p.t.Helper()
	role := "textbox"
	if strings.HasPrefix(name, "Find") {
		role = "searchbox"
	}
	p.click(role, name)
	p.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatal(err)
	}
}

// keyTo moves the focus to a control with the Tab key.
func (p *tab) keyTo(role, name string) {
	p.t.Helper()
	const most = 150 // controls on a page
	for range most {
		for _, c := range p.controls() {
			if c.focused && c.role == role && strings.Contains(c.name, name) {
				return
			}
		}
		p.do(chromedp.KeyEvent(kb.Tab))
	}
	p.t.Fatalf("the Tab key never comes to the %s %q; there are:\n%s", role, name, listed(p.controls()))
}

// press moves the focus to a control with the Tab key and presses other keys there.
func (p *tab) press(role, name, keys string) {
	p.t.Helper()
	p.keyTo(role, name)
	p.do(chromedp.KeyEvent(keys))
}

// row is what the page says about a session, on the list.
func (p *tab) row(name string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(() => {
		const named = [...document.querySelectorAll("main *")].filter((e) => e.childElementCount === 0 &&
			e.textContent.trim() === %q);
		const row = named.map((e) => e.closest("li, article, tr, [role=listitem], [role=row]")).find((e) => e !== null);
		return row ? row.innerText : "";
	})()`, name)))
	if err != nil {
		return ""
	}
	return text
}

// seeRow waits until the page's line of a session says all of the texts.
func (p *tab) seeRow(name string, texts ...string) {
	p.t.Helper()
	var now string
	untilOr(p.t, patience, func() bool {
		now = p.row(name)
		return now != "" && !slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(now, s) })
	}, func() string {
		return fmt.Sprintf("of %.40q the page does not say %q, but:\n%s\nin all it says:\n%s", name, texts, now, p.text())
	})
}
