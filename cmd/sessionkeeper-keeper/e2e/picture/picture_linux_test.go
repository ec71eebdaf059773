// Package picture takes the picture of the README: the real programs on a real desktop.
package picture

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sessionkeeper/assets"
	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/ui/desktop/desktoptest"
)

var file = flag.String("picture", "", "keep the picture in this `file`, too")

// patience bounds every wait. Only something broken meets it.
const patience = 30 * time.Second

// The desktop has twice the pixels of an ordinary one of 1200 by 786; two thirds of them are left in the picture, so that
// it is sharp where it is shown smaller.
const (
	scale         = 2
	width, height = 1200 * scale, 786 * scale
	pageWidth     = 800 * scale
	pictureWidth  = 1600
)

// desk is a desktop with a keeper.
type desk struct {
	t        *testing.T
	programs string
	home     string
	env      []string
	screen   *desktoptest.Screen
}

// Tray, menu, warning and page stand beside each other on one desktop, each with what it has to say.
func TestPicture(t *testing.T) {
	ring := keychaintest.Start(t)
	bus := &desktoptest.Bus{Address: ring.Vars()["DBUS_SESSION_BUS_ADDRESS"]}
	size := desktoptest.Size{W: width, H: height, Scale: scale}
	d := &desk{t: t, programs: t.TempDir(), home: short(t), screen: desktoptest.StartScreen(t, size)}
	d.env = append(append(d.screen.Env(), bus.Env()...), "SESSIONKEEPER_HOME="+d.home, "SESSIONKEEPER_NO_AUTOSTART=1", "TZ=UTC")
	d.build("sessionkeeper", "sessionkeeper-keeper", "sessionkeeper-tray")
	panel := desktoptest.StartPanel(t, d.screen, bus, false)
	desktoptest.StartDaemon(t, d.screen, bus, "xfce4-notifyd")
	empty := d.screen.Still(t, "empty")

	lasting := authserver.Options{AccessTTL: 8 * time.Hour, SessionTTL: -1}
	ending := authserver.Options{AccessTTL: time.Hour, SessionTTL: 4*time.Minute + 40*time.Second}
	d.provider("acme", "Acme", ending)
	d.provider("example", "Example ID", lasting)
	d.serve()
	d.add("calendar", "example", "grace")
	d.add("staging", "example", "ada")
	d.run("pause", "staging")
	page := d.page()
	page.see("calendar", "staging", "Paused")
	d.screen.Click(t, image.Pt(12*scale, height/2), 1) // the address is not what is to be read
	d.start("sessionkeeper-tray")
	d.awaitTone(panel, "good")

	d.add("work", "acme", "ada")
	page.see("work", "Ends soon")
	d.awaitTone(panel, "wait")
	right := image.Rect(pageWidth+10*scale, 0, width, height-40*scale)
	drawn := func(part image.Rectangle) func(*image.RGBA) bool {
		return func(now *image.RGBA) bool { return desktoptest.Colours(now, part) > 50 }
	}
	warned := d.screen.WaitPicture(t, "bubble", drawn(right))
	bubble := desktoptest.Difference(desktoptest.Crop(empty, right), desktoptest.Crop(warned, right))
	if bubble.Max.Y > height/2 {
		t.Errorf("the warning is at %v; want it above the menu", bubble)
	}
	d.screen.Click(t, panel.Icon(t), 3)
	d.screen.WaitPicture(t, "menu", drawn(image.Rect(right.Min.X, height/2, width, height-40*scale)))
	d.keep(d.screen.Still(t, "picture"))
	t.Attr("real", "chromium")
}

// awaitTone waits until the panel shows the tray's icon for a tone, which it does pixel for pixel at this scale.
func (d *desk) awaitTone(panel *desktoptest.Panel, tone string) {
	d.t.Helper()
	icon, err := png.Decode(bytes.NewReader(assets.TrayIcon(tone)))
	if err != nil {
		d.t.Fatal(err)
	}
	d.screen.WaitPicture(d.t, tone, func(now *image.RGBA) bool {
		for _, found := range panel.Find(now) {
			if same(now, found, icon) {
				return true
			}
		}
		return false
	})
}

// same reports whether the icon's full pixels are those of the picture there.
func same(picture *image.RGBA, at image.Rectangle, icon image.Image) bool {
	var full image.Rectangle // the part of the icon that is not empty
	size := icon.Bounds()
	for y := range size.Dy() {
		for x := range size.Dx() {
			if _, _, _, a := icon.At(x, y).RGBA(); a != 0 {
				full = full.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	shift := at.Min.Sub(full.Min)
	for y := range size.Dy() {
		for x := range size.Dx() {
			r, g, b, a := icon.At(x, y).RGBA()
			p := image.Pt(x, y).Add(shift)
			if want := (color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xff}); a == 0xffff && picture.RGBAAt(p.X, p.Y) != want {
				return false
			}
		}
	}
	return true
}

// provider starts a provider and adds it to the catalogue.
func (d *desk) provider(id, name string, o authserver.Options) {
	d.t.Helper()
	p := authservertest.Start(d.t, o)
	dir := filepath.Join(d.home, "config", "providers")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		d.t.Fatal(err)
	}
	entry := fmt.Appendf(nil, "name = %q\nissuer = %q\n", name, p.Issuer())
	if err := os.WriteFile(filepath.Join(dir, id+".toml"), entry, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) build(names ...string) {
	d.t.Helper()
	for _, name := range names {
		cmd := exec.Command("go", "build", "-o", d.programs, "sessionkeeper/cmd/"+name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			d.t.Fatalf("building %s: %v\n%s", name, err, out)
		}
	}
}

// start starts one of the programs, which ends with the test, and returns it with what it prints.
func (d *desk) start(name string, args ...string) *bufio.Reader {
	d.t.Helper()
	cmd := exec.Command(filepath.Join(d.programs, name), args...)
	cmd.Env, cmd.Stderr = d.env, d.t.Output()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return bufio.NewReader(out)
}

func (d *desk) serve() {
	d.t.Helper()
	if line, err := d.start("sessionkeeper", "serve").ReadString('\n'); !strings.HasPrefix(line, "ready ") {
		d.t.Fatalf("the keeper said %q, %v; want ready", line, err)
	}
}

func (d *desk) run(args ...string) string {
	d.t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(filepath.Join(d.programs, "sessionkeeper"), args...)
	cmd.Env, cmd.Stderr = d.env, &errs
	out, err := cmd.Output()
	if err != nil {
		d.t.Fatalf("sessionkeeper %q: %v\n%s", args, err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// add makes a session; its account signs in.
func (d *desk) add(name, provider, account string) {
	d.t.Helper()
	cmd := exec.Command(filepath.Join(d.programs, "sessionkeeper"), "add", name, "--provider", provider, "--client-id", "demo",
		"--scope", "openid", "--scope", "email", "--scope", "offline_access", "--no-browser")
	cmd.Env, cmd.Stderr = d.env, d.t.Output()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	address, _ := bufio.NewReader(out).ReadString('\n')
	authservertest.Browser{Account: account}.Open(d.t, strings.TrimSpace(address))
	if err := cmd.Wait(); err != nil {
		d.t.Fatalf("adding %s: %v", name, err)
	}
}

// page opens the keeper's page in a window of its own, on the left.
func (d *desk) page() page {
	d.t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		d.t.Fatal("chromium is missing: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("headless", false), chromedp.Flag("enable-automation", false), chromedp.Flag("test-type", true),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("window-position", "0,0"), chromedp.WindowSize(pageWidth/scale, height/scale-32),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), chromedp.Flag("lang", "en"),
		chromedp.NoInheritEnv, chromedp.Env(d.env...),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }),
	)
	ctx, cancel := chromedp.NewExecAllocator(d.t.Context(), options...)
	d.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	d.t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate(d.run("ui", "--print"))); err != nil {
		d.t.Fatal("opening the page: ", err)
	}
	return page{d.t, d.screen, ctx}
}

type page struct {
	t      *testing.T
	screen *desktoptest.Screen
	ctx    context.Context //nolint:containedctx // chromedp keeps the page in it
}

// see waits until the page says all of the texts.
func (p page) see(texts ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for said := ""; slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(said, text) }); {
		select {
		case <-again.C:
		case <-ctx.Done():
			p.screen.Picture(p.t, "page")
			p.t.Fatalf("the page does not say %q; it says:\n%s", texts, said)
		}
		look, done := context.WithTimeout(ctx, time.Second)
		now, err := chromedp.Run(look, chromedp.Evaluate[string]("document.body.innerText"))
		if done(); err == nil { // it fails between two pages
			said = now
		}
	}
}

// keep writes the picture where it was asked for.
func (d *desk) keep(picture *image.RGBA) {
	d.t.Helper()
	if *file == "" {
		return
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, shrink(picture, pictureWidth)); err != nil {
		d.t.Fatal(err)
	}
	if most := 250 << 10; b.Len() > most {
		d.t.Errorf("the picture takes %d bytes; want %d at most", b.Len(), most)
	}
	if err := os.WriteFile(*file, b.Bytes(), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// shrink makes a picture narrower: each pixel is the mean of the area that it stands for.
func shrink(picture *image.RGBA, to int) *image.RGBA {
	from := picture.Rect.Dx()
	narrow := image.NewRGBA(image.Rect(0, 0, to, picture.Rect.Dy()*to/from))
	for y := range narrow.Rect.Dy() {
		for x := range to {
			var sum [4]int
			for py := y * from / to; py*to < (y+1)*from; py++ {
				high := min((py+1)*to, (y+1)*from) - max(py*to, y*from)
				for px := x * from / to; px*to < (x+1)*from; px++ {
					part := high * (min((px+1)*to, (x+1)*from) - max(px*to, x*from))
					for c := range sum {
						sum[c] += part * int(picture.Pix[picture.PixOffset(px, py)+c])
					}
				}
			}
			for c := range sum {
				narrow.Pix[narrow.PixOffset(x, y)+c] = uint8((sum[c] + from*from/2) / (from * from))
			}
		}
	}
	return narrow
}

// short is a folder whose name leaves room for a socket's.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sk-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
