package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"syscall"
	"time"

	"sessionkeeper/ui/api/peer"
)

// connectWait bounds the connect alone: a full backlog at a stopped keeper would block for ever.
const connectWait = 3 * time.Second

// connect reaches the keeper at socket and makes sure that it is our own user's. It returns an error wrapping
// ErrNoKeeper where none listens.
func connect(ctx context.Context, socket string) (net.Conn, error) {
	d := net.Dialer{Timeout: connectWait}
	c, err := d.DialContext(ctx, "unix", socket)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("connecting to %s: %w", socket, ErrNoKeeper)
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to the keeper: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		_ = c.Close()
		return nil, fmt.Errorf("connecting to the keeper: %s is no unix socket", socket)
	}
	if err := peer.Same(u); err != nil {
		_ = u.Close()
		return nil, fmt.Errorf("connecting to %s: %w", socket, err)
	}
	return u, nil
}
