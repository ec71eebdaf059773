package session

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// beginLogin starts a sign-in beside the loop.
func (k *Keeper) beginLogin(e *entry, r LoginRequest, auto bool) *login {
	before := e.login
	ctx, cancel := context.WithCancel(k.work)
	l := &login{
		id: newID(), name: e.def.Name, e: e, def: e.def, request: r, auto: auto, begunAt: k.now(), cancel: cancel,
		started: make(chan struct{}), opening: make(chan struct{}), done: make(chan struct{}),
	}
	if before != nil && before.claims && !auto { // that page was of no use
		e.d.Asked = nil
	}
	l.claims = e.d.Asked != nil
	e.login, k.logins[l.id] = l, l
	k.pruneLogins()
	if before != nil {
		k.replaces(before)
	}
	if !auto {
		k.queue.Acted(e.def.Name)
		e.d.AutoOpened = false
	}
	req := signin.Request{
		Session: e.def.Name, Client: provider.Client{ID: e.def.ClientID}, Scopes: e.def.Scopes,
		Account: e.d.Account, Hint: e.def.Account,
		ForceConsent: e.d.NoRefresh, Ports: &k.ports, Choose: r.AsOther,
		Claims: e.claims(), More: len(r.Scopes) > 0 && e.g != nil, Stray: func() { k.stray(l) },
	}
	if r.AsOther || e.astray {
		req.Account, req.Hint = Account{}, ""
	}
	known := e.prov
	k.wg.Go(func() {
		defer func() { time.AfterFunc(l.lingers(), cancel) }()
		if before != nil {
			before.replace()
		}
		if k.guard("sign-in", func() { k.signIn(ctx, l, known, req) }) {
			cancel()
			k.post(func() { k.endBroken(l) })
		}
	})
	return l
}

// secretOf is the client secret that works, as far as is known: of a session that was not read yet, what the store says.
func (k *Keeper) secretOf(ctx context.Context, e *entry) (s Secret) {
	read := false
	k.post(func() { s, read = e.proof().Secret, e.loaded || e.provisional })
	if read {
		return s
	}
	if held, err := k.loadSecrets(ctx, e.id); err == nil {
		k.post(func() {
			e.takeSecrets(held)
			s = e.proof().Secret
		})
	}
	return s
}

// endBroken ends a sign-in that panicked.
func (k *Keeper) endBroken(l *login) {
	select {
	case <-l.done:
	default:
		k.endLogin(l, &signin.Error{Kind: signin.KindSetup, Detail: stop(capital(ownFault))})
	}
}

// signIn does a sign-in, beside the loop; known is the provider as it was found before.
func (k *Keeper) signIn(ctx context.Context, l *login, known *provider.Provider, req signin.Request) {
	p, err := k.resolveFresh(ctx, l.def, known)
	if err != nil {
		k.post(func() {
			l.badField = targetError(l.name, err).Field
			k.endLogin(l, &signin.Error{Kind: signin.KindSetup, Detail: stop(capital(err.Error()))})
		})
		return
	}
	req.Provider = p
	req.Client.Secret = k.secretOf(ctx, l.e)
	if more := l.request.Scopes; len(more) > 0 {
		req.Scopes = provider.MoreScopes(wanted(l.def, p), more)
	}
	req.Accept = func(ctx context.Context, res signin.Result) error {
		err := error(&signin.Error{Kind: signin.KindExchange, Detail: stop(capital(ownFault))})
		k.guard("consent", func() { err = k.accept(ctx, l, p, req.Scopes, res) })
		return err
	}
	k.runLogin(ctx, l, req)
}

// resolveFresh looks a definition's provider up; where that fails now, what was found before will do.
func (k *Keeper) resolveFresh(ctx context.Context, def definition, cached *provider.Provider) (*provider.Provider, error) {
	p, err := k.catalogue.Load().Resolve(ctx, k.o.Wire, target(def))
	if err == nil {
		return &p, nil
	}
	if cached != nil {
		return cached, nil
	}
	return nil, err
}

func (k *Keeper) runLogin(ctx context.Context, l *login, req signin.Request) {
	start := signin.Start
	if l.request.Device {
		start = signin.StartDevice
	}
	flow, err := start(ctx, k.o.Wire, req, consentTime)
	if err != nil {
		k.post(func() { k.endLogin(l, asSigninError(err)) })
		return
	}
	k.post(func() {
		l.flow = flow
		close(l.started)
		k.emit(Event{Type: EventConsentOpened, Session: l.e.def.Name, Kind: l.kind()})
		k.publish(l.e)
	})
	if !l.request.NoBrowser && !l.request.Device {
		k.spawn("browser", func() {
			err := errBroke
			k.guard("browser", func() { err = k.o.Desktop.Open(ctx, flow.URL()) })
			k.post(func() { k.openedLogin(l, err) })
		})
	} else {
		k.post(func() { close(l.opening) })
	}
	<-flow.Done()
	k.post(func() { k.endLogin(l, asSigninError(flow.Err())) })
}

func (l *login) kind() string {
	switch {
	case l.auto:
		return "auto"
	case l.request.Device:
		return "device"
	default:
		return "user"
	}
}

func (k *Keeper) openedLogin(l *login, err error) {
	closeOnce(l.opening)
	if l.opened = err == nil; l.opened {
		return
	}
	k.log.Warn("could not open the browser", "session", l.e.def.Name, "error", err)
	select {
	case <-l.done:
	default:
		if l.auto || l.notice { // nobody looks at a terminal
			k.notify(signInNotice(l.e.pub.Load().session, l.flow.URL()))
		}
	}
}

// closeOnce closes c, for the loop alone.
func closeOnce(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

func asSigninError(err error) *signin.Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*signin.Error](err); ok {
		return e
	}
	return &signin.Error{Kind: signin.KindSetup, Detail: err.Error()}
}

// endLogin takes a sign-in's end over.
func (k *Keeper) endLogin(l *login, failure *signin.Error) {
	e := l.e
	l.failure = failure
	closeOnce(l.started)
	closeOnce(l.opening)
	close(l.done)
	if e.login == l {
		e.login = nil
	}
	result := signin.Kind("")
	if !l.stored && failure != nil {
		result = failure.Kind
	}
	k.emit(Event{Type: EventConsentDone, Session: e.def.Name, Kind: l.kind(), Outcome: cmp.Or(string(result), "done")})
	if e.provisional && !l.stored {
		k.discard(e)
		return
	}
	if failure != nil && failure.Answer.Verdict == provider.VerdictSetup {
		e.d.LastError = lastError(failure.Answer, k.now())
	}
	if l.claims && !slices.Contains([]signin.Kind{"", signin.KindStore, signin.KindCancelled}, result) {
		e.d.Asked = nil // no resource may ask for what keeps the user from signing in; it will say so again
		k.save(e)
	}
	other := result == signin.KindWrongAccount
	k.noteUser(e, other)
	if l.auto {
		k.queue.PageClosed(e.def.Name, result)
		k.queueAt = k.now()
	}
	// No page comes by itself any more; and who pressed a button of a notice looks at no terminal.
	if (l.auto || l.notice && other) && e.refusedNow() != nil && e.consent == nil && e.login == nil && !k.stopping.Load() {
		k.notify(signInNotice(e.pub.Load().session, ""))
	}
	k.changed(e)
}

// noteUser notes whether it was another account that signed in last to a session that waits for the user.
func (k *Keeper) noteUser(e *entry, other bool) {
	ref := e.refusedNow()
	if ref == nil || ref.Verdict == provider.VerdictSetup || ref.OtherUser == other {
		return
	}
	noted := *ref
	noted.OtherUser = other
	e.d.Refused = &noted
	k.save(e)
	k.publish(e)
}
