package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// waiter is a caller that waits for a token.
type waiter struct {
	until  time.Time
	minTTL time.Duration
	after  uint64 // the generation in hand when it came: a newer one will do, however short
	fresh  bool   // only a newer one will do
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
	e := (*k.view.Load())[name]
	if e == nil {
		return Token{}, notFound(name)
	}
	if p := e.pub.Load(); !r.Force && p.serve && !p.hold && p.grant.usable(k.now()) && enough(p.grant, k.now(), r.MinTTL) {
		return p.grant.token(r.IDToken, name)
	}
	g, err := k.wait(ctx, name, r.Wait, func(e *entry, w *waiter) {
		w.minTTL, w.fresh = r.MinTTL, r.Force
	})
	if err != nil {
		return Token{}, err
	}
	return g.token(r.IDToken, name)
}

// Refresh renews a session now, as often as the floor under demands allows, and gives the outcome. It is an act of the
// user: a token that the provider refused is tried again.
func (k *Keeper) Refresh(ctx context.Context, name string, wait time.Duration) (Session, error) {
	_, err := k.wait(ctx, name, wait, func(e *entry, w *waiter) {
		w.fresh = true
		if ref := e.refusedNow(); ref != nil && !e.busy && k.demandable(e, k.now()) {
			e.demanded, e.lastDemand = true, k.now()
		}
	})
	if err != nil {
		return Session{}, err
	}
	return k.Session(name)
}

// Reject says that a resource refused the token of this generation. An older generation is ignored: its caller gets the
// newest token when it asks again.
func (k *Keeper) Reject(ctx context.Context, name string, generation uint64) (Session, error) {
	return k.on(ctx, name, func(e *entry) error {
		if e.g == nil || e.g.generation != generation || e.busy || e.refusedNow() != nil || !e.renewable() {
			return nil
		}
		if now := k.now(); k.demandable(e, now) {
			e.demanded, e.lastDemand = true, now
		}
		return nil
	})
}

// demandable reports whether the floor lets a demand start a refresh now.
func (k *Keeper) demandable(e *entry, now time.Time) bool {
	if e.g == nil {
		return false
	}
	return e.lastDemand.IsZero() || now.Sub(e.lastDemand) >= floor(e.g.life()) || now.Before(e.lastDemand)
}

// enough reports whether a token has as much left as a caller wants, which is half of its life at most.
func enough(g *grant, now time.Time, minTTL time.Duration) bool {
	if minTTL <= 0 || g.expiresAt.IsZero() {
		return true
	}
	return g.expiresAt.Sub(now) >= min(minTTL, g.life()/2)
}

func (g *grant) token(idToken bool, name string) (Token, error) {
	t := Token{Access: g.access, Type: cmp.Or(g.kind, "Bearer"), ExpiresAt: g.expiresAt, Scopes: g.scopes, Generation: g.generation}
	if idToken {
		if g.id.Empty() {
			return Token{}, &Error{
				Code: CodeInvalid, Session: name,
				Detail: fmt.Sprintf("The provider gave no ID token for %q: add the scope openid and sign in again.", name),
			}
		}
		t.Access = g.id
	}
	return t, nil
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
	case <-ctx.Done():
		_ = k.call(context.WithoutCancel(ctx), func() { k.forget(name, w) })
		return nil, ctx.Err()
	}
}

// admit answers a caller or lets it wait.
func (k *Keeper) admit(e *entry, w *waiter) {
	if e.waiters = append(e.waiters, w); !e.loaded {
		k.load(e)
	}
	k.changed(e)
}

// arm notes, once the grant is known, what was in hand when a caller came, and passes on its demand where the floor lets
// it: other askers get the newest token.
func (k *Keeper) arm(e *entry, w *waiter, now time.Time) {
	if w.armed || e.g == nil {
		return
	}
	w.armed, w.after = true, e.g.generation
	short := e.g.usable(now) && !enough(e.g, now, w.minTTL)
	if !w.fresh && !short || e.busy || e.demanded {
		return
	}
	switch {
	case !k.demandable(e, now) || e.refusedNow() == nil && !e.renewable():
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
	servable := e.g != nil && e.g.usable(now) && (ref == nil || !ref.DeadAccess)
	newer := e.g != nil && w.armed && e.g.generation > w.after
	switch {
	case ref != nil && trying:
		return reply{}, false
	case ref != nil && servable && !w.fresh:
		return reply{grant: e.g}, true
	case ref != nil:
		return reply{err: k.problem(e, now)}, true
	case servable && !e.dying() && (newer || !w.fresh && enough(e.g, now, w.minTTL)):
		return reply{grant: e.g}, true
	case servable && !trying && !w.fresh:
		return reply{grant: e.g}, true // shorter than wished for, but valid
	case (trying || !servable) && !late && !k.hopeless(e, w, now):
		return reply{}, false
	}
	p := k.problem(e, now)
	if e.busy && p.Code == CodeUnavailable && e.d.LastError == nil {
		p.Detail = words.busyWait
	}
	return reply{err: p}, true
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
