// Package programs finds the programs of ours, which lie in one folder, sets up those that are to go on when their
// starter ends, and lets one run once. It starts none itself, and looks for none in the folder that somebody is in.
package programs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrLocked says that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// Find gives the path of one of our programs, named without an ending: beside this one, else on PATH, else "".
func Find(name string) string {
	if path, _ := beside(name); path != "" {
		return path
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return ""
}

// Front gives the path of the program that people call, for others to be told of: sessionkeeper beside this one, or this
// one where that is not there.
func Front() (string, error) {
	if path, err := beside("sessionkeeper"); err != nil || path != "" {
		return path, err
	}
	return Own()
}

// In gives the path of one of our programs in a folder, "" where it is not there or cannot be run.
func In(folder, name string) string {
	path, err := exec.LookPath(filepath.Join(folder, name))
	if err != nil {
		return ""
	}
	return path
}

func beside(name string) (string, error) {
	path, err := Own()
	if err != nil {
		return "", err
	}
	return In(filepath.Dir(path), name), nil
}

// Own gives the path of this program.
func Own() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding our own program: %w", err)
	}
	return path, nil
}

// Outlive lets a keeper that is to be started go on when we have ended: apart from us, and in the root folder, so that
// it keeps no file system busy.
func Outlive(cmd *exec.Cmd) error {
	Apart(cmd)
	cmd.Dir = string(filepath.Separator)
	home := os.Getenv("SESSIONKEEPER_HOME")
	if home == "" {
		return nil
	}
	// A relative one would mean another folder from where the keeper runs.
	home, err := filepath.Abs(home)
	if err != nil {
		return fmt.Errorf("finding the keeper's folders: %w", err)
	}
	cmd.Env = append(os.Environ(), "SESSIONKEEPER_HOME="+home)
	return nil
}
