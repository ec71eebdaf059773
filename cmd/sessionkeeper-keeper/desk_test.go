package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/session"
)

// A keeper that asks for a passphrase is not started at log-in, whichever face wants it.
func TestNoStartAtLoginWithAPassphrase(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "SESSIONKEEPER_HOME"} {
		t.Setenv(name, home)
	}
	if err := os.MkdirAll(filepath.Join(home, "config"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "config", "config.toml"), []byte("keychain = \"file\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := startAtLogin(filepath.Join(home, "sessionkeeper")).Set(true)
	if e, ok := errors.AsType[*session.Error](err); !ok || e.Code != session.CodeConflict || a.On {
		t.Errorf("set: on %v, %v; want a conflict", a.On, err)
	}
	for _, place := range []string{"autostart", "systemd"} {
		if _, err := os.Stat(filepath.Join(home, place)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("something was installed in %s: %v", place, err)
		}
	}
}
