//go:build !linux && !darwin && !windows

package peer

import (
	"errors"
	"net"
)

// holder is nobody: this system does not tell.
type holder struct {
	pid, uid int
	since    uint64
}

func hold(*net.UnixConn) (*holder, error) { return nil, errors.ErrUnsupported }

func (*holder) close() {}

func (*holder) lives() bool { return false }

func look(int) (process, error) { return process{}, errors.ErrUnsupported }

func executable(int) string { return "" }

func workingFolder(int) string { return "" }
