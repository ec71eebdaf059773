//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// replace puts program in our place; it returns only where that cannot be.
func replace(program string, args []string) (int, error) {
	err := syscall.Exec(program, append(os.Args[:1:1], args...), os.Environ()) //nolint:gosec // our own program, which lies beside us
	return 0, fmt.Errorf("starting %s: %w", program, err)
}
