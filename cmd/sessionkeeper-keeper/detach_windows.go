package main

import (
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// detached is a process without a console: no Ctrl-C of ours reaches it.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}

// terminate ends a process: there is no asking one without a console.
func terminate(p *os.Process) error { return p.Kill() }

// stopSignals end a command.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt} }

// keepDescriptors has nothing to do: only handles that were asked for are inherited.
func keepDescriptors() {}
