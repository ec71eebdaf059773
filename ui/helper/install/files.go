package install

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxConfig is far more than any tool's configuration.
const maxConfig = 4 << 20

// content is what a file holds; a file that is not there has none.
type content struct {
	text  string
	there bool
}

// read gives a file's content. It reads regular files alone: a pipe would block.
func read(path string) (content, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if link, err := os.Readlink(path); err == nil {
			return content{}, fmt.Errorf("%s leads to %s, which is not there", path, link)
		}
		return content{}, nil
	case err != nil:
		return content{}, err
	case !info.Mode().IsRegular():
		return content{}, fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.Open(path) //nolint:gosec // a configuration file of the user's own
	if err != nil {
		return content{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return content{}, err
	}
	if len(data) > maxConfig {
		return content{}, fmt.Errorf("%s is larger than %d MiB", path, maxConfig>>20)
	}
	return content{string(data), true}, nil
}

// write replaces a file whole or not at all, keeps its mode, and follows a symbolic link to the file that it leads to. It
// makes the folders that are missing.
func write(path, text string) error {
	mode := fs.FileMode(0o600)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		mode = info.Mode().Perm()
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".sessionkeeper-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(f.Name())))
	}
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync() // so that the name outlives a power cut, too; some systems cannot do that
		_ = folder.Close()
	}
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// missingFolders are the folders above path that are not there, outermost first.
func missingFolders(path string) []string {
	var missing []string
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		missing = append(missing, dir)
	}
	slices.Reverse(missing)
	return missing
}

// removeFolders removes those of the folders that are empty.
func removeFolders(folders []string) {
	for _, dir := range slices.Backward(folders) {
		if os.Remove(dir) != nil {
			return
		}
	}
}
