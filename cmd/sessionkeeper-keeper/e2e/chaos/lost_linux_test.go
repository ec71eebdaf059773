package chaos

import (
	"fmt"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/ui/api/client"
)

// The keychain fails between the provider's answer and its storing, in every way that it can: what came is sealed beside
// it, is handed out, outlives a killed keeper, and is in the keychain when that is back.
func TestTROT2KeychainFailsAfterTheAnswer(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name       string
		fail, mend func(*keychaintest.Desktop)
	}{
		{"locked", (*keychaintest.Desktop).Lock, (*keychaintest.Desktop).Unlock},
		{"frozen", (*keychaintest.Desktop).Freeze, (*keychaintest.Desktop).Thaw},
		{"stopped", (*keychaintest.Desktop).Stop, (*keychaintest.Desktop).Restart},
		{"killed", (*keychaintest.Desktop).Kill, (*keychaintest.Desktop).Restart},
		{"full", (*keychaintest.Desktop).FillDisk, (*keychaintest.Desktop).Restart},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			w := newTrial(t, rotations()[2], "os")
			before := w.session(victim).Generation
			release := w.holds(point{name: "storing"})
			if token, err := w.api.Token(t.Context(), victim, client.TokenRequest{}); err != nil || token.Generation > before {
				t.Errorf("before the answer is stored generation %d is handed out, %v; want %d", token.Generation, err, before)
			}
			way.fail(w.ring)
			release()
			w.until("the new token to be handed out", func() bool {
				token, err := w.api.Token(t.Context(), victim, client.TokenRequest{})
				return err == nil && token.Generation > before && w.provider.Look(token.Access.Reveal()) == providertest.AccessGood
			})
			if w.spilled() == 0 { // others may wait too: those that could not be compared yet
				t.Error("no record waits in the spill")
			}
			w.kill(syscall.SIGKILL)
			w.mustServe(fragile)
			w.kill(syscall.SIGKILL)
			way.mend(w.ring)
			w.recovered(way.name, before, true)
			w.until("the spill to be empty", func() bool { return w.spilled() == 0 })
			before = w.session(victim).Generation
			w.kill(syscall.SIGTERM)
			w.mustServe(fragile)
			if s, err := w.api.Refresh(t.Context(), victim, patience); err != nil || s.Generation <= before {
				t.Errorf("the next renewal: %+v, %v", s, err)
			}
		})
	}
}

// A sign-in whose grant could not be kept, because the keychain was away, changes nothing: with the keychain back a new
// keeper goes on with the grant from before.
func TestSignInThatCouldNotBeKept(t *testing.T) {
	t.Parallel()
	w := newTrial(t, rotations()[2], "sealed")
	before := w.session(victim).Generation
	w.kill(syscall.SIGTERM)
	w.ring.Stop()
	w.mustServe(fragile)
	if err := w.signIn(t.Context(), victim); err == nil {
		t.Fatal("a sign-in succeeded although nothing could be kept")
	}
	w.kill(syscall.SIGTERM)
	w.ring.Restart()
	w.mustServe(fragile)
	w.until("the session to be well", func() bool {
		s := w.session(victim)
		return s.State == "active" && s.Generation == before
	})
	if s, err := w.api.Refresh(t.Context(), victim, patience); err != nil || s.Generation <= before {
		t.Errorf("the next renewal: %+v, %v", s, err)
	}
	w.works(victim)
}

// victims are sessions of one keeper, each at an issuer of its own.
type victims struct {
	*home
	provider *providertest.Server
	of       []*lossy
}

// lossy is a session whose next answer is lost.
type lossy struct {
	name    string
	issuer  *providertest.Issuer
	profile providertest.Profile
	fault   providertest.Fault
	family  int
}

// newVictims adds a session for each profile and fault.
func newVictims(t *testing.T, faults []providertest.Fault) *victims {
	t.Helper()
	ring := keychaintest.Start(t)
	v := &victims{home: newHome(t, ring, "sealed"), provider: startProvider(t)}
	v.mustServe(program)
	for p, profile := range providertest.Profiles() {
		if profile.Grace > 0 {
			profile.Grace = time.Hour // a busy machine is no reason
		}
		for f, fault := range faults {
			name := fmt.Sprintf("p%df%d", p, f)
			v.of = append(v.of, &lossy{name: name, issuer: v.provider.Issuer(name, profile), profile: profile, fault: fault})
		}
	}
	each(8, v.of, func(l *lossy) { l.family = v.add(l.name, l.issuer) })
	if t.Failed() {
		t.FailNow()
	}
	v.kill(syscall.SIGTERM) // demands are limited in number, and adding was one
	v.mustServe(program)
	return v
}

// each calls f with each of them, from a few goroutines.
func each[T any](workers int, all []T, f func(T)) {
	var wg sync.WaitGroup
	next := make(chan T)
	for range workers {
		wg.Go(func() {
			for one := range next {
				f(one)
			}
		})
	}
	for _, one := range all {
		next <- one
	}
	close(next)
	wg.Wait()
}

// lose has every session renewed once, with its fault, and waits until each has come to rest.
func (v *victims) lose() {
	v.t.Helper()
	for _, l := range v.of {
		l.issuer.Next(l.fault)
	}
	each(len(v.of), v.of, func(l *lossy) {
		_, _ = v.api.Refresh(v.t.Context(), l.name, time.Second)
	})
	for _, l := range v.of {
		v.until(l.name+" to have come to rest", func() bool { return v.rests(l) })
	}
}

// half reports whether an access token came alone: it is used for as long as it lasts.
func (l *lossy) half() bool { return l.fault.Name == providertest.NoRefreshToken().Name }

// rests reports whether nothing of a session is open any more: it was renewed after its fault, or refused.
func (v *victims) rests(l *lossy) bool {
	s, err := v.api.Session(v.t.Context(), l.name)
	return err == nil && (s.State == "sign_in_needed" || s.State == "active" && (l.half() || v.replayed(l)))
}

// replayed reports whether the token whose answer was lost was presented again, and that answer came.
func (v *victims) replayed(l *lossy) bool {
	spoilt := false
	for _, e := range v.provider.Log() {
		switch {
		case e.Family != l.family:
		case e.Fault != "":
			spoilt = true
		case spoilt && e.Delivered && (e.Outcome == providertest.Renewed || e.Outcome == providertest.Replayed):
			return true
		}
	}
	return false
}

// judged checks that exactly what the rules of each provider left no way to save was lost, and says why.
func (v *victims) judged() {
	v.t.Helper()
	interrupted, damaged := 0, 0
	for _, l := range v.of {
		what := l.profile.Name + ", " + l.fault.Name
		s := v.session(l.name)
		if !l.half() || l.profile.Rotate {
			damaged++
		}
		if forgives(l.profile) || l.half() {
			token, err := v.api.Token(v.t.Context(), l.name, client.TokenRequest{})
			if s.State != "active" || err != nil || v.provider.Look(token.Access.Reveal()) != providertest.AccessGood {
				v.t.Errorf("%s: the session is %s, %s: %v", what, s.State, s.Reason, err)
			}
			continue
		}
		interrupted++
		if s.State != "sign_in_needed" || s.Reason != "interrupted_rotation" {
			v.t.Errorf("%s: the session is %s, %s; want sign_in_needed, interrupted_rotation", what, s.State, s.Reason)
		}
	}
	n := v.provider.Tally()
	if n.DoubleSends > 0 || n.Lost > 0 || n.DeadPresented > 0 || n.Interrupted != interrupted || n.Damaged != damaged {
		v.t.Errorf("the provider counted %+v; want %d interrupted, %d damaged", n, interrupted, damaged)
	}
	v.t.Logf("%d answers lost, %d sessions saved, %d interrupted", len(v.of), len(v.of)-interrupted, interrupted)
}

// Every kind of provider loses its answer to a refresh in every way.
func TestTROT4AnswerLostAfterRotation(t *testing.T) {
	t.Parallel()
	v := newVictims(t, providertest.Damaging())
	v.lose()
	v.judged()
}

// The provider rotates, and answers as if it had failed.
func TestTROT6ServerErrorAfterRotation(t *testing.T) {
	t.Parallel()
	var faults []providertest.Fault
	for _, status := range []int{
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	} {
		faults = append(faults, providertest.StatusAfter(status))
	}
	v := newVictims(t, faults)
	v.lose()
	v.judged()
}
