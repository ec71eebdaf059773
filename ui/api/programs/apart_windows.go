package programs

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// Apart lets a program that is to be started have no console: no Ctrl-C of ours reaches it.
func Apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}

// Terminate ends a process: there is no asking one without a console.
func Terminate(p *os.Process) error { return p.Kill() }
