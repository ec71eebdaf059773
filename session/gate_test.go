package session

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A thousand callers come at the moment of expiry: one refresh serves them all, or its failure does. Who gives up
// costs the others nothing.
func TestF39CallersAtExpiryShareOneRefresh(t *testing.T) {
	for name, down := range map[string]bool{"it brings a token": false, "it fails": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Minute)
				w.have("one")
				time.Sleep(2 * time.Minute) // the token is long spent when the keeper starts
				w.server.set(func() { w.server.latency = 300 * time.Millisecond })
				if down {
					w.server.set(func() { w.server.fault = status(400, `{"error":"invalid_grant"}`) })
				}
				w.start()
				defer w.stop()
				ctx, giveUp := context.WithCancel(context.Background())
				time.AfterFunc(100*time.Millisecond, giveUp)
				var wg sync.WaitGroup
				for n := range 1000 {
					wg.Go(func() {
						if n%10 == 0 {
							if _, err := w.k.Token(ctx, "one", TokenRequest{Wait: DefaultWait}); !errors.Is(err, context.Canceled) {
								t.Errorf("who gave up got %v", err)
							}
							return
						}
						tok, err := w.k.Token(context.Background(), "one", TokenRequest{Wait: DefaultWait})
						switch e, _ := errors.AsType[*Error](err); {
						case down && (e == nil || e.Code != CodeSignIn):
							t.Errorf("got %v; want to hear that a sign-in is needed", err)
						case !down && err != nil:
							t.Error(err)
						case !down && !w.server.valid(tok.Access.Reveal()):
							t.Error("handed out a token that does not work")
						}
					})
				}
				wg.Wait()
				if n := w.server.seen().calls; n != 1 {
					t.Errorf("1,000 callers caused %d refreshes; want 1", n)
				}
			})
		})
	}
}

// A hundred callers ask without end, some of them for a new token: the server sees each refresh token once.
func TestTROT3HundredCallersSendEachRefreshTokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 9*time.Second)
		w.have("one")
		w.start()
		defer w.stop()
		var wg sync.WaitGroup
		for n := range 100 {
			wg.Go(func() {
				for range 200 {
					tok, err := w.k.Token(context.Background(), "one", TokenRequest{Wait: DefaultWait, Force: n%10 == 0})
					if err != nil || !w.server.valid(tok.Access.Reveal()) {
						t.Errorf("got a token that does not work, or %v", err)
					}
					time.Sleep(time.Duration(1+n) * 10 * time.Millisecond)
				}
			})
		}
		wg.Wait()
		seen := w.server.seen()
		if generation := w.session("one").Generation; seen.doubles > 0 || seen.reuses > 0 || uint64(seen.calls) != generation-1 {
			t.Errorf("%d double sends, %d reuses and %d refreshes up to generation %d; want each refresh token sent once",
				seen.doubles, seen.reuses, seen.calls, generation)
		}
	})
}

func TestF18WaitingCallersPaceThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.server.set(func() { w.server.fault = status(502, "<html>bad gateway</html>") })
		w.start()
		defer w.stop()
		time.Sleep(30 * time.Minute) // the backoff is at its longest
		w.server.set(func() { w.server.count = tally{} })
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: 10 * time.Second}); err == nil {
					t.Error("got a token of a provider that is down")
				}
			})
		}
		wg.Wait()
		if n := w.server.seen().calls; n < 8 || n > 11 {
			t.Errorf("20 callers that wait 10 s caused %d tries; want one a second", n)
		}
		w.server.set(func() { w.server.count = tally{}; w.server.fault = status(429, "slow", "Retry-After", "600") })
		time.Sleep(6 * time.Minute) // the timer meets the 429
		w.server.set(func() { w.server.count = tally{} })
		_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: 10 * time.Second})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeUnavailable || time.Until(e.RetryAt) < time.Minute {
			t.Errorf("under Retry-After the answer is %v; want unavailable for some minutes", err)
		}
		if w.server.seen().calls > 0 {
			t.Errorf("Retry-After was not honoured: %d calls", w.server.seen().calls)
		}
	})
}

func TestFloorUnderDemands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		defer w.stop()
		first := w.token("one", TokenRequest{Force: true, Wait: DefaultWait})
		if first.Generation != 2 || w.server.seen().calls != 1 {
			t.Fatalf("a forced token has generation %d after %d calls; want 2 after 1", first.Generation, w.server.seen().calls)
		}
		for range 100 {
			time.Sleep(100 * time.Millisecond)
			w.token("one", TokenRequest{Force: true, Wait: DefaultWait})
			w.token("one", TokenRequest{MinTTL: 59 * time.Minute, Wait: DefaultWait})
			if _, err := w.k.Reject(t.Context(), "one", 2); err != nil {
				t.Fatal(err)
			}
		}
		if w.server.seen().calls != 1 {
			t.Errorf("%d refreshes on demand within 10 s; want 1", w.server.seen().calls)
		}
		time.Sleep(maxFloor)
		if _, err := w.k.Reject(t.Context(), "one", 1); err != nil { // an old generation
			t.Fatal(err)
		}
		synctest.Wait()
		if w.server.seen().calls != 1 {
			t.Error("rejecting an old generation caused a refresh")
		}
		if _, err := w.k.Reject(t.Context(), "one", 2); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if w.server.seen().calls != 2 {
			t.Errorf("%d refreshes after the token in hand was rejected; want 2", w.server.seen().calls)
		}
		time.Sleep(40 * time.Minute) // less than half of the hour is left
		if tok := w.token("one", TokenRequest{MinTTL: time.Hour, Wait: DefaultWait}); time.Until(tok.ExpiresAt) < 59*time.Minute {
			t.Errorf("asked for as much as there can be, got %v", time.Until(tok.ExpiresAt))
		}
	})
}

// BenchmarkToken passes straight through.
func BenchmarkToken(b *testing.B) {
	for name, r := range map[string]TokenRequest{"access": {}, "min_ttl": {MinTTL: time.Minute}} {
		b.Run(name, func(b *testing.B) {
			now := time.Now().Round(0)
			g := (&grant{
				generation: 1, access: newSecret("at"), id: newSecret("id"), issuedAt: now, expiresAt: now.Add(24 * time.Hour),
			}).watch(now)
			e := &entry{g: g}
			e.pub.Store(&published{grant: g, serve: true})
			k := &Keeper{wall: time.Now}
			k.view.Store("one", e)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := k.Token(b.Context(), "one", r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Who comes while the keeper stops, or after that, hears so at once.
func TestNobodyWaitsForAKeeperThatStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		time.Sleep(2 * time.Minute)
		w.server.set(func() { w.server.latency = 3 * time.Second })
		w.start()
		e := w.k.entries["one"]
		admitted := &waiter{reply: make(chan reply, 1), until: time.Now().Add(time.Hour)}
		go w.stop()
		synctest.Wait() // it waits for the renewal under way
		w.k.post(func() { w.k.admit(e, admitted) })
		for what, caller := range map[string]*waiter{"came late": admitted, "never came in": {reply: make(chan reply, 1)}} {
			begun := time.Now()
			r := w.k.replied(caller)
			if r.err == nil || time.Since(begun) > drainTime {
				t.Errorf("who %s heard %v after %v", what, r.err, time.Since(begun))
			}
		}
	})
}

// From Stop on nobody waits, a renewal under way has its 5 s, and who is in the middle of something can finish it; both
// at the same time.
func TestStopBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one", "two")
		time.Sleep(2 * time.Minute)
		w.server.set(func() { w.server.latency = time.Hour })
		w.start()
		heard := make(chan error, 1)
		go func() {
			_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: time.Hour})
			heard <- err
		}()
		synctest.Wait()
		w.k.Stop()
		w.k.Stop()
		synctest.Wait()
		select {
		case err := <-heard:
			if e, ok := errors.AsType[*Error](err); !ok || e.Detail != words().stopping {
				t.Errorf("who waits hears %v", err)
			}
		default:
			t.Error("who waits hears nothing")
		}
		began := time.Now()
		time.Sleep(2 * time.Second)
		if !w.k.post(func() {}) {
			t.Error("the loop ended before it was told to")
		}
		w.stop()
		if took := time.Since(began); took != drainTime {
			t.Errorf("it stopped %v after Stop; want %v", took, drainTime)
		}
	})
}
