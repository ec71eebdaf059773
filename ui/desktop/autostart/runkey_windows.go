package autostart

import (
	"errors"

	"golang.org/x/sys/windows/registry"
)

const (
	runPath      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedPath = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// userRunKey is the Run key of the user's own registry.
type userRunKey struct{}

func openRunKey() (values, error) { return userRunKey{}, nil }

func (userRunKey) get(name string) (line string, there bool, err error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, runPath, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer k.Close()
	line, _, err = k.GetStringValue(name)
	if errors.Is(err, registry.ErrNotExist) {
		return "", false, nil
	}
	return line, err == nil, err
}

func (userRunKey) put(name, line string) error {
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runPath, registry.SET_VALUE)
	if err != nil {
		return err
	}
	return errors.Join(k.SetStringValue(name, line), k.Close())
}

func (userRunKey) remove(name string) error { return removeValue(runPath, name) }

// disabled reads what the Task Manager writes: 12 bytes, whose first is odd where the value is switched off.
func (userRunKey) disabled(name string) (bool, error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, approvedPath, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer k.Close()
	data, _, err := k.GetBinaryValue(name)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	return len(data) > 0 && data[0]&1 == 1, err
}

func (userRunKey) enable(name string) error { return removeValue(approvedPath, name) }

func removeValue(path, name string) error {
	k, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = k.DeleteValue(name)
	if errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, k.Close())
}
