package authserver

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind is a way in which the token endpoint can misbehave.
type FaultKind string

// The ways to misbehave.
const (
	FaultNone          FaultKind = "ok"
	FaultError500      FaultKind = "500"
	FaultRateLimit     FaultKind = "429"            // with Retry-After
	FaultPortal        FaultKind = "html-200"       // a captive portal's page
	FaultGateway       FaultKind = "html-502"       // a proxy's page
	FaultHang          FaultKind = "hang"           // no answer until the client goes away or Server.Close
	FaultCut           FaultKind = "cut"            // the connection is closed without an answer
	FaultTruncate      FaultKind = "truncate"       // half the real answer, then the connection is closed
	FaultInvalidClient FaultKind = "invalid_client" // as after a changed secret
)

// FaultKinds lists the kinds, FaultNone first.
func FaultKinds() []FaultKind {
	return []FaultKind{
		FaultNone, FaultError500, FaultRateLimit, FaultPortal, FaultGateway, FaultHang, FaultCut, FaultTruncate,
		FaultInvalidClient,
	}
}

// Fault is how the token endpoint misbehaves.
type Fault struct {
	Kind FaultKind
	// After lets the request take its full effect before the answer is spoilt: the refresh token is spent. FaultTruncate
	// always does.
	After bool
	// Count is how many requests are hit; zero means until the fault is changed.
	Count int
	// RetryAfter is sent with FaultRateLimit as it stands, in seconds or as a date; empty means "5".
	RetryAfter string
	// Only names the one grant type that is hit, such as "refresh_token"; empty means every request.
	Only string
}

const afterSuffix = "-after"

// String returns the name that ParseFault reads: the kind, with "-after" where the token is spent first.
func (f Fault) String() string {
	if f.After && f.Kind != FaultTruncate {
		return string(f.Kind) + afterSuffix
	}
	return string(f.Kind)
}

// ParseFault reads a fault's name, such as "500" or "cut-after".
func ParseFault(name string) (Fault, error) {
	kind, after := strings.CutSuffix(name, afterSuffix)
	f := Fault{Kind: FaultKind(kind), After: after}
	if !slices.Contains(FaultKinds(), f.Kind) || after && f.Kind == FaultNone {
		return Fault{}, fmt.Errorf("no fault is called %q", name)
	}
	f.After = f.After || f.Kind == FaultTruncate
	return f, nil
}

// SetFault changes how the token endpoint behaves from the next request on. The zero Fault is good behaviour.
func (s *Server) SetFault(f Fault) {
	if f.Kind == "" {
		f.Kind = FaultNone
	}
	f.After = f.After || f.Kind == FaultTruncate
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Fault returns the present behaviour, with Count counted down.
func (s *Server) Fault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault.Kind == "" {
		return Fault{Kind: FaultNone}
	}
	return s.fault
}

// takeFault returns the fault for one request and counts it.
func (s *Server) takeFault(grantType string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fault
	if f.Kind == "" || f.Kind == FaultNone || f.Only != "" && f.Only != grantType {
		return Fault{Kind: FaultNone}
	}
	if s.fault.Count > 0 {
		if s.fault.Count--; s.fault.Count == 0 {
			s.fault = Fault{}
		}
	}
	return f
}

// spoil answers in place of the real answer; a is nil where the request was not carried out.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, f Fault, a *answer) {
	w.Header().Set("Cache-Control", "no-store")
	switch f.Kind {
	case FaultError500:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case FaultRateLimit:
		wait := f.RetryAfter
		if wait == "" {
			wait = "5"
		}
		w.Header().Set("Retry-After", wait)
		writeJSON(w, http.StatusTooManyRequests, map[string]string{"error": "temporarily_unavailable"})
	case FaultPortal:
		writeHTML(w, http.StatusOK, "<!doctype html><title>Guest network</title><p>Accept our terms to go online.")
	case FaultGateway:
		writeHTML(w, http.StatusBadGateway, "<!doctype html><title>502</title><h1>Bad gateway</h1>")
	case FaultInvalidClient:
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	case FaultHang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case FaultTruncate:
		w.Header().Set("Content-Type", a.header.Get("Content-Type"))
		w.Header().Set("Content-Length", strconv.Itoa(a.body.Len()))
		w.WriteHeader(a.status)
		w.Write(a.body.Bytes()[:a.body.Len()/2]) //nolint:gosec // JSON of the library's, sent as such
		// Without the flush net/http would drop the half that was written.
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case FaultCut:
		panic(http.ErrAbortHandler)
	case FaultNone:
		a.send(w)
	}
}

// status is what the client sees, 0 for no answer at all.
func (f Fault) status(a *answer) int {
	switch f.Kind {
	case FaultError500:
		return http.StatusInternalServerError
	case FaultRateLimit:
		return http.StatusTooManyRequests
	case FaultPortal:
		return http.StatusOK
	case FaultGateway:
		return http.StatusBadGateway
	case FaultInvalidClient:
		return http.StatusUnauthorized
	case FaultHang, FaultCut:
		return 0
	default:
		return a.status
	}
}

// hangPatience is how long a request waits for an earlier one with the same token that a fault keeps hanging: its
// client may have given it up already, and only the news of the closed connection is still on its way.
const hangPatience = 250 * time.Millisecond
