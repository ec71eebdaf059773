package cloud_test

import (
	"errors"
	"testing"
	"time"

	"sessionkeeper/session"
)

// Who signs out, or in as somebody else, takes the credentials along.
func TestForgotten(t *testing.T) {
	for name, change := range map[string]func(*session.Session){
		"signed out":     func(s *session.Session) { s.State = session.SignedOut },
		"paused":         func(s *session.Session) { s.State = session.Paused },
		"in anew":        func(s *session.Session) { s.SignedInAt = s.SignedInAt.Add(time.Minute) },
		"somebody else":  func(s *session.Session) { s.Account.Sub = "grace" },
		"removed, added": func(s *session.Session) { s.Account = session.Account{} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.get(t)
			w.keeper.change(change)
			w.keeper.change(func(s *session.Session) { s.State, s.Account.Sub = session.Active, "ada" })
			if c := w.get(t); c.AccessKeyID == first.AccessKeyID {
				t.Error("the credentials outlive the sign-in")
			}
		})
	}
}

// A session that gives no tokens gives no credentials either, though some are held.
func TestNotServing(t *testing.T) {
	for _, state := range []session.State{session.Paused, session.SetupNeeded, session.SignInNeeded, session.SignedOut} {
		t.Run(string(state), func(t *testing.T) {
			w := newWorld(t)
			w.get(t)
			refusal := &session.Error{Code: session.CodeConflict, Session: "work", Detail: "not now"}
			w.keeper.set(func() { w.keeper.err = refusal })
			w.keeper.change(func(s *session.Session) { s.State = state })
			if c, err := w.sts.Credentials(t.Context(), "work", w.request()); !errors.Is(err, refusal) {
				t.Errorf("got %q, %v; want the session's own refusal", c.AccessKeyID, err)
			}
		})
	}
	t.Run("retrying", func(t *testing.T) {
		w := newWorld(t)
		first := w.get(t)
		w.keeper.set(func() { w.keeper.err = &session.Error{Code: session.CodeUnavailable, Detail: "no network"} })
		w.keeper.change(func(s *session.Session) { s.State = session.Retrying })
		w.clock.pass(50 * time.Minute)
		if c := w.get(t); c.AccessKeyID != first.AccessKeyID {
			t.Error("while the provider is away there are others; want those in hand")
		}
	})
}

// A sign-out or a pause while AWS is asked: what comes back is for nobody any more.
func TestSignOutInFlight(t *testing.T) {
	for _, state := range []session.State{session.SignedOut, session.Paused} {
		t.Run(string(state), func(t *testing.T) {
			w := newWorld(t)
			release := w.aws.Hold()
			defer release()
			done := make(chan error, 1)
			go func() {
				_, err := w.sts.Credentials(t.Context(), "work", w.request())
				done <- err
			}()
			for len(w.aws.Asked()) == 0 {
				<-time.After(time.Millisecond)
			}
			w.keeper.change(func(s *session.Session) { s.State = state })
			w.keeper.change(func(s *session.Session) { s.State = session.Active })
			release()
			if err := <-done; codeOf(err) != "conflict" {
				t.Errorf("got %v; want conflict", err)
			}
			w.get(t)
			if n := len(w.aws.Asked()); n != 2 {
				t.Errorf("AWS was asked %d times; want 2", n)
			}
		})
	}
}

// A sign-in of which nobody told, to a session whose provider names no account: what is held is of the grant before.
func TestUnheardSignIn(t *testing.T) {
	w := newWorld(t)
	first := w.get(t)
	w.keeper.set(func() { w.keeper.one.SignedInAt = w.keeper.one.SignedInAt.Add(time.Minute) })
	if c := w.get(t); c.AccessKeyID == first.AccessKeyID {
		t.Error("the credentials of the sign-in before")
	}
}
