package desktop

import (
	"context"
	"testing"
	"time"
)

func TestLookout(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	looks, done := make(chan struct{}), make(chan struct{})
	go func() {
		lookout(ctx, time.Millisecond, looks)
		close(done)
	}()
	for range 5 {
		<-looks
	}
	cancel()
	<-done
}

func TestTick(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	looks, done := make(chan struct{}), make(chan struct{})
	go func() {
		tick(ctx, time.Millisecond, looks)
		close(done)
	}()
	for range 5 {
		<-looks
	}
	cancel()
	<-done
}

func TestBootOffsetStandsStill(t *testing.T) {
	c := systemClock()
	first := c.offset()
	for range 1000 {
		if d := (c.offset() - first).Abs(); d > c.least {
			t.Fatalf("offset moved by %v without sleep; want less than %v", d, c.least)
		}
	}
}
