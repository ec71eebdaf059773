package keychain

import (
	"os/exec"
	"syscall"
)

// setApart keeps the child from opening a console window.
func setApart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func killGroup(int) {}
