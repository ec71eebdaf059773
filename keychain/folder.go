package keychain

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// roomWanted is what must fit on the disk before a record that cannot be had again is asked for, in bytes: the
	// largest grants stay under it.
	roomWanted = 64 << 10
	// maxFile bounds what is read of a file, in bytes: a sealed record of maxRecord with room.
	maxFile = maxRecord + 64<<10

	scratch = ".tmp-"
)

// errNotOurs is a folder that somebody else could have prepared.
var errNotOurs = errors.New("it must be a folder of your own that nobody else can write to, and no link: " +
	"look at what is in it, and make it yours with chown and chmod 700")

// blank is what room writes; hundreds may do so at a time.
var blank [roomWanted]byte

// folder is a folder of ours (0700) whose files (0600) are replaced whole or not at all. Names cannot lead out of it.
type folder struct {
	root *os.Root
}

// openFolder makes path where it is missing, takes group and others out of it, and clears what a crash left. Nobody else
// may be writing there: see joinFolder.
func openFolder(path string) (*folder, error) {
	f, err := joinFolder(path)
	if err != nil {
		return nil, err
	}
	names, err := f.names(scratch, "")
	if err != nil {
		_ = f.close()
		return nil, err
	}
	for _, name := range names {
		_ = f.root.Remove(name) // the next start tries again
	}
	return f, nil
}

// joinFolder is openFolder beside another vault of this process that uses it.
func joinFolder(path string) (*folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making a folder for records: %w", err)
	}
	if info, err := os.Lstat(path); err != nil || !info.IsDir() || !ours(info) {
		return nil, fmt.Errorf("opening %s: %w", path, errNotOurs)
	}
	if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // a folder is of use to its owner with x only
		return nil, fmt.Errorf("closing a folder for records: %w", err)
	}
	root, err := os.OpenRoot(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("opening a folder for records: %w", err)
	}
	return &folder{root: root}, nil
}

// write replaces the file name. When it returns nil the file lasts through a loss of power.
func (f *folder) write(name string, data []byte) error {
	draft := scratch + rand.Text()
	if err := f.draft(draft, data, true); err != nil {
		_ = f.root.Remove(draft)
		return f.trouble("writing", err)
	}
	failpoint("file_drafted")
	if err := f.root.Rename(draft, name); err != nil {
		_ = f.root.Remove(draft)
		return f.trouble("naming", err)
	}
	failpoint("file_named")
	if err := syncFolder(f.root); err != nil {
		return f.trouble("keeping", err)
	}
	return nil
}

func (f *folder) draft(name string, data []byte, lasting bool) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil && lasting {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// room is nil where a record of roomWanted bytes fits on the disk now.
func (f *folder) room() error {
	draft := scratch + rand.Text()
	err := f.draft(draft, blank[:], false)
	if err = errors.Join(err, f.root.Remove(draft)); err != nil {
		return f.trouble("trying", err)
	}
	return nil
}

// read returns fs.ErrNotExist where there is no such file, and ErrForeign where it is none of ours: a link, a pipe, or
// larger than ours ever are.
func (f *folder) read(name string) ([]byte, error) {
	info, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, ErrForeign // to open a pipe would wait for its other end
	}
	file, err := f.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, f.trouble("opening", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, f.trouble("reading", err)
	}
	if len(data) > maxFile {
		return nil, ErrForeign
	}
	return data, nil
}

// remove is nil where there is no such file.
func (f *folder) remove(name string) error {
	switch err := f.root.Remove(name); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return f.trouble("removing", err)
	}
	if err := syncFolder(f.root); err != nil {
		return f.trouble("keeping", err)
	}
	return nil
}

// aside takes a broken file out of the way and keeps it, in place of one that broke before.
func (f *folder) aside(name string) error {
	if err := f.root.Rename(name, name+".broken"); err != nil {
		return f.trouble("setting aside", err)
	}
	return nil
}

// names lists the files with this prefix and suffix.
func (f *folder) names(prefix, suffix string) ([]string, error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, f.trouble("listing", err)
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.Readdirnames(-1) // there may be thousands: ReadDir would look at each of them
	if err != nil {
		return nil, f.trouble("listing", err)
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return !strings.HasPrefix(name, prefix) || !strings.HasSuffix(name, suffix)
	}), nil
}

func (f *folder) close() error { return f.root.Close() }

// trouble makes the error for a disk that fails. It names the folder that all of ours lie in.
func (f *folder) trouble(doing string, err error) error {
	kind := faultDisk
	if diskFull(err) {
		kind = faultDiskFull
	}
	e := unusable(kind, fmt.Errorf("%s a record: %w", doing, err))
	e.Detail = strings.ReplaceAll(e.Detail, folderMark, filepath.Dir(f.root.Name()))
	return e
}

// fileName gives the file for a key. It holds for disks that take upper and lower case for the same, and on Windows,
// where some short names are devices.
func fileName(key, suffix string) string {
	if made(key, lower+digits+"_/-", len(key)) {
		return "k-" + strings.ReplaceAll(key, "/", ".") + suffix
	}
	return "x-" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(key))) + suffix
}
