package providertest

import (
	"maps"
	"slices"
	"time"
)

// Outcome is what the issuer did with a request to its token endpoint.
type Outcome string

// The outcomes.
const (
	Unreached Outcome = ""          // a fault kept it from the issuer
	SignedIn  Outcome = "signed in" // a code or a device code was exchanged
	Renewed   Outcome = "renewed"
	Replayed  Outcome = "replayed" // a spent refresh token was taken once more, as the profile allows
	Reused    Outcome = "reused"   // a spent refresh token was refused
	Ended     Outcome = "ended"    // the grant was over
	Refused   Outcome = "refused"  // for another reason: client, code, form, a token that is not ours
)

// Entry is one request to a token endpoint.
type Entry struct {
	At, EndedAt time.Time // by the server's clock
	Issuer      string
	GrantType   string
	Family      int // -1 where it is not known
	Generation  int // of the refresh token that was presented; 0 for none
	Fault       string
	Outcome     Outcome
	Status      int  // that the client saw; 0 for none
	Brought     int  // the generation of the refresh token in the answer; 0 for none
	Delivered   bool // the answer went out in full, with the tokens in it that the issuer gave
	// InFlight says that a request with the same refresh token was in flight. AfterAnswer says that an answer which
	// brought a newer one in its place had been delivered in full.
	InFlight, AfterAnswer bool
}

// Double reports whether the client sent a refresh token twice.
func (e *Entry) Double() bool { return e.InFlight || e.AfterAnswer }

// Tally counts what the entries say. It is computed by the server alone.
type Tally struct {
	Requests    int // to token endpoints
	SignIns     int
	Refreshes   int // that brought tokens, replays among them
	Replays     int
	DoubleSends int
	// Lost are grants whose client was refused for good although it had been told everything; Interrupted are those
	// whose last answer did not reach it, so that the profile's rules left it no way; Over were revoked or expired.
	Lost, Interrupted, Over int
	DeadPresented           int // refresh tokens presented again that had been refused for good
	Foreign                 int // refresh tokens that are none of this server's
	// AccessUsed are uses of access tokens at userinfo. AccessExpired and AccessEnded of them were too late.
	AccessUsed, AccessExpired, AccessEnded int
	Faults                                 map[string]int // by name
	Damaged                                int            // faults that reached the issuer and spoilt the answer of a refresh
}

// Tally returns the counts so far.
func (s *Server) Tally() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tally
	t.Faults = maps.Clone(t.Faults)
	return t
}

// Log returns the entries so far, in the order of their ends.
func (s *Server) Log() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.entries)
}

// Interrupted tells the server that a client process was killed: what it had in flight is over, and answers that went
// out in the last while may be unread. A grant of that client whose refresh token is presented again is then no double
// send. No families means all of them.
func (s *Server) Interrupted(while time.Duration, families ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := func(id int) bool { return len(families) == 0 || slices.Contains(families, id) }
	since := s.now().Add(-while)
	for _, f := range s.families {
		if of(f.id) && !f.answeredAt.Before(since) {
			f.answered = min(f.answered, f.generation-2)
		}
	}
	for key, sending := range s.flights {
		if of(key.family) {
			sending.gone = true
		}
	}
}

// log counts an entry and keeps it; it is called with mu held.
func (s *Server) log(e Entry) {
	e.EndedAt = s.now()
	t := &s.tally
	if e.Fault != "" {
		t.Faults[e.Fault]++
	}
	if e.Double() {
		t.DoubleSends++
	}
	switch e.Outcome {
	case SignedIn:
		t.SignIns++
	case Replayed:
		t.Replays++
		t.Refreshes++
	case Renewed:
		t.Refreshes++
	case Unreached, Reused, Ended, Refused:
	}
	if e.Fault != "" && !e.Delivered && (e.Outcome == Renewed || e.Outcome == Replayed) {
		t.Damaged++
	}
	s.entries = append(s.entries, e)
}

// told gives an entry that nothing changes any more to Options.Record.
func (s *Server) told(at int) {
	if s.record == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(s.entries[at])
}

// refuse counts a refresh token that is refused for good; it is called with mu held.
func (f *family) refuse(generation int) {
	t := &f.issuer.s.tally
	t.DeadPresented += count(f.refusedAt == generation)
	if f.counted {
		return
	}
	f.counted = true
	switch {
	case f.end == EndRevoked || f.end == EndExpired:
		t.Over++
	case f.answered < generation && generation < f.generation:
		t.Interrupted++
	default:
		t.Lost++
	}
}
