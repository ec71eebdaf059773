package desktop

import (
	"context"
	"errors"
	"sync"
	"time"
)

// networkSettle is how long changes are gathered: an interface brings its addresses and routes one by one.
const networkSettle = time.Second

// routes is a set of ways out: destination, interface, gateway and own address of each.
type routes map[string]bool

// watchNetwork tells when a way out appears, where the system has word of it.
func (d *Desktop) watchNetwork(ctx context.Context) {
	changes := make(chan struct{}, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		err := listenRoutes(ctx, changes)
		if err != nil && !errors.Is(err, errors.ErrUnsupported) && ctx.Err() == nil {
			d.log.WarnContext(ctx, "network changes not watched", "error", err)
		}
	})
	newRoutes(ctx, changes, readRoutes, func() { d.wake(Wake{Source: "network"}) })
}

// newRoutes calls tell when there is a route that was not there before. A change that leaves no new one (a lease
// renewed, a network gone) is not worth a word.
func newRoutes(ctx context.Context, changes <-chan struct{}, read func() (routes, error), tell func()) {
	known, _ := read() // nothing known: the first change counts
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(networkSettle):
		}
		select {
		case <-changes:
		default:
		}
		now, err := read()
		if err != nil {
			continue
		}
		if now.beyond(known) {
			tell()
		}
		known = now
	}
}

// beyond reports whether r has a route that old has not.
func (r routes) beyond(old routes) bool {
	for route := range r {
		if !old[route] {
			return true
		}
	}
	return false
}
