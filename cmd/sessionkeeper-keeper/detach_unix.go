//go:build unix

package main

import (
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// detached is a process in a session of its own: no terminal, and no Ctrl-C of ours reaches it.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// terminate asks a process to end.
func terminate(p *os.Process) error { return p.Signal(unix.SIGTERM) }

// stopSignals end a command. One that we were started to ignore (nohup, a shell's background) stays ignored.
func stopSignals() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, unix.SIGTERM, unix.SIGHUP}, signal.Ignored)
}

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
