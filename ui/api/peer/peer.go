// Package peer says who is at the other end of a local connection. Where a system cannot tell, the answer is an error:
// nobody is let in unseen.
package peer

import (
	"errors"
	"fmt"
	"net"
	"os"
)

// ErrStranger is a peer that runs under another user.
var ErrStranger = errors.New("the other end belongs to another user")

// Same is nil where the process at the other end of a unix socket runs under our own uid. It works from both ends.
func Same(c *net.UnixConn) error {
	uid, err := uidOf(c)
	if err != nil {
		return fmt.Errorf("asking who is at the other end: %w", err)
	}
	return same(uid)
}

// SameTCP is nil where the process at the other end of a loopback TCP connection runs under our own uid. It asks
// the kernel, about 5 µs. Only Linux answers without any rights; elsewhere it is always nil.
func SameTCP(c net.Conn) error {
	uid, err := uidOfTCP(c)
	if err != nil {
		return fmt.Errorf("asking who is at the other end: %w", err)
	}
	return same(uid)
}

func same(uid int) error {
	if uid != os.Getuid() {
		return ErrStranger
	}
	return nil
}
