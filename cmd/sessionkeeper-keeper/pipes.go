package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// setPipesAside renames what lies in the state folder and is neither a file, a folder, a link nor a socket: to open a
// named pipe waits for whoever holds its other end, and a keeper that waits there can neither start nor stop. So it does
// with a folder in the place of a file, which would keep it from starting.
func setPipesAside(stateDir string) error {
	const aside = ".corrupt-"
	root, err := os.OpenRoot(stateDir)
	if err != nil {
		return fmt.Errorf("opening the state folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		var next error
		switch ext := path.Ext(name); {
		case err != nil || strings.Contains(name, aside):
			return nil //nolint:nilerr // what cannot be looked at is told by whoever needs it
		case d.IsDir() && (ext == ".json" || ext == ".log"):
			next = fs.SkipDir
		case d.Type()&(fs.ModeNamedPipe|fs.ModeDevice|fs.ModeIrregular) == 0:
			return nil
		}
		if err := root.Rename(name, fmt.Sprintf("%s%s%d", name, aside, time.Now().Unix())); err != nil {
			return err
		}
		return next
	})
	if err != nil {
		return fmt.Errorf("setting aside what is no file: %w; move it away yourself", err)
	}
	return nil
}
