package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOpenMakesPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	put(t, "", path, sessionsDir, "x.toml")
	for _, p := range []string{path, filepath.Join(path, sessionsDir)} {
		if err := os.Chmod(p, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if d.Path() != path {
		t.Errorf("path %q; want %q", d.Path(), path)
	}
	for _, p := range []string{path, filepath.Join(path, sessionsDir)} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v; want 0700", p, info.Mode(), err)
		}
	}
}

// foreignFolder gives a folder of another user: root gives one away, everybody else takes root's.
func foreignFolder(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		return "/usr"
	}
	foreign := t.TempDir()
	if err := os.Chown(foreign, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	return foreign
}

func TestOpenRefusesForeignFolder(t *testing.T) {
	foreign := foreignFolder(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(foreign, link); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(foreign)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{foreign, link} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
			t.Errorf("%s: got %v; want a refusal", path, err)
		}
	}
	if after, err := os.Stat(foreign); err != nil || after.Mode() != before.Mode() {
		t.Errorf("rights changed from %v to %v, %v", before.Mode(), after.Mode(), err)
	}
}

func TestOwnerOfFiles(t *testing.T) {
	d := open(t)
	path := put(t, "keychain = \"file\"\n", d.Path(), settingsFile)
	if s, err := d.Settings(); err != nil || s.Keychain != "file" {
		t.Fatalf("got %v, %v; want file", s, err)
	}
	if os.Geteuid() != 0 {
		// Only root can give a file away. What belongs to root may be read: an administrator put it there.
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/etc/passwd", path); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Settings(); err == nil || strings.Contains(err.Error(), "another user") {
			t.Errorf("got %v; want a fault of the text, not of the owner", err)
		}
		return
	}
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if s, err := d.Settings(); err == nil || !strings.Contains(err.Error(), "another user") || s != defaults() {
		t.Errorf("got %+v, %v; want the defaults and an error", s, err)
	}
}

func TestOpenRefusesFile(t *testing.T) {
	path := put(t, "", t.TempDir(), "config")
	if _, err := Open(path); err == nil {
		t.Error("want an error")
	}
}

func TestOpenRemovesLeftovers(t *testing.T) {
	path := t.TempDir()
	old := put(t, "", path, sessionsDir, ".save-1.tmp")
	young := put(t, "", path, sessionsDir, ".save-2.tmp")
	past := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old temporary file is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("the young temporary file, which may be in use, is gone")
	}
}

func TestWriteFileLeavesNothingOnFailure(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "taken")
	put(t, "x", target, "inside") // a folder cannot be replaced by a file
	if err := writeFile(target, []byte("x")); err == nil {
		t.Fatal("want an error")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
