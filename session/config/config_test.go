package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Cut at any byte, settings either say less or are told as broken, and then the last good ones count.
func TestF25CutSettings(t *testing.T) {
	dir, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	last := filepath.Join(t.TempDir(), "config.toml")
	const whole = "keychain = \"sealed\"\nwarn_before = \"7m\"\nlog_level = \"debug\"\n"
	path := put(t, whole, dir.Path(), "config.toml")
	if err := dir.KeepSettings(last); err != nil {
		t.Fatal(err)
	}
	broken := 0
	for n := range len(whole) {
		put(t, whole[:n], dir.Path(), "config.toml")
		s, fault, err := dir.SettingsOr(last)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if fault == nil {
			continue
		}
		broken++
		if s.Keychain != "sealed" || s.WarnBefore != Duration(7*time.Minute) || s.LogLevel != "debug" ||
			!strings.Contains(fault.Error(), path) {
			t.Errorf("cut at %d: %+v beside %v", n, s, fault)
		}
		if err := dir.KeepSettings(last); err == nil || read(t, last) != whole {
			t.Errorf("cut at %d: the copy is %q, %v", n, read(t, last), err)
		}
	}
	if broken < len(whole)/2 {
		t.Errorf("only %d cuts broke it", broken)
	}
	put(t, "keychain = ", path)
	put(t, "keychain = ", last)
	if s, fault, err := dir.SettingsOr(last); err == nil || fault != nil || s != defaults() {
		t.Errorf("with a broken copy: %+v, %v, %v", s, fault, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := dir.KeepSettings(last); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(last); !os.IsNotExist(err) {
		t.Errorf("without a file a copy is kept: %v", err)
	}
}
