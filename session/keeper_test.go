package session

import (
	"io"
	"net/http"
	"net/url"
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

// slowly answers a refresh after so long, and has taken the refresh token when it begins. An answer that nobody waits for
// any more is lost.
func slowly(wait time.Duration) func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
	return func(s *server, req *http.Request, form url.Values) (*http.Response, error, bool) {
		s.mu.Lock()
		res, err := s.refresh(form, form.Get("refresh_token"))
		s.mu.Unlock()
		select {
		case <-time.After(wait):
			return res, err, true
		case <-req.Context().Done():
			return nil, io.ErrUnexpectedEOF, true
		}
	}
}

// A keeper that is told to end in the middle of a renewal waits for its answer and keeps that, at a provider that takes no
// refresh token twice; also where the keychain is away at that moment.
func TestF35StopDuringARenewal(t *testing.T) {
	for name, away := range map[string]bool{"all is well": false, "the keychain is away for a moment": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Minute)
				w.have("one")
				w.start()
				w.server.set(func() { w.server.fault = slowly(3 * time.Second) })
				w.k.post(func() { w.k.entries["one"].demanded = true; w.k.changed(w.k.entries["one"]) })
				time.Sleep(time.Second)
				if away {
					w.store.set(func() { w.store.fault = &storeError{"slow"} })
					time.AfterFunc(3*time.Second, func() { w.store.set(func() { w.store.fault = nil }) })
				}
				w.stop()
				w.server.set(func() { w.server.fault = nil })
				w.start()
				defer w.stop()
				w.token("one", TokenRequest{Wait: DefaultWait})
				if s := w.session("one"); s.State != Active || s.Generation != 2 {
					t.Errorf("the session is %s, %s, generation %d", s.State, s.Reason, s.Generation)
				}
				time.Sleep(time.Minute)
				w.token("one", TokenRequest{Wait: DefaultWait})
				if n := w.server.seen(); n.doubles+n.reuses > 0 {
					t.Errorf("the server saw %+v", n)
				}
			})
		})
	}
}

// A provider that does not answer keeps the keeper from ending for 5 s, and no longer.
func TestF35StopAtAProviderThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		w.server.set(func() { w.server.fault = slowly(time.Hour) })
		w.k.post(func() { w.k.entries["one"].demanded = true; w.k.changed(w.k.entries["one"]) })
		time.Sleep(time.Second)
		began := time.Now()
		w.stop()
		if took := time.Since(began); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("it took %v to end; want 5s", took)
		}
	})
}
