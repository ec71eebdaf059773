package session

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
)

func TestLostAnswerAtAStrictProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("hit", "other")
		lost := false
		w.server.damage = func(form url.Values) bool {
			hit := !lost && strings.HasPrefix(form.Get("refresh_token"), "hit.")
			lost = lost || hit
			return hit
		}
		w.start()
		defer w.stop()
		time.Sleep(3 * time.Minute)
		if s := w.session("hit"); s.State != SignInNeeded || s.Reason != ReasonInterrupted {
			t.Errorf("the interrupted session is %s, %s; want sign_in_needed, interrupted_rotation", s.State, s.Reason)
		}
		w.token("other", TokenRequest{})
		if w.server.seen().doubles > 0 {
			t.Errorf("%d double sends", w.server.seen().doubles)
		}
	})
}

func TestLostAnswerWithGraceIsRescued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.prov.Replay, w.prov.ReplayGrace = provider.ReplayGrace, 10*time.Second
		w.have("one")
		w.server.grace = 10 * time.Second
		n := 0
		w.server.damage = func(url.Values) bool { n++; return n == 1 }
		w.start()
		defer w.stop()
		time.Sleep(50 * time.Second)
		if s := w.session("one"); s.State != Active || s.Generation < 2 {
			t.Errorf("the session is %s of generation %d; want it renewed", s.State, s.Generation)
		}
		if len(w.server.perCall) >= 2 && w.server.perCall[1].Sub(w.server.perCall[0]) > time.Second {
			t.Errorf("the same token was sent again after %v; want at once", w.server.perCall[1].Sub(w.server.perCall[0]))
		}
		w.token("one", TokenRequest{})
	})
}

// The keeper dies between the provider's answer and the store: with a grace window the session lives on, without one
// exactly this session asks for a sign-in and says why.
func TestTROT2CrashBetweenAnswerAndStore(t *testing.T) {
	for _, grace := range []time.Duration{0, 10 * time.Minute} {
		t.Run(grace.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Minute)
				w.server.grace = grace
				w.have("one")
				w.start()
				defer func() { w.stop() }()
				w.store.set(func() { w.store.fault = &storeError{"slow"} }) // the answer never reaches it
				time.Sleep(45 * time.Second)
				if tok := w.token("one", TokenRequest{}); tok.Generation != 1 {
					t.Error("an access token was handed out whose refresh token is nowhere durable")
				}
				w.stop()
				w.store.set(func() { w.store.fault = nil })
				w.server.set(func() { w.server.families["one"].answered = 0 }) // the run before never got it stored
				w.start()
				time.Sleep(2 * time.Minute)
				s := w.session("one")
				if grace == 0 && (s.State != SignInNeeded || s.Reason != ReasonInterrupted) {
					t.Errorf("the session is %s, %s; want sign_in_needed, interrupted_rotation", s.State, s.Reason)
				}
				if grace > 0 && s.State != Active {
					t.Errorf("the session is %s, %s; want active", s.State, s.Reason)
				}
			})
		})
	}
}

func TestF10NothingIsSentThatCouldNotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		w.store.set(func() { w.store.ready = &storeError{"locked"} })
		time.Sleep(5 * time.Minute)
		if w.server.seen().calls > 0 {
			t.Errorf("%d refreshes were sent although nothing could be stored", w.server.seen().calls)
		}
		if s := w.session("one"); s.State != KeychainLocked || s.Reason != "locked" {
			t.Errorf("the session is %s, %s; want keychain_locked, locked", s.State, s.Reason)
		}
		_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: time.Second})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeKeychain {
			t.Errorf("the answer is %v; want keychain_locked", err)
		}
		w.store.set(func() { w.store.ready = nil })
		w.k.KeychainChanged(t.Context(), "ok", "")
		w.token("one", TokenRequest{Wait: DefaultWait})
	})
}

// An access token that no header can carry came with a new refresh token: that one is kept, or the session is lost.
func TestUselessAnswerKeepsItsRefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		spoilt := false
		w.server.fault = func(s *server, _ *http.Request, _ url.Values) (*http.Response, error, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if spoilt {
				return nil, nil, false
			}
			spoilt = true
			f := s.families["one"]
			f.n++
			f.answered = f.n - 1
			return answer(200, fmt.Sprintf(`{"access_token":"a\r\nb","expires_in":60,"refresh_token":"one.rt%d"}`, f.n)), nil, true
		}
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		w.token("one", TokenRequest{})
		if n := w.server.seen(); !spoilt || n.doubles+n.reuses > 0 {
			t.Errorf("after a useless answer: %+v", n)
		}
	})
}

// A replay may be taken for theft, which ends the access tokens as well: nobody gets one while it is under way.
func TestNoTokenWhileAReplayIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		w.have("one")
		lost := false
		w.server.damage = func(url.Values) bool {
			first := !lost
			lost = true
			return first
		}
		w.start()
		defer w.stop()
		time.Sleep(6 * time.Minute)
		w.server.set(func() { w.server.lag = 3 * time.Second })
		for range 300 {
			time.Sleep(300 * time.Millisecond)
			if tok, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: DefaultWait}); err == nil &&
				w.session("one").State != SignInNeeded && !w.server.valid(tok.Access.Reveal()) {
				t.Fatalf("a token was handed out that the replay had killed")
			}
		}
		if s := w.session("one"); s.Reason != ReasonInterrupted {
			t.Errorf("the session is %s, %s; want interrupted_rotation", s.State, s.Reason)
		}
	})
}

// However short a provider's tokens live, callers get one that works, and the provider is asked once a second at most.
func TestF38TokensOfSeconds(t *testing.T) {
	for _, life := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 30 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, life)
			w.have("one")
			w.start()
			defer w.stop()
			for range 60 {
				time.Sleep(time.Second)
				w.token("one", TokenRequest{Wait: DefaultWait})
			}
			if n := w.server.seen(); n.calls > 61 || n.doubles+n.reuses > 0 {
				t.Errorf("tokens of %v: the server saw %+v in a minute", life, n)
			}
		})
	}
}
