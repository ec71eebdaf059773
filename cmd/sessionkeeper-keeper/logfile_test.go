package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestLogFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keeper.log")
	l, err := openLog(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	line := bytes.Repeat([]byte("x"), 39)
	line = append(line, '\n')
	for range 7 {
		if n, err := l.Write(line); n != len(line) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write(line); err == nil {
		t.Error("a closed log takes lines")
	}
	// 7 lines in files of 2: the newest is alone, the two before it are kept, the rest is gone.
	for name, want := range map[string]int64{path: 40, path + ".1": 80} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() != want || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, mode %v; want %d, 0600", filepath.Base(name), info.Size(), info.Mode().Perm(), want)
		}
	}
	if l, err = openLog(path, 100); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if l.size != 40 {
		t.Errorf("an opened log counts %d bytes; want 40", l.size)
	}
}

// A new file that cannot be had loses lines until it can, and no longer: nobody starts a keeper anew for its log.
func TestLogFileOpensLater(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "keeper.log")
	l, err := openLog(path, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Write([]byte("one line\n")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := l.Write([]byte("two lines\n")); err == nil {
			t.Error("a log without a folder takes lines")
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("three\n")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "three\n" {
		t.Errorf("the log holds %q, %v", text, err)
	}
}
