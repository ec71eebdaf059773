package session

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
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
	if !e.renewable() || e.unsaved != nil || e.renewDue.IsZero() {
		return time.Time{}, false
	}
	due := e.renewDue
	if ref := e.refusedNow(); ref != nil {
		if due = ref.secondLook(); due.IsZero() {
			return time.Time{}, false
		}
	}
	if e.doubtful() {
		due = time.Time{} // there may be a grace window, and it is short
	}
	return latest(latest(due, e.nextTry), latest(e.retryAfter, e.pace())), true
}

// doubtful reports whether the answer to the refresh token in hand was lost, at a provider where it may help to send that
// again: known to have no grace window, it only costs what is in hand, and is left until that ends.
func (e *entry) doubtful() bool {
	in := e.d.Intent
	return in != nil && in.Unknown && !in.Late && e.prov != nil && e.prov.Replay != provider.ReplayUnsafe
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
	i := k.issuerOf(e)
	ok, gate := i.allows(latest(at, now), caller)
	if !ok && gate.IsZero() {
		i.line(e, caller)
		return time.Time{}, false
	}
	if at = latest(at, gate); !caller && !at.After(now) && k.storing.Load() >= maxStoring {
		k.crowd.line(e, false)
		return time.Time{}, false
	}
	return at, true
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
	refused := e.refusedNow() != nil
	if refused && !e.demanded && !e.timerDue(now) {
		return
	}
	at, ok := k.nextTry(e, now)
	if i := k.issuerOf(e); i.failing && e.d.FailingSince.IsZero() && !refused && e.timerDue(now) {
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
	proofs   []provider.Client // of the client, in the order in which they are tried
	before   Secret            // the client secret that worked last, where there is a newer one
	durable  durable
	issuer   *issuer // as it was when this began: the definition may be edited meanwhile
	probe    bool
	hadDoubt bool   // the outcome of an earlier attempt with this token is unknown
	claims   string // that it asks for
	learns   bool   // it is to show what a refresh does to the token in hand
}

func (k *Keeper) startRenewal(e *entry, now time.Time) {
	i := k.issuerOf(e)
	r := &renewal{
		e: e, grant: e.g, prov: e.prov.WithClaims(e.carries()), claims: e.carries(), proofs: e.proofs(now), before: e.former(),
		issuer: i, probe: i.failing, learns: e.learns(now),
	}
	in := &intent{Generation: e.g.generation, Mark: tokenMark(e.g.refresh), StartedAt: now, Attempt: 1}
	if was := e.d.Intent; was != nil && was.Mark == in.Mark && was.Generation == in.Generation {
		in.Attempt, in.Unknown = was.Attempt+1, was.Unknown
		r.hadDoubt = was.Unknown
	}
	e.d.Intent = in
	r.durable = e.checkpoint()
	e.busy, e.sending, e.demanded, e.lastStart = true, true, false, now
	i.inFlight++
	k.storing.Add(1)
	i.probing = i.probing || r.probe
	k.wg.Go(func() { k.transact(r) }) // before anything that may panic: who is busy is freed again
	k.publish(e)
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
	by       provider.Client // the proof that brought the answer
	fault    error           // of the store or the state folder, before anything was sent
	grant    *grant          // the new one
	salvaged *grant          // what could be saved of an answer that is of no use otherwise
	saveErr  error           // the one or the other is nowhere durable
	broke    bool            // it panicked: what became of the refresh token is unknown
	adopted  *grant          // the store held another grant than the one that was refused
}

// transact is the renewal transaction: durable intent, send, store and read back, publish, clear the intent. Nobody sees
// the new access token before its refresh token is durable.
func (k *Keeper) transact(r *renewal) {
	var o outcome
	storing := true // it counts among those that wait for the disk or the keychain
	defer func() {
		if recover() != nil {
			k.broke(r, o, storing)
		}
	}()
	ctx := k.work
	if o.fault = k.o.Store.Ready(ctx); o.fault == nil {
		if !r.e.provisional { // where it fails a crash costs the reason of a refusal; not to renew would cost the session
			k.writeDurable(r.durable)
		}
		k.post(k.stored)
		storing = false
		failpoint("intended")
		o.answer, o.by = k.present(withFailpoints(ctx), r)
		if t := o.answer.Tokens; t.RefreshNumber && r.grant.offered(t).Empty() {
			k.log.Warn("the provider gave a number for a refresh token; the one before is kept", "session", r.durable.Name)
		}
		failpoint("answered")
		k.storing.Add(1)
		storing = true
		switch o.answer.Verdict {
		case provider.VerdictOK:
			o.grant = r.grant.renewed(r.prov, o.answer, k.now(), r.durable.taken())
			o.saveErr = k.storeSurely(ctx, r.durable.ID, o.grant)
		case provider.VerdictSignIn, provider.VerdictInteraction:
			o.adopted = k.reread(ctx, r)
		case provider.VerdictPassing:
			if o.salvaged = r.salvaged(o.answer, k.now()); o.salvaged != nil {
				o.saveErr = k.storeSurely(ctx, r.durable.ID, o.salvaged)
			}
		case provider.VerdictSetup:
		}
	}
	var state *durable
	k.post(func() { state = k.conclude(r, o) })
	failpoint("published")
	if state != nil {
		k.writeDurable(*state)
	}
	failpoint("cleared")
	k.post(k.stored)
	storing = false
	var killedOld *bool // learned: whether the refresh killed the token before it
	if o.grant != nil && o.saveErr == nil {
		if r.proves(o.by) {
			k.dropBefore(r)
		}
		killedOld = k.learnKill(ctx, r, o)
	}
	k.post(func() { k.release(r.e, killedOld) })
}

// errBroke is a save whose outcome is not known because the renewal panicked. It is done again, which changes nothing
// where it had been done.
var errBroke = errors.New("the renewal broke off")

// broke ends a transaction that panicked, for its session alone: the others go on. What it panicked with is not logged,
// for it may quote a secret.
func (k *Keeper) broke(r *renewal, o outcome, storing bool) {
	k.log.Error("a renewal broke off", "session", r.durable.Name, "stack", string(debug.Stack()))
	switch {
	case o.grant != nil || o.salvaged != nil:
		o.saveErr = cmp.Or(o.saveErr, errBroke)
	case o.fault == nil:
		o = outcome{broke: true}
	}
	var state *durable
	k.post(func() {
		if r.e.sending { // its outcome was not taken over yet
			state = k.conclude(r, o)
		}
	})
	if state != nil {
		k.writeDurable(*state)
	}
	if storing {
		k.post(k.stored)
	}
	k.post(func() { k.release(r.e, nil) })
}

// stopPace is the wait between two tries to store a grant while the keeper stops.
const stopPace = 200 * time.Millisecond

// storeTime bounds a save: the store's own deadlines are shorter.
const storeTime = 10 * time.Second

// surely does what makes something durable, again and again where the keeper stops: nobody tries again after us.
func (k *Keeper) surely(ctx context.Context, do func() error) error {
	err := do()
	for err != nil && k.stopping.Load() && ctx.Err() == nil {
		time.Sleep(stopPace)
		err = do()
	}
	return err
}

// storeSurely stores what a provider gave.
func (k *Keeper) storeSurely(ctx context.Context, id string, g *grant) error {
	return k.surely(ctx, func() error { return k.store(id, g) })
}

// store makes a grant durable, also while the keeper is stopping.
func (k *Keeper) store(id string, g *grant) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.work), storeTime)
	defer cancel()
	data, err := g.encode()
	if err != nil {
		return err
	}
	failpoint("storing")
	_, err = k.o.Store.Save(ctx, id, data, g.generation) // in the keychain or in the spill: durable either way
	failpoint("stored")
	clear(data)
	return err
}

// salvaged is the grant that what could be saved of an answer makes, which is of no use otherwise; nil where that is
// nothing. A refresh token that came is the one that counts, for the one before may be spent; an access token works
// although what came with it is lost.
func (r *renewal) salvaged(a provider.Answer, now time.Time) *grant {
	next := r.grant.offered(a.Tokens)
	switch {
	case !a.Tokens.Access.Empty():
		return r.grant.renewed(r.prov, a, now, r.durable.taken())
	case next.Empty():
		return nil
	}
	g := *r.grant
	g.generation, g.refresh = max(g.generation, r.durable.taken())+1, next
	if a.Tokens.RefreshExpiresIn > 0 {
		g.refreshEndsAt = a.SentAt.Round(0).Add(a.Tokens.RefreshExpiresIn)
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
