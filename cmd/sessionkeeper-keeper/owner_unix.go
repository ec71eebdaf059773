//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// oursAlone reports whether a file is ours and nobody else may do what mode's bits say.
func oursAlone(info fs.FileInfo, mode fs.FileMode) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid() && info.Mode().Perm()&mode == 0
}
