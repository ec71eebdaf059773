//go:build unix

package autostart

import (
	"errors"
	"strings"
	"testing"
)

// fakeRunKey keeps values as the registry does, and what the Task Manager switched off.
type fakeRunKey struct {
	lines map[string]string
	off   map[string]bool
}

func (k fakeRunKey) get(name string) (line string, there bool, err error) {
	line, there = k.lines[name]
	return line, there, nil
}

func (k fakeRunKey) put(name, line string) error {
	k.lines[name] = line
	return nil
}

func (k fakeRunKey) remove(name string) error {
	delete(k.lines, name)
	return nil
}

func (k fakeRunKey) disabled(name string) (bool, error) { return k.off[name], nil }

func (k fakeRunKey) enable(name string) error {
	delete(k.off, name)
	return nil
}

// windowsFolders are programs as they are called there.
func windowsFolders(t *testing.T) Programs {
	t.Helper()
	dir := t.TempDir()
	return Programs{
		Keeper: program(t, dir+"/sessionkeeper.exe"), Tray: program(t, dir+"/sessionkeeper-tray.exe"),
	}
}

func windowsHost(t *testing.T, vars map[string]string) (host, fakeRunKey) {
	t.Helper()
	h, err := newHost("windows", env(vars))
	if err != nil {
		t.Fatal(err)
	}
	key := fakeRunKey{lines: map[string]string{}, off: map[string]bool{}}
	h.run = key
	return h, key
}

func TestRunKey(t *testing.T) {
	p := windowsFolders(t)
	h, key := windowsHost(t, nil)
	if s := mustLook(t, h, p); s.On || s.Kind != "run-key" || s.Path != runKey+`\Sessionkeeper` {
		t.Errorf("before: got %+v", s)
	}
	mustRemove(t, h, p)
	for range 2 {
		mustInstall(t, h, p)
		if got := key.lines[runName]; got != `"`+p.Tray+`"` {
			t.Errorf("got %q", got)
		}
	}
	if s := mustLook(t, h, p); !s.On || s.Detail != "" {
		t.Errorf("on: got %+v", s)
	}
	key.off[runName] = true
	if s := mustLook(t, h, p); s.On || !strings.Contains(s.Detail, "Task Manager") {
		t.Errorf("switched off: got %+v", s)
	}
	mustInstall(t, h, Programs{Keeper: p.Keeper})
	if got := key.lines[runName]; got != `"`+p.Keeper+`" autostart start` || key.off[runName] {
		t.Errorf("got %q, switched off: %t", got, key.off[runName])
	}
	mustRemove(t, h, p)
	if len(key.lines) > 0 {
		t.Errorf("off left %q", key.lines)
	}
}

func TestRunKeyOfOthers(t *testing.T) {
	p := windowsFolders(t)
	for line, ours := range map[string]bool{
		`"C:\Program Files\x\sessionkeeper-tray.exe"`:           true,
		`"C:\it's 100% & 日本\SessionKeeper.exe" autostart start`: true,
		`"C:\x\sessionkeeper.exe" serve`:                        false,
		`C:\x\sessionkeeper.exe autostart start`:                false,
		`"C:\x\sessionkeeper-tray.exe" --mine`:                  false,
		`"C:\x\sessionkeeper-tray.exe`:                          false,
		`"C:\x\other.exe"`:                                      false,
		``:                                                      false,
		`"`:                                                     false,
	} {
		h, key := windowsHost(t, nil)
		key.lines[runName] = line
		s := mustLook(t, h, p)
		if !s.On || strings.Contains(s.Detail, "left alone") == ours || ours && !strings.Contains(s.Detail, lineProgram(line)) {
			t.Errorf("%s: got %+v; want it to be ours: %t", line, s, ours)
		}
		if _, err := h.install(p); errors.Is(err, ErrChanged) == ours {
			t.Errorf("%s: on: %v; want it to be ours: %t", line, err, ours)
		}
		if !ours && key.lines[runName] != line {
			t.Errorf("%s: was changed to %s", line, key.lines[runName])
		}
		if _, err := h.remove(p); errors.Is(err, ErrChanged) == ours {
			t.Errorf("%s: off: %v; want it to be ours: %t", line, err, ours)
		}
	}
}

func TestRunKeyRefuses(t *testing.T) {
	p := windowsFolders(t)
	h, key := windowsHost(t, map[string]string{"SESSIONKEEPER_HOME": "/else"})
	if s := mustLook(t, h, p); s.On || !strings.Contains(s.Detail, "SESSIONKEEPER_HOME") {
		t.Errorf("got %+v; want word of what cannot be carried", s)
	}
	if _, err := h.install(p); !errors.Is(err, errRunHome) {
		t.Errorf("on: got %v", err)
	}
	if _, err := h.remove(p); !errors.Is(err, errRunHome) {
		t.Errorf("off: got %v", err)
	}
	h, _ = windowsHost(t, nil)
	p.Tray = program(t, t.TempDir()+"/"+strings.Repeat("a", 250)+"/sessionkeeper-tray.exe")
	if _, err := h.install(p); err == nil || !strings.Contains(err.Error(), "260") {
		t.Errorf("a path that is too long: got %v", err)
	}
	p.Tray += ".gone"
	if _, err := h.install(p); err == nil || len(key.lines) > 0 {
		t.Errorf("a program that is gone: got %v and %q", err, key.lines)
	}
}

// The rules of CommandLineToArgvW for a program: up to the next quotation mark, or the next blank; no escapes.
func TestLineProgram(t *testing.T) {
	for line, want := range map[string]string{
		`"C:\Program Files\a.exe" serve`: `C:\Program Files\a.exe`,
		`"C:\dir\" x`:                    `C:\dir\`,
		`C:\a.exe serve`:                 `C:\a.exe`,
		"C:\\a.exe\tserve":               `C:\a.exe`,
		`"C:\open`:                       `C:\open`,
		``:                               ``,
	} {
		if got := lineProgram(line); got != want {
			t.Errorf("%s: got %q; want %q", line, got, want)
		}
	}
	for _, path := range []string{`C:\100% it's & 日本\{x}\--.exe`, `\\server\share\a b.exe`} {
		for _, p := range []Programs{{Tray: path}, {Keeper: path}} {
			if _, line := runLine(p); lineProgram(line) != path {
				t.Errorf("%q is read back as %q", path, lineProgram(line))
			}
		}
	}
}
