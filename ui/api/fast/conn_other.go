//go:build unix && !linux && !darwin

package fast

import "errors"

func ownerOf(int) (uid int, err error) { return 0, errors.ErrUnsupported }
