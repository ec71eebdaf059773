package cloud

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// Keeper is what STS wants of a session.Keeper, whose methods say what these do.
type Keeper interface {
	Session(name string) (session.Session, error)
	Token(ctx context.Context, name string, r session.TokenRequest) (session.Token, error)
	Reject(ctx context.Context, name string, generation uint64) (session.Session, error)
	Subscribe(ctx context.Context) ([]session.Session, <-chan session.Event)
}

// STSOptions is what an STS works with.
type STSOptions struct {
	Keeper Keeper
	HTTP   http.RoundTripper // nil: a transport of its own
	Wall   func() time.Time  // nil: time.Now
	Log    *slog.Logger
}

// STS trades the tokens of sessions for temporary AWS credentials, with AWS's Security Token Service
// (AssumeRoleWithWebIdentity), and holds them in memory until they are spent, or the session is signed out, signed in
// anew or paused. It is safe for concurrent use.
type STS struct {
	keeper  Keeper
	http    *http.Client
	wall    func() time.Time
	log     *slog.Logger
	flights chan func(context.Context) // for Run to start
	stopped chan struct{}              // closed when Run has ended

	mu   sync.Mutex // guards what follows
	held map[key]*holding
	// vain is until when a refused token of a session is not rejected again: a fresh one was refused as well.
	vain map[string]time.Time
}

// holding is what is held for a key. All but key is guarded by STS.mu.
type holding struct {
	signIn
	creds  client.AWSCredentials
	life   time.Duration // of creds when they came
	came   time.Time     // by this machine's running time: a clock that is put back lengthens no life
	flight *flight       // under way; nil: none
	err    error         // how the last flight failed
	notAgo time.Time     // no flight before
}

// signIn tells a session's grant from any other that it had or will have.
type signIn struct {
	who   session.Account
	since int64 // Unix time in nanoseconds
}

func signInOf(one session.Session) signIn {
	return signIn{who: one.Account, since: one.SignedInAt.UnixNano()}
}

// landing is how a flight ended.
type landing struct {
	creds client.AWSCredentials
	err   error
	rest  time.Duration // before AWS is asked again
}

// flight is one trade with AWS that all who ask meanwhile share.
type flight struct {
	done  chan struct{}
	creds client.AWSCredentials // set before done is closed
	err   error
}

const (
	// defaultTTL is the life under which AWS's own libraries ask anew (botocore, advisory refresh).
	defaultTTL = 15 * time.Minute
	// shortest is the life with which credentials are still handed out where AWS gives no others.
	shortest = 10 * time.Second
	// vainFor is how long a session's tokens are not renewed again after AWS refused a fresh one too.
	vainFor = 10 * time.Minute
	maxHeld = 256
)

// NewSTS returns an STS; it answers while Run runs.
func NewSTS(o STSOptions) *STS {
	if o.HTTP == nil {
		o.HTTP = newTransport()
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &STS{
		keeper: o.Keeper, http: &http.Client{Transport: o.HTTP, CheckRedirect: refuse}, wall: o.Wall, log: o.Log,
		flights: make(chan func(context.Context)), stopped: make(chan struct{}),
		held: map[key]*holding{}, vain: map[string]time.Time{},
	}
}

// Credentials gives credentials that last at least r.MinTTL, or half of their life where that is less, within r.Wait.
// Where AWS cannot be asked it gives those in hand while they are good. Errors are *session.Error.
func (s *STS) Credentials(ctx context.Context, name string, r client.AWSRequest) (client.AWSCredentials, error) {
	one, err := s.keeper.Session(name)
	if err != nil {
		return client.AWSCredentials{}, err
	}
	a, err := look(one, r)
	if err != nil {
		return client.AWSCredentials{}, &session.Error{Code: session.CodeInvalid, Session: name, Detail: err.Error() + "."}
	}
	wait := session.DefaultWait
	if r.Wait != 0 {
		wait = max(0, time.Duration(r.Wait))
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	have, f, start, err := s.board(a, one)
	switch {
	case f == nil:
		return have, err
	case start != nil:
		select {
		case s.flights <- start:
		case <-s.stopped:
			s.land(a.key, f, landing{err: stopping(name)})
		case <-ctx.Done():
			s.land(a.key, f, landing{err: late(name)})
		}
	}
	select {
	case <-f.done:
		err = f.err
	case <-ctx.Done():
		err = late(name)
	}
	if err == nil {
		return f.creds, nil
	}
	if have.AccessKeyID != "" && forgivable(err) {
		return have, nil
	}
	return client.AWSCredentials{}, err
}

// forgivable reports whether credentials in hand may be given although no others could be had: not where the session
// may give nothing.
func forgivable(err error) bool {
	e, ok := errors.AsType[*session.Error](err)
	return ok && (e.Code == session.CodeUnavailable || e.Code == session.CodeKeychain)
}

func late(name string) error {
	return &session.Error{
		Code: session.CodeUnavailable, Session: name,
		Detail: fmt.Sprintf("AWS gave no credentials for %q in time; try again.", name),
	}
}

func stopping(name string) error {
	return &session.Error{Code: session.CodeUnavailable, Session: name, Detail: "The keeper is stopping; start it again."}
}

// board finds credentials in hand, or the flight that brings others, to be started by the caller where start is not nil.
// have is what may be given where the flight fails.
func (s *STS) board(a ask, one session.Session) (have client.AWSCredentials, f *flight, start func(context.Context), err error) {
	now := s.wall()
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.held[a.key]
	if h == nil || h.signIn != signInOf(one) {
		h = s.hold(a.key, signInOf(one), now)
	}
	left := min(h.creds.ExpiresAt.Sub(now), h.life-time.Since(h.came))
	gives := serves(one.State)
	if gives && left >= min(a.minTTL, h.life/2) && left >= shortest {
		return h.creds, nil, nil, nil
	}
	if gives && left >= shortest {
		have = h.creds
	}
	if h.flight != nil {
		return have, h.flight, nil, nil
	}
	if h.err != nil && now.Before(h.notAgo) && h.notAgo.Sub(now) <= 15*time.Minute {
		if have.AccessKeyID != "" {
			return have, nil, nil, nil
		}
		return have, nil, nil, h.err
	}
	f = &flight{done: make(chan struct{})}
	h.flight = f
	return have, f, func(ctx context.Context) {
		s.land(a.key, f, s.fly(ctx, a))
	}, nil
}

// serves reports whether a session in this state gives what was traded for its token earlier.
func serves(state session.State) bool {
	switch state {
	case session.Active, session.Retrying, session.Expiring, session.KeychainLocked:
		return true
	default:
		return false
	}
}

// hold makes room for a key. It needs mu.
func (s *STS) hold(k key, of signIn, now time.Time) *holding {
	var first key
	for other, h := range s.held {
		switch {
		case h.flight != nil:
		case !h.creds.ExpiresAt.After(now) && !now.Before(h.notAgo):
			delete(s.held, other)
		case first.role == "" || h.creds.ExpiresAt.Before(s.held[first].creds.ExpiresAt):
			first = other
		}
	}
	if len(s.held) >= maxHeld {
		delete(s.held, first)
	}
	h := &holding{signIn: of}
	s.held[k] = h
	return h
}

// land ends a flight and keeps what it brought, unless the session was signed out or paused meanwhile.
func (s *STS) land(k key, f *flight, l landing) {
	now := s.wall()
	creds, err := l.creds, l.err
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.held[k]
	kept := h != nil && h.flight == f
	switch {
	case !kept && err == nil:
		creds, err = client.AWSCredentials{}, &session.Error{
			Code: session.CodeConflict, Session: k.session,
			Detail: fmt.Sprintf("%q was paused, or signed out or in, meanwhile; try again.", k.session),
		}
	case kept && err == nil:
		h.creds, h.life, h.came, h.err = creds, creds.ExpiresAt.Sub(now), time.Now(), nil
	case kept:
		h.err, h.notAgo = err, now.Add(l.rest)
	}
	if kept {
		h.flight = nil
	}
	f.creds, f.err = creds, err
	close(f.done)
}

// fly gets a token and trades it.
func (s *STS) fly(ctx context.Context, a ask) landing {
	ctx, cancel := context.WithTimeout(ctx, totalWait)
	defer cancel()
	t, err := s.token(ctx, a, false)
	if err != nil {
		return landing{err: err}
	}
	creds, f := s.assume(ctx, a, t.Access)
	if f != nil && f.verdict == badToken && !s.inVain(a.key.session) {
		if another, ok := s.replace(ctx, a, t); ok {
			creds, f = s.assume(ctx, a, another.Access)
		}
		if f != nil && f.verdict == badToken {
			s.setVain(a.key.session)
		}
	}
	if f != nil {
		s.log.WarnContext(ctx, "aws gave no credentials", "session", a.key.session, "role", a.key.role, "code", f.code)
		return landing{err: f.problem(a, s.wall()), rest: max(pause, f.retryAfter)}
	}
	s.log.InfoContext(ctx, "aws gave credentials", "session", a.key.session, "role", a.key.role, "expires_at", creds.ExpiresAt)
	return landing{creds: creds}
}

// replace gets another token than the one that was refused.
func (s *STS) replace(ctx context.Context, a ask, refused session.Token) (session.Token, bool) {
	if _, err := s.keeper.Reject(ctx, a.key.session, refused.Generation); err != nil {
		return session.Token{}, false
	}
	another, err := s.token(ctx, a, true)
	return another, err == nil && another.Generation != refused.Generation
}

// presentTTL is the life that a token must have when it is presented, or half of its life where that is less.
const presentTTL = 30 * time.Second

func (s *STS) token(ctx context.Context, a ask, force bool) (session.Token, error) {
	t, err := s.keeper.Token(ctx, a.key.session, session.TokenRequest{
		MinTTL: presentTTL, Wait: session.DefaultWait, Force: force, IDToken: !a.key.accessToken,
	})
	return t, inWords(err, a.key.session)
}

// inWords makes sure that an error is a *session.Error.
func inWords(err error, name string) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*session.Error](err); ok {
		return err
	}
	return late(name)
}

func (s *STS) inVain(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.vain[name].Sub(s.wall())
	return left > 0 && left <= vainFor
}

func (s *STS) setVain(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vain[name] = s.wall().Add(vainFor)
}

// Run makes the trades, and forgets what belongs to sessions that are signed out, until ctx ends.
func (s *STS) Run(ctx context.Context) error {
	defer close(s.stopped)
	var flights sync.WaitGroup
	defer flights.Wait()
	for ctx.Err() == nil {
		now, events := s.keeper.Subscribe(ctx)
		s.sweep(now)
		for open := true; open; {
			select {
			case <-ctx.Done():
				return nil
			case start := <-s.flights:
				flights.Go(func() { start(ctx) })
			case ev, more := <-events:
				if open = more; more {
					s.heed(ev)
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
	return nil
}

// listenAgain is the pause before a lost stream of events is taken up again: a keeper that ends gives no more of them.
const listenAgain = time.Second

// sweep forgets all but what belongs to these sessions as they stand.
func (s *STS) sweep(now []session.Session) {
	known := make(map[string]session.Session, len(now))
	for _, one := range now {
		known[one.Name] = one
	}
	s.drop(func(k key, h *holding) bool {
		one, ok := known[k.session]
		return !ok || foreign(one, h)
	})
}

func (s *STS) heed(ev session.Event) {
	switch {
	case ev.Type == session.EventRemoved:
		s.drop(func(k key, _ *holding) bool { return k.session == ev.Session })
	case ev.Now != nil:
		s.drop(func(k key, h *holding) bool { return k.session == ev.Session && foreign(*ev.Now, h) })
	}
}

// foreign reports whether what is held is not the session's any more, or not to be given: a flight under way brings
// nothing then.
func foreign(one session.Session, h *holding) bool {
	return one.State == session.SignedOut || one.State == session.Paused || h.signIn != signInOf(one)
}

func (s *STS) drop(gone func(key, *holding) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.wall()
	for k, h := range s.held {
		if spent := !h.creds.ExpiresAt.After(now); spent {
			h.creds = client.AWSCredentials{}
		}
		if gone(k, h) {
			delete(s.held, k)
			delete(s.vain, k.session)
		}
	}
}
