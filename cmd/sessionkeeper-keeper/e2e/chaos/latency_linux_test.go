package chaos

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/ui/api/client"
)

// How a provider may be dead, and that none is.
const (
	well     = "is well"
	hangs    = "hangs"
	trickles = "trickles"
	refuses  = "refuses"
)

// latency measures how long callers of other sessions wait for a new token, at the most, while a provider is dead.
func (s *storm) latency() map[string]time.Duration {
	s.t.Helper()
	longest := map[string]time.Duration{}
	h := s.homes[1]
	dead := startProvider(s.t)
	for i := range deadSessions {
		h.add(deadName(i), dead.Issuer("dead", providertest.Profile{AccessLife: 3 * time.Second, Rotate: true, Grace: time.Hour}))
	}
	always := func(f providertest.Fault) {
		dead.Faults(func(providertest.Call) providertest.Fault { return f })
	}
	for _, way := range []struct {
		name  string
		begin func()
	}{
		{well, func() {}},
		{hangs, func() { always(providertest.Hang()) }},
		{trickles, func() { always(providertest.Trickle(time.Second)) }},
		{refuses, dead.Down},
	} {
		way.begin()
		longest[way.name] = s.ask(h)
	}
	return longest
}

// deadSessions are those at the dead provider: more than may be refreshed at once at one issuer.
const deadSessions = 10

func deadName(i int) string { return fmt.Sprintf("dead-%d", i) }

// ask has a caller wait at each session of the dead provider, while others ask the rest for new tokens; it gives the
// longest that one of those waited.
func (s *storm) ask(h *house) time.Duration {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	var waiting sync.WaitGroup
	<-time.After(4 * time.Second) // until their tokens have expired, and each session may be asked for a new one
	for i := range deadSessions {
		waiting.Go(func() {
			for ctx.Err() == nil {
				_, _ = h.api.Token(ctx, deadName(i), client.TokenRequest{Wait: client.Duration(5 * time.Second)})
			}
		})
	}
	var mu sync.Mutex
	var took []time.Duration
	each(4, h.names, func(name string) {
		began := time.Now()
		_, err := h.api.Token(ctx, name, client.TokenRequest{Force: true})
		d := time.Since(began)
		mu.Lock()
		defer mu.Unlock()
		if took = append(took, d); err != nil {
			s.t.Errorf("%s beside a dead provider: %v", name, err)
		}
	})
	cancel()
	waiting.Wait()
	return slices.Max(took)
}
