// Package programs finds the programs of ours, which lie in one folder, and starts those that outlive their starter. It
// starts none itself, and none under a name that anybody gave it.
package programs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Find gives the path of one of our programs, named without an ending: beside this one, else on PATH, else "".
func Find(name string) string {
	if path, err := beside(name); err == nil {
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
	if path, err := beside("sessionkeeper"); err == nil {
		return path, nil
	}
	return own()
}

func beside(name string) (string, error) {
	path, err := own()
	if err != nil {
		return "", err
	}
	return exec.LookPath(filepath.Join(filepath.Dir(path), name))
}

func own() (string, error) {
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
