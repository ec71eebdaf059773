package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"
)

// logCap is the size in bytes at which the log is set aside; one old file is kept beside it.
const logCap = 10 << 20

// logFile is the keeper's log: private, never larger than its cap, with one old file kept as PATH.1. The process's own
// crash is told in it.
type logFile struct {
	path string
	max  int64

	mu     sync.Mutex // guards what follows
	file   *os.File   // nil where it could not be opened anew: the next line tries again
	size   int64
	closed bool
}

// openLog opens the log at path for appending.
func openLog(path string, size int64) (*logFile, error) {
	l := &logFile{path: path, max: size}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	return l, nil
}

// Write appends a line. A line that finds no room starts a new file.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	switch {
	case l.closed:
		err = os.ErrClosed
	case l.file == nil:
		err = l.open()
	case l.size > 0 && l.size+int64(len(p)) > l.max:
		err = l.rotate()
	}
	if err != nil {
		return 0, err
	}
	n, err := l.file.Write(p)
	l.size += int64(n)
	return n, err
}

// Close closes the file.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

func (l *logFile) rotate() error {
	_ = l.file.Close()
	l.file = nil
	if err := os.Rename(l.path, l.path+".1"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		// Without a way to set it aside the log starts over: it must not grow without bound.
		if err := os.Truncate(l.path, 0); err != nil {
			return err
		}
	}
	return l.open()
}

func (l *logFile) open() error {
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return err
	}
	// A keeper that was started by a command has no stderr: a crash is told here.
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		_ = f.Close()
		return err
	}
	l.file, l.size = f, info.Size()
	return nil
}
