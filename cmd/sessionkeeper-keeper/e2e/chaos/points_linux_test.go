package chaos

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/ui/api/client"
)

// point is a place in the keeper's program at which it can be killed, as failpoints name it.
type point struct {
	name string
	nth  int // 0: the first time
	// sent: the provider has the request by then. kept: what it answered lies where a new keeper finds it.
	sent, kept bool
}

func (p point) String() string { return fmt.Sprintf("%s %d", p.name, max(1, p.nth)) }

// env makes the keeper do something at the point.
func (p point) env(action string) string {
	return fmt.Sprintf("SESSIONKEEPER_FAILPOINT=%s:%d:%s", p.name, max(1, p.nth), action)
}

// transaction are the steps of a renewal, in order.
func transaction() []point {
	return []point{
		{name: "state_drafted"},
		{name: "state_kept"},
		{name: "state_named"}, // of the intent
		{name: "intended"},
		{name: "connected"},
		{name: "sent", sent: true},
		{name: "answering", sent: true},
		{name: "answered", sent: true},
		{name: "storing", sent: true},
		{name: "item_set", sent: true, kept: true}, // stored and not read back
		{name: "stored", sent: true, kept: true},
		{name: "published", sent: true, kept: true},
		{name: "state_drafted", nth: 2, sent: true, kept: true}, // without the intent
		{name: "state_kept", nth: 2, sent: true, kept: true},
		{name: "state_named", nth: 2, sent: true, kept: true},
		{name: "cleared", sent: true, kept: true},
	}
}

// rotations are what a provider may do with a refresh token that comes a second time.
func rotations() []providertest.Profile {
	return []providertest.Profile{
		{Name: "no rotation"},
		{Name: "rotation with grace", Rotate: true, Grace: time.Hour, ReuseEnds: true, ReuseEndsAccess: true},
		{Name: "strict rotation", Rotate: true, ReuseEnds: true, ReuseEndsAccess: true},
	}
}

func forgives(p providertest.Profile) bool {
	return !p.Rotate || p.Grace > 0 || p.MaxReuse > 0 || p.UntilUsed
}

// trial is a home with a session to whom things happen, and others to whom nothing may.
type trial struct {
	*home
	profile  providertest.Profile
	provider *providertest.Server
	ring     *keychaintest.Desktop
	family   int // of the victim
	over     int // of the victim's grants, those that the provider's rules let nobody save
	others   map[string]uint64
}

const victim = "victim"

func newTrial(t *testing.T, profile providertest.Profile, keychain string) *trial {
	t.Helper()
	ring := keychaintest.Start(t)
	w := &trial{home: newHome(t, ring, keychain), profile: profile, provider: startProvider(t), ring: ring, others: map[string]uint64{}}
	w.mustServe(fragile)
	here, elsewhere := w.provider.Issuer("here", profile), w.provider.Issuer("elsewhere", profile)
	w.family = w.add(victim, here)
	w.add("beside", here)
	w.add("elsewhere", elsewhere)
	for _, name := range []string{"beside", "elsewhere"} {
		w.others[name] = w.session(name).Generation
	}
	return w
}

// demand has the victim renewed, without waiting for the end of it.
func (w *trial) demand() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.t.Context()), patience)
	go func() {
		defer cancel()
		_, _ = w.api.Refresh(ctx, victim, 30*time.Second)
	}()
}

// dies has the victim renewed in a keeper that dies at the point.
func (w *trial) dies(p point, meanwhile func()) {
	w.t.Helper()
	w.kill(syscall.SIGTERM)
	w.mustServe(fragile, p.env("kill"))
	w.works(victim) // its grant is read
	meanwhile()
	requests := w.provider.Tally().Requests
	w.demand()
	w.ended()
	if !p.sent {
		return
	}
	w.until("the provider to have answered", func() bool { return w.provider.Tally().Requests > requests && w.landed() })
	if !p.kept {
		w.provider.Interrupted(time.Minute, w.family)
	}
}

// landed reports whether no request is under way at the provider.
func (w *trial) landed() bool { return w.provider.Tally().Requests == len(w.provider.Log()) }

// unharmed checks that nothing happened to the others.
func (w *trial) unharmed() {
	w.t.Helper()
	for name, generation := range w.others {
		s := w.session(name)
		if s.State != "active" || s.Generation != generation {
			w.t.Errorf("%s is %s %s, of generation %d; want active, %d", name, s.State, s.Reason, s.Generation, generation)
		}
		w.works(name)
	}
}

// works checks that the token of a session works at this moment.
func (w *trial) works(name string) {
	w.t.Helper()
	token, err := w.api.Token(w.t.Context(), name, client.TokenRequest{})
	if err != nil {
		w.t.Errorf("the token of %s: %v", name, err)
		return
	}
	if access := w.provider.Look(token.Access.Reveal()); access != providertest.AccessGood {
		w.t.Errorf("the token of %s is %s", name, access)
	}
}

// recovered starts a new keeper over what the dead one left and checks that nothing was lost that could be saved.
func (w *trial) recovered(what string, before uint64, saved bool) {
	w.t.Helper()
	if !saved {
		w.over++
	}
	w.mustServe(fragile)
	s := w.settled(victim, before)
	switch {
	case saved && s.State != "active":
		w.t.Errorf("%s: the session is %s, %s", what, s.State, s.Reason)
	case !saved && (s.State != "sign_in_needed" || s.Reason != "interrupted_rotation"):
		w.t.Errorf("%s: the session is %s, %s; want sign_in_needed, interrupted_rotation", what, s.State, s.Reason)
	}
	w.unharmed()
	if s.State != "active" {
		if err := w.signIn(w.t.Context(), victim); err != nil {
			w.t.Fatalf("%s: signing in again: %v", what, err)
		}
		w.family = len(w.provider.Grants()) - 1
	}
	w.works(victim)
	n := w.provider.Tally()
	if n.DoubleSends > 0 || n.Lost > 0 || n.DeadPresented > 0 {
		w.t.Fatalf("%s: the provider counted %+v", what, n)
	}
	if n.Interrupted != w.over {
		w.t.Errorf("%s: the provider counts %d grants interrupted so far; want %d", what, n.Interrupted, w.over)
	}
}

// Nothing of the failpoints is in the keeper that people get.
func TestFailpointsAreForTestsAlone(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{program: false, fragile: true} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(data, []byte("SESSIONKEEPER_FAILPOINT")); got != want {
			t.Errorf("%s knows failpoints: %t; want %t", filepath.Base(path), got, want)
		}
	}
}

// The keeper is killed at each step of a renewal, at providers of each kind. What the provider's rules let a client save
// is saved; where they do not, the session that was interrupted asks for a sign-in, says why, and no other does.
func TestTROT1KilledAtEachPoint(t *testing.T) {
	t.Parallel()
	for _, profile := range rotations() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			w := newTrial(t, profile, "os")
			for _, p := range transaction() {
				before := w.session(victim).Generation
				w.dies(p, func() {})
				w.recovered(p.String(), before, !p.sent || p.kept || forgives(profile))
			}
		})
	}
}

// The keeper is killed at each step of keeping what the provider gave: on the disk, sealed, and in the spill while the
// keychain is away.
func TestF8KilledWhileStoring(t *testing.T) {
	t.Parallel()
	steps := []point{{name: "file_drafted", sent: true}, {name: "file_named", sent: true, kept: true}}
	for _, keychain := range []string{"sealed", "os"} {
		for _, profile := range rotations() {
			t.Run(keychain+", "+profile.Name, func(t *testing.T) {
				t.Parallel()
				w := newTrial(t, profile, keychain)
				for _, p := range steps {
					before := w.session(victim).Generation
					w.dies(p, func() {
						if keychain == "os" {
							w.ring.Freeze()
						}
					})
					if keychain == "os" {
						w.ring.Thaw()
					}
					w.recovered(p.String(), before, p.kept || forgives(profile))
				}
			})
		}
	}
}

// A record that waits in the spill is moved to the keychain, and the keeper is killed in the middle of that: it is in one
// place or in both, and the session goes on.
func TestF8KilledWhileMovingTheSpill(t *testing.T) {
	t.Parallel()
	w := newTrial(t, rotations()[2], "os")
	before := w.session(victim).Generation
	w.kill(syscall.SIGTERM)
	w.mustServe(fragile)
	w.works(victim)
	w.ring.Freeze()
	w.demand()
	w.until("a record in the spill", func() bool { return w.session(victim).Generation > before && w.spilled() > 0 })
	w.kill(syscall.SIGKILL)
	w.ring.Thaw()
	if err := w.serve(fragile, point{name: "item_set"}.env("kill")); err == nil {
		w.ended()
	}
	w.recovered("item_set", before, true)
	w.until("the spill to be empty", func() bool { return w.spilled() == 0 })
}

// spilled counts the records that wait for the keychain.
func (w *trial) spilled() int {
	w.t.Helper()
	h, err := w.api.Health(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return h.Keychain.Spilled
}

// holds has the victim renewed in a keeper that waits at the point; the function that it returns lets it go on.
func (w *trial) holds(p point) (release func()) {
	w.t.Helper()
	file := filepath.Join(w.dir, "held")
	w.kill(syscall.SIGTERM)
	w.mustServe(fragile, p.env("hold:"+file))
	w.demand()
	w.until("the keeper to come to "+p.name, func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	return func() {
		w.t.Helper()
		if err := os.Remove(file); err != nil {
			w.t.Fatal(err)
		}
	}
}

// The keeper is told to end at each step of a renewal, at a provider that takes no refresh token twice: it finishes what
// it has begun.
func TestF35TermAtEachPoint(t *testing.T) {
	t.Parallel()
	w := newTrial(t, rotations()[2], "os")
	for _, p := range transaction() {
		before, requests := w.session(victim).Generation, w.provider.Tally().Requests
		release := w.holds(p)
		w.signal(syscall.SIGTERM)
		w.until("the keeper to close its door", func() bool {
			_, err := w.api.Health(w.t.Context())
			return err != nil
		})
		release()
		w.ended()
		w.recovered(p.String(), before, true)
		if n := w.provider.Tally().Requests - requests; n != 1 {
			t.Errorf("%s: %d requests; want one", p, n)
		}
	}
}

// broken counts the renewals that panicked.
func (w *trial) broken() int { return strings.Count(w.stderr.String(), `msg="a renewal broke off"`) }

// A renewal panics at each of its steps: the keeper lives, the session is tried again, and no other is touched.
func TestF36PanicInARenewal(t *testing.T) {
	t.Parallel()
	for _, profile := range rotations() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			w := newTrial(t, profile, "os")
			for _, p := range transaction() {
				switch p.name {
				case "connected", "sent", "answering": // in the HTTP library's own goroutines
					continue
				}
				before := w.session(victim).Generation
				w.kill(syscall.SIGTERM)
				w.mustServe(fragile, p.env("panic"))
				pid, broken := w.keeper.Process.Pid, w.broken()
				w.demand()
				w.until(p.name+" to have been met", func() bool { return w.broken() > broken })
				saved := true
				if p.name == "answered" { // of an answer that was not understood yet nothing is left
					w.provider.Interrupted(time.Minute, w.family)
					saved = forgives(profile)
				}
				s := w.settled(victim, before)
				if got := s.State == "active"; got != saved {
					t.Errorf("%s: the session is %s, %s", p, s.State, s.Reason)
				}
				w.unharmed()
				if h, err := w.api.Health(t.Context()); err != nil || w.keeper.Process.Pid != pid || h.Status == "down" {
					t.Fatalf("%s: the keeper: %+v, %v", p, h, err)
				}
				w.kill(syscall.SIGTERM)
				w.recovered(p.String(), before, saved)
			}
		})
	}
}
