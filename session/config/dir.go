package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// maxFileSize is far beyond any definition; a bigger file is not one of ours.
const maxFileSize = 256 << 10

// Dir is the configuration folder. Its methods are safe for concurrent use.
type Dir struct {
	path string

	mu       sync.Mutex         // one writer at a time: looking and writing belong together
	readings map[string]reading // of the definitions' files; with mu held
	listing  listing            // with mu held

	confirms atomic.Pointer[map[string]confirmed] // as last read or written; replaced with mu held
	editions uint64                               // how many there were; with mu held
}

// Open makes sure that the folder is there, private (0700) and ours, and returns it. The folder may be a symbolic link
// to another one of ours. Looser rights are tightened.
func Open(path string) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("opening configuration: %w", err)
	}
	if err := makePrivate(path); err != nil {
		return nil, fmt.Errorf("opening configuration: %w", err)
	}
	sessions := filepath.Join(path, sessionsDir)
	if _, err := os.Stat(sessions); err == nil {
		if err := makePrivate(sessions); err != nil {
			return nil, fmt.Errorf("opening configuration: %w", err)
		}
		removeLeftovers(sessions)
	}
	return &Dir{path: path}, nil
}

// Path is the folder.
func (d *Dir) Path() string { return d.path }

func makePrivate(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return checkPrivate(path, info)
}

const tempPattern = ".save-*.tmp"

// removeLeftovers deletes what a crash in the middle of a Save left behind. A young file may be another process's.
func removeLeftovers(folder string) {
	files, err := filepath.Glob(filepath.Join(folder, tempPattern))
	if err != nil {
		return
	}
	for _, f := range files {
		if info, err := os.Lstat(f); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(f)
		}
	}
}

// readFile reads a regular file of ours. A fifo or a device would block, a huge file is not a definition.
func readFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	f, err := os.Open(path) //nolint:gosec // of the configuration folder, which is the user's own
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !owned(info) {
		return nil, fmt.Errorf("%s: belongs to another user", path)
	}
	var b bytes.Buffer
	if n, err := b.ReadFrom(io.LimitReader(f, maxFileSize+1)); err != nil {
		return nil, err
	} else if n > maxFileSize {
		return nil, fmt.Errorf("%s: larger than %d KiB", path, maxFileSize>>10)
	}
	return b.Bytes(), nil
}

// writeFile replaces path as a whole or not at all, also when the power fails.
func writeFile(path string, data []byte) (err error) {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, tempPattern) // O_EXCL, 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(folder)
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
