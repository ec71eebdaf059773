package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever becomes of the file that says where the state folder comes from, no folder that stayed is taken for a copy,
// nothing waits, and the next start knows again.
func TestF24OriginThatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, originFile)
	if err := noteOrigin(dir); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if foreign, err := copied(dir); err != nil || foreign {
			t.Errorf("cut after %d bytes: a copy: %t, %v", n, foreign, err)
		}
	}
	if err := os.WriteFile(path+".new", whole[:9], 0o600); err != nil { // a crash in the middle of a write
		t.Fatal(err)
	}
	if err := noteOrigin(dir); err != nil {
		t.Fatal(err)
	}
	if foreign, err := copied(dir); err != nil || foreign {
		t.Errorf("noted again: a copy: %t, %v", foreign, err)
	}
	put, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, put, 0o600); err != nil {
		t.Fatal(err)
	}
	if foreign, err := copied(dir); err != nil || !foreign {
		t.Errorf("put back from a backup: a copy: %t, %v", foreign, err)
	}
}

// Definitions of providers are told apart by what they say, so that a session's change brings no second reading of all.
func TestContentsOfAFolder(t *testing.T) {
	dir := t.TempDir()
	seen := map[[32]byte]string{}
	step := func(name string, do func() error) {
		t.Helper()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		now := contents(dir)
		if was, ok := seen[now]; ok {
			t.Errorf("%s: the folder is taken for what it was: %s", name, was)
		}
		if seen[now] = name; contents(dir) != now {
			t.Errorf("%s: the folder is not the same twice", name)
		}
	}
	write := func(file, text string) func() error {
		return func() error { return os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600) }
	}
	step("empty", func() error { return nil })
	step("one", write("a.toml", "x = 1"))
	step("edited", write("a.toml", "x = 2"))
	step("another", write("b.toml", "x = 2"))
	step("renamed", func() error { return os.Rename(filepath.Join(dir, "b.toml"), filepath.Join(dir, "c.toml")) })
	step("a link that leads nowhere", func() error { return os.Symlink("nowhere", filepath.Join(dir, "d.toml")) })
}
