package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What a run left behind that was killed goes with the next; what is in use, or just being made, stays.
func TestSweepRuns(t *testing.T) {
	p := homeOf(t.TempDir())
	used, err := newRunFolder(p)
	if err != nil {
		t.Fatal(err)
	}
	defer used.remove()
	dead, err := newRunFolder(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.lock.Close(); err != nil {
		t.Fatal(err)
	}
	unlocked, fresh := filepath.Join(p.Run, runPrefix+"unlocked"), filepath.Join(p.Run, runPrefix+"fresh")
	for _, folder := range []string{unlocked, fresh} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-time.Hour)
	for _, folder := range []string{used.path, dead.path, unlocked} {
		if err := os.Chtimes(folder, long, long); err != nil {
			t.Fatal(err)
		}
	}
	sweepRuns(p.Run)
	for folder, stays := range map[string]bool{used.path: true, fresh: true, dead.path: false, unlocked: false} {
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) == stays {
			t.Errorf("%s stays: %t; want %t", filepath.Base(folder), !stays, stays)
		}
	}
}
