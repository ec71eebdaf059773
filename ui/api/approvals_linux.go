package api

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"

	"sessionkeeper/ui/api/peer"
)

// programFile tells the file that a program was started from, wherever it sees its path from (proc_pid_exe(5)). One
// that was replaced or deleted since is none that could be known again.
func programFile(p peer.Program) (fs.FileInfo, error) {
	exe := fmt.Sprintf("/proc/%d/exe", p.PID)
	if path, err := os.Readlink(exe); err != nil {
		return nil, err
	} else if path != p.Path {
		return nil, fs.ErrNotExist // " (deleted)", or the number is another program's by now
	}
	return os.Stat(exe)
}

// changedAt is when a file or what is known of it was changed last, in nanoseconds: unlike the time of its content nobody
// can put it back.
func changedAt(file fs.FileInfo) int64 {
	stat, ok := file.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return stat.Ctim.Nano()
}

// runOf tells which process holds the connection that a request came over; the zero run where that is not known.
func runOf(ctx context.Context) run {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		return run{}
	}
	conn := c.conn
	if g, ok := conn.(*guardedConn); ok {
		conn = g.Conn
	}
	u, ok := conn.(*net.UnixConn)
	if !ok {
		return run{}
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return run{}
	}
	var cred *syscall.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err != nil || failed != nil {
		return run{}
	}
	r := run{pid: int(cred.Pid), started: startOf(int(cred.Pid))}
	if r.started == "" {
		return run{}
	}
	return r
}

// alive reports whether it is still the same process.
func (r run) alive() bool { return r.started != "" && startOf(r.pid) == r.started }

// startOf is when a process started, in clock ticks (proc_pid_stat(5), the 22nd field; the 2nd is in parentheses and may
// hold anything); empty where there is none.
func startOf(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	const state, started = 0, 19 // after the name
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= started || string(fields[state]) == "Z" {
		return ""
	}
	return string(fields[started])
}
