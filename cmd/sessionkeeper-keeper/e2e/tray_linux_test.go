package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/godbus/dbus/v5"

	"sessionkeeper/ui/desktop/desktoptest"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	itemName    = "org.kde.StatusNotifierItem"
)

// The programs beside the keeper, each built once: the tray, and the windows, which need C.
var (
	trayBuilt    = sync.OnceValue(func() error { return build("sessionkeeper-tray", "CGO_ENABLED=0") })
	windowsBuilt = sync.OnceValue(func() error { return build("sessionkeeper-window", "CGO_ENABLED=1") })
)

func build(name, env string) error {
	cmd := exec.Command("go", "build", "-tags", "x11,gles", "-o", filepath.Dir(program), "sessionkeeper/cmd/"+name)
	cmd.Env = append(os.Environ(), env)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return nil
}

// tray is the tray's program and its icon in the panel.
type tray struct {
	d      *desk
	cmd    *exec.Cmd
	ended  chan struct{}
	stderr *bytes.Buffer // to be read once ended is closed
	conn   *dbus.Conn
}

// startTray starts the tray's program on the desk. The other programs lie beside it: the keeper always, the windows where
// the desk has them.
func (d *desk) startTray() *tray {
	d.t.Helper()
	beside := []string{"sessionkeeper", "sessionkeeper-keeper", "sessionkeeper-tray"}
	if d.windows {
		beside = append(beside, "sessionkeeper-window")
	}
	bin := filepath.Join(d.dir, "bin")
	for _, name := range beside {
		if err := os.Link(filepath.Join(filepath.Dir(program), name), filepath.Join(bin, name)); err != nil && !errors.Is(err, fs.ErrExist) {
			d.t.Fatal(err)
		}
	}
	f := &tray{d: d, ended: make(chan struct{}), stderr: &bytes.Buffer{}}
	f.cmd = exec.Command(filepath.Join(bin, "sessionkeeper-tray"))
	f.cmd.Env, f.cmd.Stderr = d.env, f.stderr
	f.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := f.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	go func() {
		_ = f.cmd.Wait()
		close(f.ended)
	}()
	d.t.Cleanup(func() {
		f.kill(syscall.SIGKILL)
		if d.t.Failed() {
			log, _ := os.ReadFile(d.dir + "/sk/state/tray.log")
			d.t.Logf("the tray's log:\n%s\nand what it said: %s", log, f.stderr.String())
		}
	})
	return f
}

// runWindow runs the windows' program as the tray would, until it ends, and gives what it said.
func (d *desk) runWindow(args ...string) (said string, code int) {
	d.t.Helper()
	cmd := exec.Command(filepath.Join(d.dir, "bin", "sessionkeeper-window"), args...)
	cmd.Env = d.env
	out, err := cmd.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		d.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// kill ends the tray with a signal and waits for its end.
func (f *tray) kill(s syscall.Signal) {
	_ = f.cmd.Process.Signal(s)
	<-f.ended
}

// item waits for the icon that the panel has from us.
func (f *tray) item() (item dbus.BusObject, ok bool) {
	f.d.t.Helper()
	if f.conn == nil {
		f.conn = f.d.bus.Connect(f.d.t)
	}
	v, err := f.conn.Object(watcherName, "/StatusNotifierWatcher").GetProperty(watcherName + ".RegisteredStatusNotifierItems")
	if err != nil {
		return nil, false
	}
	items, _ := v.Value().([]string)
	for _, at := range items {
		owner, path, _ := strings.Cut(at, "/")
		item := f.conn.Object(owner, dbus.ObjectPath("/"+path))
		if id, err := item.GetProperty(itemName + ".Id"); err == nil && id.Value() == "Sessionkeeper" {
			return item, true
		}
	}
	return nil, false
}

// tooltip is what the icon says under the pointer; empty while there is no icon.
func (f *tray) tooltip() string {
	f.d.t.Helper()
	item, ok := f.item()
	if !ok {
		return ""
	}
	v, err := item.GetProperty(itemName + ".ToolTip")
	if err != nil {
		return ""
	}
	parts, _ := v.Value().([]any)
	if len(parts) < 3 {
		return ""
	}
	text, _ := parts[2].(string)
	return text
}

// seeTooltip waits until the icon says a text under the pointer.
func (f *tray) seeTooltip(text string) {
	f.d.t.Helper()
	var now string
	untilOr(f.d.t, patience, func() bool { now = f.tooltip(); return strings.Contains(now, text) },
		func() string { return fmt.Sprintf("the icon says %q; want %q", now, text) })
}

// menu reads the whole menu.
func (f *tray) menu() (desktoptest.Menu, bool) {
	f.d.t.Helper()
	item, ok := f.item()
	if !ok {
		return desktoptest.Menu{}, false
	}
	v, err := item.GetProperty(itemName + ".Menu")
	path, isPath := v.Value().(dbus.ObjectPath)
	if err != nil || !isPath {
		return desktoptest.Menu{}, false
	}
	e, err := desktoptest.ReadMenu(f.conn.Object(item.Destination(), path))
	return e, err == nil
}

// keysTo are those that lead to an entry from a menu that has just been opened.
func keysTo(e desktoptest.Menu, path []string) (keys []string, ok bool) {
	down := 0
	for _, one := range e.Entries {
		if one.Hidden || one.Line || one.Off {
			continue
		}
		down++
		if !strings.HasPrefix(one.Label, path[0]) {
			continue
		}
		keys = slices.Repeat([]string{"Down"}, down)
		if len(path) == 1 {
			return append(keys, "Return"), true
		}
		inner, ok := keysTo(one, path[1:])
		if !ok {
			return nil, false
		}
		return append(append(keys, "Right"), inner[1:]...), true // Right chooses the first one already
	}
	return nil, false
}

// see waits until the menu has all of the texts.
func (f *tray) see(texts ...string) {
	f.d.t.Helper()
	var now string
	untilOr(f.d.t, patience, func() bool {
		e, ok := f.menu()
		now = e.String()
		return ok && !slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(now, s) })
	}, func() string { return fmt.Sprintf("the menu does not say %q:\n%s", texts, now) })
}

// open opens the menu with the mouse. The picture of it is kept.
func (f *tray) open(what string) {
	f.d.t.Helper()
	const lines = 60 // pixels: more than a tooltip has
	at := f.d.panel.Icon(f.d.t)
	before := f.d.screen.Picture(f.d.t, "icon")
	f.d.screen.Click(f.d.t, at, 3)
	f.d.screen.WaitPicture(f.d.t, "menu", func(now *image.RGBA) bool {
		corner := image.Rect(browserWidth, at.Y-200, now.Rect.Max.X, at.Y)
		return desktoptest.Difference(desktoptest.Crop(before, corner), desktoptest.Crop(now, corner)).Dy() > lines
	})
	f.d.picture(what)
}

// close closes it.
func (f *tray) close() { f.d.screen.Key(f.d.t, "Escape") }

// choose opens the menu with the mouse and goes to an entry with the keys, by the beginnings of labels.
func (f *tray) choose(path ...string) {
	f.d.t.Helper()
	var keys []string
	var now desktoptest.Menu
	untilOr(f.d.t, patience, func() bool {
		e, ok := f.menu()
		if now = e; ok {
			keys, ok = keysTo(e, path)
		}
		return ok
	}, func() string { return fmt.Sprintf("the menu has no %q:\n%v", path, now) })
	f.open("the menu before " + path[len(path)-1])
	f.d.screen.Key(f.d.t, keys...)
}
