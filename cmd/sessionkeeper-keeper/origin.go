package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// origin says on which machine a state folder was last used, and when the file that says so was made there. No tool
// that copies a folder or puts it back can give a file its first birth back, so a copy betrays itself.
type origin struct {
	Machine string `json:"machine,omitempty"` // empty: the system names none
	Born    int64  `json:"born,omitempty"`    // Unix time in ns; 0: the file system does not tell
}

const originFile = "origin.json"

// copied reports whether the state folder came from another machine or from a backup since it was last used. A folder
// that says nothing of its origin is a new one, or from before this was noted.
func copied(stateDir string) (bool, error) {
	path := filepath.Join(stateDir, originFile)
	data, err := os.ReadFile(path) //nolint:gosec // our own folder
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading where the state folder comes from: %w", err)
	}
	var was origin
	_ = json.Unmarshal(data, &was) // what cannot be read says nothing
	machine, born := machineMark(), birth(path)
	return was.Machine != "" && machine != "" && was.Machine != machine ||
		was.Born != 0 && born != 0 && was.Born != born, nil
}

// noteOrigin makes this machine the state folder's origin, in a new file: one that was overwritten by a copy of itself
// says another birth than its own.
func noteOrigin(stateDir string) error {
	path := filepath.Join(stateDir, originFile)
	draft := path + ".new"
	if err := writeOrigin(draft); err != nil {
		_ = os.Remove(draft)
		return fmt.Errorf("noting where the state folder is: %w", err)
	}
	if err := os.Rename(draft, path); err != nil {
		return fmt.Errorf("noting where the state folder is: %w", err)
	}
	if dir, err := os.Open(stateDir); err == nil { //nolint:gosec // our own folder
		_ = dir.Sync() // some file systems and Windows cannot; the rename is done all the same
		_ = dir.Close()
	}
	return nil
}

func writeOrigin(draft string) error {
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	data, err := json.Marshal(origin{Machine: machineMark(), Born: birth(draft)})
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// machineMark names this machine for us alone, as machine-id(5) asks for; "" where the system has no such name.
func machineMark() string {
	id := machineID()
	if id == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(id))
	mac.Write([]byte("sessionkeeper"))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
