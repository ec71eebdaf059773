package places

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func from(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestFind(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		env  map[string]string
		want Places
	}{
		{"HOME alone", map[string]string{"HOME": "/h"}, Places{
			"/h/.config/sessionkeeper", "/h/.local/state/sessionkeeper", "/h/.local/state/sessionkeeper/run",
		}},
		{"XDG", map[string]string{
			"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/run/user/1",
		}, Places{"/c/sessionkeeper", "/s/sessionkeeper", "/run/user/1/sessionkeeper"}},
		{"relative XDG counts as unset", map[string]string{
			"HOME": "/h", "XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "./s", "XDG_RUNTIME_DIR": "r",
		}, Places{"/h/.config/sessionkeeper", "/h/.local/state/sessionkeeper", "/h/.local/state/sessionkeeper/run"}},
		{"a home of its own", map[string]string{
			"HOME": "/h", "XDG_RUNTIME_DIR": "/run/user/1", "SESSIONKEEPER_HOME": "/x/y/",
		}, Places{"/x/y/config", "/x/y/state", "/x/y/run"}},
		{"a home without HOME", map[string]string{"SESSIONKEEPER_HOME": "/x"}, Places{"/x/config", "/x/state", "/x/run"}},
		{"a relative home", map[string]string{"SESSIONKEEPER_HOME": "x"}, Places{
			filepath.Join(here, "x/config"), filepath.Join(here, "x/state"), filepath.Join(here, "x/run"),
		}},
	} {
		if got, err := find(from(c.env)); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.what, got, err, c.want)
		}
	}
	if _, err := find(from(nil)); err == nil {
		t.Error("no HOME is no error")
	}
}

func TestLongPath(t *testing.T) {
	base := "/tmp/" + strings.Repeat("x", maxSocketPath-len("/tmp//run/api.sock"))
	fits, err := find(from(map[string]string{"SESSIONKEEPER_HOME": base}))
	if err != nil || fits.Run != base+"/run" || len(fits.Socket()) != maxSocketPath {
		t.Errorf("a path that just fits became %+v, %v", fits, err)
	}
	one, err := find(from(map[string]string{"SESSIONKEEPER_HOME": base + "x"}))
	if err != nil {
		t.Fatal(err)
	}
	two, err := find(from(map[string]string{"SESSIONKEEPER_HOME": base + "y"}))
	if err != nil {
		t.Fatal(err)
	}
	root := "/tmp/sessionkeeper-" + strconv.Itoa(os.Getuid()) + "/"
	short := strings.HasPrefix(one.Run, root) && len(one.Socket()) <= maxSocketPath
	if !short || one.Run == two.Run || one.State != base+"x/state" {
		t.Errorf("long paths became %+v and %+v", one, two)
	}
}

func TestMake(t *testing.T) {
	dir := t.TempDir()
	p := Places{State: filepath.Join(dir, "a", "state"), Run: filepath.Join(dir, "b", "run")}
	if err := os.MkdirAll(p.Run, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := p.Make(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{p.State, p.Run} {
		if info, err := os.Stat(path); err != nil || info.Mode() != fs.ModeDir|0o700 {
			t.Errorf("%s: %v, %v; want a folder of mode 0700", path, info.Mode(), err)
		}
	}
}

func TestTFILE1MakeRefusesWhatIsNotOurs(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test makes folders of another user: run it as root")
	}
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign")
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(foreign, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "open")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o720)); err != nil {
		t.Fatal(err)
	}
	for _, run := range []string{foreign, link, file, open} {
		err := (Places{State: filepath.Join(dir, "state"), Run: run}).Make()
		if err == nil || run != file && !strings.Contains(err.Error(), "chmod 700") {
			t.Errorf("%s: %v; want it refused, with what to do", run, err)
		}
	}
}

// TestSquatter puts another user's folder where the short run folders go.
func TestSquatter(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test makes folders of another user: run it as root")
	}
	root, err := os.MkdirTemp("/tmp", app+"-") //nolint:usetesting // where such a folder lies is the point
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	if err := os.Chown(root, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	p := Places{State: t.TempDir(), Run: filepath.Join(root, "abc")}
	if err := p.MakeRun(); err == nil {
		t.Error("a folder under another user's was accepted")
	}
}

func TestAnnounce(t *testing.T) {
	p := Places{State: t.TempDir(), Run: "/run/user/1/sessionkeeper"}
	if _, err := p.Announced(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before any keeper: %v; want fs.ErrNotExist", err)
	}
	if err := p.Announce(); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Announced(); err != nil || got != p.Socket() {
		t.Errorf("got %q, %v; want %q", got, err, p.Socket())
	}
	if err := os.WriteFile(p.announcement(), []byte("relative\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Announced(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a relative path: %v; want fs.ErrNotExist", err)
	}
}
