package session

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
)

// killing makes the world's provider one whose refreshes end the access tokens before, and which can be asked.
func (w *world) killing(known bool) {
	w.server.set(func() { w.server.kills = true })
	w.prov.RefreshEndsAccess = known
	w.prov.Check = provider.Check{Kind: provider.CheckUserinfo, URL: "https://fake.test/userinfo"}
}

// leadOf is how long before its end the token in hand is renewed.
func (w *world) leadOf(name string) time.Duration {
	s := w.session(name)
	return s.AccessExpiresAt.Sub(s.RenewAt)
}

// What a refresh does to the token before it is learned at the first, for all sessions of the issuer and over restarts,
// and looked at again once a day.
func TestKillingRefreshIsLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		w.killing(false)
		w.have("one", "two")
		w.start()
		defer func() { w.stop() }()
		early, late := lead(10*time.Minute, false)*9/10, lead(10*time.Minute, true)*11/10
		if got := w.leadOf("one"); got < early {
			t.Fatalf("at first the lead is %v", got)
		}
		w.refresh("one")
		for _, name := range []string{"one", "two"} {
			if got := w.leadOf(name); got > late {
				t.Errorf("%s is renewed %v before its end; want that as late as is safe", name, got)
			}
		}
		checks := w.server.seen().checks
		time.Sleep(3 * time.Hour)
		if n := w.server.seen().checks - checks; n > 0 {
			t.Errorf("%d more checks; it was learned already", n)
		}
		w.stop()
		w.start()
		for _, name := range []string{"one", "two"} {
			if got := w.leadOf(name); got > late {
				t.Errorf("after a restart %s is renewed %v before its end", name, got)
			}
		}
		w.server.set(func() { w.server.kills = false })
		time.Sleep(25 * time.Hour)
		for _, name := range []string{"one", "two"} {
			if got := w.leadOf(name); got < early {
				t.Errorf("the provider does so no more; %s is still renewed %v before its end", name, got)
			}
		}
		w.server.set(func() { w.server.kills = true })
		time.Sleep(25 * time.Hour)
		for _, name := range []string{"one", "two"} {
			if got := w.leadOf(name); got > late {
				t.Errorf("the provider does so again; %s is renewed %v before its end", name, got)
			}
		}
	})
}

// A token that was dead before the refresh proves nothing, nor does a check that refuses every token.
func TestKillingRefreshIsNotLearnedByMistake(t *testing.T) {
	for _, mistake := range []string{"dead before", "check at fault"} {
		t.Run(mistake, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 10*time.Minute)
				w.killing(false)
				w.have("one")
				w.start()
				defer w.stop()
				if mistake == "dead before" {
					w.server.set(func() { w.server.families["one"].atExpires = map[string]time.Time{} })
					w.reject(1)
				} else {
					w.server.set(func() { w.server.kills, w.server.deaf = false, true })
					w.refresh("one")
				}
				time.Sleep(time.Second)
				if s := w.session("one"); s.Generation != 2 {
					t.Fatalf("generation %d; want 2", s.Generation)
				}
				if got := w.leadOf("one"); got < lead(10*time.Minute, false)*9/10 {
					t.Errorf("the lead is %v: something was learned", got)
				}
			})
		})
	}
}

// Who holds a token that a renewal has killed hears of it at the moment when the keeper does.
func TestHoldersHearOfAKilledToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.killing(true)
		w.have("one")
		w.server.set(func() { w.server.latency, w.server.lag = 700*time.Millisecond, 0 })
		w.start()
		defer w.stop()
		_, happened := w.k.Subscribe(t.Context())
		held := w.token("one", TokenRequest{})
		for range 200 {
			time.Sleep(3 * time.Second)
			synctest.Wait()
			for open := true; open; {
				select {
				case ev := <-happened:
					if ev.Now != nil && ev.Now.Generation != held.Generation {
						held = w.token("one", TokenRequest{})
					}
				default:
					open = false
				}
			}
			if !w.server.valid(held.Access.Reveal()) {
				t.Fatalf("a holder was not told that generation %d is dead", held.Generation)
			}
		}
		if held.Generation < 10 {
			t.Errorf("held generation %d at the end", held.Generation)
		}
	})
}

// Whatever happens at once, nobody is handed a token that a refresh has killed once its answer was read, nor one that
// it is about to kill.
func TestNoKilledTokenIsHandedOut(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { killingWeather(t, rand.New(rand.NewPCG(seed, 9))) })
		})
	}
}

// killingWeather has many callers ask while the timer, demands, rejections and faults of server and store go on.
func killingWeather(t *testing.T, r *rand.Rand) {
	t.Helper()
	w := newWorld(t, time.Minute)
	w.killing(r.IntN(2) == 0)
	w.have("one")
	var mu sync.Mutex
	luck := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return r.IntN(n)
	}
	w.server.fault = func(s *server, _ *http.Request, _ url.Values) (*http.Response, error, bool) {
		switch luck(8) {
		case 0:
			return answer(503, "busy"), nil, true
		case 1:
			return nil, io.ErrUnexpectedEOF, true // before it acted
		}
		s.set(func() {
			s.latency, s.lag = time.Duration(luck(2000))*time.Millisecond, time.Duration(luck(1500))*time.Millisecond
		})
		return nil, nil, false
	}
	w.start()
	defer w.stop()
	if !w.prov.RefreshEndsAccess { // as a refresh before now has shown
		if err := w.k.call(t.Context(), func() { w.k.learned(w.k.entries["one"], true) }); err != nil {
			t.Fatal(err)
		}
	}
	var callers sync.WaitGroup
	for i := range 6 {
		callers.Go(func() {
			for range 60 {
				time.Sleep(time.Duration(luck(4000)) * time.Millisecond)
				switch luck(12) {
				case 0:
					_, _ = w.k.Refresh(t.Context(), "one", time.Second)
				case 1:
					w.reject(w.session("one").Generation)
				case 2:
					w.store.set(func() { w.store.fault = &storeError{"slow"} })
					time.Sleep(time.Duration(luck(20)) * time.Second)
					w.store.set(func() { w.store.fault = nil })
				case 3:
					w.k.Woke(t.Context(), "network", 0)
				default:
					tok, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: time.Minute, Force: luck(20) == 0})
					if err == nil && !w.server.valid(tok.Access.Reveal()) {
						t.Errorf("caller %d got a dead token of generation %d", i, tok.Generation)
					}
				}
			}
		})
	}
	callers.Wait()
	if n := w.server.seen(); n.calls < 3 || n.doubles+n.reuses > 0 {
		t.Errorf("the server saw %+v", n)
	}
}
