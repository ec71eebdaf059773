package session

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Demands beyond what may be under way at one issuer follow as soon as there is room.
func TestDemandsBeyondTheLimitFollowAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.server.latency = 100 * time.Millisecond
		var names []string
		for i := range 5 * maxInFlight {
			names = append(names, fmt.Sprintf("s%d", i))
		}
		w.have(names...)
		w.start()
		defer w.stop()
		began := time.Now()
		var demands sync.WaitGroup
		for _, name := range names {
			demands.Go(func() {
				if _, err := w.k.Refresh(t.Context(), name, DefaultWait); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		demands.Wait()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%d demands of 100 ms, %d at a time, took %v", len(names), maxInFlight, took)
		}
		if n := w.server.seen().together; n > maxInFlight {
			t.Errorf("%d at a time; want %d at the most", n, maxInFlight)
		}
	})
}

func TestF18OneProbeForAllSessionsOfAnIssuer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		var names []string
		for i := range 50 {
			names = append(names, fmt.Sprintf("s%02d", i))
		}
		w.have(names...)
		w.server.set(func() { w.server.fault = status(500, "oops"); w.server.latency = 5 * time.Second })
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		w.server.set(func() { w.server.count = tally{} })
		time.Sleep(20 * time.Minute)
		if w.server.seen().together > 1 {
			t.Errorf("%d probes at a time; want one", w.server.seen().together)
		}
		if n := w.server.seen().calls; n < 3 || n > 30 {
			t.Errorf("%d probes in 20 minutes; want a few", n)
		}
		w.server.set(func() { w.server.fault = nil; w.server.latency = 10 * time.Millisecond })
		time.Sleep(5 * time.Second) // a probe that was under way fails yet
		w.k.Woke(t.Context(), "network", 0)
		time.Sleep(4 * time.Second)
		for _, name := range names {
			w.token(name, TokenRequest{})
		}
		if w.server.seen().doubles+w.server.seen().reuses > 0 {
			t.Errorf("%d double sends, %d reuses", w.server.seen().doubles, w.server.seen().reuses)
		}
	})
}
