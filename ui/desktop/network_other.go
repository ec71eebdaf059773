//go:build !linux

package desktop

import (
	"context"
	"errors"
)

// listenRoutes: the keeper's own retries find the network again here.
func listenRoutes(context.Context, chan<- struct{}) error { return errors.ErrUnsupported }

func readRoutes() (routes, error) { return nil, errors.ErrUnsupported }
