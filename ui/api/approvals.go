package api

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

const (
	answerWait = 60 * time.Second       // for the user's answer; none is a no
	quietTime  = time.Minute            // after a no: nothing is asked about the same program
	onceLife   = time.Minute            // of a yes to one request that was not waiting any more
	allowLife  = time.Hour              // of a remembered yes
	askAgain   = 2 * time.Second        // a caller whose wait is over does well to come back then
	closeGrace = 500 * time.Millisecond // some services say that a notice closed and then which button was pressed

	maxQuestions = 32  // that wait at once
	maxKnown     = 256 // answers that are remembered; the oldest goes first
)

// ApprovalsOptions are what Approvals work with.
type ApprovalsOptions struct {
	// Confirm reports whether a session's programs are asked about, and which edition of its definition says so. It must
	// not block: every request for a token asks it.
	Confirm func(session string) (edition uint64, on bool)
	Keeper  Keeper
	Notices *Board
	Open    func(ctx context.Context) error // shows the page where the questions are; at most 5 s. nil: there is none
	Log     *slog.Logger
}

// Approvals ask the user before a program gets a token of a session that wants it, and remember the answers for an hour
// at most, in memory alone. A no is the default: no answer, a notice that is dismissed and no desktop to ask on all mean
// no.
//
// They are a reminder and not a wall. Whatever runs as the same user can press the button, answer over the socket, edit
// the session's definition or read the memory of a program that was allowed. What they do is show what would go
// unseen: which program wants a token, who started it, and where.
//
// The nil Approvals asks nothing of anybody. Its methods are safe for concurrent use.
type Approvals struct {
	o    ApprovalsOptions
	wake chan struct{} // has room for one
	open chan struct{} // has room for one: the user wants to see the page

	mu      sync.Mutex          // guards what follows
	known   []*approval         // oldest first
	slots   [maxShown]*approval // questions that have a notice
	filled  [maxShown]bool      // there is one on the board
	grouped string              // the questions that the notice for the rest tells of
	changed chan struct{}       // is closed when list tells something else; then there is a new one
	ended   bool
}

// NewApprovals returns Approvals that know nothing yet, and takes away what others before them may have left on the
// screen. Questions run out once Run runs.
func NewApprovals(o ApprovalsOptions) *Approvals {
	a := &Approvals{o: o, wake: make(chan struct{}, 1), open: make(chan struct{}, 1), changed: make(chan struct{})}
	a.clear()
	return a
}

// needsApproval reports whether a program must be asked about before it gets a token of the session. It is cheap enough
// for each request.
func (s *Server) needsApproval(session string) bool {
	_, on := s.o.Approvals.confirm(session)
	return on
}

// approve is nil once the program may have a token of the session: at once where nothing is asked or the answer is
// known, else when the user says so. It waits as long as ctx's deadline allows, which is the request's own wait, and
// session.DefaultWait where it has none. Errors are those of Approvals.Approve.
func (s *Server) approve(ctx context.Context, session string, p peer.Program) error {
	ctx, stop := s.untilStop(ctx)
	defer stop()
	return s.o.Approvals.Approve(ctx, session, p)
}

func (a *Approvals) confirm(name string) (edition uint64, on bool) {
	if a == nil {
		return 0, false
	}
	return a.o.Confirm(name)
}

// Approve is nil once a program may have a token of a session. It waits as long as ctx's deadline allows, and
// session.DefaultWait where there is none. Its errors are ctx's where the caller hung up, and *session.Error:
//   - unavailable with retry_at while the question is open: the answer may come any moment and is kept for the next
//     request, so that a script which repeats what is passing gets its token without a word of ours in it;
//   - unavailable as well where nobody answered, with retry_at when it would be asked again: the user may be back then;
//   - conflict where the user said no: to repeat that would only nag.
func (a *Approvals) Approve(ctx context.Context, name string, p peer.Program) error {
	if a == nil {
		return nil
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, session.DefaultWait)
		defer cancel()
	}
	for {
		edition, on := a.o.Confirm(name)
		if !on {
			return nil
		}
		signedIn, err := a.signedIn(ctx, name)
		if err != nil {
			return err
		}
		q := a.request(ctx, name, p)
		q.edition, q.signedIn = edition, signedIn
		settled, err := a.wait(ctx, q)
		if settled || err != nil {
			return err
		}
	}
}

// signedIn says since when a session is signed in, which a remembered answer belongs to. Where there can be no token
// the error says why: a question would be for nothing.
func (a *Approvals) signedIn(ctx context.Context, name string) (time.Time, error) {
	one, err := a.o.Keeper.Session(name)
	if err != nil {
		return time.Time{}, err
	}
	switch one.State {
	case session.SignedOut, session.Paused, session.SetupNeeded, session.SignInNeeded, session.KeychainLocked:
		// It does not wait, so the caller's wait, which may be none, is not to end it before it has told.
		if _, err := a.o.Keeper.Token(context.WithoutCancel(ctx), name, session.TokenRequest{}); err != nil {
			return time.Time{}, err
		}
	default:
	}
	return one.SignedInAt, nil
}

// request is what a program asks for, as a question that nobody was asked yet.
func (a *Approvals) request(ctx context.Context, name string, p peer.Program) *approval {
	q := &approval{
		asker: asker{session: name, path: p.Path, parent: p.Parent, dir: p.Dir}, program: p,
		state: client.Asking, answered: make(chan struct{}),
	}
	if p.Via != "" {
		q.run = runOf(ctx)
	}
	if !lasting(p.Path) {
		q.pid = p.PID
		return q
	}
	if file, err := programFile(p); err == nil && file.Mode().IsRegular() {
		q.file = file
	} else {
		q.pid = p.PID
	}
	return q
}

// wait settles a request. Neither settled nor an error: what it was asked about has changed meanwhile.
func (a *Approvals) wait(ctx context.Context, request *approval) (settled bool, err error) {
	q, err := a.join(request)
	if q == nil {
		return err == nil, err
	}
	defer a.leave(q)
	select {
	case <-q.answered:
	case <-ctx.Done():
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return false, ctx.Err()
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		if q.state == client.Asking {
			return false, askedError(q, now())
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case q.state == client.Denied:
		return false, noError(q)
	case q.state == client.Allowed && a.stands(q):
		return true, nil
	default:
		return false, nil
	}
}

// join finds what is known of a request, or asks the user. No question and no error: it is allowed.
func (a *Approvals) join(request *approval) (*approval, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := now()
	a.prune(now)
	if a.ended {
		return nil, stoppingError(request)
	}
	if i := slices.IndexFunc(a.known, func(k *approval) bool { return k.covers(request) }); i >= 0 {
		if a.known[i].once {
			a.known = slices.Delete(a.known, i, i+1)
			a.tell()
		}
		return nil, nil //nolint:nilnil // it is allowed: there is nothing to wait for
	}
	for _, k := range a.known {
		if k.state == client.Denied && k.session == request.session && k.path == request.path {
			return nil, noError(k)
		}
	}
	questions := 0
	for _, k := range a.known {
		if k.state != client.Asking {
			continue
		}
		questions++
		if k.same(request) {
			k.waiting++
			k.lastAsk = now
			if !a.placed(k) {
				k.until = now.Add(answerWait)
			}
			return k, nil
		}
	}
	if questions >= maxQuestions {
		return nil, manyError(request, now)
	}
	q := request
	q.id = newApprovalID()
	q.askedAt, q.lastAsk, q.until = now, now, now.Add(answerWait)
	q.waiting = 1
	a.known = append(a.known, q)
	a.o.Log.Info("the user is asked about a program", "session", q.session, "program", q.path, "pid", q.program.PID,
		"parent", q.parent, "folder", q.dir, "approval", q.id)
	a.show(now)
	a.tell()
	poke(a.wake)
	return q, nil
}

// changes is closed when list tells something else; nil where it never does.
func (a *Approvals) changes() <-chan struct{} {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changed
}

// tell lets those know who follow what list tells. It needs mu.
func (a *Approvals) tell() {
	close(a.changed)
	a.changed = make(chan struct{})
}

func (a *Approvals) leave(q *approval) {
	a.mu.Lock()
	defer a.mu.Unlock()
	q.waiting--
}

// stands reports whether the session is as it was when the user was asked. It may be called with mu held: neither the
// keeper nor the definitions know of us.
func (a *Approvals) stands(q *approval) bool {
	edition, on := a.o.Confirm(q.session)
	if !on || edition != q.edition {
		return false
	}
	one, err := a.o.Keeper.Session(q.session)
	return err == nil && one.State != session.SignedOut && one.SignedInAt.Equal(q.signedIn)
}

// prune lets go of what is over. It needs mu.
func (a *Approvals) prune(now time.Time) {
	changed, before := false, len(a.known)
	for _, q := range a.known {
		switch {
		case q.state == client.Denied: // it says nothing of the session
		case !a.stands(q):
			changed = changed || q.state == client.Asking
			q.end("", now)
		case q.state == client.Asking && q.over(now):
			changed = true
			q.unheard = !q.closed
			q.end(client.Denied, now)
			a.o.Log.Info("a program got no yes", "session", q.session, "program", q.path, "approval", q.id,
				"dismissed", q.closed)
		}
	}
	a.known = slices.DeleteFunc(a.known, func(q *approval) bool {
		return q.state == "" || q.state != client.Asking && q.over(now)
	})
	if n := len(a.known) - maxKnown; n > 0 {
		a.known = slices.DeleteFunc(a.known, func(q *approval) bool {
			n--
			return n >= 0 && q.state != client.Asking
		})
	}
	if changed {
		a.show(now)
	}
	if changed || len(a.known) != before {
		a.tell()
	}
}

// answer takes the user's word on a question. It needs mu.
func (a *Approvals) answer(q *approval, b client.ApprovalBody) {
	now := now()
	switch {
	case !b.Allow:
		q.end(client.Denied, now)
	case b.Hour && q.lasting():
		if q.run.alive() { // it may need a token after the hour as well, and was allowed to start
			another := *q
			another.id, another.running, another.until = newApprovalID(), true, time.Time{}
			another.state, another.waiting = client.Allowed, 0
			a.known = append(a.known, &another)
		}
		q.until = now.Add(allowLife)
		q.end(client.Allowed, now)
	case q.run.alive():
		q.running, q.until = true, time.Time{}
		q.end(client.Allowed, now)
	default:
		q.once, q.until = true, now.Add(onceLife)
		if q.waiting > 0 { // who waits has it
			q.until = now
		}
		q.end(client.Allowed, now)
	}
	a.o.Log.Info("the user answered about a program", "session", q.session, "program", q.path, "approval", q.id,
		"allowed", b.Allow, "once", q.once)
	a.show(now)
	a.tell()
	poke(a.wake)
}

// find gives what has this id; nil: nothing. It needs mu.
func (a *Approvals) find(id string) *approval {
	i := slices.IndexFunc(a.known, func(q *approval) bool { return q.id == id })
	if i < 0 {
		return nil
	}
	return a.known[i]
}
