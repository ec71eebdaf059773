package main

import "os"

// stopSignals end the tray.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt} }
