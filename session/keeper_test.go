package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
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

func TestCallersShareOneRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		time.Sleep(2 * time.Minute) // the token is long spent when the keeper starts
		w.server.set(func() { w.server.latency = 300 * time.Millisecond })
		w.start()
		defer w.stop()
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				tok, err := w.k.Token(context.Background(), "one", TokenRequest{Wait: DefaultWait})
				if err != nil {
					t.Error(err)
				} else if !w.server.valid(tok.Access.Reveal()) {
					t.Error("handed out a token that does not work")
				}
			})
		}
		wg.Wait()
		if w.server.seen().calls != 1 {
			t.Errorf("1,000 callers caused %d refreshes; want 1", w.server.seen().calls)
		}
	})
}

func TestOutageIsToldOnceAndCured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		_, events := w.k.Subscribe(t.Context())
		w.server.set(func() { w.server.fault = status(503, "busy") })
		time.Sleep(7*time.Minute + 30*time.Second)
		if s := w.session("one"); s.State != Retrying || s.NextTryAt.IsZero() || s.LastError == nil || s.LastError.HTTPStatus != 503 {
			t.Fatalf("while the provider fails the session is %+v", s)
		}
		w.token("one", TokenRequest{}) // still valid
		if _, ok := w.screen.showing("outage/https://fake.test/token"); ok {
			t.Error("an outage was told before half of the token's time")
		}
		time.Sleep(time.Minute + 40*time.Second)
		n, ok := w.screen.showing("outage/https://fake.test/token")
		if !ok || len(n.Actions) > 0 {
			t.Errorf("the outage notice is %+v (shown: %v); want one without buttons", n, ok)
		}
		time.Sleep(3 * time.Minute)
		_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: 2 * time.Second})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeUnavailable || e.RetryAt.IsZero() {
			t.Errorf("with a spent token the answer is %v; want unavailable and when to try again", err)
		}
		w.server.set(func() { w.server.fault = nil })
		time.Sleep(maxBackoff + time.Second)
		w.token("one", TokenRequest{})
		if s := w.session("one"); s.State != Active {
			t.Errorf("after the outage the session is %s; want active", s.State)
		}
		if _, ok := w.screen.showing("outage/https://fake.test/token"); ok {
			t.Error("the outage notice is still there")
		}
		if got := kinds(events, EventWarning); got != "outage" {
			t.Errorf("warnings %q; want one outage", got)
		}
		if tabs := w.screen.tabs(); tabs > 0 {
			t.Errorf("an outage opened %d pages", tabs)
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

func TestOneProbeForAllSessionsOfAnIssuer(t *testing.T) {
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

func TestWaitingCallersPaceThemselves(t *testing.T) {
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
func TestCrashBetweenAnswerAndStore(t *testing.T) {
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

func TestNothingIsSentThatCouldNotBeKept(t *testing.T) {
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

func TestKeychainLockedAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.store.set(func() { w.store.fault = &storeError{"locked"} })
		w.start()
		defer w.stop()
		w.k.KeychainChanged(t.Context(), "locked", "locked")
		time.Sleep(time.Minute)
		s := w.session("one")
		if s.State != KeychainLocked || s.Account.Sub != "one-sub" || s.AccessExpiresAt.IsZero() {
			t.Errorf("while the keychain is locked the session is %+v", s)
		}
		if len(w.screen.told()) > 0 {
			t.Errorf("a locked keychain after log-in is not waited for quietly: %v", w.screen.told()[0].Title)
		}
		w.store.set(func() { w.store.fault = nil })
		w.k.KeychainChanged(t.Context(), "ok", "")
		w.token("one", TokenRequest{Wait: time.Second})
		if w.server.seen().calls > 0 {
			t.Error("a stored token that is valid was renewed early")
		}
	})
}

func TestWarningOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.server.endIn = 20 * time.Minute
		w.have("one")
		end := w.wall().Add(w.server.endIn)
		w.start()
		time.Sleep(10 * time.Minute)
		w.stop() // also over a restart
		w.start()
		defer func() { w.stop() }()
		_, events := w.k.Subscribe(t.Context())
		time.Sleep(6 * time.Minute)
		var warned []shownNotice
		for _, n := range w.screen.told() {
			if n.Key == "session/one" {
				warned = append(warned, n)
			}
		}
		if len(warned) != 1 {
			t.Fatalf("%d warnings; want one", len(warned))
		}
		if late := warned[0].at.Sub(end.Add(-5 * time.Minute)); late.Abs() > 2*time.Second {
			t.Errorf("warned %v after the mark; want within the second that the provider rounds to", late)
		}
		if len(warned[0].Actions) != 2 || !strings.Contains(warned[0].Title, "5 min") {
			t.Errorf("the notice is %+v", warned[0].Notice)
		}
		if s := w.session("one"); s.State != Expiring {
			t.Errorf("the session is %s; want expiring", s.State)
		}
		w.stop()
		w.start()
		time.Sleep(2 * time.Minute)
		if got := kinds(events, EventWarning); got != "end" {
			t.Errorf("warnings %q; want one for this deadline, also over a restart", got)
		}
		time.Sleep(4 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded || s.Reason != ReasonExpired {
			t.Errorf("after its end the session is %s, %s; want sign_in_needed, expired", s.State, s.Reason)
		}
	})
}

func TestIdleLimitIsNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.server.endIn, w.server.sliding = 10*time.Minute, true
		w.have("one")
		w.start()
		defer w.stop()
		time.Sleep(3 * time.Hour)
		if n := len(w.screen.told()); n > 0 {
			t.Errorf("%d notices about a session that renewal keeps alive: %q", n, w.screen.told()[0].Title)
		}
		if s := w.session("one"); s.State != Active {
			t.Errorf("the session is %s; want active", s.State)
		}
	})
}

func TestRevocationIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		w.server.revoke("one")
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded {
			t.Errorf("the session is %s; want sign_in_needed", s.State)
		}
		if w.server.seen().calls != 1 {
			t.Errorf("a refused token was sent %d times", w.server.seen().calls)
		}
		if n := w.screen.told(); len(n) != 1 || len(n[0].Actions) != 2 {
			t.Errorf("notices %+v; want one, with a button to sign in again", n)
		}
		w.stop()
		w.start()
		time.Sleep(time.Minute)
		w.stop()
		if w.server.seen().calls != 1 {
			t.Error("a refused token was sent again after a restart")
		}
		if _, ok := w.store.data["id-one"]; !ok {
			t.Error("a refused refresh token was deleted; want it kept")
		}
	})
}

func TestFiftyRevokedAtOnceAreOneNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		var names []string
		for i := range 50 {
			names = append(names, fmt.Sprintf("s%02d", i))
		}
		w.have(names...)
		w.start()
		defer w.stop()
		for _, name := range names {
			w.server.revoke(name)
		}
		time.Sleep(3 * time.Minute)
		group, ok := w.screen.showing(keyGroup)
		if !ok || !strings.Contains(group.Title, "50 sessions") {
			t.Errorf("the grouped notice is %+v (shown: %v); want one about 50 sessions", group, ok)
		}
		if n := w.screen.standing(); n > 4 {
			t.Errorf("%d notices are on the screen; want the grouped one and at most those that came before it", n)
		}
	})
}

func TestPauseAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		if s, err := w.k.Pause(t.Context(), "one"); err != nil || s.State != Paused {
			t.Fatalf("paused: %s, %v", s.State, err)
		}
		time.Sleep(10 * time.Minute)
		if w.server.seen().calls > 0 {
			t.Errorf("a paused session was refreshed %d times", w.server.seen().calls)
		}
		_, err := w.k.Token(t.Context(), "one", TokenRequest{})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodePaused {
			t.Errorf("the answer is %v; want paused", err)
		}
		if s, err := w.k.Resume(t.Context(), "one"); err != nil || s.State == Paused {
			t.Fatalf("resumed: %s, %v", s.State, err)
		}
		w.token("one", TokenRequest{Wait: DefaultWait})
	})
}

func TestLogoutRevokesAndForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one", "gone")
		w.start()
		defer w.stop()
		out, err := w.k.Logout(t.Context(), "one", false)
		if err != nil || out.Remote != "revoked" || out.Session.State != SignedOut {
			t.Fatalf("signed out: %+v, %v", out, err)
		}
		if !w.server.families["one"].revoked {
			t.Error("the grant was not revoked at the provider")
		}
		w.server.set(func() {
			w.server.fault = func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
				return nil, errors.New("no route to host"), true
			}
		})
		out, err = w.k.Logout(t.Context(), "gone", false)
		if err != nil || out.Remote != "unreachable" || out.Detail == "" {
			t.Errorf("signed out without a provider: %+v, %v", out, err)
		}
		if len(w.store.data) > 0 {
			t.Errorf("%d records are left in the store", len(w.store.data))
		}
	})
}

func TestRemoveLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		if err := w.k.Remove(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.k.Session("one"); err == nil {
			t.Error("a removed session is still there")
		}
		w.stop()
		if left, _ := os.ReadDir(w.dir + "/state/sessions"); len(left) > 0 || len(w.store.data) > 0 {
			t.Errorf("left behind: %v and %d records", left, len(w.store.data))
		}
	})
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
