//go:build unix

package main

import (
	"os"
	"os/signal"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// stopSignals end a command. One that we were started to ignore (nohup, a shell's background) stays ignored.
func stopSignals() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, unix.SIGTERM, unix.SIGHUP}, signal.Ignored)
}

// writeSignals come with a write that fails; the error says the same.
func writeSignals() []os.Signal { return []os.Signal{unix.SIGPIPE, unix.SIGXFSZ} }

// keepDescriptors lets no descriptor that we were started with, a lock or a pipe of some script, go on to a child.
func keepDescriptors() {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}
