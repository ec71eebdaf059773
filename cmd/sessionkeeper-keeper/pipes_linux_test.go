package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sessionkeeper/ui/api/places"
)

// A named pipe in the place of a state file would hold a keeper up for ever, and a folder keep it from starting. They
// are renamed once, and all else is left.
func TestF25PipesAreSetAside(t *testing.T) {
	state := t.TempDir()
	folder := filepath.Join(state, "sessions")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	file, link, pipe := filepath.Join(folder, "a"), filepath.Join(folder, "b"), filepath.Join(folder, "c")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(state, originFile, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := setPipesAside(state); err != nil {
			t.Fatal(err)
		}
		aside, err := filepath.Glob(pipe + ".corrupt-*")
		if err != nil || len(aside) != 1 {
			t.Errorf("set aside: %q, %v; want one", aside, err)
		}
		left, err := os.ReadDir(folder)
		if err != nil || len(left) != 3 || left[0].Name() != "a" || left[1].Name() != "b" {
			t.Errorf("in the folder: %v, %v", left, err)
		}
		if _, err := copied(state); err != nil {
			t.Error(err)
		}
	}
}

// What belongs to somebody else is told with the command that cures it.
func TestFileOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		return // only root can give a file away
	}
	p := places.Places{Config: t.TempDir(), State: t.TempDir(), Run: t.TempDir()}
	for _, dir := range []string{p.Config, p.State, p.Run} {
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(p.State, "home.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	found := fileFindings(p)
	if len(found) != 1 || found[0].OK || !strings.Contains(found[0].Detail, "belongs to another user") ||
		!strings.Contains(found[0].Action, "Run: sudo chown 0 ") {
		t.Errorf("found %+v", found)
	}
}
