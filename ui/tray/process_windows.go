package tray

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// terminate is not for Windows: there a process without a console can only be killed, and a keeper that is killed may
// lose the answer to a renewal.
func terminate(int) error {
	return errors.New("this system can only kill it, which could lose a renewal; it runs on")
}

// quiet keeps a console window from flashing up.
func quiet(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
}
