package authserver

import (
	"slices"
	"sync"
	"time"

	"github.com/luikyv/go-oidc/pkg/goidc"
)

// Presented says how the refresh token of a request stood when the request was carried out.
type Presented string

// How a refresh token can stand.
const (
	PresentedCurrent    Presented = "current"
	PresentedSuperseded Presented = "superseded" // a newer one of its grant had been issued
	PresentedUnknown    Presented = "unknown"    // never issued here
)

// Request is one request to the token endpoint. It holds no token: a refresh token is named by its grant and
// generation.
type Request struct {
	At         time.Time `json:"at"`
	GrantType  string    `json:"grant_type"`
	Client     string    `json:"client,omitempty"`     // as claimed, not verified
	Grant      string    `json:"grant,omitempty"`      // empty: none could be found
	Presented  Presented `json:"presented,omitempty"`  // refreshes only
	Generation int       `json:"generation,omitempty"` // of the refresh token presented
	InFlight   bool      `json:"in_flight,omitempty"`  // the same token was being used by another request
	Issued     int       `json:"issued,omitempty"`     // generation of the refresh token in the true answer
	Status     int       `json:"status"`               // as the client saw it, 0: no answer
	Error      string    `json:"error,omitempty"`      // code of the true answer
	Fault      string    `json:"fault,omitempty"`      // what spoilt the answer
}

// Log is what the token endpoint has seen.
type Log struct {
	Requests []Request `json:"requests"` // oldest first; the newest 20,000
	// DoubleSends counts refreshes with a superseded token, or with a token that another request in flight was using.
	DoubleSends int `json:"double_sends"`
	// ReuseDetected counts the grants that were revoked because an old refresh token came back.
	ReuseDetected int `json:"reuse_detected"`
}

const maxLog = 20000

// journal remembers the requests to the token endpoint.
type journal struct {
	mu       sync.Mutex // guards everything below
	requests []Request
	doubles  int
	flights  map[digest][]*flight
}

// flight is a refresh under way.
type flight struct {
	landed   chan struct{} // closed at the end
	hanging  chan struct{} // closed when a fault keeps it from answering
	overlaps bool          // the token was in flight already
}

func newJournal() *journal { return &journal{flights: make(map[digest][]*flight)} }

// hang marks the flight as one that will never answer.
func (f *flight) hang() { close(f.hanging) }

// depart registers a token request and finds out whether its refresh token is being used by another one.
func (j *journal) depart(x *exchange) *flight {
	f := &flight{landed: make(chan struct{}), hanging: make(chan struct{})}
	if x.grantType != goidc.GrantRefreshToken {
		return f
	}
	j.mu.Lock()
	others := slices.Clone(j.flights[x.credential])
	j.flights[x.credential] = append(j.flights[x.credential], f)
	j.mu.Unlock()
	f.overlaps = overlap(others)
	return f
}

// overlap reports whether one of the flights is really under way. One that hangs gets a moment to be noticed as given
// up.
func overlap(others []*flight) bool {
	patience := time.NewTimer(hangPatience)
	defer patience.Stop()
	for _, o := range others {
		select {
		case <-o.hanging:
		default:
			return true
		}
		select {
		case <-o.landed:
		case <-patience.C:
			return true
		}
	}
	return false
}

func (j *journal) land(x *exchange, f *flight) {
	j.mu.Lock()
	defer j.mu.Unlock()
	close(f.landed)
	j.flights[x.credential] = slices.DeleteFunc(j.flights[x.credential], func(o *flight) bool { return o == f })
	if len(j.flights[x.credential]) == 0 {
		delete(j.flights, x.credential)
	}
}

func (j *journal) add(r Request, f *flight) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.InFlight = f.overlaps
	if f.overlaps || r.Presented == PresentedSuperseded {
		j.doubles++
	}
	if len(j.requests) == maxLog {
		j.requests = slices.Delete(j.requests, 0, maxLog/10)
	}
	j.requests = append(j.requests, r)
}

// Log returns what the token endpoint has seen so far.
func (s *Server) Log() Log {
	s.store.mu.Lock()
	reused := s.store.reused
	s.store.mu.Unlock()
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return Log{
		Requests:      append([]Request{}, s.journal.requests...),
		DoubleSends:   s.journal.doubles,
		ReuseDetected: reused,
	}
}
