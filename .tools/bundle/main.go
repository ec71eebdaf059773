// Bundle makes the page's files in assets/web from their sources in ui/web/src: scripts and style sheet by esbuild,
// colours from assets/palette.json, words from session/words. Its output is the same everywhere and is committed, so
// that nobody needs it to build the programs. It fetches nothing.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", "..", "the repository's folder")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	if err := checkVendored(root); err != nil {
		return err
	}
	files, err := bundle(root)
	if err != nil {
		return err
	}
	out := filepath.Join(root, "assets", "web")
	for name, data := range files {
		const mode = 0o644 // sources: all may read them
		if err := os.WriteFile(filepath.Join(out, name), data, mode); err != nil {
			return fmt.Errorf("writing the page: %w", err)
		}
	}
	return drop(out, files)
}

// drop removes what the page consisted of before and does no longer.
func drop(out string, files map[string][]byte) error {
	old, err := os.ReadDir(out)
	if err != nil {
		return fmt.Errorf("looking for old files of the page: %w", err)
	}
	for _, file := range old {
		if _, made := files[file.Name()]; made {
			continue
		}
		if err := os.Remove(filepath.Join(out, file.Name())); err != nil {
			return fmt.Errorf("removing an old file of the page: %w", err)
		}
	}
	return nil
}
