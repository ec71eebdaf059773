package keychain

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"
)

const (
	// callLimit is what one call may take. Every keychain measured answers in under 100 ms.
	callLimit = 3 * time.Second
	// lookLimit is what the child takes of it to look whether the keychain is open, so that it can still say so.
	lookLimit = callLimit - 500*time.Millisecond
)

var errEnding = errors.New("the keychain is being closed")

// ring is the OS keychain as the parent sees it: items behind a child process, one call at a time. Once a call has
// shown that the keychain cannot be used, all calls fail at once with that reason, until a probe finds it open.
type ring struct {
	argv    []string
	log     *slog.Logger
	hints   chan struct{} // a value when it is worth to probe now
	changed func()        // called when away has changed to another reason; never under mu

	turn    chan struct{} // held by the call in flight
	flights sync.WaitGroup
	ending  chan struct{}

	mu     sync.Mutex
	env    map[string]string
	child  *process
	away   *Error        // nil: it worked last
	gone   chan struct{} // closed while away
	open   chan struct{} // closed while not away
	denied bool          // the user refused; until the next act of the user or until it is open
	asking int           // prompts that wait for their answer
	closed bool
}

func newRing(o Options, log *slog.Logger, changed func()) *ring {
	gone := make(chan struct{})
	close(gone)
	return &ring{
		argv: o.Child, log: log, env: maps.Clone(o.Env), changed: changed,
		hints: make(chan struct{}, 1), turn: make(chan struct{}, 1), ending: make(chan struct{}),
		away: unusable(faultFresh, nil), gone: gone, open: make(chan struct{}),
	}
}

func (r *ring) get(ctx context.Context, user string) ([]byte, error) {
	return r.call(ctx, request{Op: opGet, User: user}, planned)
}

func (r *ring) set(ctx context.Context, user string, value []byte) error {
	_, err := r.call(ctx, request{Op: opSet, User: user, Value: value}, planned)
	return err
}

func (r *ring) remove(ctx context.Context, user string) error {
	_, err := r.call(ctx, request{Op: opDelete, User: user}, planned)
	return err
}

// probe finds out whether the keychain can be used now, by reading the item of user, which need not exist. It is the
// only way back from being away.
func (r *ring) probe(ctx context.Context, user string) error {
	return present(r.call(ctx, request{Op: opGet, User: user}, probing))
}

func present(_ []byte, err error) error {
	if _, away := errors.AsType[*Error](err); away {
		return err
	}
	return nil
}

// manner is how a call is made.
type manner int

const (
	planned manner = iota // fails at once while the keychain is away
	probing               // is made also then
	granted               // probing, and by an act of the user: it may ask the user and lasts as long as ctx
)

func (r *ring) call(ctx context.Context, q request, m manner) ([]byte, error) {
	if err := r.takeTurn(ctx, m); err != nil {
		return nil, err
	}
	// From here the turn goes with the flight: a caller that gives up leaves it to its end.
	landed := make(chan landing, 1)
	r.flights.Go(func() {
		defer func() { <-r.turn }()
		landed <- r.fly(ctx, q, m)
	})
	select {
	case l := <-landed:
		return l.value, l.err
	case <-ctx.Done():
		return nil, unusable(faultBusy, ctx.Err())
	}
}

type landing struct {
	value []byte
	err   error
}

// takeTurn waits for the calls before this one; not once the keychain is known to be away.
func (r *ring) takeTurn(ctx context.Context, m manner) error {
	r.mu.Lock()
	gone := r.gone
	r.mu.Unlock()
	if m != planned {
		gone = nil
	}
	select {
	case <-gone: // first: a select takes any that is ready
		return r.usable()
	default:
	}
	select {
	case r.turn <- struct{}{}:
	case <-gone:
		return r.usable()
	case <-r.ending:
		return unusable(faultClosed, nil)
	case <-ctx.Done():
		return unusable(faultBusy, ctx.Err())
	}
	if m != planned {
		return nil
	}
	if err := r.usable(); err != nil {
		<-r.turn
		return err
	}
	return nil
}

// usable is nil, or the reason why the keychain cannot be used.
func (r *ring) usable() error {
	if e := r.reason(); e != nil {
		return e
	}
	return nil
}

func (r *ring) reason() *Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.away
}

// fly makes the call and takes what becomes of it to heart.
func (r *ring) fly(ctx context.Context, q request, m manner) landing {
	limit := time.NewTimer(callLimit)
	defer limit.Stop()
	expired, ending := limit.C, (<-chan struct{})(nil)
	var patience <-chan struct{}
	if m == granted {
		q.Prompt, expired, patience, ending = true, nil, ctx.Done(), r.ending
	}
	for again := true; ; again = false {
		p, err := r.start()
		if err != nil {
			return landing{err: r.leave(faultNoChild, err, m)}
		}
		reply := p.send(q)
		select {
		case a := <-reply:
			return r.land(a, m)
		case <-p.done:
			// The turn is still ours, and doing the same to the same item twice is doing it once.
			if !again {
				return landing{err: r.leave(faultDied, nil, m)}
			}
		case <-patience:
			return r.replace(p, m)
		case <-ending:
			return r.replace(p, m)
		case <-expired:
			return r.replace(p, m)
		}
	}
}

// replace kills a child that hangs. Its call may still be carried out: whoever writes that item next reads before and
// after.
func (r *ring) replace(p *process, m manner) landing {
	p.kill()
	<-p.done
	err := r.leave(faultSlow, nil, m)
	r.keepWatch()
	return landing{err: err}
}

// keepWatch makes sure that a child watches for the keychain's return.
func (r *ring) keepWatch() {
	if _, err := r.start(); err != nil && !errors.Is(err, errEnding) {
		r.log.Debug("keychain child cannot be started", "error", err)
	}
}

// land reads an answer.
func (r *ring) land(a answer, m manner) landing {
	var cause error
	if a.Cause != "" {
		cause = errors.New(a.Cause)
	}
	switch a.Fault {
	case faultNone, faultMissing, faultTooBig, faultNoSpace, faultFailed:
		// It answered: what it refused was this call.
		if m != planned && a.Fault != faultFailed {
			r.back()
		}
		if m != planned && a.Fault == faultFailed {
			return landing{err: r.leave(a.Fault, cause, m)}
		}
		return landing{a.Value, trouble(a.Fault, cause)}
	default:
		return landing{err: r.leave(a.Fault, cause, m)}
	}
}

// leave notes that the keychain is away and gives the reason.
func (r *ring) leave(f fault, cause error, m manner) *Error {
	e := unusable(f, cause)
	r.mu.Lock()
	switch {
	case r.closed:
		e = unusable(faultClosed, cause)
	case f == faultDenied:
		r.denied = true
	case f == faultLocked && r.asking > 0:
		e = unusable(faultPrompt, cause)
	case f == faultLocked && r.denied:
		e = unusable(faultDenied, cause)
	}
	before := r.away
	r.away = e
	if before == nil {
		r.open = make(chan struct{})
		close(r.gone)
	}
	r.mu.Unlock()
	if f != faultClosed && (before == nil || before.Detail != e.Detail) {
		r.log.Warn("keychain cannot be used", "reason", e.Reason, "fault", f, "cause", cause)
		r.changed()
	}
	if m == planned && (f == faultDied || f == faultSlow) {
		// Perhaps only the child was at fault. One look, then the long wait.
		r.hint()
	}
	return e
}

// back notes that the keychain can be used.
func (r *ring) back() {
	r.mu.Lock()
	was := r.away
	if !r.closed && was != nil {
		r.away, r.denied, r.gone = nil, false, make(chan struct{})
		close(r.open)
	}
	r.mu.Unlock()
	if was != nil {
		r.log.Info("keychain can be used")
	}
}

func (r *ring) hint() {
	select {
	case r.hints <- struct{}{}:
	default:
	}
}

// start gives the running child, or a new one.
func (r *ring) start() (*process, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errEnding
	}
	if r.child != nil && !r.child.ended() {
		return r.child, nil
	}
	p, err := spawn(r.argv, r.env, r.hint, r.log)
	if err != nil {
		return nil, err
	}
	r.child = p
	return p, nil
}

// setEnv changes the child's environment from its next start on; at once where the bus is another and the keychain is
// away.
func (r *ring) setEnv(set map[string]string) {
	const bus = "DBUS_SESSION_BUS_ADDRESS"
	r.mu.Lock()
	before := r.env[bus]
	if r.env == nil {
		r.env = map[string]string{}
	}
	maps.Copy(r.env, set)
	restart := r.env[bus] != before && r.away != nil
	p := r.child
	r.mu.Unlock()
	if !restart {
		return
	}
	if p != nil {
		p.kill()
		<-p.done
	}
	r.hint()
}

// close ends the child, after the call in flight.
func (r *ring) close() {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	r.closed = true
	close(r.ending)
	r.mu.Unlock()
	_ = r.leave(faultClosed, nil, probing)
	r.turn <- struct{}{} // for good
	r.mu.Lock()
	p := r.child
	r.mu.Unlock()
	if p != nil {
		p.close()
		limit := time.NewTimer(callLimit)
		defer limit.Stop()
		select {
		case <-p.done:
		case <-limit.C:
			p.kill()
			<-p.done
		}
	}
	r.flights.Wait()
}
