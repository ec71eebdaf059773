package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

const vendor = "ui/web/vendor"

// module is a library from npm that is part of the page, unmodified.
type module struct {
	Name, Version, License string
	Integrity              string            // of the package that the files come from, as npm tells it
	Files                  map[string]string // SHA-256 by path
}

func manifest(root string) ([]module, error) {
	data, err := os.ReadFile(filepath.Join(root, vendor, "manifest.json")) //nolint:gosec // our own sources
	if err != nil {
		return nil, fmt.Errorf("reading the list of vendored files: %w", err)
	}
	var modules []module
	if err := json.Unmarshal(data, &modules); err != nil {
		return nil, fmt.Errorf("reading the list of vendored files: %w", err)
	}
	return modules, nil
}

// checkVendored makes sure that each vendored file is in the manifest and is what npm has.
func checkVendored(root string) error {
	modules, err := manifest(root)
	if err != nil {
		return err
	}
	sums := map[string]string{"manifest.json": ""}
	for _, m := range modules {
		maps.Copy(sums, m.Files)
	}
	folder := os.DirFS(filepath.Join(root, vendor))
	err = fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, listed := sums[name]
		if !listed {
			return fmt.Errorf("%s is not in the manifest", name)
		}
		delete(sums, name)
		if want == "" {
			return nil
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			return fmt.Errorf("%s is not the file that the manifest tells of", name)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("checking the vendored files: %w", err)
	}
	for name := range sums {
		return fmt.Errorf("checking the vendored files: %s is missing", name)
	}
	return nil
}

// licenses are the terms of what is part of the page.
func licenses(root string) ([]byte, error) {
	modules, err := manifest(root)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("This page contains other people's work, under these terms.\n")
	for _, m := range modules {
		text, err := os.ReadFile(filepath.Join(root, vendor, m.Name, "LICENSE")) //nolint:gosec // our own sources
		if err != nil {
			return nil, fmt.Errorf("reading the license of %s: %w", m.Name, err)
		}
		fmt.Fprintf(&b, "\n%s %s (%s)\n\n%s", m.Name, m.Version, m.License, text)
	}
	return []byte(b.String()), nil
}
