//go:build !linux

package desktop

import (
	"context"
	"time"
)

// systemClock compares the wall clock with the one that timers run on, which may stand still during sleep.
func systemClock() clock {
	start := time.Now()
	return clock{
		offset: func() time.Duration { return time.Now().Round(0).Sub(start.Round(0)) - time.Since(start) },
		// Setting the clock by a time server must not look like sleep.
		least: 5 * time.Second,
		looks: func(ctx context.Context, out chan<- struct{}) { tick(ctx, lookEvery, out) },
	}
}
