package session

import (
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// dated makes the world's provider tell the time, ahead of the machine's clock.
func dated(w *world) (ahead *atomic.Int64) {
	ahead = new(atomic.Int64)
	w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
		at := s.wall().Add(time.Duration(ahead.Load())).UTC()
		s.mu.Lock()
		defer s.mu.Unlock()
		res, err := s.refresh(form, form.Get("refresh_token"))
		res.Header.Set("Date", at.Format(http.TimeFormat))
		return res, err, true
	}
	return ahead
}

// TestWrongClockIsTold: once, by how much, until it is right again; and no deadline moves for it.
func TestWrongClockIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		ahead := dated(w)
		w.have("work")
		w.start()
		defer w.stop()
		if c := w.k.Clock(); c != (Clock{State: "unknown"}) {
			t.Errorf("before anybody told the time the clock is %+v", c)
		}
		renew := func() Session {
			t.Helper()
			before := w.session("work").Generation
			s, err := w.k.Refresh(t.Context(), "work", time.Minute)
			if err != nil || s.Generation != before+1 {
				t.Fatalf("renewing: generation %d after %d, %v", s.Generation, before, err)
			}
			synctest.Wait()
			time.Sleep(2 * time.Minute) // the floor under demands
			return s
		}
		told := func() int {
			n := 0
			for _, notice := range w.screen.told() {
				if notice.Key == keyClock {
					n++
				}
			}
			return n
		}
		for i, step := range []struct {
			ahead time.Duration // of the provider's
			state string
			told  int
		}{
			{0, "ok", 0},
			{time.Hour, "wrong", 1},
			{time.Hour, "wrong", 1},
			{10 * time.Second, "ok", 1},
			{-time.Hour, "wrong", 2},
			{0, "ok", 2},
		} {
			ahead.Store(int64(step.ahead))
			at := time.Now()
			s := renew()
			c := w.k.Clock()
			if c.State != step.state || (c.Skew+step.ahead).Abs() > 2*time.Second || c.Seen != "fake.test" {
				t.Errorf("step %d: the clock is %+v", i, c)
			}
			if n := told(); n != step.told {
				t.Errorf("step %d: told %d times; want %d", i, n, step.told)
			}
			if _, showing := w.screen.showing(keyClock); showing != (step.state == "wrong") {
				t.Errorf("step %d: the notice is on the screen: %t", i, showing)
			}
			if life := s.AccessExpiresAt.Sub(at); life > time.Hour+time.Second || life < 59*time.Minute {
				t.Errorf("step %d: the token lives %v", i, life)
			}
		}
	})
}

func TestClockNotice(t *testing.T) {
	behind := clockNotice(Clock{State: "wrong", Skew: -65 * time.Minute, Seen: "as.example"})
	before := clockNotice(Clock{State: "wrong", Skew: 5 * time.Minute, Seen: "as.example"})
	if behind.Key != keyClock || behind.Title == "" || behind.Body == before.Body {
		t.Errorf("behind says %+v; ahead says %+v", behind, before)
	}
}
