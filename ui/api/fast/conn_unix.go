//go:build unix

package fast

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is a connected unix socket that blocks, with the kernel's own time limits. Package net would add its netpoller:
// a handful of system calls, and a switch between threads for each answer.
type conn struct {
	fd int

	mu     sync.Mutex // guards closed, so that cut never meets a number that is somebody else's by now
	closed bool
}

func dial(_ context.Context, socket string, deadline time.Time) (*conn, error) {
	fd, err := openSocket()
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	c := &conn{fd: fd}
	err = retry(deadline, func(left *syscall.Timeval) error {
		if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, left); err != nil {
			return err
		}
		return syscall.Connect(fd, &syscall.SockaddrUnix{Name: socket})
	})
	if err != nil {
		c.close()
		return nil, &fs.PathError{Op: "connect", Path: socket, Err: err}
	}
	return c, nil
}

// absent reports whether a connect failed because nobody listens.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ECONNREFUSED)
}

// ours is nil where the process at the other end runs under our own user.
func (c *conn) ours() error {
	uid, err := ownerOf(c.fd)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	if uid != os.Getuid() {
		return errStranger
	}
	return nil
}

var errStranger = errors.New("the other end belongs to another user")

func (c *conn) write(b []byte, deadline time.Time) error {
	for len(b) > 0 {
		err := retry(deadline, func(left *syscall.Timeval) error {
			if err := syscall.SetsockoptTimeval(c.fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, left); err != nil {
				return err
			}
			n, err := syscall.Write(c.fd, b)
			if n > 0 {
				b = b[n:]
			}
			return err
		})
		if err != nil {
			return os.NewSyscallError("write", err)
		}
	}
	return nil
}

func (c *conn) read(b []byte, deadline time.Time) (n int, err error) {
	err = retry(deadline, func(left *syscall.Timeval) error {
		if err := syscall.SetsockoptTimeval(c.fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, left); err != nil {
			return err
		}
		var err error
		n, err = syscall.Read(c.fd, b)
		return err
	})
	if err != nil {
		return 0, os.NewSyscallError("read", err)
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// retry calls f again where a signal came between, and turns the kernel's word for a time limit into ours.
func retry(deadline time.Time, f func(left *syscall.Timeval) error) error {
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return os.ErrDeadlineExceeded
		}
		// Zero would be no limit at all.
		limit := syscall.NsecToTimeval(max(left, time.Millisecond).Nanoseconds())
		switch err := f(&limit); {
		case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.ETIMEDOUT):
			if time.Until(deadline) <= 0 {
				return os.ErrDeadlineExceeded
			}
		case !errors.Is(err, syscall.EINTR):
			return err
		}
	}
}

// cut ends reads and writes under way.
func (c *conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		_ = syscall.Shutdown(c.fd, syscall.SHUT_RDWR)
	}
}

func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		_ = syscall.Close(c.fd)
	}
}
