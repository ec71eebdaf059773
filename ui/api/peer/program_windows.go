package peer

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// peerPID is SIO_AF_UNIX_GETPEERPID (afunix.h).
const peerPID = 0x58000100

// holder is the process at the other end.
type holder struct {
	pid, uid int
	since    uint64 // 100 ns since 1601 by which the connection was there
}

func hold(c *net.UnixConn) (*holder, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var now windows.Filetime
	windows.GetSystemTimePreciseAsFileTime(&now)
	h := &holder{uid: os.Getuid(), since: ticks(now)}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var pid, n uint32
		failed = windows.WSAIoctl(windows.Handle(fd), peerPID, nil, 0,
			(*byte)(unsafe.Pointer(&pid)), uint32(unsafe.Sizeof(pid)), &n, nil, 0)
		h.pid = int(pid)
	})
	return h, errors.Join(err, failed)
}

func ticks(t windows.Filetime) uint64 { return uint64(t.HighDateTime)<<32 | uint64(t.LowDateTime) }

func (h *holder) close() {}

// lives reports whether the number still belongs to a process that was there before the connection.
func (h *holder) lives() bool {
	p, err := look(h.pid)
	return err == nil && p.started <= h.since
}

func look(pid int) (process, error) {
	if pid <= 0 {
		return process{}, fs.ErrNotExist
	}
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid)) //nolint:gosec // a pid
	if err != nil {
		return process{}, err
	}
	defer windows.CloseHandle(handle) //nolint:errcheck // nothing was written
	var created, ended, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(handle, &created, &ended, &kernel, &user); err != nil {
		return process{}, err
	}
	p := process{pid: pid, started: ticks(created)}
	var basic windows.PROCESS_BASIC_INFORMATION
	if windows.NtQueryInformationProcess(handle, windows.ProcessBasicInformation,
		unsafe.Pointer(&basic), uint32(unsafe.Sizeof(basic)), nil) == nil {
		p.parent = int(basic.InheritedFromUniqueProcessId)
	}
	path := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(path))
	if windows.QueryFullProcessImageName(handle, 0, &path[0], &size) == nil {
		p.path = windows.UTF16ToString(path[:size])
	}
	return p, nil
}

func executable(pid int) string {
	p, err := look(pid)
	if err != nil {
		return ""
	}
	return p.path
}

func workingFolder(int) string { return "" }
