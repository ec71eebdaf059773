package main

import (
	"image"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"

	"sessionkeeper/assets"
	"sessionkeeper/ui/desktop/desktoptest"
)

// XDG Desktop Portal, org.freedesktop.portal.Settings.
const (
	portalName = "org.freedesktop.portal.Desktop"
	portalPath = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	settingsOf = "org.freedesktop.portal.Settings"
	appearance = "org.freedesktop.appearance"
	dark       = uint32(1)
	light      = uint32(2)
)

// TestDesktopShade shows a window on a desktop that says nothing of light and dark, and on one whose portal does, also
// while the window is open. FYNE_THEME has the last word. Asked to end, a window closes as if the user had closed it.
func TestDesktopShade(t *testing.T) {
	s := newStage(t, desktoptest.Size{W: 800, H: 700}, "")
	bus := desktoptest.StartBus(t)
	env := append(s.env, bus.Env()...)
	back := func(name, colour string) {
		t.Helper()
		s.screen.WaitWindow(t, "Sessionkeeper")
		const most = 400 // of the window's width
		s.screen.WaitPicture(t, name, func(now *image.RGBA) bool { return drawn(now, colour).Dx() > most })
	}
	end := func(p *program) {
		t.Helper()
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := p.exit(t); code != exitDone {
			t.Errorf("asked to end, it exits %d and says %q; want 0", code, p.said)
		}
	}
	p := start(t, env, "sessions")
	back("says-nothing", assets.Paint().Light.Card)
	end(p)

	var scheme atomic.Uint32
	scheme.Store(dark)
	conn := bus.Connect(t)
	read := func(namespace, key string) (dbus.Variant, *dbus.Error) { return dbus.MakeVariant(scheme.Load()), nil }
	if err := conn.ExportMethodTable(map[string]any{"ReadOne": read}, portalPath, settingsOf); err != nil {
		t.Fatal(err)
	}
	desktoptest.Own(t, conn, portalName)
	p = start(t, env, "sessions")
	back("portal-dark", assets.Paint().Dark.Card)
	scheme.Store(light)
	if err := conn.Emit(portalPath, settingsOf+".SettingChanged", appearance, "color-scheme", dbus.MakeVariant(light)); err != nil {
		t.Fatal(err)
	}
	back("portal-turns-light", assets.Paint().Light.Card)
	end(p)

	p = start(t, append(env, "FYNE_THEME=dark"), "sessions")
	back("theme-dark", assets.Paint().Dark.Card)
	end(p)
}
