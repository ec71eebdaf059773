package keychain

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// harden keeps the process's memory out of core files and away from the user's other processes (prctl(2)
// PR_SET_DUMPABLE: no ptrace, no /proc/PID/mem).
func harden() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("making the process not dumpable: %w", err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core files: %w", err)
	}
	return nil
}
