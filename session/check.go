package session

import (
	"slices"
	"time"

	"sessionkeeper/session/provider"
)

// checkSpacing keeps the proof of life of many sessions at two requests a second.
const checkSpacing = 500 * time.Millisecond

// checks reports whether the session's proof of life is on.
func (k *Keeper) checks(e *entry) bool {
	ref := e.refusedNow()
	return k.o.Settings.CheckEvery > 0 && e.prov != nil && e.prov.Check.Kind != provider.CheckNone && !e.d.CheckOff &&
		e.g != nil && !e.d.Paused && !e.d.SignedOut && !e.astray && !e.removed && !e.provisional && e.fault == nil &&
		(ref == nil || ref.Verdict != provider.VerdictSetup && !ref.DeadAccess)
}

// checkLife asks the provider whether the token in hand still works, so that a revocation is seen before the next
// renewal.
func (k *Keeper) checkLife(e *entry, now time.Time) {
	if !k.checks(e) {
		e.verifying = false
		return
	}
	if e.checking || e.busy {
		return
	}
	if e.checkAt.IsZero() { // spread over the first period
		e.checkAt = now.Add(time.Duration((0.5 + roll()/2) * float64(k.o.Settings.CheckEvery)))
	}
	if now.Before(e.checkAt) {
		return
	}
	if now.Before(k.nextCheck) {
		k.awaitCheck(e)
		return
	}
	e.checkAt = now.Add(time.Duration((0.9 + roll()/5) * float64(k.o.Settings.CheckEvery)))
	if !e.g.usable(now) {
		e.verifying = false
		return // a spent token proves nothing
	}
	k.nextCheck, e.checking = now.Add(checkSpacing), true
	g, p, c := e.g, e.prov, e.proof()
	k.spawn("proof of life of "+e.def.Name, func() {
		a := provider.Answer{Verdict: provider.VerdictPassing, Code: "internal"}
		k.guard("proof of life", func() { a = k.o.Wire.Check(k.work, p, c, p.Check, g.access) })
		k.post(func() { k.checked(e, g, a) })
	})
}

// awaited is how a session waits for its turn at the proof of life.
type awaited int

const (
	checkNone awaited = iota
	checkInTurn
	checkFirst // it was refused
)

// awaitCheck lines a session up: looking at all that wait each time that one may go is too much where there are many.
func (k *Keeper) awaitCheck(e *entry) {
	how, at := checkInTurn, len(k.toCheck)
	if e.verifying || e.suspect != 0 {
		how, at = checkFirst, 0
	}
	if e.awaits < how {
		e.awaits = how
		k.toCheck = slices.Insert(k.toCheck, at, e) // what it leaves further down is passed over
	}
}

// checkNext lets the next session have its proof of life, where it is time.
func (k *Keeper) checkNext(now time.Time) {
	for len(k.toCheck) > 0 && !now.Before(k.nextCheck) {
		e := k.toCheck[0]
		k.toCheck[0] = nil
		if k.toCheck = k.toCheck[1:]; e.awaits != checkNone {
			e.awaits = checkNone
			k.changed(e)
		}
	}
}

// checked takes over the answer about grant g.
func (k *Keeper) checked(e *entry, g *grant, a provider.Answer) {
	e.checking, e.verifying = false, false
	k.heard(k.issuerOf(e), a, k.now())
	k.showOutages()
	if e.removed {
		return
	}
	if e.g != g || e.busy {
		k.changed(e)
		return
	}
	now := k.now()
	switch {
	case a.Verdict == provider.VerdictOK:
		e.suspect = 0
	case a.Verdict != provider.VerdictSignIn:
		k.log.Debug("the proof of life was not answered", "session", e.def.Name, "code", a.Code, "http_status", a.Status)
	case e.refusedNow() != nil:
		ref := *e.d.Refused
		ref.DeadAccess = true
		e.d.Refused = &ref
		k.save(e)
	case e.suspect != 0 && g.generation > e.suspect: // it refuses what the provider has just given: the check is at fault
		e.suspect, e.d.CheckOff = 0, true
		k.log.Warn("turned the proof of life off: it refuses a fresh token", "session", e.def.Name, "http_status", a.Status)
		k.notify(checkOffNotice(e.def.Name))
		k.save(e)
	case g.refresh.Empty():
		e.d.LastError = lastError(a, now)
		k.setRefused(e, &refusal{
			Verdict: provider.VerdictSignIn, Reason: ReasonRevoked, Code: a.Code, At: now, Generation: g.generation, DeadAccess: true,
		})
		k.save(e)
	default: // one forced refresh, whose verdict decides
		k.log.Info("the provider refuses the token in hand", "session", e.def.Name, "http_status", a.Status)
		e.suspect, e.demanded, e.lastDemand = g.generation, true, now
		k.retell(e)
	}
	k.changed(e)
}

// Between two tries of a client that the provider does not take.
const (
	firstLook = 15 * time.Minute
	lastLook  = 6 * time.Hour
)

// secondLook is when the timer tries a refused token again. That is for its client's sake alone, zero otherwise: the
// token is not spent by it, and a provider that loses its clients for an hour, or a secret that somebody puts right over
// there, must not leave sessions behind until their user comes by. The pauses grow with the time that it has lasted.
func (r *refusal) secondLook() time.Time {
	if r.Verdict != provider.VerdictSetup || r.Reason != ReasonSetupClient {
		return time.Time{}
	}
	return r.At.Add(min(max(r.At.Sub(r.Since), firstLook), lastLook))
}

// repeats reports whether a refusal says again what one before it said.
func (r *refusal) repeats(before *refusal) bool {
	return before != nil && before.Verdict == r.Verdict && before.Reason == r.Reason && before.Generation == r.Generation
}

// byUs reports whether the session was ended at a deadline that is the keeper's own.
func (r *refusal) byUs() bool {
	return r != nil && r.Verdict == provider.VerdictSignIn && r.Reason == ReasonExpired && r.Code == ""
}

// endByItself ends a session at a deadline that is the keeper's own: the user's max_age, or the end of an access token
// that nothing can renew. Where that turns out to lie ahead, because the clock was wrong, it goes on.
func (k *Keeper) endByItself(e *entry, now time.Time) {
	if e.refusedNow().byUs() && e.g != nil && !e.busy && e.ends.ours && now.Before(e.ends.at) {
		e.d.Refused = nil
		k.cured(e, true)
		k.save(e)
		return
	}
	if !k.warnable(e) || !e.ends.ours || e.busy || e.g == nil || now.Before(e.ends.at) {
		return
	}
	k.setRefused(e, &refusal{Verdict: provider.VerdictSignIn, Reason: ReasonExpired, At: now, Generation: e.g.generation})
	k.save(e)
}
