package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/programs"
)

// A program that only looks whether a keeper runs holds the lock for some microseconds: that is no keeper.
const (
	lockTries = 20
	lockStep  = 10 * time.Millisecond
)

// heldError says which keeper holds the lock; pid is 0 where the file does not tell.
type heldError struct{ pid int }

func (e *heldError) Error() string {
	if e.pid == 0 {
		return "another keeper runs already: use it, or stop it first"
	}
	return fmt.Sprintf("another keeper runs already (pid %[1]d): use it, or end it first with kill %[1]d. Where it does not "+
		"answer use kill -9 %[1]d: no session is lost by that, at worst one that is just being renewed wants a new sign-in", e.pid)
}

// takeLock makes this process the only keeper of p until the returned file is closed or the process dies. It returns a
// *heldError where another one runs, also where that one is stopped.
func takeLock(p places.Places) (*os.File, error) {
	f, err := os.OpenFile(p.LockFile(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the keeper's lock: %w", err)
	}
	err = programs.Lock(f, true)
	for range lockTries {
		if !errors.Is(err, programs.ErrLocked) {
			break
		}
		time.Sleep(lockStep)
		err = programs.Lock(f, true)
	}
	if err != nil {
		pid := readPID(f)
		_ = f.Close()
		if errors.Is(err, programs.ErrLocked) {
			return nil, &heldError{pid: pid}
		}
		return nil, fmt.Errorf("locking %s: %w", p.LockFile(), err)
	}
	if err := writePID(f, os.Getpid()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("writing the keeper's lock: %w", err)
	}
	return f, nil
}

// lockHolder gives the pid of the running keeper, and whether there is one.
func lockHolder(p places.Places) (pid int, held bool) {
	f, err := os.OpenFile(p.LockFile(), os.O_RDWR, 0)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	if !errors.Is(programs.Lock(f, false), programs.ErrLocked) {
		return 0, false
	}
	return readPID(f), true
}

func writePID(f *os.File, pid int) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(pid)+"\n"), 0)
	return err
}

// readPID is 0 where the file names no process.
func readPID(f *os.File) int {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}
