//go:build unix && !linux

package main

import "syscall"

// tied is nothing special where the kernel offers nothing: a child outlives us when we are killed.
func tied() *syscall.SysProcAttr { return nil }
