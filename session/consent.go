package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

const (
	consentTime = 15 * time.Minute // for the user to come back from the provider
	openTime    = time.Second      // that a caller waits to learn whether the browser opened
	keptLogins  = 64               // ended sign-ins that can still be asked about
	lingerTime  = time.Minute      // longer than a flow's listener answers reloads after its end
)

// LoginRequest says how to sign in.
type LoginRequest struct {
	Device    bool     `json:"device,omitempty"`
	NoBrowser bool     `json:"no_browser,omitempty"`
	AsOther   bool     `json:"as_other,omitempty"` // another account than before is welcome
	Scopes    []string `json:"scopes,omitempty"`   // instead of the definition's
}

// Login is a sign-in, running or ended.
type Login struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"` // "pending", "done" or "failed"
	URL       string    `json:"login_url,omitempty"`
	UserCode  string    `json:"user_code,omitempty"`
	Opened    bool      `json:"opened"` // the browser was opened
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Failure   string    `json:"failure,omitempty"` // the kind of failure
	Field     string    `json:"field,omitempty"`   // what of the definition made it fail, where that is known
	Detail    string    `json:"detail,omitempty"`  // what failed and what to do
	Session   *Session  `json:"session,omitempty"` // once done
}

// login is a sign-in as the loop holds it.
type login struct {
	id      string
	name    string // the session's
	e       *entry
	request LoginRequest
	auto    bool
	notice  bool // asked for on a notice
	begunAt time.Time
	cancel  context.CancelFunc

	started chan struct{} // closed when flow is set, or the sign-in failed before
	opening chan struct{} // closed when it is known whether the browser opened
	done    chan struct{} // closed when failure is set

	// Written by the loop before the channel that tells of them is closed.
	flow    *signin.Flow
	opened  bool
	stored  bool // the grant was stored: the sign-in succeeded whatever the page says
	failure *signin.Error

	badField string // what of the definition kept the provider from being known
}

// field is what of the definition made the sign-in fail, where that is known.
func (l *login) field() string { return cmp.Or(l.badField, clientField(l.failure.Answer.Reason)) }

// refused is the error of an addition whose sign-in failed before anybody was asked to consent; v is its view.
func (l *login) refused(v Login) *Error {
	e := &Error{Code: CodeInvalid, Session: l.name, Field: v.Field, Detail: v.Detail}
	switch {
	case e.Field != "":
	case l.failure.Kind != signin.KindSetup:
		e.Code = CodeUnavailable
	case l.failure.Answer.Code == "": // something of this machine: its port is taken
		e.Code = CodeConflict
	}
	return e
}

// abandon gives the sign-in up and waits for its end.
func (l *login) abandon() {
	l.cancel()
	<-l.done
}

// replace ends the sign-in for a newer one, which does not wait for it; its page then says so.
func (l *login) replace() {
	select {
	case <-l.started:
		if l.flow != nil {
			l.flow.Replace()
		}
	default:
		l.cancel()
	}
}

// Login opens a fresh sign-in page at once; it replaces a pending one of the same session and waits for nobody.
func (k *Keeper) Login(ctx context.Context, name string, r LoginRequest) (Login, error) {
	var l *login
	if _, err := k.on(ctx, name, func(e *entry) error {
		if e.fault != nil {
			return k.problem(e, k.now())
		}
		l = k.beginLogin(e, r, false)
		return nil
	}); err != nil {
		return Login{}, err
	}
	return k.loginStarted(ctx, l)
}

func (k *Keeper) loginStarted(ctx context.Context, l *login) (Login, error) {
	select {
	case <-l.started:
	case <-ctx.Done():
		return Login{}, ctx.Err()
	}
	select {
	case <-l.opening:
	case <-time.After(openTime):
	case <-ctx.Done():
	}
	return k.loginView(ctx, l)
}

func (k *Keeper) loginView(ctx context.Context, l *login) (v Login, err error) {
	err = k.call(ctx, func() { v = l.view() })
	return v, err
}

func (l *login) view() Login {
	v := Login{ID: l.id, Status: "pending", Opened: l.opened}
	if l.flow != nil {
		v.URL, v.UserCode, v.ExpiresAt = l.flow.URL(), l.flow.UserCode(), l.flow.ExpiresAt()
	}
	select {
	case <-l.done:
	default:
		return v
	}
	if v.Status = "failed"; l.stored {
		v.Status = "done"
		if p := l.e.pub.Load(); p != nil {
			v.Session = new(p.session)
		}
	}
	if l.failure != nil {
		v.Failure, v.Detail, v.Field = string(l.failure.Kind), stop(l.failure.Detail), l.field()
		if a := l.failure.Answer; a.Code != "" {
			v.Detail += " " + fmt.Sprintf(words.answered, answerText(a))
		}
		if l.failure.Kind != signin.KindSetup || l.failure.Answer.Code != "" {
			v.Detail += " " + l.failure.Action()
		}
	}
	return v
}

// answerText is a provider's answer in a few words.
func answerText(a provider.Answer) string {
	text := cmp.Or(a.Message, a.Code)
	if a.Status != 0 {
		text = fmt.Sprintf("%s, HTTP status %d", strings.TrimRight(text, "."), a.Status)
	}
	return text
}

// LoginStatus waits up to wait for a sign-in to end and says how it stands.
func (k *Keeper) LoginStatus(ctx context.Context, name, id string, wait time.Duration) (Login, error) {
	l, err := k.loginOf(ctx, name, id)
	if err != nil {
		return Login{}, err
	}
	select {
	case <-l.done:
	case <-time.After(wait):
	case <-ctx.Done():
		return Login{}, ctx.Err()
	}
	return k.loginView(ctx, l)
}

// LoginPaste finishes a sign-in with the address that the browser ended on.
func (k *Keeper) LoginPaste(ctx context.Context, name, id string, address Secret) (Login, error) {
	l, err := k.loginOf(ctx, name, id)
	if err != nil {
		return Login{}, err
	}
	select {
	case <-l.started:
	case <-ctx.Done():
		return Login{}, ctx.Err()
	}
	if l.flow != nil {
		if err := l.flow.Paste(ctx, address); err != nil {
			return Login{}, &Error{Code: CodeInvalid, Session: name, Field: "paste", Detail: err.Error()}
		}
	}
	return k.LoginStatus(ctx, name, id, DefaultWait)
}

// LoginCancel gives a sign-in up. A session that was being added is forgotten.
func (k *Keeper) LoginCancel(ctx context.Context, name, id string) error {
	l, err := k.loginOf(ctx, name, id)
	if err != nil {
		return err
	}
	l.abandon()
	return nil
}

func (k *Keeper) loginOf(ctx context.Context, name, id string) (*login, error) {
	var l *login
	if err := k.call(ctx, func() { l = k.logins[id] }); err != nil {
		return nil, err
	}
	if l == nil || l.name != name {
		return nil, &Error{
			Code: CodeNotFound, Session: name,
			Detail: fmt.Sprintf("That sign-in to %q is over: run `sessionkeeper login` with its name to begin anew.", name),
		}
	}
	return l, nil
}

// beginLogin starts a sign-in beside the loop.
func (k *Keeper) beginLogin(e *entry, r LoginRequest, auto bool) *login {
	before := e.login
	ctx, cancel := context.WithCancel(k.work)
	l := &login{
		id: newID(), name: e.def.Name, e: e, request: r, auto: auto, begunAt: k.now(), cancel: cancel,
		started: make(chan struct{}), opening: make(chan struct{}), done: make(chan struct{}),
	}
	e.login, k.logins[l.id] = l, l
	k.pruneLogins()
	if !auto {
		k.queue.Acted(e.def.Name)
		e.d.AutoOpened = false
	}
	req := signin.Request{
		Session: e.def.Name, Client: provider.Client{ID: e.def.ClientID, Secret: e.client.Secret}, Scopes: e.def.Scopes, Account: e.d.Account, Hint: e.def.Account,
		ForceConsent: e.d.NoRefresh, Ports: &k.ports,
	}
	if len(r.Scopes) > 0 {
		req.Scopes = r.Scopes
	}
	if r.AsOther || e.astray {
		req.Account, req.Hint = Account{}, ""
	}
	if ref := e.refusedNow(); ref != nil {
		req.Claims = ref.Claims
	}
	def, cached := e.def, e.prov
	k.wg.Go(func() {
		defer time.AfterFunc(lingerTime, cancel)
		if before != nil {
			before.replace()
		}
		p, err := k.resolveFresh(ctx, def, cached)
		if err != nil {
			k.post(func() {
				l.badField = targetError(e.def.Name, err).Field
				k.endLogin(l, &signin.Error{Kind: signin.KindSetup, Detail: stop(capital(err.Error()))})
			})
			return
		}
		req.Provider = p
		req.Accept = func(ctx context.Context, res signin.Result) error { return k.accept(ctx, l, p, req.Scopes, res) }
		k.runLogin(ctx, l, req)
	})
	return l
}

// resolveFresh looks a definition's provider up; where that fails now, what was found before will do.
func (k *Keeper) resolveFresh(ctx context.Context, def definition, cached *provider.Provider) (*provider.Provider, error) {
	p, err := k.o.Catalogue.Resolve(ctx, k.o.Wire, target(def))
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
		k.wg.Go(func() {
			err := k.o.Desktop.Open(ctx, flow.URL())
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
	if l.auto {
		k.queue.PageClosed(e.def.Name, result)
		k.queueAt = k.now()
		if e.refusedNow() != nil && e.login == nil && !k.stopping.Load() {
			k.notify(signInNotice(e.pub.Load().session, "")) // no page comes by itself any more
		}
	}
	k.changed(e)
}

func (k *Keeper) pruneLogins() {
	for len(k.logins) > keptLogins {
		var oldest *login
		for _, l := range k.logins {
			select {
			case <-l.done:
				if oldest == nil || l.begunAt.Before(oldest.begunAt) {
					oldest = l
				}
			default:
			}
		}
		if oldest == nil {
			return
		}
		delete(k.logins, oldest.id)
	}
}

// accept is asked by the flow, beside the loop, before the result page is shown: it checks the account and makes the
// grant durable.
func (k *Keeper) accept(ctx context.Context, l *login, p *provider.Provider, scopes []string, res signin.Result) error {
	e := l.e
	if err := k.acquire(ctx, e); err != nil {
		return &signin.Error{Kind: signin.KindCancelled, Detail: err.Error()}
	}
	defer k.post(func() { k.release(e, nil) })
	var before *grant
	var known Account
	var d durable
	k.post(func() {
		before, known, d = e.g, e.d.Account, e.checkpoint()
		if e.astray { // the account of another server says nothing
			before, known = nil, Account{}
		}
		if e.unsaved != nil && before != nil { // newer than what is in hand
			before = e.unsaved
		}
	})
	if d.ID == "" { // the loop has ended
		return &signin.Error{Kind: signin.KindCancelled, Detail: words.stopping}
	}
	if !l.request.AsOther && known.Sub != "" && res.Account.Sub != "" && known.Sub != res.Account.Sub {
		return &signin.Error{Kind: signin.KindWrongAccount, Detail: fmt.Sprintf(
			"Another account signed in to %q than before. Sign in as %s, or run `sessionkeeper login --as-other` with its name.",
			e.def.Name, cmp.Or(known.Email, known.Name, "the account of before"))}
	}
	g := k.consented(p, scopes, before, d, res)
	if err := k.store(d, g); err != nil {
		k.post(func() {
			e.d.Generation = g.generation // it may still land: the next one is higher
			k.storeFailed(e, err)
			k.publish(e)
		})
		return &signin.Error{Kind: signin.KindStore, Detail: cmp.Or(words.keychain[Reason(storeReason(err))], err.Error())}
	}
	if d.SignedOut && e.provisional {
		k.post(func() { e.d.SignedOut, e.d.Generation = false, g.generation })
		if err := k.commit(ctx, e); err != nil {
			_ = k.o.Store.Delete(ctx, d.ID)
			k.revoke(ctx, provider.Client{ID: e.def.ClientID, Secret: e.client.Secret}, p, g)
			return &signin.Error{Kind: signin.KindStore, Detail: err.Error()}
		}
	}
	k.post(func() {
		k.signedIn(e, p, g)
		l.stored = true
		d = e.checkpoint()
	})
	k.writeDurable(d)
	if g.refresh.Empty() && !g.expiresAt.IsZero() {
		return &signin.Error{Kind: signin.KindNoRefresh, Detail: words.noRefresh}
	}
	return nil
}

// consented is the grant that a consent brought.
func (k *Keeper) consented(p *provider.Provider, scopes []string, before *grant, d durable, res signin.Result) *grant {
	base := &grant{scopes: scopes, account: res.Account}
	if before != nil {
		base.generation = before.generation
		if same := before.account.Sub == res.Account.Sub && before.account.Sub != ""; same && d.Refused == nil {
			base.refresh = before.refresh // some providers give it only once for an account
		}
	}
	g := base.renewed(p, res.Answer, k.now(), d.Generation)
	g.consentAt = g.issuedAt
	return g
}

// signedIn makes the grant of a consent the session's.
func (k *Keeper) signedIn(e *entry, p *provider.Provider, g *grant) {
	e.prov, e.d.Provider, e.d.Target, e.d.Bound = p, p, targetKey(e.def), boundKey(e.def)
	e.client.ID, e.storeWords, e.astray = e.def.ClientID, "", false
	k.issuerOf(e).retryAfter = time.Time{} // it has just answered
	e.storeFault, e.suspect, e.demanded, e.verifying = "", 0, false, false
	refused := e.d.Refused != nil
	e.d.Intent, e.d.Refused, e.d.LastError = nil, nil, nil
	e.d.LastRefreshAt = g.issuedAt
	e.d.NoRefresh = g.refresh.Empty() && !g.expiresAt.IsZero()
	e.failures, e.nextTry, e.lastEnd, e.retryAfter, e.checkAt = 0, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	k.adopt(e, g)
	k.cured(e, refused || len(e.d.Warned) > 0)
	e.d.AutoOpened, e.d.WarnedFor, e.d.Warned = false, time.Time{}, nil
	if e.d.NoRefresh {
		k.notify(noRefreshNotice(e.def.Name))
	}
	k.log.Info("signed in", "session", e.def.Name, "generation", g.generation, "expires_at", g.expiresAt, "ends_at", e.d.EndsAt)
	k.publish(e)
}

// acquire waits until no transaction of a session is under way, and holds others off until release.
func (k *Keeper) acquire(ctx context.Context, e *entry) error {
	for {
		var free chan struct{}
		err := error(&Error{Code: CodeUnavailable, Detail: words.stopping})
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
	if ref == nil || ref.Verdict == provider.VerdictSetup || e.d.Paused || e.d.SignedOut || e.fault != nil || e.removed {
		k.queue.Cured(e.def.Name)
	} else if e.login == nil || e.login.auto { // the queue knows nothing of a page that the user opened
		auto := k.o.Settings.AutoOpen
		if e.def.AutoOpen != nil {
			auto = *e.def.AutoOpen
		}
		k.queue.Refused(e.def.Name, k.now(), auto)
	}
	k.queueAt = k.now()
}

// askQueue asks, beside the loop, whether the screen is locked, and then the queue what to do.
func (k *Keeper) askQueue() {
	k.queueAt = time.Time{}
	if k.asking {
		return
	}
	k.asking = true
	k.wg.Go(func() {
		locked := k.o.Desktop.ScreenLocked(k.work)
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
	if !d.Again.IsZero() && (k.queueAt.IsZero() || d.Again.Before(k.queueAt)) {
		k.queueAt = d.Again
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
	k.wg.Go(func() {
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
