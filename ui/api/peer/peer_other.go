//go:build !linux && !darwin && !windows

package peer

import (
	"errors"
	"net"
	"os"
)

func uidOf(*net.UnixConn) (int, error) { return 0, errors.ErrUnsupported }

func uidOfTCP(net.Conn) (int, error) { return os.Getuid(), nil }
