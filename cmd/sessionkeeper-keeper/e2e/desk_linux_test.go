package e2e

import (
	"fmt"
	"image"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/ui/desktop/desktoptest"
)

// desk is a whole desktop with a person before it: a screen with a panel, a notification service, a keychain and a
// browser, and a home with a keeper in it.
type desk struct {
	*home

	screen  *desktoptest.Screen
	panel   *desktoptest.Panel // nil where there is none
	ring    *keychaintest.Desktop
	bus     *desktoptest.Bus
	daemon  *desktoptest.Daemon // nil where there is none
	bubbles *bubbles
	browser *browser
	windows bool // the windows' program lies beside the tray's
	steps   int
}

// furniture is what differs between desks. The zero furniture is a desk that has everything.
type furniture struct {
	noPanel    bool
	noKeychain bool
	windows    bool
	daemon     string // "" is xfce4-notifyd, "none" none
	config     string // config.toml
	env        []string
}

// seats is how many desks there may be at once: each has a screen and a browser to draw.
var seats = make(chan struct{}, 3)

// startDesk furnishes a desk; the keeper is not started. The programs are built before, so that no session comes to its end
// meanwhile.
func startDesk(t *testing.T, f furniture) *desk {
	t.Helper()
	if err := trayBuilt(); err != nil {
		t.Fatal(err)
	}
	if f.windows {
		if err := windowsBuilt(); err != nil {
			t.Fatal(err)
		}
	}
	seats <- struct{}{}
	t.Cleanup(func() { <-seats })
	d := &desk{windows: f.windows, screen: desktoptest.StartScreen(t, desktoptest.Size{W: 1280, H: 900})}
	if f.noKeychain {
		d.ring = keychaintest.StartBus(t)
	} else {
		d.ring = keychaintest.Start(t)
	}
	d.bus = &desktoptest.Bus{Address: d.ring.Vars()["DBUS_SESSION_BUS_ADDRESS"]}
	d.bubbles = watchBubbles(t, d.bus.Address)
	env := slices.DeleteFunc(d.screen.Env(), func(v string) bool { return strings.HasPrefix(v, "PATH=") })
	env = append(append(env, d.bus.Env()...), f.env...)
	d.home = newHome(t, env...)
	if f.config != "" {
		d.write("config.toml", f.config)
	}
	if !f.noPanel {
		d.startPanel()
	}
	if f.daemon != "none" {
		name := f.daemon
		if name == "" {
			name = "xfce4-notifyd"
		}
		d.daemon = desktoptest.StartDaemon(t, d.screen, d.bus, name)
	}
	t.Cleanup(d.sweep)
	d.browser = startBrowser(t, append(d.screen.Env(), d.bus.Env()...), d.opened+".sock")
	t.Cleanup(func() {
		if t.Failed() {
			d.screen.Picture(t, "at the end")
		}
	})
	return d
}

func (d *desk) startPanel() {
	d.t.Helper()
	d.panel = desktoptest.StartPanel(d.t, d.screen, d.bus, false)
}

// write writes a file below the configuration folder.
func (d *desk) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.dir, "sk", "config", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// picture keeps what the person sees once nothing moves any more.
func (d *desk) picture(what string) {
	d.t.Helper()
	d.steps++
	d.screen.Still(d.t, fmt.Sprintf("%02d %s", d.steps, what))
}

// autostart lets the programs start a keeper where none runs.
func (d *desk) autostart() {
	d.env = slices.DeleteFunc(d.env, func(v string) bool { return strings.HasPrefix(v, "SESSIONKEEPER_NO_AUTOSTART=") })
}

// sweep ends what the tray has started and left: keepers and windows outlive it. They are known by their programs, which
// lie in the home.
func (d *desk) sweep() {
	bin := filepath.Join(d.dir, "bin") + "/"
	until(d.t, "the last program to end", func() bool {
		links, _ := filepath.Glob("/proc/[0-9]*/exe")
		left := 0
		for _, link := range links {
			exe, err := os.Readlink(link)
			if pid, perr := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil && perr == nil && strings.HasPrefix(exe, bin) {
				left++
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		return left == 0
	})
}

// window waits for one of our windows to be drawn, and gives it the keys.
func (d *desk) window(title string) {
	d.t.Helper()
	w := d.screen.WaitWindow(d.t, title)
	const drawn = 20 // colours
	d.screen.WaitPicture(d.t, "window", func(now *image.RGBA) bool { return desktoptest.Colours(now, w.Rect) > drawn })
	d.screen.Focus(d.t, w)
}

// restart stops the keeper in peace and starts it again.
func (d *desk) restart() {
	d.t.Helper()
	d.kill(syscall.SIGTERM)
	d.serve()
}

// page opens the keeper's page in a tab of its own, before the others.
func (d *desk) page() *tab {
	d.t.Helper()
	address := strings.TrimSpace(d.must("ui", "--print"))
	at, err := url.Parse(address)
	if err == nil {
		err = d.browser.open(address)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return d.pageAt(at.Host)
}

// pageAt waits for our page to be open.
func (d *desk) pageAt(host string) *tab {
	d.t.Helper()
	p := d.browser.tab("our page", func(u *url.URL) bool { return u.Host == host })
	p.front()
	return p
}

// pageOpened is our page that was opened as the nth by the keeper or the tray.
func (d *desk) pageOpened(n int) *tab {
	d.t.Helper()
	until(d.t, "our page to be opened", func() bool { return len(d.tabs()) > n })
	at, err := url.Parse(d.tabs()[n])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.pageAt(at.Host)
}

// consent waits for the provider's page.
func (d *desk) consent(i *issuer) *tab {
	d.t.Helper()
	p := d.browser.tab("the provider's page", func(u *url.URL) bool {
		return u.Host == i.address && strings.HasPrefix(u.Path, "/authorize")
	})
	p.front()
	return p
}

// allow answers the provider's page as an account and waits for the page that says how the sign-in ended.
func (d *desk) allow(p *tab, account string) {
	d.t.Helper()
	p.see("Sign in as")
	if account != "" {
		p.click("radio", account)
	}
	p.click("button", "Allow")
	p.see("You can close this page")
}

// pagesOpened is how many pages were opened since the list was this long.
func (d *desk) pagesOpened(before int) int {
	d.t.Helper()
	return len(d.tabs()) - before
}

// quietly lets nobody sit before the browser while f runs: pages are answered without being shown.
func (d *desk) quietly(f func()) {
	d.t.Helper()
	d.browser.robot.Store(true)
	defer d.browser.robot.Store(false)
	f()
}

// adding runs `sessionkeeper add` beside the test, which plays the person meanwhile. The function that it returns waits
// for the command's end, which must be a good one.
func (d *desk) adding(args ...string) (done func()) {
	d.t.Helper()
	type end struct {
		out, errs string
		code      int
	}
	ended := make(chan end, 1)
	go func() {
		out, errs, code := d.run(append([]string{"add"}, args...)...)
		ended <- end{out, errs, code}
	}()
	return func() {
		d.t.Helper()
		if e := <-ended; e.code != 0 {
			d.t.Fatalf("add %q: exit %d\n%s%s", args, e.code, e.out, e.errs)
		}
	}
}

// bubbleAt is where a bubble is on the screen: right of the browser, above the panel, and alone there.
func (d *desk) bubbleAt() image.Rectangle {
	d.t.Helper()
	var at image.Rectangle
	d.screen.WaitPicture(d.t, "bubble", func(now *image.RGBA) bool {
		last := at
		at = image.Rectangle{}
		for y := range now.Rect.Max.Y - panelRoom {
			for x := browserWidth; x < now.Rect.Max.X; x++ {
				c := now.RGBAAt(x, y)
				if int(c.R)<<16|int(c.G)<<8|int(c.B) != desktoptest.Back {
					at = at.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		return !at.Empty() && at == last
	})
	return at
}

const (
	panelRoom    = 40
	browserWidth = 890
)

// press presses a button of the only bubble on the screen, with the mouse. xfce4-notifyd draws them along the lower edge,
// one as wide as the other, the last one at the right.
func (d *desk) press(b bubble, label string) {
	d.t.Helper()
	const edge, right, pitch = 31, 62, 103 // pixels
	labels := b.labels()
	i := slices.Index(labels, label)
	if i < 0 {
		d.t.Fatalf("the bubble %q has no button %q, but %q", b.title, label, labels)
	}
	at := d.bubbleAt().Max.Sub(image.Pt(right+pitch*(len(labels)-1-i), edge))
	before := len(d.bubbles.presses())
	d.screen.Click(d.t, at, 1)
	until(d.t, "the press of "+label, func() bool { return len(d.bubbles.presses()) > before })
	id := b.actions[slices.Index(b.actions, label)-1]
	if got := d.bubbles.presses()[before]; got != id {
		d.t.Fatalf("the press of %q was taken for %q; want %q", label, got, id)
	}
}
