package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// A part that panics ends itself alone, or the whole in order where it is vital. What it panicked with is not told.
func TestF36PartThatPanics(t *testing.T) {
	for name, vital := range map[string]bool{"one of many": false, "vital": true} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			ctx, fail := context.WithCancelCause(t.Context())
			c := &crew{fail: fail, log: slog.New(slog.NewTextHandler(&log, nil))}
			stopped := false
			c.start(ctx, part{name: "other", run: func(ctx context.Context) error {
				<-ctx.Done()
				stopped = true
				return nil
			}})
			broke := make(chan struct{})
			c.start(ctx, part{name: "shaky", vital: vital, run: func(context.Context) error {
				defer close(broke)
				panic("a secret")
			}})
			<-broke
			if vital {
				<-ctx.Done()
			}
			c.stop()
			failed, ok := errors.AsType[*partError](context.Cause(ctx))
			if ok != vital || vital && strings.Contains(failed.Error(), "secret") {
				t.Errorf("vital: %t, the whole ended with %v", vital, failed)
			}
			if text := log.String(); !stopped || !strings.Contains(text, "part=shaky") || strings.Contains(text, "a secret") {
				t.Errorf("the others were stopped: %t; the log: %.300s", stopped, text)
			}
		})
	}
}
