package session

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

type definition = config.Session

func target(d definition) provider.Target {
	return provider.Target{
		ID: d.Provider, Issuer: d.Issuer, AuthorizeURL: d.AuthorizeURL, TokenURL: d.TokenURL, DeviceURL: d.DeviceURL,
		CheckURL: d.CheckURL, Vars: d.Vars,
	}
}

// Addition is a new session.
type Addition struct {
	Definition   config.Session
	ClientSecret Secret
	RefreshToken Secret        // signs in with a refresh token that the user has already
	SignIn       *LoginRequest // signs in at once; the session is kept only when that succeeds
}

// Add makes a session, or changes the definition of one. With SignIn the Login says how that stands; the session is
// not kept where it fails. With RefreshToken it returns when the provider has accepted it.
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
	var fresh bool
	var err error
	if cerr := k.call(ctx, func() { e, fresh, err = k.admitNew(def, a.ClientSecret, signing) }); cerr != nil || err != nil {
		return Session{}, nil, cmp.Or(cerr, err)
	}
	switch {
	case a.SignIn != nil:
		var l *login
		if err := k.call(ctx, func() { l = k.beginLogin(e, *a.SignIn, false) }); err != nil {
			return Session{}, nil, err
		}
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
	if err := k.o.Config.Save(def); err != nil {
		if fresh {
			k.post(func() { k.discard(e) })
		}
		return Session{}, nil, definitionError(def.Name, err)
	}
	if !a.ClientSecret.Empty() {
		if err := k.saveSecret(ctx, e, a.ClientSecret); err != nil {
			return Session{}, nil, err
		}
	}
	if fresh {
		k.post(func() { k.admitted(e) })
	} else {
		k.Reload(ctx)
	}
	s, err := k.Session(def.Name)
	return s, nil, err
}

// checkDefinition says what of a definition cannot be used, as far as that is known without asking anybody.
func (k *Keeper) checkDefinition(def definition) error {
	if err := config.CheckName(def.Name); err != nil {
		return &Error{Code: CodeInvalid, Session: def.Name, Field: "name", Detail: err.Error()}
	}
	if err := def.Validate(); err != nil {
		return definitionError(def.Name, err)
	}
	if err := k.o.Catalogue.Check(target(def)); err != nil {
		return targetError(def.Name, err)
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
		case e.provisional && e.login != nil: // an earlier try that nobody finished
			l := e.login
			k.discard(e)
			k.wg.Go(l.abandon)
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
	if e.index >= 0 {
		heap.Remove(&k.heap, e.index)
	}
	k.answerGone(e)
	k.queue.Cured(e.def.Name)
	k.queueAt = k.now()
	k.showAll()
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
	k.showAll()
	k.save(e)
	k.emit(Event{Type: EventAdded, Session: e.def.Name})
	k.changed(e)
}

// commit makes a session that has its grant one of the keeper's: secret, state, definition, in this order, so that a
// crash leaves no definition without what belongs to it.
func (k *Keeper) commit(ctx context.Context, e *entry) error {
	if !e.client.Secret.Empty() {
		if err := k.saveSecret(ctx, e, e.client.Secret); err != nil {
			return err
		}
	}
	var d durable
	k.post(func() { d = e.checkpoint() })
	err := k.journal.write(d)
	if err == nil {
		err = k.o.Config.Save(e.def)
	}
	if err != nil {
		return errors.Join(err, k.journal.remove(e.id), k.o.Store.Delete(ctx, secretKey(e.id)))
	}
	k.post(func() { k.admitted(e) })
	return nil
}

// addWithToken signs a session in with a refresh token: one renewal must succeed.
func (k *Keeper) addWithToken(ctx context.Context, e *entry, token Secret) (Session, error) {
	fail := func(err error) (Session, error) {
		k.post(func() { k.discard(e) })
		return Session{}, err
	}
	p, err := k.o.Catalogue.Resolve(ctx, k.o.Wire, target(e.def))
	if err != nil {
		return fail(targetError(e.def.Name, err))
	}
	w := &waiter{fresh: true, reply: make(chan reply, 1)}
	k.post(func() {
		now := k.now()
		e.prov, e.d.Provider, e.d.Target = &p, &p, targetKey(e.def)
		e.d.SignedOut, e.d.Bound = false, boundKey(e.def)
		e.g = &grant{refresh: token, scopes: e.def.Scopes, consentAt: now, issuedAt: now.Add(-time.Hour), expiresAt: now}
		w.until = now.Add(DefaultWait)
		k.admit(e, w)
	})
	r := <-w.reply
	ctx = context.WithoutCancel(ctx)
	if r.err != nil {
		// The provider may still be at it: a token that it gave in the end is kept, for the one before is spent.
		late := k.acquire(ctx, e)
		k.post(func() {
			k.release(e, nil)
			if late == nil && e.g.generation > 0 && e.unsaved == nil {
				r = reply{grant: e.g}
			}
		})
	}
	if r.err != nil {
		_ = k.o.Store.Delete(ctx, e.id)
		if refused, ok := errors.AsType[*Error](r.err); ok {
			refused.Field = clientField(string(refused.Reason))
			if refused.Field == "client_id" && p.NeedsSecret == "required" && e.client.Secret.Empty() {
				refused.Field = "client_secret"
			}
			if refused.Code == CodeSignIn {
				refused.Field, refused.Detail = "refresh_token", fmt.Sprintf(words.tokenRefused, e.def.Name)
			}
		}
		return fail(r.err)
	}
	if p.Check.Kind == provider.CheckUserinfo || p.Check.Kind == provider.CheckGet {
		if account, a := k.o.Wire.Userinfo(ctx, &p, r.grant.access); a.Verdict == provider.VerdictOK {
			k.post(func() { k.learnAccount(e, account) })
		}
	}
	if err := k.commit(ctx, e); err != nil {
		_ = k.o.Store.Delete(ctx, e.id)
		return fail(definitionError(e.def.Name, err))
	}
	return k.Session(e.def.Name)
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
	if e.g != nil {
		g := *e.g
		g.account = a
		e.g = &g
	}
	k.publish(e)
}

// SetSecret replaces the client secret. The session is tried again with it at once where the old one was refused.
func (k *Keeper) SetSecret(ctx context.Context, name string, s Secret) (Session, error) {
	var e *entry
	if _, err := k.on(ctx, name, func(found *entry) error { e = found; return nil }); err != nil {
		return Session{}, err
	}
	if err := k.saveSecret(ctx, e, s); err != nil {
		return Session{}, err
	}
	return k.on(ctx, name, func(e *entry) error {
		e.client.Secret = s
		if ref := e.d.Refused; ref != nil && ref.Verdict == provider.VerdictSetup {
			e.d.Refused, e.demanded = nil, true
			k.withdraw(keySession + name)
		}
		k.save(e)
		return nil
	})
}

func (k *Keeper) saveSecret(ctx context.Context, e *entry, s Secret) error {
	key := secretKey(e.id)
	_, generation, err := k.o.Store.Load(ctx, key)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		_, err = k.o.Store.Save(ctx, key, []byte(s.Reveal()), generation+1)
	}
	if err != nil {
		reason := Reason(storeReason(err))
		return &Error{Code: CodeKeychain, Reason: reason, Session: e.def.Name, Detail: cmp.Or(words.keychain[reason], err.Error())}
	}
	return nil
}

// Remove deletes the session with its grant and its definition. It does not revoke at the provider: Logout does.
func (k *Keeper) Remove(ctx context.Context, name string) error {
	e, err := k.seize(ctx, name)
	if err != nil {
		return err
	}
	if err := k.o.Config.Remove(name); err != nil {
		k.post(func() { k.release(e, nil) })
		return &Error{Code: CodeInvalid, Session: name, Detail: err.Error()}
	}
	k.post(func() {
		k.endOutage(e)
		k.withdraw(keySession + name)
		k.withdraw(keyCheck + name)
		k.discard(e)
		k.release(e, nil)
		k.emit(Event{Type: EventRemoved, Session: name})
	})
	ctx = context.WithoutCancel(ctx)
	if err := errors.Join(k.o.Store.Delete(ctx, e.id), k.o.Store.Delete(ctx, secretKey(e.id)), k.journal.remove(e.id)); err != nil {
		k.log.ErrorContext(ctx, "could not delete all of a removed session", "session", name, "error", err)
		return &Error{
			Code: CodeKeychain, Session: name,
			Detail: "The session is removed, but its secret could not be deleted from the keychain: " + err.Error(),
		}
	}
	return nil
}

// seize finds a session, ends a sign-in that runs for it, and holds every transaction off.
func (k *Keeper) seize(ctx context.Context, name string) (*entry, error) {
	var e *entry
	var l *login
	if _, err := k.on(ctx, name, func(found *entry) error {
		e, l = found, found.login
		return nil
	}); err != nil {
		return nil, err
	}
	if l != nil {
		l.abandon()
	}
	return e, k.acquire(ctx, e)
}

// Pause stops renewing and handing out.
func (k *Keeper) Pause(ctx context.Context, name string) (Session, error) {
	return k.on(ctx, name, func(e *entry) error {
		e.d.Paused, e.demanded = true, false
		e.d.FailingSince, e.d.OutageWarned = time.Time{}, false
		k.endOutage(e)
		k.withdraw(keySession + name)
		k.requeue(e)
		k.save(e)
		return nil
	})
}

// Resume undoes Pause.
func (k *Keeper) Resume(ctx context.Context, name string) (Session, error) {
	return k.on(ctx, name, func(e *entry) error {
		e.d.Paused = false
		e.failures, e.nextTry = 0, time.Time{}
		k.requeue(e)
		k.save(e)
		return nil
	})
}

// Logout is how a sign-out went.
type Logout struct {
	Session Session  `json:"session"`
	Remote  string   `json:"remote"`            // "revoked", "kept", "unsupported", "unreachable" or "nothing"
	Detail  string   `json:"detail,omitempty"`  // one sentence where Remote needs one
	Related []string `json:"related,omitempty"` // other sessions of the same account and client that it may end
}

// Logout revokes the grant at the provider (refresh token first), forgets it and keeps the definition. The local secret
// is deleted whether or not the provider could be reached.
func (k *Keeper) Logout(ctx context.Context, name string, keepRemote bool) (Logout, error) {
	related, err := k.Related(name)
	if err != nil {
		return Logout{}, err
	}
	e, err := k.seize(ctx, name)
	if err != nil {
		return Logout{}, err
	}
	out := Logout{Related: related, Remote: "kept"}
	var g *grant
	var p *provider.Provider
	var c provider.Client
	k.post(func() {
		g, p, c = e.g, e.prov, e.client
		if e.unsaved != nil { // the newest that the provider gave
			g = e.unsaved
			e.d.Generation = max(e.d.Generation, g.generation)
		}
	})
	if !keepRemote {
		out.Remote, out.Detail = k.revoke(ctx, c, p, g)
	}
	derr := k.o.Store.Delete(context.WithoutCancel(ctx), e.id)
	var d durable
	k.post(func() {
		e.g, e.unsaved, e.loaded, e.ends, e.demanded = nil, nil, true, end{}, false
		e.astray, e.client.ID = false, e.def.ClientID
		e.d = durable{
			Seq: e.d.Seq, ID: e.d.ID, Name: name, SignedOut: true, Generation: e.d.Generation, Account: e.d.Account,
			Provider: e.d.Provider, Target: e.d.Target, EndsOld: e.d.EndsOld, Extends: e.d.Extends,
		}
		k.endOutage(e)
		k.withdraw(keySession + name)
		k.requeue(e)
		d = e.checkpoint()
	})
	k.writeDurable(d)
	k.post(func() {
		k.release(e, nil)
		out.Session = e.pub.Load().session
	})
	if derr != nil {
		return out, &Error{
			Code: CodeKeychain, Session: name,
			Detail: "Signed out, but the secret could not be deleted from the keychain: " + derr.Error(),
		}
	}
	return out, nil
}

// revoke asks the provider to forget a grant (RFC 7009), refresh token first: it takes the access token with it at
// most providers.
func (k *Keeper) revoke(ctx context.Context, c provider.Client, p *provider.Provider, g *grant) (remote, detail string) {
	if g == nil || p == nil {
		return "nothing", ""
	}
	token, kind := g.refresh, "refresh_token"
	if token.Empty() {
		token, kind = g.access, "access_token"
	}
	a := k.o.Wire.Revoke(ctx, p, c, token, kind)
	switch {
	case a.Verdict == provider.VerdictOK:
		if kind == "refresh_token" && !g.access.Empty() && g.usable(k.now()) {
			k.o.Wire.Revoke(ctx, p, c, g.access, "access_token")
		}
		return "revoked", ""
	case a.Code == "unsupported":
		return "unsupported", "This provider has no way to revoke a grant from here: end it on the provider's own page."
	default:
		return "unreachable", cmp.Or("The provider could not be asked to revoke the grant ("+a.Code+
			"): it may live on there. End it on the provider's own page.", a.Message)
	}
}

// Related names the other sessions of the same account and client, which a sign-out may end at the provider.
func (k *Keeper) Related(name string) ([]string, error) {
	s, err := k.Session(name)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range k.Sessions() {
		if o.Name != name && o.ClientID == s.ClientID && o.Provider == s.Provider && o.State != SignedOut &&
			(o.Account.Sub == s.Account.Sub || o.Account.Sub == "" || s.Account.Sub == "") {
			names = append(names, o.Name)
		}
	}
	return names, nil
}

// KeychainChanged says how the keychain stands: "ok" or a reason.
func (k *Keeper) KeychainChanged(ctx context.Context, state, detail string) {
	_ = k.call(ctx, func() {
		if k.keychain != state {
			k.emit(Event{Type: EventKeychain, Code: state, Message: detail})
			k.log.InfoContext(ctx, "the keychain changed", "state", state)
		}
		same := k.keychain == state
		k.keychain, k.keychainDetail = state, detail
		switch {
		case same:
		case state == "ok":
			k.withdraw(keyKeychain)
		case state == "locked": // as it is after log-in: everyone waits quietly
		default:
			k.notify(keychainNotice(Reason(state), detail))
		}
		for _, e := range k.entries {
			if state == "ok" {
				if e.storeFault != "" {
					e.storeFault, e.nextTry, e.lastEnd = "", time.Time{}, time.Time{}
				}
				if e.g == nil && !e.provisional && !e.d.SignedOut {
					e.loaded = false
				}
				k.load(e)
			}
			k.changed(e)
		}
	})
}

// UnlockKeychain is an act of the user: the keychain may prompt. ctx bounds the wait for the user.
func (k *Keeper) UnlockKeychain(ctx context.Context) error {
	if err := k.o.Store.Unlock(ctx); err != nil {
		return keychainError("", err)
	}
	return nil
}

// Reload reads the definitions again. A session whose file is gone is let go of, but its grant stays in the keychain
// and comes back with the file; one whose file is broken is disabled until it is mended.
func (k *Keeper) Reload(ctx context.Context) {
	defs, faults := k.o.Config.Sessions()
	broken := map[string]error{}
	for _, f := range faults {
		broken[f.Name] = f.Err
	}
	_ = k.call(ctx, func() {
		k.faults.Store(&faults)
		if defs == nil { // the folder itself cannot be read: nothing is known to be gone
			return
		}
		for name, e := range k.entries {
			def, ok := defs[name]
			e.gone = false
			switch {
			case e.provisional:
				continue
			case broken[name] != nil:
				e.fault = broken[name]
			case !ok && (e.busy || e.unsaved != nil): // not in the middle of a transaction
				e.gone = true
			case !ok:
				k.letGo(e)
				continue
			case e.busy:
				e.newDef = &def
			default:
				k.redefine(e, def)
			}
			k.changed(e)
		}
		for name := range broken {
			if name != "" && k.entries[name] == nil {
				defs[name] = config.Session{Name: name} // shown with what is wrong with it
			}
		}
		for name, def := range defs {
			if k.entries[name] != nil {
				continue
			}
			d, ok := k.parked[name]
			if !ok {
				d = durable{ID: newID(), Name: name, SignedOut: true}
			}
			delete(k.parked, name)
			e := k.insert(def, d)
			e.fault = broken[name]
			k.load(e)
			k.save(e)
			k.publish(e)
			k.emit(Event{Type: EventAdded, Session: name})
		}
	})
}

// letGo parks a session whose definition is gone; its grant stays where it is.
func (k *Keeper) letGo(e *entry) {
	k.parked[e.def.Name] = e.checkpoint()
	k.endOutage(e)
	k.withdraw(keySession + e.def.Name)
	k.discard(e)
	k.emit(Event{Type: EventRemoved, Session: e.def.Name})
}

// redefine takes over a definition that was edited.
func (k *Keeper) redefine(e *entry, def definition) {
	if e.fault == nil && reflect.DeepEqual(e.def, def) {
		return
	}
	e.fault = nil
	was := e.def
	e.def = def
	if e.astray = e.moved(def); e.astray { // the grant stays bound to whom it came from
		e.d.Refused = movedRefusal(e.d.Generation, k.now())
		k.save(e)
		return
	}
	if ref := e.d.Refused; ref != nil && ref.Code == codeMoved { // put back as it was
		e.d.Refused = nil
	}
	e.client.ID = def.ClientID
	if targetKey(was) != targetKey(def) || was.ClientID != def.ClientID || !slices.Equal(was.Scopes, def.Scopes) {
		if targetKey(was) != targetKey(def) {
			e.prov = nil
		}
		if ref := e.d.Refused; ref != nil && ref.Verdict == provider.VerdictSetup {
			e.d.Refused = nil
		}
		e.d.CheckOff = false
	}
	if e.g != nil {
		e.plan(roll())
	}
	k.requeue(e)
	k.save(e)
}

// codeDiscovery marks a provider that could not be looked up.
const codeDiscovery = "discovery"

// resolve looks up the provider of a session that has a grant and none yet.
func (k *Keeper) resolve(e *entry, now time.Time) {
	if e.prov != nil || e.resolving || e.g == nil || e.astray || e.fault != nil || e.d.Paused || now.Before(e.nextTry) {
		return
	}
	e.resolving = true
	def := e.def
	k.wg.Go(func() {
		p, err := k.o.Catalogue.Resolve(k.work, k.o.Wire, target(def))
		k.post(func() { k.resolved(e, def, p, err) })
	})
}

func (k *Keeper) resolved(e *entry, def definition, p provider.Provider, err error) {
	e.resolving = false
	if e.removed || targetKey(def) != targetKey(e.def) {
		return
	}
	now := k.now()
	if err != nil {
		e.failures++
		e.nextTry = now.Add(backoff(e.failures, roll()))
		if e.d.FailingSince.IsZero() {
			e.d.FailingSince = now
		}
		e.d.LastError = &LastError{Verdict: provider.VerdictPassing, Code: codeDiscovery, At: now, Message: err.Error()}
		k.log.Warn("could not look a provider up", "session", e.def.Name, "error", err)
	} else {
		e.failures, e.nextTry = 0, time.Time{}
		if e.d.LastError != nil && e.d.LastError.Code == codeDiscovery {
			e.d.LastError = nil
			k.cured(e, false)
		}
		e.prov, e.d.Provider, e.d.Target = &p, &p, targetKey(def)
		e.plan(roll())
		k.save(e)
	}
	k.changed(e)
}
