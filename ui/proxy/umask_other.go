//go:build !unix

package proxy

import (
	"context"
	"net"
)

// listenPrivately makes the socket; who may connect follows from the rights of its folder.
func listenPrivately(ctx context.Context, path string) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "unix", path)
}
