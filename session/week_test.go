package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A week of a thousand sessions at one issuer: every day has sixteen hours of use, an outage of five minutes just when
// all tokens are to be renewed, and a night through which the machine sleeps and all of them expire; on one day the keeper
// is started anew. Whoever asks has a token that works, at once while the machine is awake; no refresh token is sent twice.
func TestWeekOf1000Sessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8*time.Hour)
		var slept atomic.Int64
		w.wall = func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }
		var names []string
		for n := range 1000 {
			names = append(names, fmt.Sprintf("session %d", n))
		}
		w.have(names...)
		w.start()
		defer func() { w.stop() }()
		for day := range 7 {
			for hour := range 16 {
				if hour == 7 {
					time.Sleep(48 * time.Minute)
					w.server.set(func() { w.server.fault = status(502, "<html>bad gateway</html>") })
					time.Sleep(5 * time.Minute)
					w.server.set(func() { w.server.fault = nil })
					time.Sleep(7 * time.Minute)
				} else {
					time.Sleep(time.Hour)
				}
				for _, name := range names {
					w.token(name, TokenRequest{})
				}
			}
			if day == 3 {
				w.stop()
				w.start()
			}
			slept.Add(int64(8 * time.Hour))
			w.askAll(names)
		}
		seen := w.server.seen()
		if seen.doubles > 0 || seen.reuses > 0 {
			t.Errorf("%d double sends and %d reuses; want none", seen.doubles, seen.reuses)
		}
		if seen.together > maxInFlight {
			t.Errorf("%d refreshes at a time; want %d at the most", seen.together, maxInFlight)
		}
		if seen.calls < 20_000 || seen.calls > 24_000 {
			t.Errorf("%d requests; want three a day of each session, and few tries in vain", seen.calls)
		}
	})
}

// askAll has everybody ask at once, and waits for what they get.
func (w *world) askAll(names []string) {
	w.t.Helper()
	var asking sync.WaitGroup
	for _, name := range names {
		asking.Go(func() {
			tok, err := w.k.Token(context.Background(), name, TokenRequest{Wait: DefaultWait})
			if err != nil {
				w.t.Errorf("token %s: %v", name, err)
			} else if !w.server.valid(tok.Access.Reveal()) {
				w.t.Errorf("the token of %s that was handed out does not work", name)
			}
		})
	}
	asking.Wait()
}
