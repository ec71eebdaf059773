//go:build !failpoints

package session

import "context"

// failpoint marks a place at which a test may want the keeper to die. Built without the tag failpoints it is nothing.
func failpoint(string) {}

// withFailpoints marks those of a request that is sent with ctx.
func withFailpoints(ctx context.Context) context.Context { return ctx }
