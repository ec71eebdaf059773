package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

const root = "../.."

// TestBundleIsFresh builds the page again: what is committed is made of the sources beside it.
func TestBundleIsFresh(t *testing.T) {
	files, err := bundle(root)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadDir(filepath.Join(root, "assets/web"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range committed {
		if _, made := files[file.Name()]; !made {
			t.Errorf("assets/web/%s is made of nothing", file.Name())
		}
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, "assets/web", name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("assets/web/%s is older than its sources; run: go run -C .tools ./bundle", name)
		}
	}
}

func TestVendoredFiles(t *testing.T) {
	if err := checkVendored(root); err != nil {
		t.Error(err)
	}
	modules, err := manifest(root)
	if err != nil {
		t.Fatal(err)
	}
	integrity := regexp.MustCompile(`^sha512-[A-Za-z0-9+/]{86}==$`)
	for _, m := range modules {
		if m.License == "" || !integrity.MatchString(m.Integrity) || m.Files[m.Name+"/LICENSE"] == "" {
			t.Errorf("%s: licence and integrity must be told", m.Name)
		}
	}
}

// TestChangedVendoredFile: the check bites.
func TestChangedVendoredFile(t *testing.T) {
	for name, spoil := range map[string]func(folder string) error{
		"changed": func(f string) error { return os.WriteFile(filepath.Join(f, "preact/preact.mjs"), nil, 0o600) },
		"added":   func(f string) error { return os.WriteFile(filepath.Join(f, "preact/more.mjs"), nil, 0o600) },
		"missing": func(f string) error { return os.Remove(filepath.Join(f, "preact/hooks.mjs")) },
	} {
		t.Run(name, func(t *testing.T) {
			copied := t.TempDir()
			if err := os.CopyFS(filepath.Join(copied, vendor), os.DirFS(filepath.Join(root, vendor))); err != nil {
				t.Fatal(err)
			}
			if err := checkVendored(copied); err != nil {
				t.Fatal(err)
			}
			if err := spoil(filepath.Join(copied, vendor)); err != nil {
				t.Fatal(err)
			}
			if err := checkVendored(copied); err == nil {
				t.Error("nobody noticed")
			}
		})
	}
}
