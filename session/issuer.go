package session

import (
	"time"
)

// maxInFlight bounds the refreshes under way at one issuer, so that a resume with many sessions due does not become a
// burst.
const maxInFlight = 8

// issuer is how an authorization server answers. While it fails, one request at a time probes it, for all its sessions.
type issuer struct {
	key        string
	failing    bool
	probing    bool
	blocked    bool // somebody waits for a refresh under way to end
	probes     int  // failures in a row
	inFlight   int
	nextProbe  time.Time
	lastEnd    time.Time
	retryAfter time.Time
	heardAt    time.Time // of its last answer, whatever it was
	silentAt   time.Time // of the last try that did not reach it; zero: it has answered since
}

// reset ends the wait between probes: the machine woke up, or the network is back. Retry-After still binds.
func (i *issuer) reset() { i.probes, i.nextProbe, i.lastEnd = 0, time.Time{}, time.Time{} }

// allows reports whether a refresh may start at now, and if not, when to ask again; a zero time means when a refresh
// under way has ended. A caller that waits does not wait for the backoff.
func (i *issuer) allows(now time.Time, caller bool) (ok bool, at time.Time) {
	switch {
	case now.Before(i.retryAfter):
		return false, i.retryAfter
	case i.failing && i.probing, !i.failing && i.inFlight >= maxInFlight:
		i.blocked = true
		return false, time.Time{}
	case !i.failing:
		return true, time.Time{}
	case caller:
		at = i.lastEnd.Add(waiterPace)
		return !now.Before(at), at
	default:
		return !now.Before(i.nextProbe), i.nextProbe
	}
}

// failed notes a refresh that failed for the issuer's sake.
func (i *issuer) failed(now time.Time, probe bool, retryAfter time.Duration) {
	if !i.failing || probe {
		i.probes++
		i.nextProbe = now.Add(backoff(i.probes, roll()))
	}
	i.failing, i.lastEnd = true, now
	if retryAfter > 0 {
		i.retryAfter = latest(i.retryAfter, now.Add(retryAfter))
	}
}

// answered notes that the issuer works, and reports whether it had not.
func (i *issuer) answered() bool {
	was := i.failing
	i.failing, i.probes, i.nextProbe = false, 0, time.Time{} // a Retry-After that another answer set still binds
	return was
}

// issuerOf is the issuer that a session's refreshes go to.
func (k *Keeper) issuerOf(e *entry) *issuer {
	key := e.issuerKey()
	i := k.issuers[key]
	if i == nil {
		i = &issuer{key: key}
		k.issuers[key] = i
	}
	return i
}

func (e *entry) issuerKey() string {
	switch {
	case e.prov == nil:
		return ""
	case e.prov.Issuer != "":
		return e.prov.Issuer
	default:
		return e.prov.TokenURL
	}
}

// kick looks at every session of an issuer again, after something about the issuer changed. With spread its sessions
// that are due are released one after the other.
func (k *Keeper) kick(key string, now time.Time, spread bool) {
	for _, e := range k.entries {
		if e.issuerKey() != key || e.busy {
			continue
		}
		if spread {
			e.nextTry = now.Add(time.Duration(roll() * float64(releaseOver)))
		}
		k.schedule(e, now)
	}
}
