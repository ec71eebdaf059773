package chaos

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session/provider/providertest"
)

var (
	lasts = flag.Duration("for", 45*time.Second, "how `long` everything is broken at random")
	seed  = flag.Uint64("seed", 0, "the `number` that chance follows from; 0: a new one, which is printed")
)

// mayAdd is what a dead provider may delay others by before that is called a delay, on a machine that is busy.
const mayAdd = 3 * time.Second

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
	t.Logf("seed %d: go test ./cmd/sessionkeeper-keeper/e2e/chaos -run TestChaos -args -for %v -seed %d", *seed, *lasts, *seed)
	s := &storm{
		t: t, provider: startProvider(t), ring: keychaintest.Start(t), profiles: map[string]providertest.Profile{},
		dice: rand.New(rand.NewPCG(*seed, 1)),
	}
	for _, keychain := range []string{"os", "sealed"} {
		s.homes = append(s.homes, s.settle(keychain))
	}
	s.rage()
	late := s.latency()
	s.report(late)
	t.Attr("real", "gnome-keyring")
}

// house is a home whose sessions are used.
type house struct {
	*home
	storm *storm
	names []string

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
	h := &house{home: newHome(s.t, s.ring, keychain), storm: s, signIns: map[string]int{}, asking: map[string][]string{}, heard: new(tape)}
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
	for _, h := range s.homes {
		s.wait("all sessions to be well", h.well)
	}
	close(over)
	people.Wait()
}

// wait waits long enough for the longest of the keepers' own waits.
func (s *storm) wait(what string, ok func() (string, bool)) {
	s.t.Helper()
	timeout := time.NewTimer(3 * time.Minute)
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

// fault chooses what happens to a request to a token endpoint.
func (s *storm) fault(c providertest.Call) providertest.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calm || c.GrantType != "refresh_token" || s.dice.IntN(2) > 0 {
		return providertest.Fault{}
	}
	now := time.Now()
	kinds := slices.Concat(providertest.Passing(now), providertest.Damaging(), providertest.Odd(s.profiles[c.Issuer].AccessLife),
		[]providertest.Fault{
			providertest.Hang(), providertest.HangAfter(), providertest.Late(time.Duration(s.dice.IntN(3000)) * time.Millisecond),
			providertest.Trickle(5 * time.Millisecond), providertest.Twice(),
			providertest.StatusAfter(502), providertest.StatusAfter(503),
		})
	return kinds[s.dice.IntN(len(kinds))]
}

// breakThings is whoever pulls plugs, one after the other.
func (s *storm) breakThings() {
	s.t.Helper()
	ring := ringState{Desktop: s.ring}
	for time.Now().Before(s.end) {
		<-time.After(time.Duration(50+s.luck(250)) * time.Millisecond)
		h := s.homes[s.luck(len(s.homes))]
		switch s.luck(30) {
		case 0, 1:
			h.restart(syscall.SIGTERM, 0)
			s.ruin.ended++
		case 2, 3, 4:
			h.stop(time.Duration(s.luck(2000)) * time.Millisecond)
			s.ruin.stopped++
		case 5:
			h.restart(syscall.SIGKILL, time.Duration(s.luck(1500))*time.Millisecond)
			s.ruin.killed++
		case 6, 7:
			s.down(time.Duration(s.luck(1500)) * time.Millisecond)
			s.ruin.outages++
		case 8, 9, 10:
			ring.change(s)
		default:
			h.restart(syscall.SIGKILL, 0)
			s.ruin.killed++
		}
	}
	ring.well(s)
}

// ruin counts what was broken beside the provider's answers.
type ruin struct{ killed, ended, stopped, outages, keychain int }

// restart ends the keeper, after it was stopped for a while, and starts another one.
func (h *house) restart(sig syscall.Signal, stopped time.Duration) {
	h.t.Helper()
	if stopped > 0 {
		h.signal(syscall.SIGSTOP)
		<-time.After(stopped)
	}
	h.kill(sig)
	while := 2*time.Second + stopped
	if h.unsafe() {
		while += 5 * time.Second
	}
	if families := h.families(); sig == syscall.SIGKILL && len(families) > 0 {
		h.storm.provider.Interrupted(while, families...)
	}
	h.mustServe(program)
}

// unsafe reports whether the keychain was of no use a moment ago, so that storing took its time.
func (h *house) unsafe() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Before(h.troubled)
}

// stop is a machine that sleeps.
func (h *house) stop(d time.Duration) {
	h.t.Helper()
	h.mu.Lock()
	h.used.asleep++
	h.mu.Unlock()
	h.signal(syscall.SIGSTOP)
	<-time.After(d)
	h.signal(syscall.SIGCONT)
}

func (s *storm) down(d time.Duration) {
	s.t.Helper()
	s.provider.Down()
	<-time.After(d)
	if err := s.provider.Up(); err != nil {
		s.t.Fatal(err)
	}
}

// ringState is the keychain as it was left.
type ringState struct {
	*keychaintest.Desktop

	mend func() // nil while it is well
}

// change breaks the keychain, or mends it.
func (r *ringState) change(s *storm) {
	s.ruin.keychain++
	for _, h := range s.homes {
		h.mu.Lock()
		h.troubled = time.Now().Add(time.Hour)
		h.mu.Unlock()
	}
	if r.mend != nil {
		r.well(s)
		return
	}
	switch s.luck(4) {
	case 0:
		r.Freeze()
		r.mend = r.Thaw
	case 1:
		r.Stop()
		r.mend = r.Restart
	case 2:
		r.Kill()
		r.mend = r.Restart
	case 3:
		r.Lock()
		r.mend = r.Unlock
	}
}

func (r *ringState) well(s *storm) {
	if r.mend != nil {
		r.mend()
		r.mend = nil
	}
	for _, h := range s.homes {
		h.mu.Lock()
		h.troubled = time.Now().Add(5 * time.Second)
		h.mu.Unlock()
	}
}

// heal ends what an hour of waiting would end: a Retry-After that was taken seriously is forgotten by a new keeper.
func (s *storm) heal() {
	s.t.Helper()
	s.mu.Lock()
	s.calm = true
	s.mu.Unlock()
	for _, h := range s.homes {
		h.restart(syscall.SIGTERM, 0)
	}
}

// leaks searches all that a keeper left and said for anything that the provider gave as a secret.
func (h *house) leaks() (found []string) {
	canary := h.storm.provider.Canary()
	for what, text := range map[string]string{"stderr": h.stderr.String(), "the API": h.heard.String()} {
		if strings.Contains(text, canary) {
			found = append(found, what)
		}
	}
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && strings.Contains(string(data), canary) {
			found = append(found, strings.TrimPrefix(path, h.dir))
		}
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
	return found
}

// report prints what became of everything, by the provider's own log, and fails where something is not as it must be.
func (s *storm) report(late map[string]time.Duration) {
	t := s.t
	n := s.provider.Tally()
	var used usage
	reasons := map[string]int{}
	var leaks, needless []string
	sessions := 0
	for _, h := range s.homes {
		sessions += len(h.names)
		used.add(h.used)
		for reason, n := range h.signIns {
			reasons[reason] += n
		}
		leaks = append(leaks, h.leaks()...)
		needless = append(needless, h.needless()...)
	}
	asked := 0
	for _, n := range reasons {
		asked += n
	}
	var b strings.Builder
	row := func(name string, value any) { fmt.Fprintf(&b, "%-46s %v\n", name, value) }
	row("seed", *seed)
	row("broken for", *lasts)
	row("sessions", fmt.Sprintf("%d at %d issuers", sessions, len(s.profiles)))
	faults := 0
	for _, name := range slices.Sorted(maps.Keys(n.Faults)) {
		row("  fault: "+name, n.Faults[name])
		faults += n.Faults[name]
	}
	row("faults injected", fmt.Sprintf("%d, %d of them lost an answer that counts", faults, n.Damaged))
	row("keepers killed", s.ruin.killed)
	row("keepers told to end", s.ruin.ended)
	row("keepers stopped and continued", s.ruin.stopped)
	row("provider away", s.ruin.outages)
	row("keychain locked, frozen, stopped, killed, mended", s.ruin.keychain)
	row("token requests at the provider", n.Requests)
	row("refreshes", n.Refreshes)
	row("refreshes that were replays", n.Replays)
	row("tokens asked for", used.asked)
	row("tokens handed out and used at once", used.given)
	row("  of them ended by the provider meanwhile", used.ended)
	row("  of them with a life that nobody told", used.untold)
	row("interrupted, as the provider's rules have it", n.Interrupted)
	row("sign-ins asked for", fmt.Sprint(asked, " ", reasons))
	row("refusals asked for again after a kill", n.DeadPresented)
	row("longest wait for a new token, all well", late[well].Round(time.Millisecond))
	for _, dead := range []string{hangs, trickles, refuses} {
		row("worst added beside a provider that "+dead, max(0, late[dead]-late[well]).Round(time.Millisecond))
		if added := late[dead] - late[well]; added > mayAdd {
			t.Errorf("a provider that %s delays others by %v", dead, added)
		}
	}
	for _, zero := range []struct {
		name string
		n    int
	}{
		{"lost", n.Lost},
		{"sessions that asked for a sign-in without need", len(needless)},
		{"expired tokens handed out", used.expired},
		{"double sends", n.DoubleSends},
		{"foreign tokens sent", n.Foreign},
		{"leaks", len(leaks)},
	} {
		row(zero.name, zero.n)
		if zero.n != 0 {
			t.Errorf("%s: %d; want 0", zero.name, zero.n)
		}
	}
	for _, session := range needless {
		t.Error(session)
	}
	for _, where := range leaks {
		t.Errorf("a secret is in %s", where)
	}
	if n.Refreshes < sessions || used.given < sessions || s.ruin.killed == 0 || faults == 0 {
		t.Error("too little happened to prove anything")
	}
	t.Log("\n" + b.String())
}
