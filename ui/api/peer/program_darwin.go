package peer

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// holder is the process at the other end (LOCAL_PEERPID, unix(4)).
type holder struct {
	pid, uid int
	since    uint64 // microseconds since 1970 by which the connection was there
}

func hold(c *net.UnixConn) (*holder, error) {
	uid, err := uidOf(c)
	if err != nil {
		return nil, err
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	h := &holder{uid: uid, since: uint64(time.Now().UnixMicro())} //nolint:gosec // long after 1970
	var failed error
	err = raw.Control(func(fd uintptr) {
		h.pid, failed = unix.GetsockoptInt(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	})
	return h, errors.Join(err, failed)
}

func (h *holder) close() {}

// lives reports whether the number still belongs to a process that was there before the connection.
func (h *holder) lives() bool {
	p, err := look(h.pid)
	return err == nil && p.started <= h.since
}

// look asks sysctl(3): kern.proc.pid for the parent and the start, kern.procargs2 for the executable.
func look(pid int) (process, error) {
	if pid <= 0 {
		return process{}, fs.ErrNotExist
	}
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return process{}, err
	}
	p := process{pid: int(info.Proc.P_pid), parent: int(info.Eproc.Ppid)}
	if p.pid != pid {
		return process{}, fs.ErrNotExist
	}
	start := info.Proc.P_starttime
	p.started = uint64(start.Sec)*1e6 + uint64(start.Usec) //nolint:gosec // never negative
	p.path = executable(pid)
	return p, nil
}

func executable(pid int) string {
	// The answer begins with the number of arguments, 4 bytes, and the path as it was executed.
	args, err := unix.SysctlRaw("kern.procargs2", pid)
	if err != nil || len(args) < 4 {
		return ""
	}
	path, _, _ := bytes.Cut(args[4:], []byte{0})
	return string(path)
}

func workingFolder(int) string { return "" }
