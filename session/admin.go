package session

import (
	"cmp"
	"context"
	"errors"
	"time"

	"sessionkeeper/session/provider"
)

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
		k.withdraw(keyUnknown + name)
		k.withdraw(keyClaims + name)
		k.discard(e)
		k.release(e, nil)
		k.emit(Event{Type: EventRemoved, Session: name})
	})
	ctx = context.WithoutCancel(ctx)
	stays := k.journal.remove(e.id)
	if stays != nil { // who takes the name next is newer
		k.post(func() { k.parked[name] = e.checkpoint() })
	}
	if err := errors.Join(k.o.Store.Delete(ctx, e.id), k.o.Store.Delete(ctx, secretKey(e.id)), stays); err != nil {
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
		e.d.Paused, e.d.Copied = false, false
		k.tellCopied()
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
		g, p, c = e.g, e.prov, e.proof()
		if e.consent != nil { // it may be another server's than the grant before it
			p, c.ID = e.consent.prov, e.consent.def.ClientID
		}
		if e.unsaved != nil { // the newest that the provider gave
			g = e.unsaved
			e.d.Generation = max(e.d.Generation, g.generation)
		}
		e.d.SignedOut = true // nobody gets a token that is about to end, and who holds one hears of it
		k.publish(e)
		k.answerWaiters(e, k.now())
	})
	if !keepRemote {
		out.Remote, out.Detail = k.revoke(ctx, c, p, g)
	}
	derr := k.o.Store.Delete(context.WithoutCancel(ctx), e.id)
	var d durable
	k.post(func() {
		e.g, e.unsaved, e.consent, e.loaded, e.ends, e.demanded = nil, nil, nil, derr == nil, end{}, false
		e.nextTry = k.now().Add(maxNap) // when what could not be deleted is asked for again
		e.astray, e.client.ID = false, e.def.ClientID
		e.d = durable{
			Seq: e.d.Seq, ID: e.d.ID, Name: name, SignedOut: true, Generation: e.d.taken(), Account: e.d.Account,
			Provider: e.d.Provider, Target: e.d.Target, EndsOld: e.d.EndsOld, EndsOldAt: e.d.EndsOldAt, Extends: e.d.Extends,
		}
		k.endOutage(e)
		k.withdraw(keySession + name)
		k.requeue(e)
		d = e.checkpoint()
	})
	k.writeDurable(d)
	k.keepDefinition(ctx, e)
	k.post(func() {
		k.release(e, nil)
		k.retell(e)
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

// forgetStored deletes the grant of a session that was signed out of while the store was away.
func (k *Keeper) forgetStored(e *entry) {
	if k.acquire(k.work, e) != nil {
		return
	}
	still := false
	k.post(func() { still = e.d.SignedOut && e.g == nil })
	if still {
		if err := k.o.Store.Delete(k.work, e.id); err != nil { // it is tried again after the next start
			k.log.Warn("could not delete the grant of a session that was signed out of", "session", e.def.Name, "error", err)
		}
	}
	k.post(func() { k.release(e, nil) })
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
