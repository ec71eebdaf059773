package session

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// An hour of tokens that live nine seconds: every one that is handed out works at that moment, no refresh token is sent
// twice, and nobody ever waits for a renewal that came too late.
func TestShortTokensForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 9*time.Second)
		w.have("one", "two")
		w.start()
		defer w.stop()
		for range 3600 * 2 {
			time.Sleep(500 * time.Millisecond)
			for _, name := range []string{"one", "two"} {
				w.token(name, TokenRequest{})
			}
		}
		if w.server.seen().doubles > 0 || w.server.seen().reuses > 0 {
			t.Errorf("%d double sends and %d reuses; want none", w.server.seen().doubles, w.server.seen().reuses)
		}
		if n := w.server.seen().calls; n < 1000 || n > 1500 {
			t.Errorf("%d refreshes in an hour of two sessions; want about 1,200", n)
		}
	})
}

// kinds lists what has come on events, of one type.
func kinds(events <-chan Event, typ string) string {
	var all []string
	for {
		select {
		case ev := <-events:
			if ev.Type == typ {
				all = append(all, ev.Kind)
			}
		default:
			return strings.Join(all, " ")
		}
	}
}

func TestProofOfLifeSeesARevocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8*time.Hour)
		w.set.CheckEvery = config.Duration(5 * time.Minute)
		w.prov.Check = provider.Check{Kind: provider.CheckUserinfo, URL: "https://fake.test/userinfo"}
		w.have("one")
		w.start()
		defer w.stop()
		time.Sleep(time.Hour)
		if w.server.seen().checks < 9 || w.server.seen().checks > 16 || w.server.seen().calls > 0 {
			t.Errorf("%d checks and %d refreshes in an hour; want about 12 and none", w.server.seen().checks, w.server.seen().calls)
		}
		w.server.revoke("one")
		time.Sleep(6 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded || !s.UsableUntil.IsZero() {
			t.Errorf("six minutes after a revocation the session is %s, usable until %v", s.State, s.UsableUntil)
		}
		if _, err := w.k.Token(t.Context(), "one", TokenRequest{}); err == nil {
			t.Error("a token that is known to be revoked was handed out")
		}
	})
}

func TestWallClockPutForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		var ahead time.Duration
		var mu sync.Mutex
		w.wall = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return time.Now().Add(ahead)
		}
		w.have("one")
		w.start()
		defer w.stop()
		time.Sleep(time.Minute)
		mu.Lock()
		ahead = 8 * time.Hour // the machine slept; no timer noticed
		mu.Unlock()
		w.token("one", TokenRequest{Wait: DefaultWait})
		mu.Lock()
		ahead = -48 * time.Hour
		mu.Unlock()
		time.Sleep(2 * time.Hour)
		w.token("one", TokenRequest{Wait: DefaultWait})
	})
}
