package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// sibling finds another program of ours beside this one, or on PATH.
func sibling(name string) (path string, ok bool) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(own), name)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, true
		}
	}
	if found, err := exec.LookPath(name); err == nil {
		path, err = filepath.Abs(found)
		return path, err == nil
	}
	return "", false
}

// front is the program that people call, for others to be told of: sessionkeeper beside us, or we where it is not there.
func front() (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding our own program: %w", err)
	}
	beside := filepath.Join(filepath.Dir(own), "sessionkeeper"+filepath.Ext(own))
	if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
		return beside, nil
	}
	return own, nil
}
