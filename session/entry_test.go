package session

import (
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
)

// Only an end that renewals do not move is told as one.
func TestEndIsFirm(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name   string
		set    func(w *world)
		maxAge time.Duration
		want   bool
	}{
		{name: "idle limit", set: func(w *world) { w.prov.RefreshIdle = 183 * day }},
		{name: "idle limit before max_age", set: func(w *world) { w.prov.RefreshIdle = 3 * day }, maxAge: 30 * day},
		{name: "announced, moved by use", set: func(w *world) { w.server.endIn, w.server.sliding = day, true }},
		{name: "announced", set: func(w *world) { w.server.endIn = day }, want: true},
		{name: "absolute limit", set: func(w *world) { w.prov.RefreshAbsolute = 3 * day }, want: true},
		{name: "max_age", set: func(*world) {}, maxAge: 3 * day, want: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				c.set(w)
				w.have("one")
				w.edit("one", func(def *config.Session) { def.MaxAge = config.Duration(c.maxAge) })
				w.start()
				defer w.stop()
				time.Sleep(2 * time.Hour)
				if s := w.session("one"); s.EndsAt.IsZero() || s.EndsFirm != c.want {
					t.Errorf("ends at %v, firm: %v; want an end, firm: %v", s.EndsAt, s.EndsFirm, c.want)
				}
				if n := len(w.screen.told()); n > 0 {
					t.Errorf("%d notices; want none", n)
				}
			})
		})
	}
}

// An idle limit becomes an end when renewal fails for so long that it is announced.
func TestIdleLimitThatComesNear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.prov.RefreshIdle = 48 * time.Hour
		w.have("one")
		w.start()
		defer w.stop()
		w.server.set(func() { w.server.fault = status(503, "x") })
		time.Sleep(4 * time.Hour)
		if s := w.session("one"); s.State != Retrying || s.EndsFirm {
			t.Errorf("the session is %s, its end firm: %v; want retrying and not firm", s.State, s.EndsFirm)
		}
		time.Sleep(24 * time.Hour)
		if s := w.session("one"); !s.EndsFirm {
			t.Errorf("the end at %v is not firm; want it told a day before", s.EndsAt)
		}
		w.server.set(func() { w.server.fault = nil })
		time.Sleep(time.Hour)
		if s := w.session("one"); s.State != Active || s.EndsFirm {
			t.Errorf("the session is %s, its end firm: %v; want active and not firm", s.State, s.EndsFirm)
		}
	})
}

// What ends for good before its renewal is not said to be renewed.
func TestNoRenewalAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.edit("one", func(def *config.Session) { def.MaxAge = config.Duration(20 * time.Minute) })
		w.start()
		defer w.stop()
		if s := w.session("one"); s.EndsAt.IsZero() || !s.RenewAt.IsZero() {
			t.Errorf("renews at %v, ends at %v; want no renewal after the end", s.RenewAt, s.EndsAt)
		}
	})
}

// After an unlock a session is well when its grant has been read, not before, and everyone hears of it then.
func TestUnlockedWhenItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.store.set(func() { w.store.fault = &storeError{"locked"} })
		w.start()
		defer w.stop()
		w.k.KeychainChanged(t.Context(), "locked", "The keychain is locked.")
		_, events := w.k.Subscribe(t.Context())
		w.store.set(func() { w.store.fault, w.store.slow = nil, 5*time.Second })
		w.k.KeychainChanged(t.Context(), "ok", "")
		time.Sleep(time.Second)
		if s := w.session("one"); s.State != KeychainLocked || s.Reason != "locked" || s.Detail == "" {
			t.Errorf("before it is read the session is %s, %s, %q; want keychain_locked, locked", s.State, s.Reason, s.Detail)
		}
		time.Sleep(15 * time.Second)
		var last *Session
		for len(events) > 0 {
			if ev := <-events; ev.Type == EventState {
				last = ev.Now
			}
		}
		if last == nil || last.State != Active || last.RenewAt.IsZero() {
			t.Errorf("the last event shows %+v; want an active session that knows when it is renewed", last)
		}
	})
}

// Who listens before a grant is read learns of what it says.
func TestGrantThatIsReadLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.store.set(func() { w.store.slow = 5 * time.Second })
		w.start()
		defer w.stop()
		_, events := w.k.Subscribe(t.Context())
		time.Sleep(15 * time.Second)
		if len(events) != 1 {
			t.Fatalf("%d events; want one", len(events))
		}
		if ev := <-events; ev.Now == nil || ev.Now.RenewAt.IsZero() {
			t.Errorf("the event is %+v; want the session with its times", ev)
		}
	})
}

// An end that every refresh moved, until the provider's own limit: it is told like any other.
func TestSlidingEndThatStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.server.endIn, w.server.sliding, w.server.most = 30*time.Minute, true, 3*time.Hour
		w.have("one")
		end := w.wall().Add(w.server.most)
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Hour)
		if s := w.session("one"); s.State != Active || s.EndsFirm || len(w.screen.told()) > 0 {
			t.Fatalf("after two hours the session is %s, its end firm: %v, notices: %v", s.State, s.EndsFirm, w.screen.told())
		}
		time.Sleep(time.Until(end) - 10*time.Minute)
		if s := w.session("one"); !s.EndsFirm || s.EndsAt.Sub(end).Abs() > sameDeadline {
			t.Errorf("10 minutes before its end the session ends at %v, firm: %v; want %v", s.EndsAt, s.EndsFirm, end)
		}
		time.Sleep(5*time.Minute + 2*sameDeadline)
		if s, n := w.session("one"), w.screen.told(); s.State != Expiring || len(n) != 1 {
			t.Errorf("5 minutes before its end the session is %s, with %d notices; want expiring, and one", s.State, len(n))
		}
	})
}
