package session

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// waiter is a caller that waits for a token.
type waiter struct {
	until  time.Time
	minTTL time.Duration
	after  uint64 // the generation in hand when it came: a newer one will do, however short
	fresh  bool   // only a newer one will do
	id     bool   // it wants the ID token
	armed  bool
	reply  chan reply
}

type reply struct {
	grant *grant
	err   error
}

// Token gives an access token that is valid now. It passes straight through while the token in hand is valid, and waits
// for a renewal otherwise, for r.Wait at most (0: not at all; faces put DefaultWait where the caller did not say).
func (k *Keeper) Token(ctx context.Context, name string, r TokenRequest) (Token, error) {
	if t, ok := k.TokenNow(name, r); ok {
		return t, nil
	}
	if k.shown(name) == nil {
		return Token{}, notFound(name)
	}
	g, err := k.wait(ctx, name, r.Wait, func(e *entry, w *waiter) {
		w.minTTL, w.fresh, w.id = r.MinTTL, r.Force, r.IDToken
	})
	if err != nil {
		return Token{}, err
	}
	return g.token(r.IDToken), nil
}

// TokenNow gives what Token gives where that is at once, and never blocks. It is not ok where Token might wait or refuse.
func (k *Keeper) TokenNow(name string, r TokenRequest) (t Token, ok bool) {
	e := k.shown(name)
	if e == nil || r.Force {
		return Token{}, false
	}
	p, now := e.pub.Load(), k.now()
	if !p.serve || p.hold || !p.grant.good(now, r.IDToken) || !p.grant.enough(now, r.MinTTL, r.IDToken) {
		return Token{}, false
	}
	return p.grant.token(r.IDToken), true
}

// Refresh renews a session now, as often as the floor under demands allows, and gives the outcome. It is an act of the
// user: a token that the provider refused is tried again.
func (k *Keeper) Refresh(ctx context.Context, name string, wait time.Duration) (Session, error) {
	_, err := k.wait(ctx, name, wait, func(e *entry, w *waiter) {
		w.fresh = true
		if ref := e.refusedNow(); ref != nil && !e.busy && k.demandable(e, k.now(), false) {
			e.demanded, e.lastDemand = true, k.now()
		}
	})
	if err != nil {
		return Session{}, err
	}
	return k.Session(name)
}

// Reject says that a resource refused the token of this generation. An older generation is ignored: its caller gets the
// newest token when it asks again. Who asks while the refresh is under way that this brought about waits for it, for as
// long as it waits at all, and gets the token in hand where it brings none.
func (k *Keeper) Reject(ctx context.Context, name string, generation uint64) (Session, error) {
	return k.on(ctx, name, func(e *entry) error {
		if e.g == nil || e.g.generation != generation || e.refusedNow() != nil || !e.renewable() {
			return nil
		}
		e.rejected = generation
		if now := k.now(); !e.busy && k.demandable(e, now, false) {
			e.demanded, e.lastDemand = true, now
			k.retell(e) // others hold it as well
		}
		return nil
	})
}

// demandable reports whether the floor lets a demand for an access token, or an ID token, start a refresh now.
func (k *Keeper) demandable(e *entry, now time.Time, id bool) bool {
	if e.g == nil {
		return false
	}
	_, life := e.g.end(id)
	return e.lastDemand.IsZero() || now.Sub(e.lastDemand) >= floor(life) || now.Before(e.lastDemand)
}

func (g *grant) token(id bool) Token {
	t := Token{Access: g.access, Type: cmp.Or(g.kind, "Bearer"), ExpiresAt: g.expiresAt, Scopes: g.scopes, Generation: g.generation}
	if id {
		t.Access = g.id
		t.ExpiresAt, _ = g.end(true)
	}
	return t
}

// wait asks the loop for a grant and waits for its word.
func (k *Keeper) wait(ctx context.Context, name string, wait time.Duration, prepare func(*entry, *waiter)) (*grant, error) {
	w := &waiter{reply: make(chan reply, 1)}
	var err error
	if cerr := k.call(ctx, func() {
		var e *entry
		if e, err = k.find(name); err != nil {
			return
		}
		w.until = k.now().Add(max(0, wait))
		prepare(e, w)
		k.admit(e, w)
	}); cerr != nil {
		return nil, cerr
	}
	if err != nil {
		return nil, err
	}
	select {
	case r := <-w.reply:
		return r.grant, r.err
	case <-k.stopped:
		r := k.replied(w)
		return r.grant, r.err
	case <-ctx.Done():
		_ = k.call(context.WithoutCancel(ctx), func() { k.forget(name, w) })
		return nil, ctx.Err()
	}
}

// replied waits for the word to a caller; the loop's end is one.
func (k *Keeper) replied(w *waiter) reply {
	select {
	case r := <-w.reply:
		return r
	case <-k.stopped:
	}
	select {
	case r := <-w.reply:
		return r
	default:
		return reply{err: &Error{Code: CodeUnavailable, Detail: words().stopping}}
	}
}

// admit answers a caller or lets it wait.
func (k *Keeper) admit(e *entry, w *waiter) {
	if k.stopping.Load() { // those who waited were told already
		w.reply <- reply{err: &Error{Code: CodeUnavailable, Session: e.def.Name, Detail: words().stopping}}
		return
	}
	if e.waiters = append(e.waiters, w); !e.loaded {
		k.loadNext(e)
	}
	k.changed(e)
}

// arm notes, once the grant is known, what was in hand when a caller came, and passes on its demand where the floor lets
// it: other askers get the newest token.
func (k *Keeper) arm(e *entry, w *waiter, now time.Time) {
	if w.armed || e.g == nil || e.busy && !e.sending { // what the transaction under way has brought is in hand already
		return
	}
	w.armed, w.after = true, e.g.generation
	good := e.g.good(now, w.id)
	// The timer renews for the access token's sake alone: a spent ID token is a demand as well.
	short := good && !e.g.enough(now, w.minTTL, w.id) || w.id && !good
	if e.g.barren(w.id) || e.g.tardy(now, w.id) {
		short, w.minTTL = false, 0
	}
	if !w.fresh && !short || e.busy || e.demanded {
		return
	}
	switch {
	case !k.demandable(e, now, w.id) || e.refusedNow() == nil && !e.renewable():
		w.fresh, w.minTTL = false, 0
	case e.refusedNow() == nil:
		e.demanded, e.lastDemand = true, now
	}
}

// forget drops a caller that went away.
func (k *Keeper) forget(name string, w *waiter) {
	if e := k.entries[name]; e != nil {
		e.waiters = slices.DeleteFunc(e.waiters, func(o *waiter) bool { return o == w })
	}
}

// answerWaiters answers those who can be answered at now; the others go on waiting.
func (k *Keeper) answerWaiters(e *entry, now time.Time) {
	kept := e.waiters[:0]
	for _, w := range e.waiters {
		k.arm(e, w, now)
		if r, ok := k.settle(e, w, now); ok {
			w.reply <- r
		} else {
			kept = append(kept, w)
		}
	}
	clear(e.waiters[len(kept):])
	e.waiters = kept
}

// settle says what a caller gets at now; not ok where it goes on waiting.
func (k *Keeper) settle(e *entry, w *waiter, now time.Time) (r reply, ok bool) {
	late := !now.Before(w.until)
	trying := (e.busy || e.demanded || e.verifying) && !late
	ref := e.refusedNow()
	switch state, _, _ := k.stand(e, now); state {
	case Paused, SignedOut:
		return reply{err: k.problem(e, now)}, true
	case SetupNeeded:
		return reply{err: k.problem(e, now)}, !trying
	default:
	}
	servable := e.servable() && e.g.good(now, w.id)
	newer := e.g != nil && w.armed && e.g.generation > w.after
	switch {
	case ref != nil && trying:
		return reply{}, false
	case ref != nil && servable && !w.fresh:
		return reply{grant: e.g}, true
	case ref != nil:
		return reply{err: k.problem(e, now)}, true
	case !trying && e.lacksID(w, now):
		return reply{err: k.noID(e)}, true
	case servable && trying && e.shunned() && k.inTime(e, w, now):
		return reply{}, false
	case servable && (!e.dying() || !k.inTime(e, w, now)) && (newer || !w.fresh && e.g.enough(now, w.minTTL, w.id)):
		return reply{grant: e.g}, true
	case servable && !trying && !w.fresh:
		return reply{grant: e.g}, true // shorter than wished for, but valid
	case (trying || !servable) && !late && !k.hopeless(e, w, now):
		return reply{}, false
	}
	p := k.problem(e, now)
	if w.id && p.Code == CodeUnavailable {
		k.soonAgain(e, p, now)
	}
	if e.busy && p.Code == CodeUnavailable && e.d.LastError == nil {
		p.Detail = words().busyWait
	}
	return reply{err: p}, true
}

// soonAgain corrects when to ask again for an ID token: the timer goes by the access token.
func (k *Keeper) soonAgain(e *entry, p *Error, now time.Time) {
	p.RetryAt = now.Add(waiterPace)
	if at, ok := k.nextTry(e, now); ok {
		p.RetryAt = latest(p.RetryAt, at)
	}
	if e.demanded && e.d.LastError == nil {
		p.Detail = words().busyWait
	}
}

// inTime reports whether the refresh that is asked for or under way begins before a caller's wait ends.
func (k *Keeper) inTime(e *entry, w *waiter, now time.Time) bool {
	at, ok := k.nextTry(e, now)
	return e.busy || ok && at.Before(w.until)
}

// hopeless reports whether nothing that is under way or planned can answer a caller in its time.
func (k *Keeper) hopeless(e *entry, w *waiter, now time.Time) bool {
	switch {
	case e.busy || e.loading || e.verifying:
		return false
	case !e.loaded:
		return e.storeFault != ""
	case e.unsaved != nil:
		return false
	case e.prov == nil:
		return !e.resolving
	case !e.renewable():
		return true
	}
	at, ok := k.nextTry(e, now)
	return ok && !at.Before(w.until) && at.After(now)
}
