package session

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// conclude takes a transaction's outcome over, and returns the state that is to be written before the session is free.
// Where that panics nothing is lost by it: what the provider gave is stored once more and taken over then.
func (k *Keeper) conclude(r *renewal, o outcome) (state *durable) {
	e, i := r.e, r.issuer
	e.sending = false
	i.inFlight--
	if r.probe {
		i.probing = false
	}
	if k.guard("outcome of "+r.durable.Name, func() { state = k.finish(r, o) }) && !e.removed {
		state = k.unfinished(e, o)
	}
	k.guard("issuer", func() { k.admitNext(i) })
	return state
}

// unfinished: an outcome was not taken over, or not all of it.
func (k *Keeper) unfinished(e *entry, o outcome) *durable {
	now, got := k.now(), cmp.Or(o.grant, o.salvaged)
	switch {
	case got == nil:
		k.brokeOff(e, now)
	case e.g == nil || e.g.generation < got.generation:
		e.unsaved, e.nextTry = got, now.Add(waiterPace)
	}
	if e.provisional {
		return nil
	}
	return new(e.checkpoint())
}

// finish is what conclude guards.
func (k *Keeper) finish(r *renewal, o outcome) *durable {
	e, i, now := r.e, r.issuer, k.now()
	if o.fault == nil && !o.broke {
		k.heard(i, o.answer, now)
		defer k.showOutages()
	}
	if e.removed {
		return nil
	}
	k.weighSecrets(e, r, o)
	switch {
	case o.broke:
		k.brokeOff(e, now)
	case o.fault != nil:
		k.withheld(e, r, o.fault, now)
	case o.adopted != nil:
		e.d.Intent = nil
		k.log.Info("found a newer grant in the store", "session", e.def.Name, "generation", o.adopted.generation)
		k.adopt(e, o.adopted)
		e.demanded = true
	case o.saveErr != nil:
		k.answered(e, i, now)
		e.unsaved, e.nextTry = cmp.Or(o.grant, o.salvaged), now.Add(waiterPace)
		k.storeFailed(e, o.saveErr)
	case o.answer.Verdict == provider.VerdictOK:
		k.answered(e, i, now)
		k.renewed(e, r.grant, o.grant)
		k.claimsBrought(e, r.claims, o.grant.generation)
	case o.salvaged != nil:
		k.salvaged(e, r, o, now)
	case r.overClaims(o.answer):
		k.claimsRefused(e, r, o.answer, now)
	case o.answer.Verdict == provider.VerdictPassing, !e.provisional && ofNetwork(o.answer):
		k.failed(e, r, o.answer, now)
		k.claimsBroke(e, r, o.answer)
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
	if killedOld != nil && !e.removed && e.prov != nil {
		k.learned(e, *killedOld)
	}
	e.busy = false
	for _, c := range e.idle {
		close(c)
	}
	e.idle = nil
	edited := false
	switch {
	case e.removed:
		return
	case e.gone && e.unsaved == nil:
		k.letGo(e)
		return
	case e.newDef != nil:
		def := *e.newDef
		e.newDef = nil
		edited = k.redefine(e, def)
	}
	if k.changed(e); edited {
		k.retell(e)
	}
}

// withheld: nothing was sent, because the new token could not have been kept.
func (k *Keeper) withheld(e *entry, r *renewal, fault error, now time.Time) {
	if e.d.Intent.Attempt--; e.d.Intent.Attempt == 0 && !r.hadDoubt {
		e.d.Intent = nil
	}
	e.failures++
	e.nextTry, e.lastEnd = now.Add(min(maxNap, backoff(e.failures, roll()))), now
	e.lastDemand = time.Time{} // who asks again has had nothing
	k.storeFailed(e, fault)
}

// brokeOff: the renewal panicked, at a moment that nobody knows. The same token is sent again.
func (k *Keeper) brokeOff(e *entry, now time.Time) {
	if e.d.Intent != nil {
		e.d.Intent.Unknown = true
	}
	if e.d.FailingSince.IsZero() {
		e.d.FailingSince = now
	}
	e.d.LastError = &LastError{Verdict: provider.VerdictPassing, Code: "internal", At: now, Message: ownFault}
	e.failures++
	e.nextTry, e.lastEnd = now.Add(backoff(e.failures, roll())), now
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
	if yes, ok := old.extends(g); ok {
		e.d.Extends = new(yes)
	}
	k.scopesRenewed(e, old, g)
	k.adopt(e, g)
	k.emit(Event{Type: EventRenewed, Session: e.def.Name, Generation: g.generation, ExpiresAt: g.expiresAt, EndsAt: e.d.EndsAt})
	k.log.Info("renewed", "session", e.def.Name, "generation", g.generation, "expires_at", g.expiresAt)
	k.cured(e, refused)
	if e.suspect != 0 { // does the check take the fresh token?
		e.checkAt = k.now()
	}
}

// salvaged takes over what could be saved of an answer, once that is durable. An access token that came without its
// refresh token leaves it open whether the one in hand is spent: it is sent again soon, for there may be a grace window,
// unless the provider is known to have none; then the replay would only cost the access token, and waits for its end.
func (k *Keeper) salvaged(e *entry, r *renewal, o outcome, now time.Time) {
	open := o.salvaged.refresh.Equal(r.grant.refresh) && r.prov.Replay != provider.ReplaySafe
	if !o.answer.Tokens.Access.Empty() && (!open || r.prov.Replay == provider.ReplayUnsafe) {
		in := e.d.Intent
		k.answered(e, r.issuer, now)
		k.renewed(e, r.grant, o.salvaged)
		if open {
			in.Generation, in.Unknown, in.Late = o.salvaged.generation, true, true
			e.d.Intent = in
		}
		return
	}
	k.failed(e, r, o.answer, now)
	due, in := e.renewDue, e.d.Intent
	k.adopt(e, o.salvaged)
	e.renewDue, e.d.Intent = due, nil
	if open {
		in.Generation = o.salvaged.generation
		e.d.Intent = in
	}
}

// adopt makes g the grant in hand.
func (k *Keeper) adopt(e *entry, g *grant) {
	k.share(e)
	e.g, e.loaded, e.unsaved, e.consent = g, true, nil, nil
	if e.d.Generation > g.generation { // an older store was put back: what was given once is not given again
		e.d.Taken = max(e.d.Taken, e.d.Generation)
	}
	e.d.Generation, e.d.Account, e.d.Scopes = g.generation, g.account, g.scopes
	e.d.ExpiresAt, e.d.ConsentAt, e.d.SignedOut = g.expiresAt, g.consentAt, false
	if e.refusedNow() == nil {
		e.d.Refused = nil // it spoke of another grant
	}
	if e.d.Unknowns.Met != nil {
		e.d.Unknowns.Met = nil
		k.withdraw(keyUnknown + e.def.Name)
	}
	e.plan(roll())
}

// failed: a passing fault. The same token is sent again; at once where the provider is known to take it twice.
func (k *Keeper) failed(e *entry, r *renewal, a provider.Answer, now time.Time) {
	i := r.issuer
	if e.d.FailingSince.IsZero() {
		e.d.FailingSince = now
	}
	same := e.d.LastError != nil && e.d.LastError.Code == a.Code
	k.met(e, &a, now)
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

// met counts answers that no table names: one that lasts is shown to the user, who alone can find out what it means.
func (k *Keeper) met(e *entry, a *provider.Answer, now time.Time) {
	e.d.Unknowns.Met = slices.Clone(e.d.Unknowns.Met) // copies of the durable part are read elsewhere
	if e.d.Unknowns.Meet(a, now) {
		k.notify(unknownNotice(e.def.Name, *a))
	}
}

// ofIssuer reports whether a passing fault speaks of the issuer rather than of this session.
func ofIssuer(a provider.Answer) bool {
	return a.Status == 0 || a.Status >= 500 || a.Status == 408 || a.Status == 425 || a.Status == 429 || a.Status < 400
}

// ofNetwork reports whether the network's proxy asked for a login: that is over once somebody logs in, or goes elsewhere.
func ofNetwork(a provider.Answer) bool { return a.Status == http.StatusProxyAuthRequired }

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
	advice := a.Advice
	if reason != Reason(a.Reason) { // we know more than the answer says
		advice = table.Say(table.Advice, string(reason), nil)
	}
	e.d.Intent = nil
	e.d.LastError = lastError(a, now)
	if e.suspect == 0 && k.checks(e) && e.g.usable(now) {
		e.verifying, e.checkAt = true, now // is the token in hand dead as well?
	}
	ref := &refusal{
		Verdict: a.Verdict, Reason: reason, Code: a.Code, Advice: advice, Claims: a.Claims, At: now,
		Generation: r.grant.generation, DeadAccess: e.suspect != 0 || e.rejected == r.grant.generation && !e.verifying,
	}
	level := k.log.Error
	if k.setRefused(e, ref) {
		level = k.log.Debug
	}
	e.suspect = 0
	if a.ClaimsIgnored {
		k.claimsIgnored(e, "provider")
	}
	k.emit(Event{Type: EventRefreshFailed, Session: e.def.Name, Code: a.Code, Status: a.Status, Message: a.Message, Reason: reason})
	level("the provider refused a refresh", "session", e.def.Name, "verdict", a.Verdict, "code", a.Code,
		"reason", reason, "http_status", a.Status)
}

// setRefused notes a refusal and lets the user know, of one that the timer tries again once. It reports whether the one
// before said the same.
func (k *Keeper) setRefused(e *entry, ref *refusal) (again bool) {
	ref.Since = ref.At
	before := e.refusedNow()
	if again = ref.repeats(before); again {
		ref.Since = before.Since
	}
	e.d.Refused = ref
	e.d.FailingSince, e.d.OutageWarned = time.Time{}, false
	k.endOutage(e)
	k.publish(e)
	switch {
	case e.provisional:
	case ref.Verdict != provider.VerdictSetup:
		k.requeue(e)
	case !again || ref.secondLook().IsZero():
		k.notify(setupNotice(e.pub.Load().session))
	}
	return again
}

func lastError(a provider.Answer, now time.Time) *LastError {
	return &LastError{
		Verdict: a.Verdict, Code: a.Code, HTTPStatus: a.Status, At: now, Message: a.Message, Known: a.Known,
	}
}

// advice is what is to be said of a provider's answer; "" where none came.
func (l *LastError) advice() string {
	if l.HTTPStatus == 0 {
		return ""
	}
	return provider.Advise(&provider.Answer{Verdict: l.Verdict, Code: l.Code, Known: l.Known})
}

// unavailable says that a session cannot be renewed now, and why.
func (l *LastError) unavailable(name string) string {
	if advice := l.advice(); advice != "" {
		answer := answerText(provider.Answer{Code: l.Code, Message: l.Message, Status: l.HTTPStatus})
		return sentence(advice, "", name) + " " + fmt.Sprintf(words().answered, answer)
	}
	return fmt.Sprintf(words().unavailable, name) + " " + stop(capital(cmp.Or(l.Message, l.Code)))
}
