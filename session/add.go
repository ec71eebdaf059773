package session

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// Addition is a new session.
type Addition struct {
	Definition   config.Session
	ClientSecret Secret
	RefreshToken Secret        // signs in with a refresh token that the user has already
	SignIn       *LoginRequest // signs in at once; the session is kept only when that succeeds
}

// Add makes a session, or changes the definition of one. With SignIn the Login says how that stands; the session is
// not kept where it fails. With RefreshToken it returns when the provider has accepted it. Where nothing takes what the
// provider has given then, that is an error as well, but the session stays and waits for the store with it.
func (k *Keeper) Add(ctx context.Context, a Addition) (Session, *Login, error) {
	def := a.Definition
	if err := k.checkDefinition(def); err != nil {
		return Session{}, nil, err
	}
	signing := a.SignIn != nil || !a.RefreshToken.Empty()
	if signing { // before anybody is asked to consent
		if err := k.o.Store.Ready(ctx); err != nil {
			return Session{}, nil, keychainError(def.Name, err)
		}
	}
	var e *entry
	var l *login
	var fresh bool
	var err error
	if cerr := k.call(ctx, func() {
		if e, fresh, err = k.admitNew(def, a.ClientSecret, signing); err == nil && a.SignIn != nil {
			l = k.beginLogin(e, *a.SignIn, false)
		}
	}); cerr != nil || err != nil {
		return Session{}, nil, cmp.Or(cerr, err)
	}
	switch {
	case l != nil:
		v, err := k.loginStarted(ctx, l)
		switch {
		case err == nil && v.Status == "failed" && l.flow == nil: // before anybody was asked to consent
			return Session{}, nil, l.refused(v)
		case v.Session != nil: // a quick browser
			return *v.Session, &v, err
		}
		return Session{}, &v, err
	case !a.RefreshToken.Empty():
		s, err := k.addWithToken(ctx, e, a.RefreshToken)
		return s, nil, err
	}
	define := k.defineAgain
	if fresh {
		define = k.defineNew
	}
	if err := define(ctx, e, a); err != nil {
		return Session{}, nil, err
	}
	s, err := k.Session(def.Name)
	return s, nil, err
}

// defineNew makes a session durable that nobody signs in to yet, its secret first: nothing is left where that fails.
func (k *Keeper) defineNew(ctx context.Context, e *entry, a Addition) error {
	ctx = context.WithoutCancel(ctx)
	if err := k.saveSecret(ctx, e, a.ClientSecret); err != nil {
		k.post(func() { k.discard(e) })
		return secretError(e.def.Name, err)
	}
	if err := k.o.Config.Save(a.Definition); err != nil {
		k.post(func() { k.discard(e) })
		_ = k.o.Store.Delete(ctx, secretKey(e.id))
		return definitionError(e.def.Name, err)
	}
	k.post(func() { k.admitted(e) })
	return nil
}

// defineAgain changes the definition of a session, and its client secret where one comes with it.
func (k *Keeper) defineAgain(ctx context.Context, e *entry, a Addition) error {
	if err := k.o.Config.Save(a.Definition); err != nil {
		return definitionError(a.Definition.Name, err)
	}
	if !a.ClientSecret.Empty() {
		if err := k.changeSecret(ctx, e, a.ClientSecret); err != nil {
			return secretError(a.Definition.Name, err)
		}
	}
	k.Reload(ctx)
	return nil
}

// checkDefinition says what of a definition cannot be used, as far as that is known without asking anybody.
func (k *Keeper) checkDefinition(def definition) error {
	if err := config.CheckName(def.Name); err != nil {
		return &Error{Code: CodeInvalid, Session: def.Name, Field: "name", Detail: err.Error()}
	}
	if err := def.Validate(); err != nil {
		return definitionError(def.Name, err)
	}
	if err := k.catalogue.Load().Check(target(def)); err != nil {
		return targetError(def.Name, err)
	}
	if def.ClientID == "" && k.catalogue.Load().NeedsClient(def.Provider) {
		return definitionError(def.Name, config.MissingClient())
	}
	return nil
}

func definitionError(name string, err error) *Error {
	return &Error{Code: CodeInvalid, Session: name, Field: config.FieldOf(err), Detail: err.Error()}
}

// keychainError tells a caller why the store cannot be used, in the store's own words.
func keychainError(name string, err error) *Error {
	return &Error{Code: CodeKeychain, Reason: Reason(storeReason(err)), Session: name, Detail: err.Error()}
}

// admitNew makes the loop's entry of a session that is being added; fresh is false for one that is there already.
func (k *Keeper) admitNew(def definition, secret Secret, signing bool) (e *entry, fresh bool, err error) {
	for name := range k.entries {
		if name != def.Name && strings.EqualFold(name, def.Name) {
			return nil, false, &Error{
				Code: CodeConflict, Session: def.Name, Field: "name",
				Detail: fmt.Sprintf("There is a session %q already, and some disks take the two for the same: "+
					"choose another name.", name),
			}
		}
	}
	if e = k.entries[def.Name]; e != nil {
		switch {
		case e.provisional && e.login != nil && !e.busy: // an earlier try that nobody finished
			l := e.login
			k.discard(e)
			k.spawn("sign-in", l.abandon)
		case e.provisional || signing:
			return nil, false, &Error{
				Code: CodeConflict, Session: def.Name, Field: "name",
				Detail: fmt.Sprintf("There is a session %q already: sign in to it with `sessionkeeper login`, "+
					"remove it first, or choose another name.", def.Name),
			}
		default:
			return e, false, nil
		}
	}
	// A state of that name that a removed file left behind is older than this one, also after a restart.
	before := k.parked[def.Name].Seq
	delete(k.parked, def.Name)
	id := newID()
	e = &entry{
		id: id, def: def, provisional: true, loaded: true, index: -1,
		d:      durable{ID: id, Name: def.Name, SignedOut: true, Seq: before},
		client: provider.Client{ID: def.ClientID, Secret: secret},
	}
	k.entries[def.Name] = e
	heap.Push(&k.heap, e)
	k.publish(e)
	return e, true, nil
}

// discard forgets a session that was being added and did not make it.
func (k *Keeper) discard(e *entry) {
	if k.entries[e.def.Name] == e {
		delete(k.entries, e.def.Name)
	}
	k.drop(e)
}

// drop takes a session out of the loop's hands.
func (k *Keeper) drop(e *entry) {
	e.removed = true
	k.touch(e)
	if e.index >= 0 {
		heap.Remove(&k.heap, e.index)
	}
	k.answerGone(e)
	k.queue.Cured(e.def.Name)
	k.queueAt = k.now()
	k.view.CompareAndDelete(e.def.Name, e)
}

func (k *Keeper) answerGone(e *entry) {
	for _, w := range e.waiters {
		w.reply <- reply{err: notFound(e.def.Name)}
	}
	e.waiters = nil
}

// admitted makes a session that was being added one of the keeper's.
func (k *Keeper) admitted(e *entry) {
	e.provisional = false
	k.touch(e)
	k.show(e)
	k.save(e)
	k.emit(Event{Type: EventAdded, Session: e.def.Name})
	k.changed(e)
}

// commit makes a session that is being added, and has its grant, one of the keeper's. Of any other session nothing is to
// be done.
func (k *Keeper) commit(ctx context.Context, e *entry, g *grant, c *consent) error {
	ctx = context.WithoutCancel(ctx) // who added it may have gone
	return k.surely(k.work, func() error { return k.enlist(ctx, e, g, c) })
}

// enlist makes secret, state and definition durable, in this order, so that a crash leaves no definition without what
// belongs to it.
func (k *Keeper) enlist(ctx context.Context, e *entry, g *grant, c *consent) error {
	var d durable
	var def definition
	var s Secret
	k.post(func() {
		if !e.provisional && !e.unkept {
			return
		}
		e.d.SignedOut, e.d.Generation = false, g.generation
		if c != nil && c.given != nil {
			e.def.Scopes = c.given
		}
		d, def, s = e.checkpoint(), e.def, e.unkeptSecret()
	})
	if d.ID == "" {
		return nil
	}
	if err := k.saveSecret(ctx, e, s); err != nil {
		return err
	}
	if err := k.journal.write(d); err != nil {
		return err
	}
	if err := k.o.Config.Save(def); err != nil {
		return undefinable{err}
	}
	k.post(func() {
		if e.provisional {
			k.admitted(e)
		}
		e.unkept = false
	})
	return nil
}

// unkeptSecret is the client secret of a session that is being added, unless the store has one of it: the user may have
// given another since.
func (e *entry) unkeptSecret() Secret {
	if e.secretGeneration > 0 {
		return Secret{}
	}
	return e.client.Secret
}

// keepDefinition makes the definition durable of a session that was signed out of before anything took that. Where that
// fails once more it waits for the next sign-in.
func (k *Keeper) keepDefinition(ctx context.Context, e *entry) {
	var def definition
	var s Secret
	unkept := false
	k.post(func() { def, s, unkept = e.def, e.unkeptSecret(), e.unkept })
	if !unkept {
		return
	}
	ctx = context.WithoutCancel(ctx)
	err := k.saveSecret(ctx, e, s)
	if err == nil {
		err = k.o.Config.Save(def)
	}
	if err != nil {
		k.log.WarnContext(ctx, "could not keep a session that was signed out of", "session", def.Name, "error", err)
		return
	}
	k.post(func() { e.unkept = false })
}

// undefinable is a definition that cannot be written.
type undefinable struct{ error }

// KeychainReason is that of a disk.
func (undefinable) KeychainReason() string { return "full" }

// KeychainDetail is of this session alone: the store itself is well.
func (u undefinable) KeychainDetail() string { return stop(capital(u.Error())) }

// addWithToken signs a session in with a refresh token: one renewal must succeed.
func (k *Keeper) addWithToken(ctx context.Context, e *entry, token Secret) (Session, error) {
	fail := func(err error) (Session, error) {
		k.post(func() { k.discard(e) })
		return Session{}, err
	}
	p, err := k.catalogue.Load().Resolve(ctx, k.o.Wire, target(e.def))
	if err != nil {
		return fail(targetError(e.def.Name, err))
	}
	if err := k.tokenElsewhere(e.def, &p); err != nil {
		return fail(err)
	}
	w := &waiter{fresh: true, reply: make(chan reply, 1)}
	k.post(func() {
		now := k.now()
		e.prov = k.common(&p)
		e.d.Provider, e.d.Target = e.prov, targetKey(e.def)
		e.d.SignedOut, e.d.Bound = false, boundKey(e.def)
		e.g = &grant{refresh: token, scopes: e.def.Scopes, consentAt: now, issuedAt: now.Add(-time.Hour), expiresAt: now}
		w.until = now.Add(DefaultWait)
		k.admit(e, w)
	})
	r := k.replied(w)
	ctx = context.WithoutCancel(ctx)
	var held *Error
	if r.err != nil {
		// The provider may still be at it: a token that it gave in the end is kept, for the one before is spent.
		late := k.acquire(ctx, e)
		k.post(func() {
			switch {
			case late == nil && e.unsaved != nil:
				held = k.holdAddition(e, e.unsaved)
			case late == nil && e.g.generation > 0:
				r = reply{grant: e.g}
			default: // before anything is sent once more
				k.discard(e)
			}
			k.release(e, nil)
		})
	}
	switch {
	case held != nil:
		return Session{}, held
	case r.err != nil:
		_ = k.o.Store.Delete(ctx, e.id)
		return fail(k.refusedAddition(e, &p, r.err))
	}
	if err := k.keepAddition(ctx, e); err != nil {
		return Session{}, err
	}
	if p.Check.Kind == provider.CheckUserinfo || p.Check.Kind == provider.CheckGet {
		if account, a := k.o.Wire.Userinfo(ctx, &p, r.grant.access); a.Verdict == provider.VerdictOK {
			k.post(func() { k.learnAccount(e, account) })
		}
	}
	return k.Session(e.def.Name)
}

// keepAddition makes a session durable that is signed in. Where nothing takes it, that waits with its grant.
func (k *Keeper) keepAddition(ctx context.Context, e *entry) error {
	if err := k.acquire(ctx, e); err != nil {
		return err
	}
	defer k.post(func() { k.release(e, nil) })
	var g *grant
	k.post(func() { g = e.g })
	err := k.commit(ctx, e, g, nil)
	if err != nil {
		k.post(func() {
			k.storeFailed(e, err)
			err = k.holdAddition(e, g)
		})
	}
	return err
}

// holdAddition is hold, and says so to whoever adds the session.
func (k *Keeper) holdAddition(e *entry, g *grant) *Error {
	k.hold(e, g)
	return &Error{
		Code: CodeKeychain, Reason: Reason(e.storeFault), Session: e.def.Name, Detail: k.whyBarred(e) + " " + words().held,
	}
}

// refusedAddition says what of an addition the provider did not take.
func (k *Keeper) refusedAddition(e *entry, p *provider.Provider, err error) error {
	refused, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	refused.Field = clientField(string(refused.Reason))
	if refused.Field == "client_id" && p.NeedsSecret == "required" && e.client.Secret.Empty() {
		refused.Field = "client_secret"
	}
	if refused.Code == CodeSignIn {
		refused.Field, refused.Detail = "refresh_token", fmt.Sprintf(words().tokenRefused, e.def.Name)
	}
	return refused
}

// clientField is what of a definition the provider dislikes, by the reason of its answer.
func clientField(reason string) string {
	switch Reason(reason) {
	case ReasonSetupClient:
		return "client_id"
	case ReasonSetupScope:
		return "scopes"
	default:
		return ""
	}
}

// learnAccount notes whose the grant in hand is; the next renewal stores it with the grant.
func (k *Keeper) learnAccount(e *entry, a Account) {
	e.d.Account = a
	k.save(e)
	if e.g != nil {
		g := *e.g
		g.account = a
		e.g = &g
	}
	k.publish(e)
}
