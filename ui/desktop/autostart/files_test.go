//go:build unix

package autostart

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// program makes a program that can be started.
func program(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// folders are a home and a keeper with a tray. No command of the system is found on PATH.
func folders(t *testing.T) (h host, p Programs) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("PATH", filepath.Join(dir, "no commands"))
	h, err := newHost("linux", env(map[string]string{"HOME": filepath.Join(dir, "home"), "XDG_RUNTIME_DIR": dir}))
	if err != nil {
		t.Fatal(err)
	}
	return h, Programs{
		Keeper: program(t, filepath.Join(dir, "bin", "sessionkeeper")),
		Tray:   program(t, filepath.Join(dir, "bin", "sessionkeeper-tray")),
	}
}

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// tree gives every file under dir with its content, links with where they lead.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			files[name], err = os.Readlink(path)
			return err
		}
		data, err := os.ReadFile(path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func mustLook(t *testing.T, h host, p Programs) Status {
	t.Helper()
	s, err := h.look(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustInstall(t *testing.T, h host, p Programs) {
	t.Helper()
	if _, err := h.install(p); err != nil {
		t.Fatal(err)
	}
}

func mustRemove(t *testing.T, h host, p Programs) {
	t.Helper()
	if _, err := h.remove(p); err != nil {
		t.Fatal(err)
	}
}

func TestOnAndOff(t *testing.T) {
	const (
		unit  = ".config/systemd/user/sessionkeeper.service"
		link  = ".config/systemd/user/default.target.wants/sessionkeeper.service"
		tray  = ".config/autostart/sessionkeeper-tray.desktop"
		plain = ".config/autostart/sessionkeeper.desktop"
	)
	for _, c := range []struct {
		name          string
		manager, tray bool
		want          []string
		kind          string
	}{
		{"systemd and tray", true, true, []string{tray, link, unit}, "systemd,xdg"},
		{"systemd alone", true, false, []string{link, unit}, "systemd"},
		{"tray alone", false, true, []string{tray}, "xdg"},
		{"neither", false, false, []string{plain}, "xdg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, p := folders(t)
			if c.manager {
				h.manager = "/run/there/is/one"
			}
			if !c.tray {
				p.Tray = ""
			}
			own := filepath.Join(h.home, ".config/autostart/other.desktop")
			if err := writeFile(own, "[Desktop Entry]\n"); err != nil {
				t.Fatal(err)
			}
			before := tree(t, h.home)
			if s := mustLook(t, h, p); s.On || s.Kind != c.kind || s.Detail != "" ||
				s.Path != filepath.Join(h.home, c.want[len(c.want)-1]) {
				t.Errorf("before: got %+v", s)
			}
			mustRemove(t, h, p)
			if got := tree(t, h.home); !maps.Equal(got, before) {
				t.Errorf("off where nothing is on left %q", got)
			}

			mustInstall(t, h, p)
			installed := tree(t, h.home)
			names := slices.Sorted(maps.Keys(installed))
			if want := slices.Sorted(slices.Values(append(c.want, ".config/autostart/other.desktop"))); !slices.Equal(names, want) {
				t.Errorf("installed %q; want %q", names, want)
			}
			if s := mustLook(t, h, p); !s.On || s.Kind != c.kind || s.Detail != "" {
				t.Errorf("on: got %+v", s)
			}
			mustInstall(t, h, p)
			if got := tree(t, h.home); !maps.Equal(got, installed) {
				t.Errorf("a second on changed %q to %q", installed, got)
			}
			mustRemove(t, h, p)
			if got := tree(t, h.home); !maps.Equal(got, before) {
				t.Errorf("off left %q", got)
			}
			if _, err := os.Lstat(filepath.Join(h.home, filepath.Dir(link))); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the folder of links is still there: %v", err)
			}
		})
	}
}

func change(t *testing.T, path string, edit func(string) string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(edit(string(data))), 0o600); err != nil {
		t.Fatal(err)
	}
}

func appended(line string) func(string) string {
	return func(text string) string { return text + line + "\n" }
}

// What the user wrote or changed stays, and nothing else is changed around it.
func TestHandsOff(t *testing.T) {
	for name, edit := range map[string]func(t *testing.T, unit, tray entry){
		"unit edited": func(t *testing.T, unit, _ entry) {
			t.Helper()
			change(t, unit.path, appended("# my own remark"))
		},
		"entry edited": func(t *testing.T, _, tray entry) {
			t.Helper()
			change(t, tray.path, func(s string) string { return strings.Replace(s, "Exec=", "Exec=nice ", 1) })
		},
		"entry of somebody else": func(t *testing.T, _, tray entry) {
			t.Helper()
			change(t, tray.path, func(string) string { return "[Desktop Entry]\nType=Application\nExec=mine\n" })
		},
		"seal of another file": func(t *testing.T, unit, tray entry) {
			t.Helper()
			change(t, unit.path, func(string) string { return "# " + strings.Split(tray.text, "X-")[1] })
		},
		"masked": func(t *testing.T, unit, _ entry) {
			t.Helper()
			if err := errors.Join(os.Remove(unit.path), os.Symlink("/dev/null", unit.path)); err != nil {
				t.Fatal(err)
			}
		},
		"a link of a dotfile collection": func(t *testing.T, _, tray entry) {
			t.Helper()
			kept := filepath.Join(t.TempDir(), "kept")
			if err := errors.Join(os.Rename(tray.path, kept), os.Symlink(kept, tray.path)); err != nil {
				t.Fatal(err)
			}
		},
		"a file in the link's place": func(t *testing.T, unit, _ entry) {
			t.Helper()
			if err := errors.Join(os.Remove(unit.link), os.WriteFile(unit.link, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := folders(t)
			h.manager = "/run/there/is/one"
			mustInstall(t, h, p)
			unit, tray := h.unit(p.Keeper), h.desktopEntry("-tray", p.Tray)
			edit(t, unit, tray)
			before := tree(t, h.home)
			if s := mustLook(t, h, p); s.Detail == "" {
				t.Errorf("got %+v; want word of what was changed", s)
			}
			if _, err := h.install(p); !errors.Is(err, ErrChanged) {
				t.Errorf("on: got %v; want ErrChanged", err)
			}
			if got := tree(t, h.home); !maps.Equal(got, before) {
				t.Errorf("on changed %q to %q", before, got)
			}
			_, err := h.remove(p)
			left := tree(t, h.home)
			if name == "a file in the link's place" {
				if err != nil || len(left) != 1 {
					t.Errorf("off: got %v, left %q; want that file alone", err, left)
				}
				return
			}
			if !errors.Is(err, ErrChanged) {
				t.Errorf("off: got %v; want ErrChanged", err)
			}
			changed := []string{unit.path, unit.link}
			if !strings.Contains(err.Error(), unit.path) {
				changed = []string{tray.path}
			}
			for _, path := range changed {
				name, _ := filepath.Rel(h.home, path)
				if left[name] != before[name] {
					t.Errorf("off made %q of %s", left[name], name)
				}
			}
			if len(left) != len(changed) {
				t.Errorf("off left %q; want %q alone", slices.Collect(maps.Keys(left)), changed)
			}
		})
	}
}

// What desktops' own settings do to the files is no change by hand.
func TestSwitchedOffByTheDesktop(t *testing.T) {
	for name, edit := range map[string]func(string) string{
		"hidden":   appended("Hidden=true"),
		"gnome":    appended("X-GNOME-Autostart-enabled=false"),
		"reformed": func(s string) string { return reform(s) + "Hidden=true\n" },
	} {
		t.Run(name, func(t *testing.T) {
			h, p := folders(t)
			mustInstall(t, h, p)
			tray := h.desktopEntry("-tray", p.Tray)
			change(t, tray.path, edit)
			if s := mustLook(t, h, p); s.On || !strings.Contains(s.Detail, "desktop's settings") {
				t.Errorf("got %+v; want it off, and why", s)
			}
			mustInstall(t, h, p)
			if s := mustLook(t, h, p); !s.On || s.Detail != "" {
				t.Errorf("on again: got %+v", s)
			}
			change(t, tray.path, edit)
			mustRemove(t, h, p)
			if left := tree(t, h.home); len(left) > 0 {
				t.Errorf("off left %q", left)
			}
		})
	}
}

// reform drops comments and turns the keys' order around, as a desktop's key file library may.
func reform(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")[1:]
	slices.Reverse(lines[1:])
	return strings.Join(lines, "\n\n") + "\n"
}

func TestDisabledUnit(t *testing.T) {
	h, p := folders(t)
	h.manager = "/run/there/is/one"
	p.Tray = ""
	mustInstall(t, h, p)
	unit := h.unit(p.Keeper)
	if err := os.Remove(unit.link); err != nil {
		t.Fatal(err)
	}
	if s := mustLook(t, h, p); s.On || !strings.Contains(s.Detail, "not enabled") {
		t.Errorf("got %+v; want it off, and why", s)
	}
	mustInstall(t, h, p)
	if s := mustLook(t, h, p); !s.On || s.Detail != "" {
		t.Errorf("on again: got %+v", s)
	}
	// systemctl writes the whole path.
	if err := errors.Join(os.Remove(unit.link), os.Symlink(unit.path, unit.link)); err != nil {
		t.Fatal(err)
	}
	if s := mustLook(t, h, p); !s.On || s.Detail != "" {
		t.Errorf("enabled by systemctl: got %+v", s)
	}
	// By su there is no user manager to be seen, and the unit counts all the same.
	h.manager = ""
	if s := mustLook(t, h, p); !s.On || s.Path != unit.path {
		t.Errorf("without a manager: got %+v", s)
	}
	// A unit that somebody removed by hand leaves a link that leads nowhere.
	if err := os.Remove(unit.path); err != nil {
		t.Fatal(err)
	}
	if s := mustLook(t, h, p); s.On {
		t.Errorf("a link that leads nowhere: got %+v", s)
	}
	mustRemove(t, h, p)
	if left := tree(t, h.home); len(left) > 0 {
		t.Errorf("off left %q", left)
	}
}

func TestMovedProgram(t *testing.T) {
	h, p := folders(t)
	h.manager = "/run/there/is/one"
	mustInstall(t, h, p)
	moved := Programs{
		Keeper: program(t, filepath.Join(t.TempDir(), "new 100%-\"home\"", "sessionkeeper")),
		Tray:   program(t, filepath.Join(t.TempDir(), "sessionkeeper-tray")),
	}
	s := mustLook(t, h, moved)
	for _, want := range []string{p.Keeper, moved.Keeper, p.Tray, moved.Tray, "switch autostart on again"} {
		if !s.On || !strings.Contains(s.Detail, want) {
			t.Errorf("got %+v; want word of %s", s, want)
		}
	}
	if err := errors.Join(os.Remove(p.Keeper), os.Remove(p.Tray)); err != nil {
		t.Fatal(err)
	}
	if s := mustLook(t, h, moved); !strings.Contains(s.Detail, p.Keeper+", which is gone") {
		t.Errorf("got %+v; want word of the missing program", s)
	}
	if _, err := h.install(p); err == nil {
		t.Error("on with programs that are gone: want an error")
	}
	mustInstall(t, h, moved)
	if s := mustLook(t, h, moved); !s.On || s.Detail != "" {
		t.Errorf("on again: got %+v", s)
	}
	// The tray was uninstalled: its file is still ours to remove.
	if s := mustLook(t, h, Programs{Keeper: moved.Keeper}); !strings.Contains(s.Detail, "left from before") {
		t.Errorf("without a tray: got %+v", s)
	}
	mustInstall(t, h, Programs{Keeper: moved.Keeper})
	if s := mustLook(t, h, Programs{Keeper: moved.Keeper}); !s.On || s.Kind != "systemd" || s.Detail != "" {
		t.Errorf("on without a tray: got %+v", s)
	}
}

func TestOldVersion(t *testing.T) {
	h, p := folders(t)
	old := entry{kind: "xdg", program: p.Tray, path: h.desktopEntry("-tray", p.Tray).path, text: "[Desktop Entry]\nX-" + sealMark + "\n"}
	if err := writeFile(old.path, sealed(old).text); err != nil {
		t.Fatal(err)
	}
	if s := mustLook(t, h, p); !s.On || !strings.Contains(s.Detail, "another version") {
		t.Errorf("got %+v; want word of another version", s)
	}
	mustInstall(t, h, p)
	if s := mustLook(t, h, p); !s.On || s.Detail != "" {
		t.Errorf("on again: got %+v", s)
	}
}
