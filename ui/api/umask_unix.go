//go:build unix

package api

import (
	"context"
	"net"
	"syscall"
)

// listenPrivately makes the socket without a moment in which others may connect. The mask keeps the owner's bits,
// because it is the whole process's: a folder made by another goroutine meanwhile must stay usable.
func listenPrivately(path string) (net.Listener, error) {
	defer syscall.Umask(syscall.Umask(0o077))
	var lc net.ListenConfig
	return lc.Listen(context.Background(), "unix", path)
}
