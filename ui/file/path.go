package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// errFolder is a folder that no token may lie in.
var errFolder = errors.New("the folder is not safe")

const maxPath = 4096 // bytes

// check refuses what no token file can be, and gives the file's path, with its folder as it really is. What lies there
// already is looked at when the file is written.
func (r *Registry) check(b client.FileBody) (path string, err error) {
	switch {
	case b.Session == "":
		return "", badField("session", "the body names no session")
	case b.Format != "" && b.Format != Raw && b.Format != JSON:
		return "", badField("format", "the format is none; use raw or json")
	case !filepath.IsAbs(b.Path):
		return "", badField("path", "the path must be absolute")
	case !shown(b.Path):
		return "", badField("path", "the path is too long, or has characters in it that no list could show; choose another")
	case strings.HasSuffix(b.Path, string(filepath.Separator)) || filepath.Dir(b.Path) == filepath.Clean(b.Path):
		return "", badField("path", "the path must name a file, not a folder")
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(b.Path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", badField("path", fmt.Sprintf("the folder %s is not there; make it first", filepath.Dir(b.Path)))
	case err != nil:
		return "", badField("path", fmt.Sprintf("the folder of the file cannot be used: %v", err))
	}
	path = filepath.Join(folder, filepath.Base(b.Path))
	if r.closed(path) {
		return "", badField("path", "the path lies in a folder of the keeper's own; choose another")
	}
	if err := checkFolder(path); err != nil {
		return "", badField("path", err.Error())
	}
	return path, nil
}

// shown reports whether a list can show a path as it is.
func shown(path string) bool {
	return len(path) <= maxPath && utf8.ValidString(path) && !strings.ContainsFunc(path, unicode.IsControl)
}

// closed reports whether a path lies in a folder in which no token file may lie.
func (r *Registry) closed(path string) bool {
	// Beside the folders of runs lie the keeper's sockets.
	runs := filepath.Dir(filepath.Dir(path))
	if slices.ContainsFunc(r.o.Runs, func(folder string) bool {
		led, err := filepath.EvalSymlinks(folder)
		return err == nil && led == runs
	}) {
		return false
	}
	return slices.ContainsFunc(r.o.Closed, func(closed string) bool { return within(path, closed) })
}

func badField(field, detail string) error {
	return &session.Error{Code: session.CodeInvalid, Field: field, Detail: detail}
}

// resolved is the path under which a file is known; that of a folder which is gone is as it was given.
func resolved(path string) string {
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, filepath.Base(path))
}

// within reports whether path lies under folder.
func within(path, folder string) bool {
	if led, err := filepath.EvalSymlinks(folder); err == nil {
		folder = led
	}
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// checkFolder refuses a file in a folder where another user could put something in its place: one on the way there that
// belongs to somebody else or that others can write to. In a sticky one (/tmp) they cannot touch what is ours.
func checkFolder(path string) error {
	for folder := filepath.Dir(path); ; folder = filepath.Dir(folder) {
		info, err := os.Lstat(folder)
		if err != nil {
			return err
		}
		if err := checkOwner(folder, info); err != nil {
			return err
		}
		if folder == filepath.Dir(folder) {
			return nil
		}
	}
}
