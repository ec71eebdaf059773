package session

import (
	"context"
	"net/http"
	"time"

	"sessionkeeper/session/provider"
)

const (
	learnTime  = 5 * time.Second // bounds the requests that find out; the session is not free meanwhile
	learnedFor = 24 * time.Hour  // that what was found out counts before it is looked at again
)

// late reports whether a refresh kills the access token that was handed out before.
func (e *entry) late() bool {
	if e.prov != nil && e.prov.RefreshEndsAccess {
		return true
	}
	return e.d.EndsOld != nil && *e.d.EndsOld
}

// learns reports whether the next refresh is to show what it does to the token in hand. One that a resource has refused
// shows nothing.
func (e *entry) learns(now time.Time) bool {
	if e.prov.RefreshEndsAccess || e.prov.Check.Kind == provider.CheckNone || e.d.CheckOff || e.g.access.Empty() ||
		e.provisional || e.suspect == e.g.generation || e.rejected == e.g.generation || e.refusedNow() != nil {
		return false
	}
	return e.d.EndsOld == nil || now.Sub(e.d.EndsOldAt).Abs() >= learnedFor
}

// learnKill tries the old token once after a refresh: does it work still? That says so whenever it does. That it does
// not is believed where it had some time left, and where the check takes the new token.
func (k *Keeper) learnKill(ctx context.Context, r *renewal, o outcome) *bool {
	if !r.learns || !r.grant.usable(k.now()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, learnTime)
	defer cancel()
	check := func(g *grant) provider.Answer {
		return k.o.Wire.Check(ctx, r.prov, o.by, r.prov.Check, g.access)
	}
	switch old := check(r.grant); {
	case old.Verdict == provider.VerdictOK:
		return new(false)
	// A 403 that does not say why proves nothing alone, but beside a 200 for the new token it does.
	case old.Verdict == provider.VerdictSignIn, old.Status == http.StatusForbidden:
		known := r.durable.EndsOld != nil && *r.durable.EndsOld
		if left := r.grant.expiresAt.Sub(k.now()); !known && !r.grant.expiresAt.IsZero() && left < 3*skewMargin ||
			check(o.grant).Verdict != provider.VerdictOK {
			return nil
		}
		return new(true)
	default:
		return nil
	}
}

// learned takes over what a refresh showed of an issuer, for all its sessions.
func (k *Keeper) learned(e *entry, kills bool) {
	i, now := k.issuerOf(e), k.now()
	if was := e.d.EndsOld; (was != nil && *was) != kills {
		k.log.Info("learned what a refresh does to the token before it", "issuer", i.key, "ends_it", kills)
	}
	i.endsOld, i.endsOldAt = &kills, now
	k.forEach("issuer", func(o *entry) {
		if o.prov == nil || o.issuerKey() != i.key {
			return
		}
		if was := o.late(); k.share(o) && o.late() != was && o.g != nil {
			o.plan(roll())
			k.publish(o)
			k.schedule(o, now)
		}
	})
	k.save(e)
}

// share brings what is known of an issuer to a session of it, or the other way round: the newer word counts. It reports
// whether the session has another one now.
func (k *Keeper) share(e *entry) (news bool) {
	if e.prov == nil {
		return false
	}
	i := k.issuerOf(e)
	switch {
	case e.d.EndsOldAt.After(i.endsOldAt):
		i.endsOld, i.endsOldAt = e.d.EndsOld, e.d.EndsOldAt
	case i.endsOldAt.After(e.d.EndsOldAt):
		e.d.EndsOld, e.d.EndsOldAt = i.endsOld, i.endsOldAt
		return true
	}
	return false
}
