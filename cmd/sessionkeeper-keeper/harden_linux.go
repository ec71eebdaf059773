package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// hideMemory makes /proc/PID/mem and ptrace unavailable to other processes of the user (prctl(2), PR_SET_DUMPABLE).
func hideMemory() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("hiding our memory: %w", err)
	}
	return nil
}
