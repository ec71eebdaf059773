package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

const (
	consentTime = 15 * time.Minute // for the user to come back from the provider
	openTime    = time.Second      // that a caller waits to learn whether the browser opened
	keptLogins  = 64               // ended sign-ins that can still be asked about
	lingerTime  = time.Minute      // at least; longer than a flow's listener answers reloads after its end
)

// LoginRequest says how to sign in.
type LoginRequest struct {
	Device    bool     `json:"device,omitempty"`
	NoBrowser bool     `json:"no_browser,omitempty"`
	AsOther   bool     `json:"as_other,omitempty"` // another account than before is welcome
	Scopes    []string `json:"scopes,omitempty"`   // further ones, beside those that the session has
}

// Login is a sign-in, running or ended.
type Login struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"` // "pending", "done" or "failed"
	URL       string    `json:"login_url,omitempty"`
	UserCode  string    `json:"user_code,omitempty"`
	Opened    bool      `json:"opened"`          // the browser was opened
	Paste     bool      `json:"paste,omitempty"` // the address that the browser ends on must be pasted
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Failure   string    `json:"failure,omitempty"`  // the kind of failure
	Field     string    `json:"field,omitempty"`    // what of the definition made it fail, where that is known
	Detail    string    `json:"detail,omitempty"`   // what failed and what to do
	Declined  []string  `json:"declined,omitempty"` // scopes that were asked for and not given
	Session   *Session  `json:"session,omitempty"`  // once done
}

// login is a sign-in as the loop holds it.
type login struct {
	id      string
	name    string // the session's
	e       *entry
	def     definition // as it was when this began
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
	stored  bool     // the grant was stored: the sign-in succeeded whatever the page says
	lacks   []string // scopes that were asked for and not given
	claims  bool     // it asks for what resources want
	failure *signin.Error

	strays atomic.Int32 // answers that came to its listener and belong to no sign-in

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

// lingers is how long after its end the sign-in's flow may go on answering: until its page has run out where a newer one
// has replaced it.
func (l *login) lingers() time.Duration {
	if l.flow == nil {
		return lingerTime
	}
	return max(lingerTime, time.Until(l.flow.ExpiresAt()))
}

// stray takes note of an answer that belongs to no sign-in. Any page may send one: it ends nothing.
func (k *Keeper) stray(l *login) {
	if l.strays.Add(1) == 1 {
		k.log.Warn("ignored an answer that belongs to no sign-in", "session", l.name)
	}
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
		v.URL, v.UserCode, v.ExpiresAt, v.Paste = l.flow.URL(), l.flow.UserCode(), l.flow.ExpiresAt(), l.flow.PasteOnly()
	}
	select {
	case <-l.done:
	default:
		if l.strays.Load() > 0 {
			v.Detail = words().stray
		}
		return v
	}
	if v.Status = "failed"; l.stored {
		v.Status, v.Detail, v.Declined = "done", lacking(l.lacks), l.lacks
		if p := l.e.pub.Load(); p != nil {
			v.Session = new(p.session)
		}
	}
	if l.failure != nil {
		v.Failure, v.Detail, v.Field = string(l.failure.Kind), stop(l.failure.Detail), l.field()
		if l.failure.Kind != signin.KindSetup || l.failure.Answer.Code != "" {
			v.Detail += " " + l.failure.Action()
		}
		if a := l.failure.Answer; a.Code != "" {
			v.Detail += " " + fmt.Sprintf(words().answered, answerText(a))
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
			k.giveUpOldest()
			return
		}
		delete(k.logins, oldest.id)
	}
}

// giveUpOldest ends the oldest of too many sign-ins that run: each has a listener of its own.
func (k *Keeper) giveUpOldest() {
	var oldest *login
	for _, l := range k.logins {
		if oldest == nil || l.begunAt.Before(oldest.begunAt) {
			oldest = l
		}
	}
	oldest.cancel()
}

// maxReplaced is how many replaced sign-ins keep their listener, to tell whoever comes back from an older page.
const maxReplaced = 16

// replaces ends a sign-in for a newer one.
func (k *Keeper) replaces(before *login) {
	k.replaced = append(k.replaced, before)
	if len(k.replaced) > maxReplaced {
		k.replaced[0].cancel()
		k.replaced = slices.Delete(k.replaced, 0, 1)
	}
}
