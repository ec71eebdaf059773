package session

import (
	"context"
	"slices"
	"time"

	"sessionkeeper/session/provider"
)

// timerDue reports whether the timer wants a renewal now.
func (e *entry) timerDue(now time.Time) bool {
	at, ok := e.timerTry()
	return ok && !at.After(now)
}

// timerTry is when the timer renews next, as far as the session itself goes.
func (e *entry) timerTry() (time.Time, bool) {
	if !e.renewable() || e.refusedNow() != nil || e.unsaved != nil || e.renewDue.IsZero() {
		return time.Time{}, false
	}
	return latest(latest(e.renewDue, e.nextTry), latest(e.retryAfter, e.pace())), true
}

// pace is the earliest next start: whatever a provider says of lifetimes, a session is not refreshed twice a second.
func (e *entry) pace() time.Time {
	if e.lastStart.IsZero() {
		return time.Time{}
	}
	return e.lastStart.Add(waiterPace)
}

// nextTry is when a renewal may start next, for a caller or for the timer; not ok where nothing wants one, or where
// one that is under way is waited for.
func (k *Keeper) nextTry(e *entry, now time.Time) (time.Time, bool) {
	if e.busy || e.prov == nil {
		return time.Time{}, false
	}
	caller := e.demanded || e.starving(now)
	var at time.Time
	if caller && e.renewable() && e.unsaved == nil {
		at = latest(e.retryAfter, e.pace())
		if !e.lastEnd.IsZero() {
			at = latest(at, e.lastEnd.Add(waiterPace))
		}
	} else {
		caller = false
		var ok bool
		if at, ok = e.timerTry(); !ok {
			return time.Time{}, false
		}
	}
	ok, gate := k.issuerOf(e).allows(latest(at, now), caller)
	if !ok && gate.IsZero() {
		return time.Time{}, false // kicked when the refresh under way ends
	}
	return latest(at, gate), true
}

// nextTimerTry is what faces show as the next try.
func (k *Keeper) nextTimerTry(e *entry) time.Time {
	at, ok := e.timerTry()
	if !ok {
		return time.Time{}
	}
	i := k.issuerOf(e)
	at = latest(at, i.retryAfter)
	if i.failing {
		at = latest(at, i.nextProbe)
	}
	return at
}

// pursue starts a renewal where one is wanted and allowed now.
func (k *Keeper) pursue(e *entry, now time.Time) {
	if e.busy || !e.renewable() || e.unsaved != nil {
		return
	}
	if e.refusedNow() != nil && !e.demanded {
		return // only an act of the user tries a refused token again
	}
	at, ok := k.nextTry(e, now)
	if i := k.issuerOf(e); i.failing && e.d.FailingSince.IsZero() && e.timerDue(now) {
		e.d.FailingSince = now // it waits for the issuer's probe, which is failing too
	}
	if !ok || at.After(now) {
		return
	}
	k.startRenewal(e, now)
}

// renewal is what a transaction works with: copies, so that it shares nothing with the loop.
type renewal struct {
	e        *entry
	grant    *grant
	prov     *provider.Provider
	client   provider.Client
	durable  durable
	issuer   *issuer // as it was when this began: the definition may be edited meanwhile
	probe    bool
	hadDoubt bool // the outcome of an earlier attempt with this token is unknown
}

func (k *Keeper) startRenewal(e *entry, now time.Time) {
	i := k.issuerOf(e)
	r := &renewal{e: e, grant: e.g, prov: e.prov, client: e.client, issuer: i, probe: i.failing}
	in := &intent{Generation: e.g.generation, Mark: tokenMark(e.g.refresh), StartedAt: now, Attempt: 1}
	if was := e.d.Intent; was != nil && was.Mark == in.Mark && was.Generation == in.Generation {
		in.Attempt, in.Unknown = was.Attempt+1, was.Unknown
		r.hadDoubt = was.Unknown
	}
	e.d.Intent = in
	r.durable = e.checkpoint()
	e.busy, e.demanded, e.lastStart = true, false, now
	i.inFlight++
	i.probing = i.probing || r.probe
	k.publish(e)
	k.wg.Go(func() { k.transact(r) })
}

// scopes are what a refresh asks for: nothing, which means as before, unless the provider wants them named again.
func (r *renewal) scopes() []string {
	if !r.prov.ScopeOnRefresh {
		return nil
	}
	scopes := r.grant.scopes
	if len(scopes) == 0 {
		scopes = r.prov.Scopes
	}
	if offline := r.prov.OfflineScope; offline != "" && !slices.Contains(scopes, offline) {
		scopes = append(slices.Clone(scopes), offline)
	}
	return scopes
}

// outcome is how a transaction ended.
type outcome struct {
	answer   provider.Answer
	fault    error  // of the store or the state folder, before anything was sent
	grant    *grant // the new one
	saveErr  error  // the new grant is nowhere durable
	adopted  *grant // the store held another grant than the one that was refused
	salvaged *grant // the answer was of no use but for its refresh token, which is durable
}

// transact is the renewal transaction: durable intent, send, store and read back, publish, clear the intent. Nobody sees
// the new access token before its refresh token is durable.
func (k *Keeper) transact(r *renewal) {
	var o outcome
	ctx := k.work
	if o.fault = k.o.Store.Ready(ctx); o.fault == nil && !r.e.provisional {
		o.fault = k.journal.write(r.durable)
	}
	if o.fault == nil {
		o.answer = k.o.Wire.Refresh(ctx, r.prov, r.client, r.grant.refresh, r.scopes())
		switch o.answer.Verdict {
		case provider.VerdictOK:
			o.grant = r.grant.renewed(r.prov, o.answer, k.now(), r.durable.Generation)
			o.saveErr = k.store(r.durable, o.grant)
			for o.saveErr != nil && k.stopping.Load() && ctx.Err() == nil { // nobody tries again after us
				time.Sleep(stopPace)
				o.saveErr = k.store(r.durable, o.grant)
			}
		case provider.VerdictSignIn, provider.VerdictInteraction:
			o.adopted = k.reread(ctx, r)
		case provider.VerdictPassing:
			o.salvaged = k.salvage(r, o.answer)
		case provider.VerdictSetup:
		}
	}
	var state *durable
	k.post(func() { state = k.finish(r, o) })
	if state != nil {
		k.writeDurable(*state)
	}
	var killedOld *bool // learned: whether the refresh killed the token before it
	if o.grant != nil && o.saveErr == nil {
		killedOld = k.learnKill(ctx, r)
	}
	k.post(func() { k.release(r.e, killedOld) })
}

// stopPace is the wait between two tries to store a grant while the keeper stops.
const stopPace = 200 * time.Millisecond

// storeTime bounds a save: the store's own deadlines are shorter.
const storeTime = 10 * time.Second

// store makes a grant durable, also while the keeper is stopping.
func (k *Keeper) store(d durable, g *grant) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.work), storeTime)
	defer cancel()
	data, err := g.encode()
	if err != nil {
		return err
	}
	_, err = k.o.Store.Save(ctx, d.ID, data, g.generation) // in the keychain or in the spill: durable either way
	clear(data)
	return err
}

// salvage stores the refresh token of an answer whose access token cannot be used: the one before it may be spent.
func (k *Keeper) salvage(r *renewal, a provider.Answer) *grant {
	if a.Tokens.Refresh.Empty() {
		return nil
	}
	g := *r.grant
	g.generation, g.refresh = max(g.generation, r.durable.Generation)+1, a.Tokens.Refresh
	if err := k.store(r.durable, &g); err != nil {
		k.log.Error("could not store a refresh token that came with a useless answer", "session", r.durable.Name, "error", err)
		return nil
	}
	return &g
}

// reread looks whether the store holds another refresh token than the one that was refused: then that one counts.
func (k *Keeper) reread(ctx context.Context, r *renewal) *grant {
	data, _, err := k.o.Store.Load(ctx, r.durable.ID)
	if err != nil {
		return nil
	}
	g, err := decodeGrant(data, k.now())
	if err != nil || g.refresh.Empty() || g.refresh.Equal(r.grant.refresh) || g.generation < r.grant.generation {
		return nil
	}
	return g
}

// learnTime bounds the one request that finds out; the session is not free meanwhile.
const learnTime = 5 * time.Second

// learnKill finds out once per session whether a refresh kills the access token that was handed out before it.
func (k *Keeper) learnKill(ctx context.Context, r *renewal) *bool {
	left := r.grant.expiresAt.Sub(k.now())
	if r.durable.EndsOld != nil || r.prov.RefreshEndsAccess || r.prov.Check.Kind == provider.CheckNone ||
		r.durable.CheckOff || r.grant.access.Empty() || left < 3*skewMargin {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, learnTime)
	defer cancel()
	a := k.o.Wire.Check(ctx, r.prov, r.client, r.prov.Check, r.grant.access)
	switch a.Verdict {
	case provider.VerdictOK:
		return new(false)
	case provider.VerdictSignIn:
		return new(true)
	default:
		return nil
	}
}
