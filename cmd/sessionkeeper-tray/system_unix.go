//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// stopSignals end the tray.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, unix.SIGTERM, unix.SIGHUP} }
