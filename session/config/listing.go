package config

import (
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// listing is which files lay in the folder of the sessions when it was last looked at, so that one more among thousands
// needs no look at them all.
type listing struct {
	changedAt time.Time // the folder's own time then
	folded    map[string]bool
}

// free reports whether no file but this one has its name or one that differs in case alone, as far as is known without
// another look: where it is not sure it says no. It needs mu.
func (d *Dir) free(path string) bool {
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	if err != nil {
		return false
	}
	if d.listing.folded == nil || !info.ModTime().Equal(d.listing.changedAt) {
		names, err := fileNames(folder)
		if err != nil {
			return false
		}
		d.listing = listing{changedAt: info.ModTime(), folded: make(map[string]bool, len(names))}
		for _, name := range names {
			d.listing.folded[fold(name)] = true
		}
	}
	return !d.listing.folded[fold(filepath.Base(path))]
}

// added notes a file that has just come to the folder. It needs mu.
func (d *Dir) added(path string) {
	info, err := os.Stat(filepath.Dir(path))
	if err != nil || d.listing.folded == nil {
		d.listing = listing{}
		return
	}
	d.listing.changedAt = info.ModTime()
	d.listing.folded[fold(filepath.Base(path))] = true
}

func fileNames(folder string) ([]string, error) {
	f, err := os.Open(folder) //nolint:gosec // of the configuration folder, which is the user's own
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

// fold is the same for names that strings.EqualFold takes for the same.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, name)
}
