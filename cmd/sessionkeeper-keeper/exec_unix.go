//go:build unix

package main

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// command is a program to be run as our child, in our place as far as anybody can tell.
type command struct {
	path      string
	args, env []string
	inherited []int // descriptors of ours that go on to it, beside the first three
}

// run starts the command and returns how it ended. Until then every signal that can be is passed on to it, and we stop
// when it is stopped.
func (c command) run() (*ending, error) {
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, passable()...)
	defer signal.Stop(signals)
	begun := make(chan error, 1)
	states := make(chan syscall.WaitStatus)
	var child *os.Process
	go func() {
		// The kernel ends the child when the thread ends that started it: it must live as long as the child does.
		runtime.LockOSThread()
		var err error
		child, err = c.start()
		if begun <- err; err == nil {
			watch(child.Pid, states)
		}
	}()
	if err := <-begun; err != nil {
		return nil, err
	}
	defer func() { _ = child.Release() }()
	for {
		select {
		case s := <-signals:
			if s, ok := s.(syscall.Signal); ok && !reachedBoth(s) {
				_ = child.Signal(s) // it may have ended just now
			}
		case state, ok := <-states:
			switch {
			case !ok:
				return nil, errors.New("its end was not told")
			case state.Stopped():
				stopToo(state.StopSignal())
			case state.Signaled():
				return &ending{code: exitSignalBase + int(state.Signal()), signal: state.Signal()}, nil
			case state.Exited():
				return &ending{code: state.ExitStatus()}, nil
			}
		}
	}
}

func (c command) start() (*os.Process, error) {
	for _, fd := range c.inherited {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
	}
	return os.StartProcess(c.path, c.args, &os.ProcAttr{
		Env: c.env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}, Sys: tied(),
	})
}

// watch tells each change of the child's state; the channel is closed after its end.
func watch(pid int, states chan<- syscall.WaitStatus) {
	defer close(states)
	for {
		var state syscall.WaitStatus
		_, err := syscall.Wait4(pid, &state, syscall.WUNTRACED, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return
		}
		states <- state
		if state.Exited() || state.Signaled() {
			return
		}
	}
}

// lastSignal is the highest real-time signal of Linux; other systems have fewer signals.
const lastSignal = 64

// passable are the signals that go on to the child: all but those that cannot be caught, those that come of what we do
// ourselves, and those that we were started to ignore, which the child ignores as well.
func passable() []os.Signal {
	ours := []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCHLD, syscall.SIGURG, syscall.SIGPIPE}
	var all []os.Signal
	for s := syscall.Signal(1); s <= lastSignal; s++ {
		if !slices.Contains(ours, s) && !signal.Ignored(s) {
			all = append(all, s)
		}
	}
	return all
}

// reachedBoth reports whether the child has a signal already that came to us: what is typed at a terminal goes to the
// whole group in its foreground, of which the child is one. Who sends such a signal to us alone while we are in the
// foreground of a terminal cannot be told apart from one who types.
func reachedBoth(s syscall.Signal) bool {
	switch {
	case slices.Contains([]syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGWINCH}, s):
		return inForeground()
	default:
		// Only a terminal sends these, to the whole group.
		return s == syscall.SIGTTIN || s == syscall.SIGTTOU
	}
}

// inForeground reports whether we are in the foreground of a terminal.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}

// stopToo stops us when the child was stopped, so that the shell gets its terminal back; its SIGCONT goes on to the child.
// A SIGSTOP that somebody sent to the child alone is between the two where no shell waits.
func stopToo(s syscall.Signal) {
	switch s {
	case syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
	case syscall.SIGSTOP:
		if !inForeground() {
			return
		}
	default:
		return // a debugger's
	}
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
}

// inheritedDescriptors are those that a child of ours gets from whoever started us, beside the first three: a shell's
// <(…), a job server's pipe. What we open ourselves is closed at the child's start.
func inheritedDescriptors() []int {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return nil
	}
	var open []int
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd <= 2 {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			open = append(open, fd)
		}
	}
	return open
}

// dyingWait is for a signal that we sent ourselves.
const dyingWait = time.Second

// passOn ends us as the command ended: by the same signal, so that a shell sees it and stops its loop at a Ctrl-C. Where
// that cannot be it returns the exit code that stands for it.
func (e *ending) passOn() int {
	s, ok := e.signal.(syscall.Signal)
	if ok && slices.Contains([]syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL}, s) {
		signal.Reset(s)
		if syscall.Kill(syscall.Getpid(), s) == nil {
			time.Sleep(dyingWait)
		}
	}
	return e.code
}
