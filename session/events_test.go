package session

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
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

// Who holds a token hears at once that something is other with it, before the provider has answered.
func TestHoldersAreToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.set.CheckEvery = config.Duration(5 * time.Minute)
		w.prov.Check = provider.Check{Kind: provider.CheckUserinfo, URL: "https://fake.test/userinfo"}
		w.have("rejected", "late", "out")
		w.start()
		defer w.stop()
		_, events := w.k.Subscribe(t.Context())
		told := func(name, what string) {
			t.Helper()
			time.Sleep(time.Second)
			got := heard(events)
			if !slices.ContainsFunc(got, func(ev Event) bool { return ev.Session == name && ev.Now != nil }) {
				t.Errorf("%s: within a second the holders of %s were told %+v", what, name, got)
			}
		}
		w.server.set(func() { w.server.latency = 8 * time.Second })

		if _, err := w.k.Reject(t.Context(), "rejected", 1); err != nil {
			t.Fatal(err)
		}
		told("rejected", "a resource refused the token")
		time.Sleep(30 * time.Second)
		heard(events)

		w.k.post(func() { w.k.entries["late"].d.EndsOld = new(true) })
		asked := make(chan error, 1)
		go func() {
			_, err := w.k.Refresh(t.Context(), "late", time.Minute)
			asked <- err
		}()
		told("late", "a renewal that kills the token began")
		if err := <-asked; err != nil {
			t.Fatal(err)
		}
		heard(events)

		out := make(chan error, 1)
		go func() {
			_, err := w.k.Logout(t.Context(), "out", false)
			out <- err
		}()
		told("out", "the user signed out")
		_, err := w.k.Token(t.Context(), "out", TokenRequest{})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeSignIn {
			t.Errorf("while signing out a token request gets %v; want sign_in_needed", err)
		}
		if err := <-out; err != nil {
			t.Fatal(err)
		}
		heard(events)

		w.server.set(func() { w.server.latency = 0 })
		w.server.revoke("rejected")
		w.server.set(func() { w.server.latency = 8 * time.Second })
		var first []Event
		for range 600 { // until the proof of life sees it
			time.Sleep(time.Second)
			if first = heard(events); len(first) > 0 {
				break
			}
		}
		if len(first) == 0 || first[0].Session != "rejected" || first[0].Type != EventState || first[0].Now.State != Active {
			t.Errorf("when the provider refuses the token the first that holders hear is %+v; want it before the verdict", first)
		}
	})
}
