package peer

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// uidOf asks for LOCAL_PEERCRED (unix(4)).
func uidOf(c *net.UnixConn) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Xucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	})
	if err := errors.Join(err, credErr); err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}

func uidOfTCP(net.Conn) (int, error) { return os.Getuid(), nil }
