package session

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
)

// wrongClock is a wall clock beside the right one, which is the bubble's and the provider's.
type wrongClock struct {
	mu   sync.Mutex
	off  time.Duration
	wall func() time.Time
}

// misset gives the world's machine a clock of its own. The provider's stays right.
func misset(w *world) *wrongClock {
	c := &wrongClock{}
	c.wall = func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return time.Now().Add(c.off)
	}
	w.wall = c.wall
	w.server.wall = time.Now
	return c
}

// set puts the clock off by so much from the right time.
func (c *wrongClock) set(off time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = off
}

// ahead lets time go by.
func (c *wrongClock) ahead(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += by
}

const wrongYear = 365 * 24 * time.Hour

// wrongs are how far clocks are found to go wrong.
func wrongs() []time.Duration {
	return []time.Duration{
		90 * time.Second, 20 * time.Minute, 3 * time.Hour, 30 * time.Hour, 10 * wrongYear,
		-90 * time.Second, -20 * time.Minute, -3 * time.Hour, -30 * time.Hour, -10 * wrongYear,
	}
}

// outlives goes on for so long and asks for a token every ten seconds: each must work at that moment.
func (w *world) outlives(d time.Duration, names ...string) {
	w.t.Helper()
	for range d / (10 * time.Second) {
		time.Sleep(10 * time.Second)
		for _, name := range names {
			w.token(name, TokenRequest{Wait: DefaultWait})
		}
	}
}

// calm fails where the provider has seen more than a keeper with a right clock sends, and some for each time that the
// clock was set.
func (w *world) calm(when string, sessions, most int) {
	w.t.Helper()
	seen := w.server.seen()
	if seen.doubles+seen.reuses > 0 || seen.together > maxInFlight || seen.calls > most {
		w.t.Errorf("%s: %d sessions made %d refreshes, %d at a time, %d twice, %d reused; want at most %d, %d at a time",
			when, sessions, seen.calls, seen.together, seen.doubles, seen.reuses, most, maxInFlight)
	}
}

// names are those of many sessions.
func manyNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("s%03d", i)
	}
	return names
}

// TestF11ClockJumpsForward: sessions live on, no token is handed out dead, and the provider sees no burst, also when the
// clock is put right again.
func TestF11ClockJumpsForward(t *testing.T) {
	for _, off := range wrongs() {
		if off < 0 {
			continue
		}
		t.Run(off.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				clock := misset(w)
				w.set.WarnBefore = config.Duration(5 * time.Minute)
				names := manyNames(20)
				w.have(names...)
				w.edit(names[0], func(def *config.Session) { def.MaxAge = config.Duration(48 * time.Hour) })
				w.start()
				defer w.stop()
				w.outlives(10*time.Minute, names...)
				clock.set(off)
				w.outlives(2*time.Minute, names[1:]...)
				if s := w.session(names[0]); off > wrongYear && (s.State != SignInNeeded || s.Reason != ReasonExpired) {
					t.Errorf("by a clock years ahead a session of two days is %s, %s", s.State, s.Reason)
				}
				clock.set(0)
				w.outlives(2*time.Hour, names...)
				// One when it jumps, one when it is put back, three in two hours.
				w.calm("after two hours", len(names), 6*len(names))
				for _, name := range names {
					if s := w.session(name); s.State != Active || s.AccessExpiresAt.After(time.Now().Add(time.Hour+time.Second)) {
						t.Errorf("%s is %s, %s; its token ends at %v", name, s.State, s.Reason, s.AccessExpiresAt)
					}
				}
			})
		})
	}
}

// TestF12ClockJumpsBack: no token lives longer for it, in the keeper's hands or in those who were told its end.
func TestF12ClockJumpsBack(t *testing.T) {
	for _, off := range wrongs() {
		if off > 0 {
			continue
		}
		t.Run(off.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				clock := misset(w)
				names := manyNames(20)
				w.have(names...)
				w.start()
				defer func() { w.stop() }()
				w.outlives(15*time.Minute, names...)
				clock.set(off)
				time.Sleep(time.Minute)
				for _, name := range names {
					tok := w.token(name, TokenRequest{})
					if left := tok.ExpiresAt.Sub(clock.wall()); left > 44*time.Minute+time.Second && tok.Generation == 1 {
						t.Fatalf("by the clock that was put back the token lives %v longer; want 44 minutes", left)
					}
				}
				w.stop()
				w.start()
				w.outlives(2*time.Hour, names...)
				w.calm("after two hours", len(names), 5*len(names))
				clock.set(0)
				w.outlives(time.Hour, names...)
				for _, name := range names {
					if s := w.session(name); s.State != Active {
						t.Errorf("%s is %s, %s", name, s.State, s.Reason)
					}
				}
			})
		})
	}
}

// A clock that is put back by less than a token's age hides nothing of that age, also over a restart.
func TestF12ClockPutBackWithinATokensLife(t *testing.T) {
	for _, restart := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, time.Hour)
			clock := misset(w)
			w.have("one")
			w.start()
			defer func() { w.stop() }()
			w.outlives(40*time.Minute, "one")
			clock.set(-30 * time.Minute)
			w.outlives(time.Minute, "one")
			if restart {
				w.stop()
				w.start()
			}
			w.outlives(time.Hour, "one")
			if s := w.session("one"); s.State != Active {
				t.Errorf("restarted %t: %s, %s", restart, s.State, s.Reason)
			}
		})
	}
}

// A token has no more time left than has gone by since it was given, whatever a clock says that was put back a moment ago.
func TestF12TokenInHandEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Round(0)
		g := (&grant{
			access: newSecret("a"), issuedAt: now, expiresAt: now.Add(time.Hour),
			id: newSecret("i"), idEndsAt: now.Add(time.Minute), idLife: time.Minute,
		}).watch(now)
		for _, step := range []struct {
			after      time.Duration
			access, id bool
		}{{50 * time.Second, true, true}, {time.Minute, true, false}, {time.Hour, false, false}} {
			time.Sleep(step.after)
			if access, id := g.good(now, false), g.good(now, true); access != step.access || id != step.id {
				t.Errorf("%v on: access token good %t, ID token good %t; want %t, %t", step.after, access, id, step.access, step.id)
			}
		}
	})
}

// A clock that is wrong when the keeper starts, and is put right later, ends no session.
func TestF12ClockWrongAtStart(t *testing.T) {
	for _, off := range wrongs() {
		t.Run(off.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				clock := misset(w)
				names := manyNames(20)
				w.have(names...)
				clock.set(off)
				w.start()
				defer func() { w.stop() }()
				w.outlives(90*time.Minute, names...)
				clock.set(0)
				w.outlives(30*time.Minute, names...)
				w.stop()
				w.start()
				w.outlives(time.Hour, names...)
				// One at the start, one when it is put right, one after the restart where it was, three in three hours.
				w.calm("after three hours", len(names), 6*len(names))
				for _, name := range names {
					if s := w.session(name); s.State != Active || s.SignedInAt.After(clock.wall()) {
						t.Errorf("%s is %s, %s, signed in at %v", name, s.State, s.Reason, s.SignedInAt)
					}
				}
			})
		})
	}
}

// TestF13SuspendAndResume: after sleep, during which no timer ran, no token is handed out that ended meanwhile, and what
// is due is renewed a few at a time.
func TestF13SuspendAndResume(t *testing.T) {
	for _, slept := range []time.Duration{40 * time.Second, 30 * time.Minute, 8 * time.Hour, 60 * 24 * time.Hour} {
		t.Run(slept.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				clock := misset(w)
				w.server.wall = clock.wall // time goes on for the provider
				names := manyNames(100)
				w.have(names...)
				w.start()
				defer w.stop()
				w.outlives(10*time.Minute, names...)
				before := w.server.seen().calls
				clock.set(slept)
				for _, name := range names { // the first to ask is nobody's timer
					w.token(name, TokenRequest{Wait: DefaultWait})
				}
				w.outlives(time.Minute, names...)
				want := 0
				if slept > 40*time.Minute {
					want = len(names)
				}
				if got := w.server.seen().calls - before; got > want {
					t.Errorf("after %v of sleep %d refreshes; want %d", slept, got, want)
				}
				w.outlives(time.Hour, names...)
				w.calm("an hour later", len(names), 4*len(names))
			})
		})
	}
}
