package autostart

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// What is exported does the same on the environment's home.
func TestSet(t *testing.T) {
	h, p := folders(t)
	t.Setenv("HOME", h.home)
	t.Setenv("XDG_RUNTIME_DIR", h.home)
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME", "SESSIONKEEPER_HOME"} {
		t.Setenv(name, "")
	}
	s, err := Set(p, true)
	if err != nil || !s.On || s.Kind != "xdg" {
		t.Errorf("on: got %+v, %v", s, err)
	}
	if again, err := Look(p); err != nil || again != s {
		t.Errorf("Look gives %+v, %v; Set gave %+v", again, err, s)
	}
	change(t, s.Path, appended("Comment=mine"))
	before := tree(t, h.home)
	for _, on := range []bool{true, false} {
		if _, err := Set(p, on); !errors.Is(err, ErrChanged) {
			t.Errorf("on %t: got %v; want ErrChanged", on, err)
		}
	}
	if got := tree(t, h.home); !maps.Equal(got, before) {
		t.Errorf("%q became %q", before, got)
	}
	if err := os.Remove(s.Path); err != nil {
		t.Fatal(err)
	}
	if s, err := Set(p, false); err != nil || s.On {
		t.Errorf("off: got %+v, %v", s, err)
	}
	t.Setenv("HOME", "")
	if _, err := Set(p, true); err == nil {
		t.Error("without HOME: want an error")
	}
}

// A program that PATH leads to by a link is started by that link, and both paths count as the same program.
func TestLastingPath(t *testing.T) {
	h, p := folders(t)
	t.Setenv("HOME", h.home)
	t.Setenv("XDG_RUNTIME_DIR", h.home)
	t.Setenv("SESSIONKEEPER_HOME", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	bin := t.TempDir()
	link := filepath.Join(bin, "sessionkeeper-tray")
	if err := os.Symlink(p.Tray, link); err != nil {
		t.Fatal(err)
	}
	program(t, filepath.Join(bin, "sessionkeeper")) // another one of the same name
	if got := p.lasting(); got != p {
		t.Errorf("not on PATH: got %+v", got)
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", bin)
	if got := p.lasting(); got != (Programs{Keeper: p.Keeper, Tray: link}) {
		t.Errorf("got %+v; want the link to the tray and our own keeper", got)
	}
	if s, err := Set(p, true); err != nil || !s.On || s.Detail != "" {
		t.Errorf("on: got %+v, %v", s, err)
	}
	t.Setenv("PATH", path)
	if s, err := Look(p); err != nil || !s.On || s.Detail != "" {
		t.Errorf("with another PATH: got %+v, %v", s, err)
	}
}
