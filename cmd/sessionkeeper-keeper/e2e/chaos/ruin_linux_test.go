package chaos

import (
	"slices"
	"syscall"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session/provider/providertest"
)

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
