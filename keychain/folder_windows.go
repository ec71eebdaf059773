package keychain

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// syncFolder does nothing: NTFS keeps a rename in its journal, and a folder cannot be flushed.
func syncFolder(*os.Root) error { return nil }

func diskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_NOT_ENOUGH_QUOTA) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// ours is what the folder's list of rights says here, which it has from the user's own.
func ours(fs.FileInfo) bool { return true }
