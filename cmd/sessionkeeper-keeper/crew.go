package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
)

// part is a long-lived piece of the keeper. A vital one ends all when it fails.
type part struct {
	name  string
	run   func(context.Context) error
	vital bool
}

// partError is a vital part that failed.
type partError struct {
	name string
	err  error
}

func (e *partError) Error() string {
	return fmt.Sprintf("running the %s: %v; see keeper.log and start again", e.name, e.err)
}

func (e *partError) Unwrap() error { return e.err }

// crew starts parts and stops them in the reverse order.
type crew struct {
	fail  context.CancelCauseFunc
	log   *slog.Logger
	stops []func()
}

// start runs p until stop. The end of ctx does not end it, because parts stop in an order.
func (c *crew) start(ctx context.Context, p part) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := c.guard(ctx, p)
		switch {
		case ctx.Err() != nil:
		case p.vital:
			c.fail(&partError{name: p.name, err: err})
		case err != nil:
			c.log.ErrorContext(ctx, "part failed", "part", p.name, "error", err)
		}
	}()
	c.stops = append(c.stops, func() {
		cancel()
		<-done
	})
}

// guard runs a part. One that panics has failed, and takes no other with it; what it panicked with may quote a secret.
func (c *crew) guard(ctx context.Context, p part) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("it broke off (%T)", v)
			c.log.ErrorContext(ctx, "part broke off", "part", p.name, "stack", string(debug.Stack()))
		}
	}()
	return p.run(ctx)
}

// stop ends all parts, the newest first, and waits for each before the next.
func (c *crew) stop() {
	for _, stop := range slices.Backward(c.stops) {
		stop()
	}
}
