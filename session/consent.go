package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// accept is asked by the flow, beside the loop, before the result page is shown: it checks the account and makes the
// grant durable.
func (k *Keeper) accept(ctx context.Context, l *login, p *provider.Provider, scopes []string, res signin.Result) error {
	e := l.e
	if err := k.acquire(ctx, e); err != nil {
		return &signin.Error{Kind: signin.KindCancelled, Detail: err.Error()}
	}
	defer k.post(func() { k.release(e, nil) })
	before, d, err := k.welcome(l, res.Account)
	if err != nil {
		return err
	}
	c := &consent{def: l.def, prov: p, agreement: agreed(l, p, scopes, res.Answer.Tokens.Scopes)}
	g := k.consented(p, scopes, before, d, res)
	if before != nil && !before.refresh.Empty() && g.renewsNever() && d.Refused == nil && !l.request.AsOther {
		k.post(func() { e.d.NoRefresh = true }) // the next sign-in asks for consent anew
		return &signin.Error{Kind: signin.KindExchange, Detail: words().keptBefore}
	}
	if err := k.keepConsent(ctx, e, g, c); err != nil {
		return err
	}
	k.post(func() {
		k.signedIn(e, g, c)
		l.stored, l.lacks = true, c.lacks
		d = e.checkpoint()
	})
	k.writeDurable(d)
	k.nameScopes(e, c.given)
	if g.renewsNever() {
		return &signin.Error{Kind: signin.KindNoRefresh, Detail: words().noRefresh}
	}
	return nil
}

// consent is what a sign-in brought beside its grant.
type consent struct {
	agreement

	def  definition // that it was for
	prov *provider.Provider
}

// welcome checks that whoever signed in may take the session over, and gives what it held before and what it remembers.
func (k *Keeper) welcome(l *login, who Account) (before *grant, d durable, err error) {
	e := l.e
	var known Account
	var def definition
	var astray bool
	k.post(func() {
		before, known, d, def = e.g, e.d.Account, e.checkpoint(), e.def
		if astray = e.astray; astray { // the account of another server says nothing
			before, known = nil, Account{}
		}
		if e.unsaved == nil {
			return
		}
		d.Taken = max(d.Taken, e.unsaved.generation) // it may still land
		switch c := e.consent; {
		case c == nil && before != nil: // newer than what is in hand
			before = e.unsaved
		case c != nil && boundKey(c.def) == boundKey(l.def):
			before, d.Refused, d.Provider = e.unsaved, nil, c.prov // what was refused is older
		}
	})
	switch {
	case d.ID == "": // the loop has ended
		err = &signin.Error{Kind: signin.KindCancelled, Detail: words().stopping}
	case boundKey(l.def) != boundKey(def):
		err = &signin.Error{Kind: signin.KindCancelled, Detail: words().edited}
	case !l.request.AsOther && known.Sub != "" && who.Sub != "" && known.Sub != who.Sub:
		err = &signin.Error{Kind: signin.KindWrongAccount, Detail: otherAccount(e.def.Name, known)}
	case before == nil && !astray && !d.SignedOut: // not read yet, and maybe newer than what d tells of
		before, _ = k.loadGrant(d.ID)
	}
	return before, d, err
}

// keepConsent makes the grant of a consent durable. Where nothing takes it, it waits in hand.
func (k *Keeper) keepConsent(ctx context.Context, e *entry, g *grant, c *consent) error {
	err := k.storeSurely(k.work, e.id, g)
	if err == nil {
		err = k.commit(ctx, e, g, c)
	}
	if err == nil {
		return nil
	}
	why := words().stopping
	k.post(func() {
		if e.g == nil { // what may still be read is older
			e.g = &grant{generation: g.generation - 1, issuedAt: g.issuedAt.Add(-time.Hour), expiresAt: g.issuedAt}
		}
		if e.prov == nil {
			e.prov = k.common(c.prov)
		}
		e.d.Taken = g.generation // it may still land: the next one is higher
		e.consent = c
		k.storeFailed(e, err)
		k.hold(e, g)
		k.requeue(e)
		why = k.whyBarred(e)
	})
	return &signin.Error{Kind: signin.KindStore, Detail: why}
}

// hold keeps in hand what a provider gave for a session and nothing takes, as after a renewal: what it had before may be
// spent by that. One that is being added is the keeper's from now on.
func (k *Keeper) hold(e *entry, g *grant) {
	e.unsaved, e.nextTry = g, k.now().Add(waiterPace)
	if e.provisional {
		e.unkept = true
		k.admitted(e)
		return
	}
	k.save(e)
	k.publish(e)
}

// consented is the grant that a consent brought.
func (k *Keeper) consented(p *provider.Provider, scopes []string, before *grant, d durable, res signin.Result) *grant {
	base := &grant{scopes: scopes, account: res.Account}
	if before != nil {
		base.generation = before.generation
		same := before.account.Sub == res.Account.Sub && before.account.Sub != ""
		if same && d.Refused == nil && p.MovedFrom(d.Provider) == "" {
			base.refresh = before.refresh // some providers give it only once for an account
		}
	}
	g := base.renewed(p, res.Answer, k.now(), d.taken())
	g.consentAt = g.issuedAt
	return g
}

// signedIn makes the grant of a consent the session's. It stays bound to the server and the client that it came from.
func (k *Keeper) signedIn(e *entry, g *grant, c *consent) {
	e.prov = k.common(c.prov)
	e.d.Provider, e.d.Target, e.d.Bound = e.prov, targetKey(c.def), boundKey(c.def)
	e.client.ID, e.storeWords, e.astray = c.def.ClientID, "", false
	k.issuerOf(e).retryAfter = time.Time{} // it has just answered
	e.storeFault, e.suspect, e.demanded, e.verifying = "", 0, false, false
	refused := e.d.Refused != nil
	e.d.Intent, e.d.Refused, e.d.LastError = nil, nil, nil
	if e.d.Copied { // what the copy held is of no interest any more
		e.d.Paused, e.d.Copied = false, false
		k.tellCopied()
	}
	e.d.LastRefreshAt = g.issuedAt
	e.d.NoRefresh = g.renewsNever()
	e.failures, e.nextTry, e.lastEnd, e.retryAfter, e.checkAt = 0, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	told := refused || len(e.d.Warned) > 0 || len(e.d.ScopesLost) > 0 || e.d.Asked != nil
	e.d.Asked, e.d.ScopesLost = nil, c.lost
	e.claimsIn, e.claimsWere, e.claimsTold = 0, "", false
	k.adopt(e, g)
	if e.astray = e.moved(e.def); e.astray { // edited while the grant waited to be stored
		e.d.Refused = movedRefusal(g.generation, k.now())
	} else if e.d.Target != targetKey(e.def) { // it is looked up anew
		e.prov = nil
	}
	k.cured(e, told)
	e.d.AutoOpened, e.d.WarnedFor, e.d.Warned = false, time.Time{}, nil
	if e.d.NoRefresh {
		k.notify(noRefreshNotice(e.def.Name))
	}
	if len(c.lost) > 0 {
		k.scopesMissing(e)
	}
	k.withdraw(keyClaims + e.def.Name)
	about := []any{"session", e.def.Name, "generation", g.generation, "expires_at", g.expiresAt}
	if !e.d.EndsAt.IsZero() {
		about = append(about, "ends_at", e.d.EndsAt)
	}
	k.log.Info("signed in", about...)
	k.publish(e)
}

// acquire waits until no transaction of a session is under way, and holds others off until release.
func (k *Keeper) acquire(ctx context.Context, e *entry) error {
	for {
		var free chan struct{}
		err := error(&Error{Code: CodeUnavailable, Detail: words().stopping})
		k.post(func() {
			switch err = nil; {
			case e.removed:
				err = notFound(e.def.Name)
			case e.busy:
				free = make(chan struct{})
				e.idle = append(e.idle, free)
			default:
				e.busy = true
			}
		})
		if err != nil || free == nil {
			return err
		}
		select {
		case <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// requeue tells the consent queue how a session stands.
func (k *Keeper) requeue(e *entry) {
	ref := e.refusedNow()
	if ref == nil || ref.Verdict == provider.VerdictSetup || e.d.Paused || e.d.SignedOut || !e.defined() || e.removed ||
		e.consent != nil {
		before := k.queue.Waiting()
		if k.queue.Cured(e.def.Name); k.queue.Waiting() == before {
			return // as it is for all of thousands at a start
		}
	} else if e.login == nil || e.login.auto { // the queue knows nothing of a page that the user opened
		auto := k.o.Settings.AutoOpen
		if e.def.AutoOpen != nil {
			auto = *e.def.AutoOpen
		}
		k.queue.Refused(e.def.Name, k.now(), auto)
	}
	k.askSoon()
}

// askSoon has the queue asked at once.
func (k *Keeper) askSoon() { k.askBy(k.now()) }

// askBy has the queue asked then, but later where so many wait that one notice speaks of them all, and would speak again
// with each that joins.
func (k *Keeper) askBy(at time.Time) {
	if wait := crowdWait(k.queue.Waiting(), k.askedAt); wait > 0 {
		at = latest(at, k.now().Add(wait))
	}
	if k.queueAt.IsZero() || at.Before(k.queueAt) {
		k.queueAt = at
	}
}

// askQueue asks, beside the loop, whether the screen is locked, and then the queue what to do.
func (k *Keeper) askQueue() {
	k.queueAt, k.askedAt = time.Time{}, time.Now()
	if k.asking {
		return
	}
	k.asking = true
	k.spawn("screen lock", func() {
		locked := false
		k.guard("screen lock", func() { locked = k.o.Desktop.ScreenLocked(k.work) })
		k.post(func() {
			k.asking = false
			k.decide(locked)
		})
	})
}

// lockedPoll is how often the screen lock is asked about while somebody waits behind it.
const lockedPoll = 5 * time.Second

// decide does what the consent queue says.
func (k *Keeper) decide(locked bool) {
	if k.stopping.Load() {
		return
	}
	now := k.now()
	d := k.queue.Decide(now, locked)
	if locked && k.someoneWaits() {
		d.Again = now.Add(lockedPoll)
	}
	if !d.Again.IsZero() {
		k.askBy(d.Again)
	}
	if e := k.entries[d.Open]; e != nil && e.login == nil {
		k.openPage(e)
	}
	for _, name := range d.Notify {
		if e := k.entries[name]; e != nil {
			k.notify(signInNotice(e.pub.Load().session, ""))
		}
	}
	switch {
	case len(d.Group) > 0:
		k.notify(groupNotice(slices.Sorted(slices.Values(d.Group))))
	case d.Group != nil:
		k.withdraw(keyGroup)
	}
}

func (k *Keeper) someoneWaits() bool {
	for _, e := range k.entries {
		if ref := e.refusedNow(); ref != nil && ref.Verdict != provider.VerdictSetup {
			return true
		}
	}
	return false
}

// openPage opens a consent page by itself, once it is durable that it did: none opens twice over a restart.
func (k *Keeper) openPage(e *entry) {
	e.d.AutoOpened = true
	d := e.checkpoint()
	k.spawn("page of "+d.Name, func() {
		k.writeDurable(d)
		k.post(func() {
			if !e.removed && e.refusedNow() != nil && e.login == nil && !k.stopping.Load() {
				k.beginLogin(e, LoginRequest{}, true)
			}
		})
	})
}

// Press is a button that the user pressed on a notice; "default" is the notice itself. Actions that are not known, like
// a dismissal, change nothing.
func (k *Keeper) Press(ctx context.Context, key, action string) {
	name, ofSession := strings.CutPrefix(key, keySession)
	switch {
	case action == actionLater:
		k.withdraw(key)
	case ofSession && (action == actionSignIn || action == actionClick):
		if _, err := k.on(ctx, name, func(e *entry) error {
			k.beginLogin(e, LoginRequest{}, false).notice = true
			return nil
		}); err != nil {
			k.log.WarnContext(ctx, "could not begin a sign-in", "session", name, "error", err)
		}
	case key == keyGroup && (action == actionOpen || action == actionClick) && k.o.QueuePage != nil:
		page := k.o.QueuePage()
		k.desktop(func(ctx context.Context) {
			if err := k.o.Desktop.Open(ctx, page); err != nil {
				k.log.WarnContext(ctx, "could not open the page", "error", err)
			}
		})
	}
}
