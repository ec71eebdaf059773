//go:build darwin && !cgo

// Command sessionkeeper-window stands in for the one that draws, which needs cgo on macOS.
package main

import (
	"fmt"
	"os"
)

func main() {
	_, _ = fmt.Fprintln(os.Stderr, "sessionkeeper-window: this build has no windows: on macOS they need cgo; build it with "+
		"CGO_ENABLED=1, or use the page: sessionkeeper ui")
	os.Exit(1)
}
