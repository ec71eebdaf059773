//go:build unix

package proxy

import (
	"context"
	"net"
	"syscall"
)

// listenPrivately makes the socket without a moment in which others may connect.
func listenPrivately(ctx context.Context, path string) (net.Listener, error) {
	defer syscall.Umask(syscall.Umask(0o077))
	var lc net.ListenConfig
	return lc.Listen(ctx, "unix", path)
}
