//go:build unix

package places

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// modesCount says that a file's permission bits mean something here.
const modesCount = true

// shortRoot is not os.TempDir: a shell with a TMPDIR of its own must find the same keeper.
func shortRoot() string { return "/tmp" }

func userHome(getenv func(string) string) (string, error) {
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return home, nil
	}
	return "", errors.New("HOME is not set; set it, or SESSIONKEEPER_HOME")
}

func ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
