package chaos

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session/provider/providertest"
)

var (
	lasts = flag.Duration("for", 45*time.Second, "how `long` everything is broken at random")
	seed  = flag.Uint64("seed", 0, "the `number` that chance follows from; 0: a new one, which is printed")
)

// each session has a program that asks for its token and uses it at once.
const sessionsPerIssuer = 2

// storm is what rages: keepers with their sessions, the provider behind its faults, the keychain, and those who ask.
type storm struct {
	t        *testing.T
	provider *providertest.Server
	ring     *keychaintest.Desktop
	homes    []*house
	profiles map[string]providertest.Profile // by issuer
	end      time.Time

	ruin ruin // for the one that breaks things alone

	mu   sync.Mutex // guards what follows
	dice *rand.Rand
	calm bool // no more faults
}

// luck draws a number below n.
func (s *storm) luck(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dice.IntN(n)
}

// Everything around the keepers is broken at random, and they themselves: afterwards the provider's own log says that no
// login was lost but those that its rules let nobody save, that no token was handed out that had expired, that no refresh
// token was sent twice, and no secret is found where none should be.
func TestChaos(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("breaking everything for %v; the same draws again: make chaos FOR=%v SEED=%d", *lasts, *lasts, *seed)
	var said table
	t.Cleanup(func() { t.Log(said.String()) }) // last of all, below what the keepers had to say
	s := &storm{
		t: t, provider: startProvider(t), ring: keychaintest.Start(t), profiles: map[string]providertest.Profile{},
		dice: rand.New(rand.NewPCG(*seed, 1)),
	}
	for _, keychain := range []string{"os", "sealed"} {
		s.homes = append(s.homes, s.settle(keychain))
	}
	s.rage()
	var late map[string]time.Duration
	if !t.Failed() { // else it would wait for what does not come
		late = s.latency()
	}
	s.report(&said, late)
	t.Attr("real", "gnome-keyring")
}

// house is a home whose sessions are used.
type house struct {
	*home
	storm    *storm
	keychain string
	names    []string

	mu       sync.Mutex // guards what follows
	troubled time.Time  // until then what came from a provider may be nowhere durable yet
	used     usage
	signIns  map[string]int      // by the reason that a session gave
	asking   map[string][]string // why each session asked for a sign-in
	heard    *tape               // of what the API says
}

// settle makes a home with sessions at issuers of every kind.
func (s *storm) settle(keychain string) *house {
	s.t.Helper()
	h := &house{
		home: newHome(s.t, s.ring, keychain), storm: s, keychain: keychain,
		signIns: map[string]int{}, asking: map[string][]string{}, heard: new(tape),
	}
	h.mustServe(program)
	for i, profile := range providertest.Profiles() {
		profile.AccessLife = time.Duration(9+s.luck(16)) * time.Second
		profile.Latency = time.Duration(s.luck(30)) * time.Millisecond
		issuer := fmt.Sprintf("%s%d", keychain, i)
		s.profiles[issuer] = profile
		at := s.provider.Issuer(issuer, profile)
		for n := range sessionsPerIssuer {
			name := fmt.Sprintf("%s-%d-%d", keychain, i, n)
			h.add(name, at)
			h.names = append(h.names, name)
		}
	}
	return h
}

// families are the grants that were ever given to the sessions of a home.
func (h *house) families() []int {
	var ids []int
	for _, g := range h.storm.provider.Grants() {
		if slices.Contains(h.names, g.Account) {
			ids = append(ids, g.Family)
		}
	}
	return ids
}

// rage breaks things until the time is over, and lets them heal.
func (s *storm) rage() {
	s.t.Helper()
	s.end = time.Now().Add(*lasts)
	s.provider.Faults(s.fault)
	over := make(chan struct{})
	var people sync.WaitGroup
	for _, h := range s.homes {
		for _, name := range h.names {
			people.Go(func() { h.use(name, over) })
		}
		people.Go(func() { h.attend(over) })
	}
	s.breakThings()
	s.heal()
	var healing sync.WaitGroup
	for _, h := range s.homes {
		healing.Go(func() { s.wait("all sessions to be well", h.well) })
	}
	healing.Wait()
	close(over)
	people.Wait()
}

// wait waits long enough for the longest of the keepers' own waits.
func (s *storm) wait(what string, ok func() (string, bool)) {
	s.t.Helper()
	timeout := time.NewTimer(2 * time.Minute)
	defer timeout.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		state, done := ok()
		if done {
			return
		}
		select {
		case <-again.C:
		case <-timeout.C:
			s.t.Errorf("waited in vain for %s: %s", what, state)
			return
		}
	}
}

// well reports whether every session is active and its token works.
func (h *house) well() (state string, ok bool) {
	all, err := h.api.Sessions(h.t.Context())
	if err != nil {
		return err.Error(), false
	}
	if len(all) != len(h.names) {
		return fmt.Sprintf("%d sessions of %d are there", len(all), len(h.names)), false
	}
	for _, s := range all {
		if s.State != "active" {
			return fmt.Sprintf("%s is %s %s, %+v", s.Name, s.State, s.Reason, s.LastError), false
		}
	}
	return "", true
}
