//go:build unix

package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkPrivate makes a folder of ours 0700 and refuses one of somebody else's.
func checkPrivate(path string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s: belongs to another user; move it away or choose another folder", path)
	}
	if info.Mode().Perm()&0o077 == 0 && info.Mode().Perm()&0o700 == 0o700 {
		return nil
	}
	if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // a folder needs the x
		return fmt.Errorf("others may read or write %s, and it cannot be made private: %w", path, err)
	}
	return nil
}

// owned reports whether the file is ours or the administrator's.
func owned(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && (int(st.Uid) == os.Geteuid() || st.Uid == 0)
}

func fileOf(info fs.FileInfo) fileID {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}
	}
	return fileID{device: uint64(st.Dev), inode: st.Ino} //nolint:unconvert // the types differ between systems
}

func syncDir(path string) error {
	d, err := os.Open(path) //nolint:gosec // the folder that was just written to
	if err != nil {
		return err
	}
	// Some network file systems cannot sync a folder; the rename is as durable there as it can be.
	if err = d.Sync(); errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
