package main

import "os"

// stopSignals end a command.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt} }

// keepDescriptors has nothing to do: only handles that were asked for are inherited.
func keepDescriptors() {}
