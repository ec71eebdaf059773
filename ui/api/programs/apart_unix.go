//go:build unix

package programs

import (
	"os"
	"os/exec"
	"syscall"
)

// Apart puts a program that is to be started into a session of its own: it has no terminal, and no Ctrl-C of ours
// reaches it.
func Apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// Terminate asks a process to end.
func Terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
