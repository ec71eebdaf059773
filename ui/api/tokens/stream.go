package tokens

import (
	"context"
	"math/rand/v2"
	"time"

	"sessionkeeper/ui/api/client"
)

// How long to wait before a lost stream is opened again: from soonest, doubled each time, to latest.
const (
	soonest = 100 * time.Millisecond
	latest  = 5 * time.Second
)

// follow holds an event stream to the keeper until ctx ends, and opens another where it is lost.
func (s *Source) follow(ctx context.Context) {
	for pause := soonest; ctx.Err() == nil; pause = min(2*pause, latest) {
		if s.hear(ctx) {
			pause = soonest
		}
		s.lose()
		again := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // spreads programs, keeps no secret
		select {
		case <-ctx.Done():
		case <-again.C:
		}
		again.Stop()
	}
}

// hear listens until the stream is lost and reports whether it stood.
func (s *Source) hear(ctx context.Context) (stood bool) {
	who := client.Listener{Face: s.client.o.Face, Sessions: []string{s.name}, Label: s.client.o.Label}
	for e, err := range s.client.keeper.EventsFor(ctx, who) {
		switch {
		case err != nil:
			return stood
		case !stood:
			stood = true // the snapshot: whatever happens from now on will be heard
			s.heard(true)
		case e.Session == s.name:
			s.heard(true)
		}
	}
	return stood
}

// heard drops the token: something is other with the session than when the token was given.
func (s *Source) heard(live bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = live
	s.drop()
}

// lose drops the token for want of a stream.
func (s *Source) lose() { s.heard(false) }
