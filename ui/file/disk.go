package file

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

var (
	// errStranger is a file that we did not make, or that somebody has written to since.
	errStranger = errors.New("somebody else wrote the file that lies there; move it away, or replace it: --replace")
	// errKind is something that no token is ever written to.
	errKind = errors.New("what lies there is no regular file of this user; choose another path")
)

// maxContent is far more than a token; a bigger file is none of ours.
const maxContent = 1 << 20

// found is what lies at a path.
type found struct {
	mark    string // empty: nothing
	private bool
}

func (f found) absent() bool { return f.mark == "" }

// of reports whether it is one that has these marks.
func (f found) of(marks []mark) bool { return find(marks, f.mark) >= 0 }

// inspect looks at what lies at path. Something else than a regular file of this user is errKind, a link also where it
// leads to one.
func inspect(path string) (found, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return found{}, nil
	}
	if err != nil {
		return found{}, err
	}
	if !info.Mode().IsRegular() || !owned(info) {
		return found{}, errKind
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0) //nolint:gosec // the user named it
	if errors.Is(err, fs.ErrPermission) {
		return found{mark: "unreadable"}, nil // by its owner even: not as we make it
	}
	if err != nil {
		return found{}, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return found{}, err
	}
	if !info.Mode().IsRegular() || !owned(info) {
		return found{}, errKind
	}
	h := sha256.New()
	if n, err := io.Copy(h, io.LimitReader(f, maxContent+1)); err != nil {
		return found{}, err
	} else if n > maxContent {
		return found{mark: "large"}, nil
	}
	return found{mark: hex.EncodeToString(h.Sum(nil)), private: private(info)}, nil
}

// tempName is beside path, the same each time: what a crash leaves behind holds a token, and goes at the next writing.
func tempName(path string) string {
	return filepath.Join(filepath.Dir(path), ".sessionkeeper-"+markOf([]byte(path))[:16]+".tmp")
}

// replaceFile puts data at path as a whole or not at all, readable by this user alone.
func replaceFile(path string, data []byte) (err error) {
	temp := tempName(path)
	if err := removeTemp(temp); err != nil {
		return err
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600) //nolint:gosec // beside the file
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeFile(temp))
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
	return os.Rename(temp, path)
}

// removeTemp takes away what a crash left behind. In a folder like /tmp the name may be taken by somebody else.
func removeTemp(temp string) error {
	info, err := os.Lstat(temp)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || !owned(info) {
		return fmt.Errorf("%s is in the way: %w", temp, errKind)
	}
	return removeFile(temp)
}

func removeFile(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
