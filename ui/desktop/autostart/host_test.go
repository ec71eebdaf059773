//go:build unix

package autostart

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Two homes never meet, and each is carried to the keeper that is started.
func TestOwnHome(t *testing.T) {
	h, p := folders(t)
	h.manager = "/run/there/is/one"
	vars := map[string]string{
		"HOME": h.home, "XDG_RUNTIME_DIR": h.home, "XDG_STATE_HOME": "/s", "SESSIONKEEPER_HOME": "/some where/else",
	}
	other, err := newHost("linux", env(vars))
	if err != nil {
		t.Fatal(err)
	}
	other.manager = h.manager
	mustInstall(t, h, p)
	usual := tree(t, h.home)
	if s := mustLook(t, other, p); s.On {
		t.Errorf("the other home: got %+v; want it off", s)
	}
	mustInstall(t, other, p)
	found := 0
	for name, text := range tree(t, h.home) {
		if _, known := usual[name]; !known && !strings.HasPrefix(text, "..") {
			found++
			if !strings.Contains(text, `"SESSIONKEEPER_HOME=/some where/else"`) || strings.Contains(text, "XDG_STATE_HOME") {
				t.Errorf("%s does not carry its home:\n%s", name, text)
			}
		}
	}
	if found != 2 {
		t.Errorf("the other home has %d files; want 2", found)
	}
	mustRemove(t, other, p)
	if got := tree(t, h.home); !maps.Equal(got, usual) {
		t.Errorf("off of the other home left %q", got)
	}
}

func TestNewHost(t *testing.T) {
	for _, c := range []struct {
		system string
		env    map[string]string
		want   host // with "" for home: an error
	}{
		{"linux", map[string]string{"HOME": "/h"}, host{home: "/h", config: "/h/.config"}},
		{"linux", map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/h/.config"}, host{home: "/h", config: "/h/.config"}},
		{"linux", map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "relative"}, host{home: "/h", config: "/h/.config"}},
		{"linux", map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, host{
			home: "/h", config: "/c", vars: []string{"XDG_CONFIG_HOME=/c", "XDG_STATE_HOME=/s"},
		}},
		{"darwin", map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, host{home: "/h"}},
		{"linux", nil, host{}},
		{"darwin", map[string]string{"HOME": "relative"}, host{}},
		{"linux", map[string]string{"HOME": "/h", "SESSIONKEEPER_HOME": "/a\nb"}, host{}},
		{"linux", map[string]string{"HOME": "/h", "XDG_STATE_HOME": "/a\xff"}, host{}},
	} {
		vars := map[string]string{"XDG_RUNTIME_DIR": "/nonexistent"}
		maps.Copy(vars, c.env)
		got, err := newHost(c.system, env(vars))
		if (err != nil) != (c.want.home == "") {
			t.Errorf("%s %v: error %v", c.system, c.env, err)
		}
		if err == nil && (got.home != c.want.home || got.config != c.want.config || !slices.Equal(got.vars, c.want.vars)) {
			t.Errorf("%s %v: got %+v; want %+v", c.system, c.env, got, c.want)
		}
	}
}

func TestCheckProgram(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		program(t, filepath.Join(dir, "good")): true, filepath.Join(dir, "gone"): false, dir: false, plain: false,
		"good": false, program(t, filepath.Join(dir, "new\nline")): false, program(t, filepath.Join(dir, "\xff")): false,
	} {
		if err := checkProgram(path); (err == nil) != want {
			t.Errorf("%q: got %v; want it to pass: %t", path, err, want)
		}
	}
}
