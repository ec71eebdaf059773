package session

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// heard collects what a subscriber is told until the world stands still.
func heard(c <-chan Event) []Event {
	synctest.Wait()
	var all []Event
	for {
		select {
		case ev, open := <-c:
			if !open {
				return all
			}
			all = append(all, ev)
		default:
			return all
		}
	}
}

// TestEventsCarryTheSession: who has heard an event needs to ask for nothing, and never sees the middle of a change.
func TestEventsCarryTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one", "two")
		w.start()
		defer w.stop()
		snapshot, events := w.k.Subscribe(t.Context())
		known := map[string]Session{}
		for _, s := range snapshot {
			known[s.Name] = s
		}
		var types []string
		follow := func() {
			t.Helper()
			for _, ev := range heard(events) {
				types = append(types, ev.Type)
				switch {
				case ev.Type == EventRemoved:
					if delete(known, ev.Session); ev.Now != nil {
						t.Errorf("a removed session is still %+v", ev.Now)
					}
				case ev.Now == nil || ev.Now.Name != ev.Session:
					t.Errorf("%s of %q has %+v", ev.Type, ev.Session, ev.Now)
				default:
					known[ev.Session] = *ev.Now
				}
				if ev.Type == EventRenewed && (ev.Now.Generation != ev.Generation || ev.Now.State != Active || ev.Now.LastError != nil) {
					t.Errorf("renewed to generation %d, but the session is %+v", ev.Generation, ev.Now)
				}
				if ev.Type == EventState && ev.Now.State != ev.State {
					t.Errorf("went to %s, but the session is %s", ev.State, ev.Now.State)
				}
			}
			for _, s := range w.k.Sessions() {
				if got := known[s.Name]; got.State != s.State || got.Generation != s.Generation || got.EndsAt != s.EndsAt ||
					got.AccessExpiresAt != s.AccessExpiresAt || got.RenewAt != s.RenewAt || got.Reason != s.Reason {
					t.Errorf("from events %s is %+v; the keeper has %+v", s.Name, got, s)
				}
			}
			if len(known) != len(w.k.Sessions()) {
				t.Errorf("from events there are %d sessions; the keeper has %d", len(known), len(w.k.Sessions()))
			}
		}
		if _, err := w.k.Refresh(t.Context(), "one", time.Minute); err != nil {
			t.Fatal(err)
		}
		follow()
		if _, err := w.k.Pause(t.Context(), "two"); err != nil {
			t.Fatal(err)
		}
		follow()
		w.server.set(func() { w.server.fault = status(503, "") })
		time.Sleep(70 * time.Minute) // the token runs out
		follow()
		w.server.set(func() { w.server.fault = nil })
		time.Sleep(10 * time.Minute)
		follow()
		w.server.revoke("one")
		time.Sleep(time.Hour)
		follow()
		if err := w.k.Remove(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		follow()
		for _, want := range []string{
			EventRenewed, EventState, EventRefreshFailed, EventWarning, EventCured, EventRemoved,
		} {
			if !slices.Contains(types, want) {
				t.Errorf("%s did not happen", want)
			}
		}
	})
}

// TestRemoveRevokesNothing: the grant lives on at the provider, for who holds a copy of it.
func TestRemoveRevokesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		defer w.stop()
		before := w.server.seen().calls
		access := w.token("one", TokenRequest{}).Access.Reveal()
		if err := w.k.Remove(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		if n := w.server.seen().calls - before; n != 0 || !w.server.valid(access) {
			t.Errorf("removing asked the provider %d times; the token still works: %t", n, w.server.valid(access))
		}
	})
}

// TestPressesOfNoMeaning: a dismissal and what nobody knows change nothing.
func TestPressesOfNoMeaning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		defer w.stop()
		for _, key := range []string{keySession + "one", keySession + "unknown", keyGroup, keyClock, "", "\x00"} {
			for _, action := range []string{"closed", "", "SIGN_IN", "constructor"} {
				w.k.Press(t.Context(), key, action)
			}
		}
		synctest.Wait()
		if n := w.screen.tabs(); n != 0 {
			t.Errorf("%d pages were opened", n)
		}
		w.k.Press(t.Context(), keyGroup, actionOpen)
		synctest.Wait()
		if n := w.screen.tabs(); n != 1 {
			t.Errorf("the list was opened %d times", n)
		}
	})
}
