package keychain

import (
	"errors"

	"golang.org/x/sys/windows"
)

// nativeFault reads the errors of CredRead, CredWrite and CredDelete (wincred.h).
func nativeFault(err error) fault {
	switch {
	case errors.Is(err, windows.ERROR_NO_SUCH_LOGON_SESSION):
		return faultNoBus
	case errors.Is(err, windows.RPC_X_BAD_STUB_DATA):
		return faultTooBig
	case errors.Is(err, windows.ERROR_DISK_FULL), errors.Is(err, windows.ERROR_NOT_ENOUGH_QUOTA):
		return faultNoSpace
	default:
		return faultFailed
	}
}
