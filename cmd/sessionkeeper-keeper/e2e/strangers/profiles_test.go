package strangers

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/provider/providertest"
)

const life = 10 * time.Minute // of access tokens here

// world is a keeper with one session at an issuer, and the clock that both share.
type world struct {
	*home
	s *providertest.Server
	i *providertest.Issuer
}

func newWorld(t *testing.T, o providertest.Options, p providertest.Profile) *world {
	t.Helper()
	t.Parallel()
	s, err := providertest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	p.AccessLife = life
	w := &world{s: s, i: s.Issuer("one", p)}
	var transport http.RoundTripper
	if o.TLS {
		transport = s.Client().Transport
	}
	w.home = newHome(t, s.Now, transport, &memory{records: map[string]keychain.Record{}})
	w.add(config.Session{
		Name: work, Issuer: w.i.URL, ClientID: "desk", Scopes: []string{"openid", "email"}, Account: "ada@example.org",
	}, session.LoginRequest{})
	t.Cleanup(w.judge)
	return w
}

// judge is what must be so whatever happened.
func (w *world) judge() {
	if tally := w.s.Tally(); tally.DoubleSends+tally.Lost+tally.DeadPresented+tally.Foreign > 0 {
		w.t.Errorf("the provider's own count is %+v", tally)
	}
}

// advance moves the clock, as a sleep of the machine does.
func (w *world) advance(d time.Duration) {
	w.s.Advance(d)
	w.k.Woke(w.t.Context(), "test", d)
}

// works asks for a token and has the provider look at it.
func (w *world) works() {
	w.t.Helper()
	token, err := w.token()
	if got := w.s.Look(token); err != nil || got != providertest.AccessGood {
		w.t.Errorf("the token handed out is %s, %v", got, err)
	}
}

// due lets the time come for the next renewal of a session as it was seen.
func (w *world) due(s session.Session) {
	w.t.Helper()
	if left := s.RenewAt.Sub(w.s.Now()); left > 0 {
		w.advance(left + time.Second)
	}
}

// renew waits for the next renewal, which may be put off once more by what the one before it taught.
func (w *world) renew() {
	w.t.Helper()
	was := w.session().Generation
	w.until("a renewal", func() bool {
		s := w.session()
		if s.Generation > was {
			return true
		}
		w.due(s)
		return false
	})
}

// met lets the next request of a renewal meet a fault, and waits until the session is as it should be afterwards.
func (w *world) met(f providertest.Fault, so func(was, is session.Session) bool) {
	w.t.Helper()
	w.i.Next(f)
	was, at := w.session(), w.s.Tally().Requests
	w.until(f.Name, func() bool {
		s := w.session()
		if w.s.Tally().Requests == at {
			w.due(s)
			return false
		}
		return so(was, s)
	})
}

// Every profile: renewals go on, callers share them, a restart changes nothing, and the keeper learns whether a refresh
// ends the token before it.
func TestProfiles(t *testing.T) {
	t.Parallel()
	for _, p := range providertest.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			w := newWorld(t, providertest.Options{}, p)
			for range 3 {
				w.renew()
				w.works()
			}
			s := w.session()
			if s.State != session.Active || s.Account.Sub != "ada" {
				t.Errorf("the session %+v", s)
			}
			// A refresh that ends the token before it comes late: half a minute before the end, not a third of the life.
			w.until("the lesson", func() bool { s = w.session(); return w.late(s) == p.EndsPrevious })
			if announced := p.Absolute > 0 || p.Idle > 0; announced == s.EndsAt.IsZero() {
				t.Errorf("the end is %v; announced: %v", s.EndsAt, announced)
			}

			w.s.Advance(life) // all at once, with a token that is over
			before := w.s.Tally().Refreshes
			var callers sync.WaitGroup
			for range 100 {
				callers.Go(w.works)
			}
			callers.Wait()
			if n := w.s.Tally().Refreshes - before; n != 1 {
				t.Errorf("a hundred callers caused %d refreshes", n)
			}

			w.restart()
			w.works()
			w.renew()
			w.works()
			if tally := w.s.Tally(); tally.Interrupted+tally.Over > 0 || tally.SignIns != 1 {
				t.Errorf("the provider's own count is %+v", tally)
			}
		})
	}
}

// late reports whether a session is renewed as late as is safe.
func (w *world) late(s session.Session) bool {
	return s.AccessExpiresAt.Sub(s.RenewAt) < time.Minute
}

// No fault that keeps a request from the provider costs a login anywhere.
func TestPassingFaults(t *testing.T) {
	t.Parallel()
	for _, p := range []providertest.Profile{
		providertest.Steady(), providertest.Strict(), providertest.Dex(3 * time.Second), providertest.Hydra(0),
	} {
		t.Run(p.Name, func(t *testing.T) {
			w := newWorld(t, providertest.Options{}, p)
			for _, f := range providertest.Passing(w.s.Now()) {
				was := w.session().Generation
				w.met(f, func(_, is session.Session) bool { return is.State == session.Retrying || is.Generation > was })
				w.advance(16 * time.Minute) // beyond every Retry-After, and beyond the token's life
				w.works()
				if s := w.session(); s.State != session.Active || s.Generation <= was {
					t.Fatalf("after %s: %+v", f.Name, s)
				}
			}
			if tally := w.s.Tally(); tally.Interrupted > 0 || tally.SignIns != 1 {
				t.Errorf("the provider's own count is %+v", tally)
			}
		})
	}
}

// An odd answer brings its tokens all the same.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	for _, p := range []providertest.Profile{providertest.Steady(), providertest.Strict()} {
		t.Run(p.Name, func(t *testing.T) {
			w := newWorld(t, providertest.Options{TLS: true}, p)
			for _, f := range providertest.Odd(life) {
				w.met(f, func(was, is session.Session) bool { return is.Generation > was.Generation })
				w.works()
			}
			if tally := w.s.Tally(); tally.Interrupted > 0 || tally.SignIns != 1 {
				t.Errorf("the provider's own count is %+v", tally)
			}
		})
	}
}

// An answer that is lost after the token was spent: where the provider has a window nobody notices; at a strict one
// exactly that session asks for a sign-in, and says that it was the interruption, and one sign-in cures it.
func TestDamagedAnswers(t *testing.T) {
	t.Parallel()
	for _, p := range []providertest.Profile{
		providertest.Steady(), providertest.Strict(), providertest.Lenient(), providertest.Dex(time.Hour),
		providertest.Hydra(time.Hour), providertest.UntilUsed(), providertest.Keycloak(3), providertest.GoOAuth2(),
	} {
		safe := !p.Rotate || p.Grace > 0 || p.UntilUsed || p.MaxReuse > 0
		t.Run(p.Name, func(t *testing.T) {
			w := newWorld(t, providertest.Options{}, p)
			for _, f := range providertest.Damaging() {
				if !p.Rotate && f.Name == providertest.NoRefreshToken().Name {
					continue // nothing to remove
				}
				w.met(f, func(was, is session.Session) bool {
					return is.Generation > was.Generation && is.State == session.Active || is.State == session.SignInNeeded
				})
				s := w.session()
				switch {
				case s.State == session.Active:
				case safe || s.Reason != session.ReasonInterrupted:
					t.Fatalf("after %s: %+v", f.Name, s)
				default:
					w.login()
				}
				w.works()
			}
			tally := w.s.Tally()
			if safe && tally.Interrupted > 0 || tally.SignIns != 1+tally.Interrupted {
				t.Errorf("the provider's own count is %+v", tally)
			}
		})
	}
}

// A grant that is over asks for a sign-in, at once and without a second try.
func TestEnds(t *testing.T) {
	t.Parallel()
	for _, p := range providertest.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			w := newWorld(t, providertest.Options{}, p)
			w.renew()
			w.i.RevokeAll()
			w.advance(life)
			_, err := w.token()
			refusal, _ := errors.AsType[*session.Error](err)
			if refusal == nil || refusal.Code != session.CodeSignIn {
				t.Fatalf("after the revocation: %v", err)
			}
			if _, err := w.token(); err == nil {
				t.Error("a token after all")
			}
			w.login()
			w.works()
			w.renew()
			if tally := w.s.Tally(); tally.Over != 1 || tally.SignIns != 2 || tally.DeadPresented > 0 {
				t.Errorf("the provider's own count is %+v", tally)
			}
		})
	}
}
