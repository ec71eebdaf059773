//go:build !linux

package desktop

import "errors"

// confined: no restrictions that browsers mind are known here.
func confined() bool { return false }

func runElsewhere(string, string) error { return errors.ErrUnsupported }
