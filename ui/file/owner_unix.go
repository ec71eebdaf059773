//go:build unix

package file

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openFlags keep an opening from following a link and from waiting for the other end of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

func checkOwner(folder string, info fs.FileInfo) error {
	switch st, ok := info.Sys().(*syscall.Stat_t); {
	case !info.IsDir():
		return fmt.Errorf("%w: %s is none", errFolder, folder)
	case !ok || int(st.Uid) != os.Geteuid() && st.Uid != 0:
		return fmt.Errorf("%w: %s belongs to another user; choose another", errFolder, folder)
	case info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0:
		return fmt.Errorf("%w: others can write to %s; forbid that: chmod go-w, or choose another", errFolder, folder)
	}
	return nil
}

func owned(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

func private(info fs.FileInfo) bool { return info.Mode().Perm() == 0o600 }
