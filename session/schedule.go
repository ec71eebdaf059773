package session

import (
	"math/rand/v2"
	"slices"
	"time"

	"sessionkeeper/session/provider"
)

const (
	maxLead      = 10 * time.Minute
	assumedLife  = time.Hour        // of an access token whose answer did not say
	maxNap       = 30 * time.Second // timers stand still while the machine sleeps
	firstBackoff = time.Second
	maxBackoff   = 5 * time.Minute
	waiterPace   = time.Second          // between two tries that callers ask for
	maxFloor     = time.Minute          // between two refreshes on demand
	releaseOver  = 2 * time.Second      // over which an issuer's sessions are released
	crowdPace    = 2 * time.Millisecond // between two renewals, on average, where all sessions are due at once
	lateLead     = 30 * time.Second     // where a refresh kills the token in hand
	outageAfter  = 2 * time.Minute
	skewMargin   = 2 * time.Second // a token with less left is as good as spent
)

// aheadMarks are the marks before the end of a session at which it is announced, where it was known before the mark.
var aheadMarks = []time.Duration{30 * 24 * time.Hour, 7 * 24 * time.Hour, 24 * time.Hour}

// lead is how long before its end a token of this life is renewed, without jitter.
func lead(life time.Duration, late bool) time.Duration {
	if late {
		return min(lateLead, life/10)
	}
	return min(maxLead, life/3)
}

// renewAt is when a token is renewed. roll in [0,1) is drawn once per token: drawing again at every look would move the
// renewal forward with each look. refreshEnd is when the refresh token itself runs out (zero: unknown): it is used at
// two thirds of its life, even if the access token lives longer.
func renewAt(issued, expires, refreshEnd time.Time, late bool, roll float64) time.Time {
	at := time.Time{}
	if !expires.IsZero() {
		l := lead(expires.Sub(issued), late)
		at = expires.Add(-l - time.Duration((roll*2-1)*float64(l)/10))
	}
	if refreshEnd.After(issued) {
		use := issued.Add(refreshEnd.Sub(issued) * 2 / 3)
		if at.IsZero() || use.Before(at) {
			at = use
		}
	}
	if at.Before(issued) && !at.IsZero() {
		return issued
	}
	return at
}

// usable reports whether a token may still be handed out at now.
func usable(now, issued, expires time.Time) bool {
	if expires.IsZero() {
		return true
	}
	return expires.Sub(now) > min(skewMargin, expires.Sub(issued)/10)
}

// floor is the shortest time between two refreshes on demand.
func floor(life time.Duration) time.Duration {
	if life <= 0 {
		return maxFloor
	}
	return min(maxFloor, life/3)
}

// backoff is the wait after the nth failure in a row: exponential with full jitter, so that many sessions of one
// provider do not come back in step.
func backoff(n int, roll float64) time.Duration {
	top := maxBackoff
	if n < 9 { // 1 s doubled nine times passes five minutes
		top = min(maxBackoff, firstBackoff<<max(0, n-1))
	}
	return max(firstBackoff/4, time.Duration(roll*float64(top)))
}

// end is when a session ends, and what says so.
type end struct {
	at time.Time
	// ours says that the keeper itself ends the session then (max_age, or nothing to renew with).
	ours bool
	// moves says that each renewal moves it ahead.
	moves bool
}

// endFacts is what the end of a session follows from.
type endFacts struct {
	consentAt, refreshedAt, issuedAt, accessEnd, refreshEnd time.Time
	hasRefresh                                              bool
	extends                                                 bool // a refresh moves refreshEnd ahead
	maxAge                                                  time.Duration
}

// endOf says when a session ends: the earliest of what is known.
func endOf(p *provider.Provider, f endFacts) end {
	var e end
	sooner := func(o end) {
		if !o.at.IsZero() && (e.at.IsZero() || o.at.Before(e.at)) {
			e = o
		}
	}
	if f.maxAge > 0 && !f.consentAt.IsZero() {
		sooner(end{at: f.consentAt.Add(f.maxAge), ours: true})
	}
	if !f.hasRefresh {
		sooner(end{at: f.accessEnd, ours: true})
		return e
	}
	if p != nil && p.RefreshAbsolute > 0 && !f.consentAt.IsZero() {
		sooner(end{at: f.consentAt.Add(p.RefreshAbsolute)})
	}
	sooner(end{at: f.refreshEnd, moves: f.extends})
	if p != nil && p.RefreshIdle > 0 {
		if used := latest(f.refreshedAt, f.consentAt); !used.IsZero() {
			sooner(end{at: used.Add(p.RefreshIdle), moves: true})
		}
	}
	return e
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// marks are the instants at which the end of a session is announced, in order. The last is the warning proper, where
// expiring begins; those before it count only where they lay ahead when the deadline became known.
func marks(endsAt, knownAt time.Time, warnBefore time.Duration) []time.Time {
	if endsAt.IsZero() {
		return nil
	}
	var ms []time.Time
	for _, m := range aheadMarks {
		if at := endsAt.Add(-m); m > warnBefore && at.After(knownAt) {
			ms = append(ms, at)
		}
	}
	return append(ms, endsAt.Add(-warnBefore))
}

// nextMark is the first mark that is not in done; last tells whether it is the warning proper.
func nextMark(ms, done []time.Time) (at time.Time, last bool) {
	for i, m := range ms {
		if !slices.ContainsFunc(done, m.Equal) {
			return m, i == len(ms)-1
		}
	}
	return time.Time{}, false
}

// outageAt is when failing to renew is worth a warning: after half of the token's remaining time and at least two
// minutes of failing, or when the token in hand has run out.
func outageAt(failingSince, expires time.Time) time.Time {
	at := failingSince.Add(outageAfter)
	if expires.IsZero() {
		return at
	}
	if half := failingSince.Add(expires.Sub(failingSince) / 2); half.After(at) {
		at = half
	}
	if expires.Before(at) {
		return expires
	}
	return at
}

// roll draws jitter.
func roll() float64 {
	return rand.Float64() //nolint:gosec // jitter, not a secret
}
