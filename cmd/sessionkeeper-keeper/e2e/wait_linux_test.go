package e2e

import (
	"context"
	"testing"
	"time"
)

// patience bounds every wait. Only something broken meets it.
const patience = time.Minute

func until(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	untilOr(tb, patience, ok, func() string { return what })
}

// untilOr waits for something to become true, and fails with what why says where it does not.
func untilOr(tb testing.TB, limit time.Duration, ok func() bool, why func() string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), limit) // also while the test cleans up
	defer cancel()
	again := time.NewTicker(40 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-ctx.Done():
			tb.Fatalf("waited %v in vain: %s", limit, why())
		}
	}
}

// stays fails where something does not go on being true for so long.
func stays(t *testing.T, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	end := time.After(limit)
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for ok() {
		select {
		case <-again.C:
		case <-end:
			return
		}
	}
	t.Errorf("%s did not stay", what)
}
