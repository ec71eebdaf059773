//go:build !unix

package api

import (
	"context"
	"net"
)

// listenPrivately makes the socket; who may connect follows from the rights of its folder.
func listenPrivately(path string) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(context.Background(), "unix", path)
}
