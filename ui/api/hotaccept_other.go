//go:build !linux || !(amd64 || arm64)

package api

import (
	"errors"
	"net"
	"os"
)

// accept takes connections until ln is closed, and gives each a goroutine of its own.
func (h *hot) accept(ln *guardedListener, done <-chan struct{}) {
	for pause := acceptPause; ; {
		c, err := ln.take()
		switch {
		case err == nil:
			pause = acceptPause
			h.start(c, done)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			pause = rest(pause, done)
		}
	}
}

func rawListener(net.Listener) (*os.File, error) { return nil, nil } //nolint:nilnil // none is needed
