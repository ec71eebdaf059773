//go:build unix

package main

import (
	"fmt"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// harden keeps secrets out of core dumps and out of reach of other processes of the same user, and makes every file
// private. It comes first, before anything secret is read.
func harden() error {
	debug.SetTraceback("single")
	unix.Umask(0o077)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return hideMemory()
}
