package autostart

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stubSystemctl writes down what it is told, and answers.
func stubSystemctl(t *testing.T, script string) (told string) {
	t.Helper()
	dir := t.TempDir()
	told = filepath.Join(dir, "told")
	text := "#!/bin/sh\necho \"$@\" >>'" + told + "'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, "systemctl"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return told
}

func TestReload(t *testing.T) {
	h, p := folders(t)
	h.manager = "/run/there/is/one"
	told := stubSystemctl(t, "[ $2 = daemon-reload ] || echo loaded")
	if warning, err := h.install(p); err != nil || warning != "" {
		t.Errorf("got %q, %v", warning, err)
	}
	stubSystemctl(t, "[ $2 = daemon-reload ] || echo not-found")
	if warning, err := h.install(p); err != nil || !strings.Contains(warning, "does not see the unit (not-found)") {
		t.Errorf("a manager that looks elsewhere: got %q, %v", warning, err)
	}
	stubSystemctl(t, "exit 1")
	if warning, err := h.remove(p); err != nil || !strings.Contains(warning, "next log-in") {
		t.Errorf("a manager that fails: got %q, %v", warning, err)
	}
	data, err := os.ReadFile(told)
	want := "--user daemon-reload\n--user show --property=LoadState --value sessionkeeper.service\n"
	if err != nil || string(data) != want {
		t.Errorf("told %q, %v; want %q", data, err, want)
	}
}

func TestUserManager(t *testing.T) {
	dir, err := os.MkdirTemp("", "run") //nolint:usetesting // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	getenv := env(map[string]string{"XDG_RUNTIME_DIR": dir})
	if got := userManager(getenv); got != "" {
		t.Errorf("without a socket: got %q", got)
	}
	path := filepath.Join(dir, "systemd", "private")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if got := userManager(getenv); got != path {
		t.Errorf("got %q; want %q", got, path)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = l.Close()
	if got := userManager(getenv); got != "" {
		t.Errorf("a socket that nobody listens at: got %q", got)
	}
}
