package main

import (
	"os"
	"syscall"
)

// stopSignals end a command.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt} }

// keepDescriptors has nothing to do: only handles that were asked for are inherited.
func keepDescriptors() {}

// writeSignals come with a write that fails: there are none here.
func writeSignals() []os.Signal { return []os.Signal{syscall.SIGPIPE} }
