package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// file is one whose content changes. A link's content is where it leads.
type file struct {
	path      string
	target    string // of a link
	then, now content
	folders   []string // that an undone edit had made
}

func (f *file) unchanged() error {
	c, err := f.read()
	if err == nil && c != f.then {
		err = fmt.Errorf("%s: %w", f.path, errMoved)
	}
	return err
}

func (f *file) apply() error {
	if err := f.unchanged(); err != nil {
		return err
	}
	if !f.now.there {
		if err := ignoreMissing(os.Remove(f.path)); err != nil {
			return err
		}
		removeFolders(f.folders)
		return nil
	}
	if f.target != "" {
		if f.then.there {
			if err := os.Remove(f.path); err != nil {
				return err
			}
		}
		return link(f.now.text, f.path)
	}
	return write(f.path, f.now.text)
}

func (f *file) read() (content, error) {
	if f.target == "" {
		return read(f.path)
	}
	info, err := os.Lstat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil
	}
	if err != nil {
		return content{}, err
	}
	if target, err := os.Readlink(f.path); err == nil {
		return content{target, true}, nil
	}
	// A hard link stands in where the system lets nobody make another kind.
	if of, err := os.Stat(f.target); err == nil && os.SameFile(info, of) {
		return content{f.target, true}, nil
	}
	return content{f.path, true}, nil // something that is no link
}

func link(target, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	err := os.Symlink(target, path)
	if err != nil && os.Link(target, path) == nil {
		return nil
	}
	return err
}
