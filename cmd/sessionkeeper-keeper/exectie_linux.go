package main

import "syscall"

// tied is a child that is killed when we are: a command must not outlive who waits for it.
func tied() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
