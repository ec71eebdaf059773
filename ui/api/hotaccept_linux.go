//go:build amd64 || arm64

package api

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
	"unsafe"

	"sessionkeeper/ui/api/peer"
)

// accept takes connections until ln is closed. Most programs connect, ask once and go: their request is there as soon as
// they are, and is answered here and now. That saves the poller, a goroutine and the waking of another thread, which
// cost more than the answer. What is not that plain gets a goroutine of its own.
func (h *hot) accept(ln *guardedListener, done <-chan struct{}) {
	raw, err := ln.raw.SyscallConn()
	if err != nil {
		return // it is closed
	}
	q := quick{hot: h, uid: uint32(os.Getuid())} //nolint:gosec // an identifier is never negative
	pause := acceptPause
	for ln.crowd.Reserve() {
		var fd int
		var failed error
		closed := raw.Read(func(listener uintptr) bool {
			if fd, failed = acceptRaw(listener); failed == nil {
				q.serve(fd)
			}
			return !errors.Is(failed, syscall.EAGAIN)
		})
		switch {
		case closed != nil:
			ln.crowd.Release()
			return
		case failed == nil && q.over:
			pause = acceptPause
			if c, err := q.conn(ln, fd); err == nil {
				h.start(c, done) // with its reservation
				continue
			}
		case failed == nil:
			pause = acceptPause
		case failed != nil && !errors.Is(failed, syscall.ECONNABORTED) && !errors.Is(failed, syscall.EINTR):
			pause = rest(pause, done)
		}
		ln.crowd.Release()
	}
}

// rawListener gives a listening socket for system calls: package net keeps its own to itself.
func rawListener(ln net.Listener) (*os.File, error) {
	u, ok := ln.(*net.UnixListener)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return u.File()
}

// quick answers the first request of a connection where everything is at hand.
type quick struct {
	hot *hot
	uid uint32
	b   hotBuffers

	// What is left when a connection must go on elsewhere.
	over   bool
	pid    int
	read   []byte // and not answered
	unsent []byte // of the answer
}

// serve answers, and closes fd; or it sets over and leaves fd open. The descriptor does not block.
func (q *quick) serve(fd int) {
	q.over, q.read, q.unsent = false, nil, nil
	if !q.try(fd) {
		q.over = true
		return
	}
	_ = syscall.Close(fd)
}

// try reports whether the connection is done with.
func (q *quick) try(fd int) bool {
	cred, err := credentials(fd)
	if err != nil || cred.Uid != q.uid {
		return true // a stranger gets no word
	}
	q.pid = int(cred.Pid)
	program, known := q.hot.recent.of(q.pid, time.Now())
	if !known {
		return false
	}
	n, err := readRaw(fd, q.b.in[:])
	if err != nil || n == 0 {
		return !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR)
	}
	r, ok := parseHot(q.b.in[:n])
	var answer []byte
	if ok {
		answer, ok = q.hot.answer(q.b.out[:0], r, func() peer.Program { return program })
	}
	if !ok {
		q.read = q.b.in[:n]
		return false
	}
	defer clear(answer) // it held a token
	sent, err := writeRaw(fd, answer)
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		sent = 0
	case err != nil:
		return true
	}
	q.unsent = append([]byte(nil), answer[sent:]...)
	return r.last && len(q.unsent) == 0
}

// conn makes of fd a connection that goes on as others do.
func (q *quick) conn(ln *guardedListener, fd int) (*guardedConn, error) {
	f := os.NewFile(uintptr(fd), "")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return &guardedConn{
		Conn: c, Member: ln.crowd.Enter(c), pid: q.pid, rest: append([]byte(nil), q.read...), unsent: q.unsent,
	}, nil
}

// The calls below never block, so the scheduler need not be told of them: that would wake more threads than it helps.

func acceptRaw(listener uintptr) (int, error) {
	return outcome(syscall.RawSyscall6(syscall.SYS_ACCEPT4, listener, 0, 0, syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0, 0))
}

func credentials(fd int) (cred syscall.Ucred, err error) {
	size := uint32(unsafe.Sizeof(cred))
	_, err = outcome(syscall.RawSyscall6(syscall.SYS_GETSOCKOPT, uintptr(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED,
		uintptr(unsafe.Pointer(&cred)), uintptr(unsafe.Pointer(&size)), 0)) //nolint:gosec // as getsockopt(2) has it
	return cred, err
}

func readRaw(fd int, b []byte) (int, error) {
	return outcome(syscall.RawSyscall(syscall.SYS_READ, uintptr(fd),
		uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))) //nolint:gosec // as read(2) has it
}

func writeRaw(fd int, b []byte) (int, error) {
	return outcome(syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd),
		uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))) //nolint:gosec // as write(2) has it
}

func outcome(n, _ uintptr, errno syscall.Errno) (int, error) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
