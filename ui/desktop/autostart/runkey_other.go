//go:build !windows

package autostart

import "errors"

// openRunKey: there is none here.
func openRunKey() (values, error) { return nil, errors.ErrUnsupported }
