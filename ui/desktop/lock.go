package desktop

import (
	"context"
	"os"
	"sync"
	"sync/atomic"

	"github.com/godbus/dbus/v5"
)

// screenSavers answer GetActive. Their names and paths differ, the method does not.
func screenSavers() map[string]dbus.ObjectPath {
	return map[string]dbus.ObjectPath{
		"org.freedesktop.ScreenSaver": "/org/freedesktop/ScreenSaver",
		"org.gnome.ScreenSaver":       "/org/gnome/ScreenSaver",
		"org.cinnamon.ScreenSaver":    "/org/cinnamon/ScreenSaver",
		"org.mate.ScreenSaver":        "/org/mate/ScreenSaver",
		"org.xfce.ScreenSaver":        "/org/xfce/ScreenSaver",
	}
}

// ScreenLocked reports whether the screen is locked, within 1 s; unknown counts as unlocked. It asks logind for the
// user's session and whichever screen saver runs, starting none: many of them never tell logind.
func (d *Desktop) ScreenLocked(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	var locked atomic.Bool
	var wg sync.WaitGroup
	ask := func(question func() bool) {
		wg.Go(func() {
			if question() {
				locked.Store(true)
				cancel() // one yes is enough
			}
		})
	}
	if conn := d.system.current.Load(); conn != nil {
		ask(func() bool { return lockedHint(ctx, conn) })
	}
	if conn := d.session.current.Load(); conn != nil {
		for name, path := range screenSavers() {
			ask(func() bool { return saverActive(ctx, conn, name, path) })
		}
	}
	wg.Wait()
	return locked.Load()
}

// lockedHint asks logind (org.freedesktop.login1(5), LockedHint).
func lockedHint(ctx context.Context, conn *dbus.Conn) bool {
	path, ok := loginSession(ctx, conn)
	if !ok {
		return false
	}
	locked, _ := property(ctx, conn.Object(login1Name, path), login1Name+".Session", "LockedHint").(bool)
	return locked
}

// loginSession finds the session with the screen: the user's graphical one, since the keeper may have been started over
// ssh or by systemd; else the one of the environment; else the one that this process belongs to.
func loginSession(ctx context.Context, conn *dbus.Conn) (dbus.ObjectPath, bool) {
	manager := conn.Object(login1Name, login1Path)
	find := func(method string, arg any) (path dbus.ObjectPath, ok bool) {
		err := manager.CallWithContext(ctx, login1Manager+"."+method, dbus.FlagNoAutoStart, arg).Store(&path)
		return path, err == nil
	}
	if user, ok := find("GetUser", uint32(os.Getuid())); ok { //nolint:gosec // a uid has 32 bits, and no D-Bus on Windows
		display, _ := property(ctx, conn.Object(login1Name, user), login1Name+".User", "Display").([]any)
		if len(display) == 2 {
			if path, ok := display[1].(dbus.ObjectPath); ok && path != "/" {
				return path, true
			}
		}
	}
	if id := os.Getenv("XDG_SESSION_ID"); id != "" {
		if path, ok := find("GetSession", id); ok {
			return path, true
		}
	}
	return find("GetSessionByPID", uint32(os.Getpid())) //nolint:gosec // a pid is positive
}

func saverActive(ctx context.Context, conn *dbus.Conn, name string, path dbus.ObjectPath) (active bool) {
	err := conn.Object(name, path).CallWithContext(ctx, name+".GetActive", dbus.FlagNoAutoStart).Store(&active)
	return err == nil && active
}

// property is nil where it cannot be read.
func property(ctx context.Context, o dbus.BusObject, iface, name string) any {
	var v dbus.Variant
	if o.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart, iface, name).Store(&v) != nil {
		return nil
	}
	return v.Value()
}
