package programs

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Lock takes the lock of an open file without waiting, for this process alone or (not exclusive) beside others that do
// the same; ErrLocked where another process has it. The system drops it when the process dies, however that happens. It
// is on a byte far behind what is written there, because others cannot read a locked one.
func Lock(f *os.File, exclusive bool) error {
	far := &windows.Overlapped{OffsetHigh: 1}
	var flags uint32 = windows.LOCKFILE_FAIL_IMMEDIATELY
	if exclusive {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, far)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}
