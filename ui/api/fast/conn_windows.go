package fast

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"syscall"
	"time"
)

// conn is a connected unix socket.
type conn struct{ c net.Conn }

func dial(ctx context.Context, socket string, deadline time.Time) (*conn, error) {
	d := net.Dialer{Deadline: deadline}
	c, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	return &conn{c}, nil
}

// wsaeConnRefused is WSAECONNREFUSED (Windows Sockets Error Codes).
const wsaeConnRefused = syscall.Errno(10061)

// absent reports whether a connect failed because nobody listens.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaeConnRefused)
}

// ours trusts the rights of the socket's folder: Windows tells nothing of a unix socket's peer, and the folder lies in
// the user's profile, which no other ordinary user may enter.
func (*conn) ours() error { return nil }

func (c *conn) write(b []byte, deadline time.Time) error {
	if err := c.c.SetDeadline(deadline); err != nil {
		return err
	}
	_, err := c.c.Write(b)
	return err
}

func (c *conn) read(b []byte, deadline time.Time) (int, error) {
	if err := c.c.SetDeadline(deadline); err != nil {
		return 0, err
	}
	return c.c.Read(b)
}

// cut ends reads and writes under way.
func (c *conn) cut() { _ = c.c.Close() }

func (c *conn) close() { _ = c.c.Close() }
