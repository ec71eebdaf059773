package desktop

import (
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"sessionkeeper/ui/desktop/desktoptest"
)

// logind answers what the lock asks. A session's path is "/s/" and its id; none is "/".
type logind struct {
	display, byID, byPID dbus.ObjectPath
}

func (l logind) GetUser(uint32) (dbus.ObjectPath, *dbus.Error)         { return "/user", nil }
func (l logind) GetSession(string) (dbus.ObjectPath, *dbus.Error)      { return found(l.byID) }
func (l logind) GetSessionByPID(uint32) (dbus.ObjectPath, *dbus.Error) { return found(l.byPID) }

func found(path dbus.ObjectPath) (dbus.ObjectPath, *dbus.Error) {
	if path == "/" {
		return "", dbus.NewError("org.freedesktop.login1.NoSuchSession", nil)
	}
	return path, nil
}

func startLogind(t *testing.T, bus *desktoptest.Bus, l logind) {
	t.Helper()
	conn := bus.Connect(t)
	type display struct {
		ID   string
		Path dbus.ObjectPath
	}
	put := func(path dbus.ObjectPath, iface, name string, value any) {
		properties := prop.Map{iface: {name: {Value: value}}}
		if _, err := prop.Export(conn, path, properties); err != nil {
			t.Fatal(err)
		}
	}
	put("/user", login1Name+".User", "Display", display{"1", l.display})
	put("/locked", login1Name+".Session", "LockedHint", true)
	put("/unlocked", login1Name+".Session", "LockedHint", false)
	if err := conn.Export(l, login1Path, login1Manager); err != nil {
		t.Fatal(err)
	}
	desktoptest.Own(t, conn, login1Name)
}

func TestLockedByLogind(t *testing.T) {
	for _, c := range []struct {
		name  string
		login logind
		want  bool
	}{
		{"the screen", logind{"/locked", "/unlocked", "/unlocked"}, true},
		{"the screen, from a locked terminal", logind{"/unlocked", "/locked", "/locked"}, false},
		{"the environment's session", logind{"/", "/locked", "/unlocked"}, true},
		{"the process's session", logind{"/", "/", "/locked"}, true},
		{"no session", logind{"/", "/", "/"}, false},
		{"a session that is gone", logind{"/gone", "/locked", "/locked"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, bus := onSystemBus(t, stillClock())
			t.Setenv("XDG_SESSION_ID", "7")
			startLogind(t, bus, c.login)
			if got := d.ScreenLocked(t.Context()); got != c.want {
				t.Errorf("got %v; want %v", got, c.want)
			}
		})
	}
}

// saver is a screen saver.
type saver bool

func (s saver) GetActive() (bool, *dbus.Error) { return bool(s), nil }

func TestLockedByScreenSaver(t *testing.T) {
	d, bus := onBus(t)
	for d.session.current.Load() == nil {
		d.session.kick()
	}
	start := func(name string, path dbus.ObjectPath, active bool) *dbus.Conn {
		conn := bus.Connect(t)
		if err := conn.Export(saver(active), path, name); err != nil {
			t.Fatal(err)
		}
		desktoptest.Own(t, conn, name)
		return conn
	}
	if d.ScreenLocked(t.Context()) {
		t.Error("no screen saver: got locked")
	}
	start("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", false)
	if d.ScreenLocked(t.Context()) {
		t.Error("idle screen saver: got locked")
	}
	conn := start("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", true)
	if !d.ScreenLocked(t.Context()) {
		t.Error("active screen saver: got unlocked")
	}
	_ = conn.Close()
	hung := make(chan struct{})
	t.Cleanup(func() { close(hung) })
	conn = bus.Connect(t)
	if err := conn.Export(hungSaver(hung), "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"); err != nil {
		t.Fatal(err)
	}
	desktoptest.Own(t, conn, "org.gnome.ScreenSaver")
	if d.ScreenLocked(t.Context()) {
		t.Error("hung screen saver: got locked")
	}
}

// hungSaver answers when the test ends.
type hungSaver chan struct{}

func (s hungSaver) GetActive() (bool, *dbus.Error) { <-s; return true, nil }
