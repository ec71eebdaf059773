package peer

import (
	"errors"
	"io/fs"
	"net"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// holder is the process that called connect (SO_PEERCRED, unix(7)).
type holder struct {
	pid, uid int
	since    uint64 // clock ticks since the start of the machine by which the connection was there
	handle   int    // a pidfd; -1: the kernel gives none (before 6.5)
	ended    bool
}

// clockTicks is USER_HZ, the unit of proc_pid_stat(5), which is 100 on every architecture that Go runs on.
const clockTicks = 100

func hold(c *net.UnixConn) (*holder, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	h := &holder{handle: -1}
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err != nil {
			failed = err
			return
		}
		h.pid, h.uid = int(cred.Pid), int(cred.Uid)
		// The handle is that of the process itself, whoever has its number now.
		handle, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PEERPIDFD)
		switch {
		case err == nil:
			h.handle = handle
		case !errors.Is(err, unix.ENOPROTOOPT):
			h.ended = true
		}
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		h.close()
		return nil, err
	}
	h.since = uint64(now.Nano()) / (1e9 / clockTicks) //nolint:gosec // never negative
	return h, nil
}

func (h *holder) close() {
	if h.handle >= 0 {
		_ = unix.Close(h.handle)
	}
}

// lives reports whether the process was there all the time until now, so that its number was nobody else's.
func (h *holder) lives() bool {
	if h.handle < 0 {
		return !h.ended
	}
	err := unix.PidfdSendSignal(h.handle, 0, nil, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}

// look reads /proc/PID/stat and /proc/PID/exe (proc(5)).
func look(pid int) (process, error) {
	if pid <= 0 {
		return process{}, fs.ErrNotExist
	}
	var buf [1024]byte
	stat, err := readSmall(inProc(pid, "stat"), buf[:])
	if err != nil {
		return process{}, err
	}
	p, ok := parseStat(string(stat))
	if !ok || p.pid != pid {
		return process{}, fs.ErrInvalid
	}
	p.path = executable(pid)
	return p, nil
}

// executable is empty where the process hides it, and the file's former name where that was replaced meanwhile.
func executable(pid int) string { return strings.TrimSuffix(linkOf(inProc(pid, "exe")), " (deleted)") }

func workingFolder(pid int) string { return linkOf(inProc(pid, "cwd")) }

func inProc(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }

// linkOf is where a link leads; empty where that is not to be seen.
func linkOf(path string) string {
	var to [unix.PathMax]byte
	n, err := unix.Readlink(path, to[:])
	if err != nil {
		return ""
	}
	return string(to[:n])
}

// readSmall reads what fits into buf, without the poller that os.File brings along.
func readSmall(path string, buf []byte) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	for {
		n, err := unix.Read(fd, buf)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		return buf[:max(n, 0)], err
	}
}

// parseStat reads a line of proc_pid_stat(5). The name in parentheses may hold anything, parentheses too.
func parseStat(line string) (p process, ok bool) {
	number, rest, ok := strings.Cut(line, " (")
	end := strings.LastIndex(rest, ") ")
	if !ok || end < 0 {
		return process{}, false
	}
	var err error
	if p.pid, err = strconv.Atoi(number); err != nil {
		return process{}, false
	}
	fields := strings.Fields(rest[end+2:])
	const parent, start = 1, 19 // the line's 4th and 22nd
	if len(fields) <= start {
		return process{}, false
	}
	if p.parent, err = strconv.Atoi(fields[parent]); err != nil {
		return process{}, false
	}
	p.started, err = strconv.ParseUint(fields[start], 10, 64)
	return p, err == nil
}
