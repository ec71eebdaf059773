package window

import (
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// detached is a process without a console: nothing that ends us reaches it.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}

// terminate ends a process: there is no asking one without a console.
func terminate(p *os.Process) error { return p.Kill() }
