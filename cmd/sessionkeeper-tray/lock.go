package main

import (
	"errors"
	"fmt"
	"os"

	"sessionkeeper/ui/api/programs"
)

// errRuns says that there is a tray already.
var errRuns = errors.New("it runs already: look for its icon in the system tray, or open the page with: sessionkeeper ui")

// takeLock makes this process the only one that holds the lock at path, until the returned file is closed or the process
// dies. It returns errRuns where another one does.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // in our own folder
	if err != nil {
		return nil, fmt.Errorf("opening the tray's lock: %w", err)
	}
	if err := programs.Lock(f, true); err != nil {
		_ = f.Close()
		if errors.Is(err, programs.ErrLocked) {
			return nil, errRuns
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return f, nil
}
