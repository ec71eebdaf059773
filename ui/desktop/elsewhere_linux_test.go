package desktop

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// confine restricts the test's own thread the way a hardened unit does, for good: the thread ends with the test.
func confine(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
}

// runFolder has the sockets that a user's service manager has.
func runFolder(t *testing.T, sockets ...string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "run") //nolint:usetesting // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Mkdir(filepath.Join(dir, "systemd"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range sockets {
		l, err := net.Listen("unix", filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
	}
	t.Setenv("XDG_RUNTIME_DIR", dir)
}

// stubSystemdRun writes down what it is asked to run, and ends as the opener would.
func stubSystemdRun(t *testing.T, exit string) (asked string) {
	t.Helper()
	dir := filepath.Dir(stubOpener(t, "echo here >&2; exit 9"))
	asked = filepath.Join(dir, "asked")
	text := "#!/bin/sh\nprintf '%s\\n' \"$@\" \"$DBUS_SESSION_BUS_ADDRESS\" >" + asked + "\nexit " + exit + "\n"
	if err := os.WriteFile(filepath.Join(dir, "systemd-run"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return asked
}

func TestConfinedOpen(t *testing.T) {
	noDesktop(t)
	t.Setenv("DISPLAY", ":7")
	runFolder(t, "systemd/private", "bus")
	asked := stubSystemdRun(t, "0")
	confine(t)
	d := newDesktop(testLog(t), stillClock())
	const address = "https://id.example/authorize?a=%20b&state=hidden"
	if err := d.Open(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal(err)
	}
	opener := filepath.Join(filepath.Dir(asked), "xdg-open")
	bus := "unix:path=" + filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
	got := string(data)
	if !strings.HasSuffix(got, "\n--\n"+opener+"\n"+address+"\n"+bus+"\n") {
		t.Errorf("asked for\n%s", got)
	}
	for _, want := range []string{"--user", "--wait", "--property=KillMode=process", "--setenv=DISPLAY=:7", "--description="} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}

	stubSystemdRun(t, "3")
	if err := d.Open(t.Context(), address); !errors.Is(err, ErrNoOpener) {
		t.Errorf("xdg-open without a browser: got %v; want ErrNoOpener", err)
	}
	stubSystemdRun(t, "1")
	if err := d.Open(t.Context(), address); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("a manager that fails: got %v; want an error without the address", err)
	}

	// Without the manager's own bus nothing tells of the opener's end.
	runFolder(t, "systemd/private")
	asked = stubSystemdRun(t, "0")
	if err := d.Open(t.Context(), address); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(asked); err != nil || strings.Contains(string(data), "--wait") {
		t.Errorf("asked for %q, %v; want no waiting", data, err)
	}

	// Confined by something else than systemd: better a browser with restrictions than none.
	runFolder(t)
	if err := d.Open(t.Context(), address); err == nil || !strings.Contains(err.Error(), "exit status 9") {
		t.Errorf("without a manager: got %v; want our own opener's", err)
	}
}
