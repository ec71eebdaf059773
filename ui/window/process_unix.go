//go:build unix

package window

import (
	"os"
	"syscall"
)

// detached is a process in a session of its own: nothing that ends us reaches it.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// terminate asks a process to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
