//go:build !windows

package keychain

import (
	"os/exec"
	"syscall"
)

// setApart gives the child a process group of its own: the terminal's signals do not reach it, and what it starts
// (security(1) on macOS) ends with it.
func setApart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills the group of a child that has not been waited for.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
