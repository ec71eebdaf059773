package desktop

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"sessionkeeper/ui/desktop/desktoptest"
)

// stubOpener puts a shell script in the place of xdg-open, which writes its argument to the file it returns first.
func stubOpener(t *testing.T, script string) (argument string) {
	t.Helper()
	dir := t.TempDir()
	argument = filepath.Join(dir, "argument")
	text := "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + argument + "\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return argument
}

func look(t *testing.T) map[string]Check {
	t.Helper()
	checks := map[string]Check{}
	for _, c := range Look(t.Context()) {
		if c.Detail == "" || c.OK != (c.Action == "") {
			t.Errorf("%+v: want a detail, and an action where something is missing", c)
		}
		checks[c.Name] = c
	}
	names := slices.Sorted(maps.Keys(checks))
	if want := []string{"browser", "dbus", "display", "notifications", "tray"}; !slices.Equal(names, want) {
		t.Errorf("got checks %q; want %q", names, want)
	}
	return checks
}

func TestLookAtNothing(t *testing.T) {
	noDesktop(t)
	t.Setenv("PATH", t.TempDir())
	for name, c := range look(t) {
		if c.OK {
			t.Errorf("%s: got %+v; want it missing", name, c)
		}
	}
}

func TestLookAtDesktop(t *testing.T) {
	_, bus := onBus(t)
	if c := look(t); !c["dbus"].OK || c["notifications"].OK || c["tray"].OK {
		t.Errorf("bare bus: got %+v", c)
	}
	service := desktoptest.StartNotifications(t, bus)
	conn := bus.Connect(t)
	watcher, err := prop.Export(conn, "/StatusNotifierWatcher", prop.Map{
		trayName: {"IsStatusNotifierHostRegistered": {Value: false, Writable: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	desktoptest.Own(t, conn, trayName)
	c := look(t)
	if !c["notifications"].OK || !strings.Contains(c["notifications"].Detail, "desktoptest 1, with buttons") {
		t.Errorf("got %+v; want the service by name, and its buttons", c["notifications"])
	}
	if c["tray"].OK || !strings.Contains(c["tray"].Detail, "nothing shows them") {
		t.Errorf("watcher without a host: got %+v", c["tray"])
	}
	if err := watcher.Set(trayName, "IsStatusNotifierHostRegistered", dbus.MakeVariant(true)); err != nil {
		t.Fatal(err)
	}
	service.Hang()
	stubOpener(t, "")
	c = look(t)
	if c["notifications"].OK || !strings.Contains(c["notifications"].Detail, "does not answer") {
		t.Errorf("hung service: got %+v", c["notifications"])
	}
	if !c["tray"].OK || !c["browser"].OK {
		t.Errorf("got %+v and %+v; want a tray and an opener", c["tray"], c["browser"])
	}
	service.Resume()
}

func TestLookForDisplay(t *testing.T) {
	noDesktop(t)
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "wayland-7"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	for _, c := range []struct {
		wayland, display string
		want             bool
	}{
		{"wayland-7", "", true},
		{filepath.Join(dir, "wayland-7"), "", true},
		{"wayland-8", "", false},
		{"", ":32767", false},
		{"", "nonsense", false},
		{"", ":", false},
		{"", "127.0.0.1:x", false},
		{"wayland-8", ":32767.0", false},
	} {
		t.Setenv("WAYLAND_DISPLAY", c.wayland)
		t.Setenv("DISPLAY", c.display)
		if got := lookForDisplay(t.Context()); got.OK != c.want {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}
