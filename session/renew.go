package session

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
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
	caller := e.demanded || len(e.waiters) > 0 && (e.g == nil || !e.g.usable(now))
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

// finish takes a transaction's outcome over. It returns the state that is to be written before the session is free.
func (k *Keeper) finish(r *renewal, o outcome) *durable {
	e, now := r.e, k.now()
	i := r.issuer
	i.inFlight--
	if r.probe {
		i.probing = false
	}
	if i.blocked {
		i.blocked = false
		defer k.kick(i.key, now, false)
	}
	if e.removed {
		return nil
	}
	switch {
	case o.fault != nil:
		k.withheld(e, r, o.fault, now)
	case o.adopted != nil:
		e.d.Intent = nil
		k.log.Info("found a newer grant in the store", "session", e.def.Name, "generation", o.adopted.generation)
		k.adopt(e, o.adopted)
		e.demanded = true
	case o.answer.Verdict == provider.VerdictOK && o.saveErr != nil:
		k.answered(e, i, now)
		e.unsaved, e.nextTry = o.grant, now.Add(waiterPace)
		k.storeFailed(e, o.saveErr)
	case o.answer.Verdict == provider.VerdictOK:
		k.answered(e, i, now)
		k.renewed(e, r.grant, o.grant)
	case o.answer.Verdict == provider.VerdictPassing:
		k.failed(e, r, o.answer, now)
		if o.salvaged != nil {
			due := e.renewDue
			k.adopt(e, o.salvaged)
			e.renewDue, e.d.Intent = due, nil
		}
	default:
		k.answered(e, i, now)
		k.refused(e, r, o.answer, now)
	}
	k.publish(e)
	k.answerWaiters(e, now)
	if e.provisional {
		return nil
	}
	return new(e.checkpoint())
}

// release frees a session after a transaction, when its state is durable.
func (k *Keeper) release(e *entry, killedOld *bool) {
	if killedOld != nil {
		e.d.EndsOld = killedOld
		if *killedOld && e.g != nil {
			e.plan(roll())
		}
		k.save(e)
	}
	e.busy = false
	for _, c := range e.idle {
		close(c)
	}
	e.idle = nil
	switch {
	case e.removed:
		return
	case e.gone && e.unsaved == nil:
		k.letGo(e)
		return
	case e.newDef != nil:
		def := *e.newDef
		e.newDef = nil
		k.redefine(e, def)
	}
	k.changed(e)
}

// withheld: nothing was sent, because the new token could not have been kept.
func (k *Keeper) withheld(e *entry, r *renewal, fault error, now time.Time) {
	if e.d.Intent.Attempt--; e.d.Intent.Attempt == 0 && !r.hadDoubt {
		e.d.Intent = nil
	}
	e.failures++
	e.nextTry, e.lastEnd = now.Add(backoff(e.failures, roll())), now
	k.storeFailed(e, fault)
}

// answered: the issuer works; if it had not, its sessions are released.
func (k *Keeper) answered(e *entry, i *issuer, now time.Time) {
	e.failures, e.nextTry, e.lastEnd, e.retryAfter = 0, time.Time{}, time.Time{}, time.Time{}
	if i.answered() {
		k.kick(i.key, now, true)
	}
}

// renewed: the new grant is durable; it becomes the session's.
func (k *Keeper) renewed(e *entry, old, g *grant) {
	e.storeFault = ""
	refused := e.d.Refused != nil
	e.d.Intent, e.d.Refused, e.d.LastError = nil, nil, nil
	e.d.LastRefreshAt = g.issuedAt
	if yes, ok := old.extends(g); ok && (e.d.Extends == nil || yes) {
		e.d.Extends = new(yes)
	}
	k.adopt(e, g)
	k.emit(Event{Type: EventRenewed, Session: e.def.Name, Generation: g.generation, ExpiresAt: g.expiresAt, EndsAt: e.d.EndsAt})
	k.log.Info("renewed", "session", e.def.Name, "generation", g.generation, "expires_at", g.expiresAt)
	k.cured(e, refused)
	if e.suspect != 0 { // does the check take the fresh token?
		e.checkAt = k.now()
	}
}

// adopt makes g the grant in hand.
func (k *Keeper) adopt(e *entry, g *grant) {
	e.g, e.loaded, e.unsaved = g, true, nil
	e.d.Generation, e.d.Account, e.d.Scopes = g.generation, g.account, g.scopes
	e.d.ExpiresAt, e.d.ConsentAt, e.d.SignedOut = g.expiresAt, g.consentAt, false
	e.plan(roll())
}

// failed: a passing fault. The same token is sent again; at once where the provider is known to take it twice.
func (k *Keeper) failed(e *entry, r *renewal, a provider.Answer, now time.Time) {
	i := r.issuer
	if e.d.FailingSince.IsZero() {
		e.d.FailingSince = now
	}
	same := e.d.LastError != nil && e.d.LastError.Code == a.Code
	e.d.LastError = lastError(a, now)
	e.lastEnd = now
	if a.OutcomeUnknown {
		e.d.Intent.Unknown = true
	} else if !r.hadDoubt {
		e.d.Intent = nil
	}
	if ofIssuer(a) {
		i.failed(now, r.probe, a.RetryAfter)
	} else {
		k.answered(e, i, now)
		e.lastEnd = now
		e.failures++
		e.nextTry = now.Add(backoff(e.failures, roll()))
		if a.RetryAfter > 0 {
			e.retryAfter = now.Add(a.RetryAfter)
		}
	}
	if graceful := r.prov.Replay == provider.ReplayGrace || r.prov.Replay == provider.ReplayUntil; a.OutcomeUnknown &&
		graceful && e.d.Intent.Attempt == 1 {
		i.nextProbe, i.lastEnd, e.nextTry, e.lastEnd, e.lastStart = now, time.Time{}, time.Time{}, time.Time{}, time.Time{}
		e.demanded = true
	}
	k.emit(Event{
		Type: EventRefreshFailed, Session: e.def.Name, Code: a.Code, Status: a.Status, Message: a.Message,
		RetryAt: k.nextTimerTry(e),
	})
	level := k.log.Warn
	if same {
		level = k.log.Debug
	}
	level("could not renew", "session", e.def.Name, "code", a.Code, "http_status", a.Status,
		"outcome_unknown", a.OutcomeUnknown, "next_try_at", k.nextTimerTry(e))
}

// ofIssuer reports whether a passing fault speaks of the issuer rather than of this session.
func ofIssuer(a provider.Answer) bool {
	return a.Status == 0 || a.Status >= 500 || a.Status == 408 || a.Status == 425 || a.Status == 429 || a.Status < 400
}

// refused: the provider said no for good, or wants the user, or does not take the client. The token is kept.
func (k *Keeper) refused(e *entry, r *renewal, a provider.Answer, now time.Time) {
	reason := Reason(a.Reason)
	switch {
	case a.Verdict == provider.VerdictSetup:
	case a.Verdict == provider.VerdictSignIn && r.hadDoubt:
		reason = ReasonInterrupted
	case reason == ReasonRefused && !e.ends.at.IsZero() && !now.Before(e.ends.at):
		reason = ReasonExpired
	}
	e.d.Intent = nil
	e.d.LastError = lastError(a, now)
	if e.suspect == 0 && k.checks(e) && e.g.usable(now) {
		e.verifying, e.checkAt = true, now // is the token in hand dead as well?
	}
	k.setRefused(e, &refusal{
		Verdict: a.Verdict, Reason: reason, Code: a.Code, Advice: a.Advice, Claims: a.Claims, At: now,
		Generation: r.grant.generation, DeadAccess: e.suspect != 0,
	})
	e.suspect = 0
	k.emit(Event{Type: EventRefreshFailed, Session: e.def.Name, Code: a.Code, Status: a.Status, Message: a.Message, Reason: reason})
	k.log.Error("the provider refused a refresh", "session", e.def.Name, "verdict", a.Verdict, "code", a.Code,
		"reason", reason, "http_status", a.Status)
}

// setRefused notes a refusal and lets the user know.
func (k *Keeper) setRefused(e *entry, ref *refusal) {
	e.d.Refused = ref
	e.d.FailingSince, e.d.OutageWarned = time.Time{}, false
	k.endOutage(e)
	k.publish(e)
	if e.provisional {
		return
	}
	if ref.Verdict == provider.VerdictSetup {
		k.notify(setupNotice(e.pub.Load().session))
		return
	}
	k.requeue(e)
}

func lastError(a provider.Answer, now time.Time) *LastError {
	return &LastError{
		Verdict: a.Verdict, Code: a.Code, HTTPStatus: a.Status, At: now, Message: a.Message, Known: a.Known,
	}
}

// storeFailed notes why the store cannot be used.
func (k *Keeper) storeFailed(e *entry, err error) {
	e.storeFault, e.storeWords = storeReason(err), ""
	k.log.Warn("the keychain cannot be used", "session", e.def.Name, "reason", e.storeFault, "error", err)
}

// storeReason is why a store failed; a full or read-only disk counts as full.
func storeReason(err error) string {
	if r, ok := errors.AsType[interface {
		error
		KeychainReason() string
	}](err); ok {
		return r.KeychainReason()
	}
	return "full"
}

// retrySave tries again to make a grant durable that the provider has given already.
func (k *Keeper) retrySave(e *entry) {
	if e.unsaved != nil && !e.busy && !k.now().Before(e.nextTry) {
		k.saveUnsaved(e)
	}
}

func (k *Keeper) saveUnsaved(e *entry) {
	e.busy = true
	old, g, d := e.g, e.unsaved, e.checkpoint()
	k.wg.Go(func() {
		err := k.store(d, g)
		var state *durable
		k.post(func() {
			now := k.now()
			if err != nil {
				e.failures++
				e.nextTry = now.Add(backoff(e.failures, roll()))
				k.storeFailed(e, err)
				return
			}
			e.failures, e.nextTry = 0, time.Time{}
			k.renewed(e, old, g)
			k.publish(e)
			state = new(e.checkpoint())
		})
		if state != nil {
			k.writeDurable(*state)
		}
		k.post(func() { k.release(e, nil) })
	})
}

// load asks the store for a session's grant and client secret.
func (k *Keeper) load(e *entry) {
	if e.loading || e.loaded || e.removed {
		return
	}
	e.loading = true
	k.wg.Go(func() {
		secret, err := k.loadSecret(e.id)
		var g *grant
		if err == nil {
			g, err = k.loadGrant(e.id)
		}
		k.post(func() { k.loadedGrant(e, g, secret, err) })
	})
}

func (k *Keeper) loadGrant(id string) (*grant, error) {
	data, _, err := k.o.Store.Load(k.work, id)
	if err != nil {
		return nil, err
	}
	return decodeGrant(data, k.now())
}

func (k *Keeper) loadSecret(id string) (Secret, error) {
	data, _, err := k.o.Store.Load(k.work, secretKey(id))
	if errors.Is(err, fs.ErrNotExist) {
		return Secret{}, nil
	}
	return newSecret(string(bytes.TrimSpace(data))), err
}

func secretKey(id string) string { return id + "/client" }

// loadedGrant takes over what the store said. A grant that is missing although it should be there needs a sign-in; a
// store that could not be asked is asked again when it is back.
func (k *Keeper) loadedGrant(e *entry, g *grant, secret Secret, err error) {
	e.loading = false
	if e.removed || e.g != nil && g != nil && e.g.generation >= g.generation {
		return
	}
	switch {
	case errors.Is(err, errFormat):
		e.loaded = true
		e.d.Refused = &refusal{Verdict: provider.VerdictSignIn, Reason: ReasonRefused, At: k.now(), Advice: err.Error()}
	case errors.Is(err, fs.ErrNotExist) && !e.d.SignedOut && e.d.Generation > 0:
		// It is there, but not here: never call that signed out.
		e.client.Secret, e.storeFault, e.storeWords = secret, "absent", words.elsewhere
		e.nextTry = k.now().Add(maxNap)
		k.log.Warn("the keychain does not hold a session's grant", "session", e.def.Name)
	case errors.Is(err, fs.ErrNotExist) || err == nil && e.d.SignedOut && g.generation <= e.d.Generation:
		e.storeFault, e.loaded, e.client.Secret = "", true, secret // a grant that was signed out of does not come back
	case err != nil:
		k.storeFailed(e, err)
		e.nextTry = k.now().Add(maxNap)
	default:
		e.storeFault, e.storeWords, e.loaded, e.client.Secret = "", "", true, secret
		if g != nil {
			k.adopt(e, g)
			k.requeue(e)
			if in := e.d.Intent; in != nil && in.Generation == g.generation && in.Mark == tokenMark(g.refresh) {
				e.demanded = true // the answer was lost: the sooner it is asked for again, the better
			}
		}
	}
	k.changed(e)
}
