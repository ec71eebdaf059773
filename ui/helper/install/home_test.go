package install

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sessionkeeper/ui/api/places"
)

// newHome is a user's home with a program of ours in it; env is looked at before the process's own variables are not.
func newHome(t *testing.T, env map[string]string) Home {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "opt", "sessionkeeper")
	put(t, program, "#!/bin/sh\n")
	return Home{
		Dir: dir, Program: program,
		Places: places.Places{
			Config: filepath.Join(dir, ".config", "sessionkeeper"),
			State:  filepath.Join(dir, ".local", "state", "sessionkeeper"),
			Run:    filepath.Join(dir, "run"),
		},
		Getenv: func(name string) string { return strings.ReplaceAll(env[name], "~", dir) },
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// tree is every file, link and folder of a home, but for our own folders.
func tree(t *testing.T, h Home) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(h.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == h.Places.State || path == h.Places.Config {
			return fs.SkipDir
		}
		what := d.Type().String()
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			what = "link to " + target
		case d.Type().IsRegular():
			info, err := d.Info()
			if err != nil {
				return err
			}
			what = info.Mode().String() + " " + get(t, path)
		}
		all[strings.TrimPrefix(path, h.Dir)] = what
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Our own folders bring these with them.
	for _, own := range []string{"/.config", "/.local", "/.local/state"} {
		delete(all, own)
	}
	return all
}

// mustInstall also says whether there was something to do.
func mustInstall(t *testing.T, h Home, q Request) (p *Plan, empty bool) {
	t.Helper()
	p, err := h.Install(q)
	if err != nil {
		t.Fatalf("installing %+v: %v", q, err)
	}
	empty = p.Empty()
	if err := p.Apply(); err != nil {
		t.Fatalf("installing %+v: %v", q, err)
	}
	return p, empty
}

func mustUninstall(t *testing.T, h Home, q Request) (p *Plan, empty bool) {
	t.Helper()
	p, err := h.Uninstall(Request{Tool: q.Tool, Session: q.Session, Hosts: q.Hosts})
	if err != nil {
		t.Fatalf("uninstalling %+v: %v", q, err)
	}
	empty = p.Empty()
	if err := p.Apply(); err != nil {
		t.Fatalf("uninstalling %+v: %v", q, err)
	}
	return p, empty
}

func preview(t *testing.T, p *Plan) string {
	t.Helper()
	var b strings.Builder
	if err := p.Preview(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
