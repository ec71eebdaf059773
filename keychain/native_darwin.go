package keychain

import (
	"errors"
	"os/exec"
)

// nativeFault reads the exit codes of security(1), which are the low byte of an OSStatus (SecBase.h).
func nativeFault(err error) fault {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return faultFailed
	}
	switch exit.ExitCode() {
	case 36: // errSecInteractionNotAllowed, -25308
		return faultLocked
	case 51, 128: // errSecAuthFailed, -25293; userCanceledErr, -128
		return faultDenied
	case 37, 50: // errSecNoDefaultKeychain, -25307; errSecNoSuchKeychain, -25294
		return faultNoRing
	default:
		return faultFailed
	}
}
