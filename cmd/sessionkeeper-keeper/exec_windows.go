package main

import (
	"fmt"
	"os"
	"os/signal"
	"unsafe"

	"golang.org/x/sys/windows"
)

// command is a program to be run as our child.
type command struct {
	path      string
	args, env []string
	inherited []int // nothing goes on that is not asked for
}

// run starts the command and returns how it ended. A Ctrl-C reaches it as well as us, who wait.
func (c command) run() (*ending, error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	defer signal.Stop(signals)
	job, err := newJob()
	if err != nil {
		return nil, err
	}
	defer job.release()
	child, err := os.StartProcess(c.path, c.args, &os.ProcAttr{
		Env: c.env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return nil, err
	}
	job.take(child)
	state, err := child.Wait()
	if err != nil {
		return nil, err
	}
	return &ending{code: state.ExitCode()}, nil
}

// job ends the child when we are killed.
type job struct{ handle windows.Handle }

func newJob() (*job, error) {
	handle, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("making a job: %w", err)
	}
	j := &job{handle}
	j.limit(windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)
	return j, nil
}

// limit is best effort: without it a child outlives us when we are killed.
func (j *job) limit(flags uint32) {
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: flags},
	}
	_, _ = windows.SetInformationJobObject(j.handle, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))) //nolint:gosec // the call wants it so
}

func (j *job) take(child *os.Process) {
	_ = child.WithHandle(func(handle uintptr) {
		_ = windows.AssignProcessToJobObject(j.handle, windows.Handle(handle))
	})
}

// release lets what the command left running live on.
func (j *job) release() {
	j.limit(0)
	_ = windows.CloseHandle(j.handle)
}

// hideMemory has nothing to do.
func hideMemory() error { return nil }

func inheritedDescriptors() []int { return nil }

// passOn gives the exit code that stands for how the command ended.
func (e *ending) passOn() int { return e.code }
