//go:build unix

package main

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockFile takes the lock without waiting. The kernel drops it when the process dies, however that happens.
func lockFile(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// stopSignals end the tray.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, unix.SIGTERM, unix.SIGHUP} }
