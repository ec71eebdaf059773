package session

import (
	"cmp"
	"reflect"
	"time"

	"sessionkeeper/session/provider"
)

// maxInFlight bounds the refreshes under way at one issuer, so that a resume with many sessions due does not become a
// burst.
const maxInFlight = 8

// maxStoring bounds the renewals of timers that wait for the disk or the keychain at a time: each takes memory and a
// thread. Those that wait for a provider do not count: one that hangs holds up its own sessions alone.
const maxStoring = 32

// issuer is how an authorization server answers. While it fails, one request at a time probes it, for all its sessions.
type issuer struct {
	key        string
	common     *provider.Provider // as the session that was resolved last found it
	failing    bool
	probing    bool
	probes     int // failures in a row
	inFlight   int
	nextProbe  time.Time
	lastEnd    time.Time
	retryAfter time.Time
	heardAt    time.Time // of its last answer, whatever it was
	silentAt   time.Time // of the last try that did not reach it; zero: it has answered since
	trouble    string    // of the last try that failed; see troubleOf

	callers, timers []*entry // who waits for a refresh under way to end, in order; callers go first

	endsOld   *bool // learned: a refresh kills the access token before it
	endsOldAt time.Time
}

// reset ends the wait between probes: the machine woke up, or the network is back. Retry-After still binds.
func (i *issuer) reset() { i.probes, i.nextProbe, i.lastEnd = 0, time.Time{}, time.Time{} }

// allows reports whether a refresh may start at now, and if not, when to ask again; a zero time means when a refresh
// under way has ended. A caller that waits does not wait for the backoff.
func (i *issuer) allows(now time.Time, caller bool) (ok bool, at time.Time) {
	switch {
	case now.Before(i.retryAfter):
		return false, i.retryAfter
	case i.full():
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

// full reports whether no further refresh may start before one that is under way has ended.
func (i *issuer) full() bool {
	if i.failing {
		return i.probing
	}
	return i.inFlight >= maxInFlight
}

// line has a session wait until a refresh under way has ended.
func (i *issuer) line(e *entry, caller bool) {
	switch {
	case e.queuedAt == i && (e.hurried || !caller):
		return
	case caller:
		i.callers = append(i.callers, e)
	default:
		i.timers = append(i.timers, e)
	}
	e.queuedAt, e.hurried = i, caller
}

// next is who has waited longest; nil: nobody waits.
func (i *issuer) next() *entry {
	for _, line := range []*[]*entry{&i.callers, &i.timers} {
		for len(*line) > 0 {
			e := (*line)[0]
			(*line)[0] = nil
			*line = (*line)[1:]
			if e.queuedAt == i && e.hurried == (line == &i.callers) { // else it has moved on
				e.queuedAt = nil
				return e
			}
		}
		*line = nil
	}
	return nil
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
func (k *Keeper) issuerOf(e *entry) *issuer { return k.issuerNamed(e.issuerKey()) }

func (k *Keeper) issuerNamed(key string) *issuer {
	i := k.issuers[key]
	if i == nil {
		i = &issuer{key: key}
		k.issuers[key] = i
	}
	return i
}

func (e *entry) issuerKey() string {
	if e.prov == nil {
		return ""
	}
	return cmp.Or(e.prov.Issuer, e.prov.TokenURL)
}

// common is the provider that other sessions of its issuer hold, where it says the same: there may be thousands.
func (k *Keeper) common(p *provider.Provider) *provider.Provider {
	i := k.issuerNamed(cmp.Or(p.Issuer, p.TokenURL))
	if i.common == nil || i.common != p && !reflect.DeepEqual(i.common, p) {
		i.common = p
	}
	return i.common
}

// turn is how long a session's timer holds back where many may be due at once, over at least so long. Callers do not
// wait for it.
func (k *Keeper) turn(over time.Duration) time.Duration {
	return time.Duration(roll() * float64(max(over, time.Duration(len(k.entries))*crowdPace)))
}

// admitNext lets those go on who wait at an issuer, as far as it is not full.
func (k *Keeper) admitNext(i *issuer) {
	for !i.full() {
		e := i.next()
		if e == nil {
			return
		}
		k.changed(e)
	}
}

// stored lets those go on who wait for others to be stored, after one is.
func (k *Keeper) stored() {
	k.storing.Add(-1)
	for k.storing.Load() < maxStoring {
		e := k.crowd.next()
		if e == nil {
			return
		}
		k.changed(e)
	}
}

// kick looks at every session of an issuer again, after something about the issuer changed. With spread its sessions
// that are due are released one after the other.
func (k *Keeper) kick(key string, now time.Time, spread bool) {
	k.forEach("issuer", func(e *entry) {
		if e.issuerKey() != key || e.busy {
			return
		}
		if spread {
			e.nextTry = now.Add(k.turn(releaseOver))
		}
		k.schedule(e, now)
	})
}
