package tray

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/api/places"
)

const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = time.Minute

	// comeBack is how long a keeper that has gone may take to come back by itself, as it does when it is replaced by a
	// newer one.
	comeBack = 3 * time.Second

	// startEvery is the pause after a keeper could not be started, before it is tried again unasked.
	startEvery = 5 * time.Minute
)

// news is what the link tells the tray: an event with the client that it came from, or how the link stands.
type news struct {
	client     *client.Client
	event      *client.Event
	keychain   string // with a snapshot
	link       Link
	why        string
	silent     bool // a keeper runs and does not answer
	passphrase bool // the keychain waits for one
}

func (n news) tell(s *State) {
	if n.event == nil {
		s.Link, s.Why, s.Silent = n.link, n.why, n.silent
		return
	}
	if n.keychain != "" {
		s.Keychain = n.keychain
	}
	s.Apply(*n.event)
}

// link keeps in touch with the keeper, whichever that is, and starts one where none runs.
type link struct {
	places   places.Places
	programs Programs
	log      *slog.Logger
	tell     func(context.Context, news)
	kicked   chan struct{} // the user wants a keeper started
	looked   chan struct{} // the user looks at the menu

	// What follows belongs to run's goroutine until it has ended.
	started  bool // by us, and not seen since
	ours     int  // the process that we started, while it is the keeper; 0 for none
	mayStart time.Time
}

func newLink(o Options, tell func(context.Context, news)) *link {
	return &link{
		places: o.Places, programs: o.Programs, log: o.Log, tell: tell,
		kicked: make(chan struct{}, 1), looked: make(chan struct{}, 1),
	}
}

// kick tries at once, and starts a keeper where none runs.
func (l *link) kick() { signal(l.kicked) }

// look tries at once where the keeper is away.
func (l *link) look() { signal(l.looked) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one waits already
	}
}

// run follows one keeper after another until ctx ends.
func (l *link) run(ctx context.Context) {
	wait := firstRetry
	lost := false // since the last time that something was told
	for asked := true; ; {
		was, err := l.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if was {
			l.log.InfoContext(ctx, "keeper gone", "error", err)
			wait, l.mayStart, asked = firstRetry, time.Now().Add(comeBack), false
			lost = true
		}
		switch {
		case was: // it may be back already
		case !errors.Is(err, client.ErrNoKeeper):
			l.log.WarnContext(ctx, "keeper not reached", "error", err)
			l.tell(ctx, news{link: Down, why: silence(err), silent: fast.Late(err)})
		case asked || !time.Now().Before(l.mayStart):
			lost = false
			if l.start(ctx) {
				continue
			}
		case lost:
			lost = false
			l.tell(ctx, news{link: Starting})
		}
		asked = l.pause(ctx, wait)
		if wait = min(2*wait, lastRetry); asked {
			wait = firstRetry
		}
	}
}

// pause ends at the time, or when somebody wants to know; it reports whether a keeper is to be started now.
func (l *link) pause(ctx context.Context, wait time.Duration) (asked bool) {
	// A look from before is no reason to try again.
	select {
	case <-l.looked:
	default:
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-l.looked:
	case <-l.kicked:
		return true
	}
	return false
}

// start starts a keeper and reports whether one listens now.
func (l *link) start(ctx context.Context) bool {
	l.tell(ctx, news{link: Starting})
	err := l.programs.start(ctx)
	if ctx.Err() != nil {
		return false
	}
	if err == nil {
		l.log.InfoContext(ctx, "keeper started")
		l.started = true
		return true
	}
	l.log.ErrorContext(ctx, "keeper not started", "error", err)
	l.mayStart = time.Now().Add(startEvery)
	failure, _ := errors.AsType[*startError](err)
	if failure.passphrase || forbidden() {
		l.mayStart = time.Now().AddDate(100, 0, 0) // only the user can change that
	}
	l.tell(ctx, news{link: Down, why: failure.why, passphrase: failure.passphrase})
	return false
}

// follow tells what a keeper has to say until it is gone; was is true where it was reached at all.
func (l *link) follow(ctx context.Context) (was bool, err error) {
	asking, cancel := context.WithTimeout(ctx, client.AskLimit)
	defer cancel()
	c, err := client.Dial(asking, l.places)
	if err != nil {
		return false, err
	}
	defer c.Close()
	health, err := c.Health(asking)
	if err != nil {
		return false, err
	}
	if l.started {
		l.ours, l.started = health.PID, false
	} else if l.ours != health.PID {
		l.ours = 0
	}
	keychain := health.Keychain.State
	ctx, end := context.WithCancelCause(ctx)
	var doubting sync.WaitGroup
	defer doubting.Wait()
	defer end(nil)
	doubting.Go(func() { end(c.Silence(ctx)) })
	for e, err := range c.Events(ctx, "tray") {
		if err != nil {
			return was && context.Cause(ctx) == nil, cmp.Or(context.Cause(ctx), err)
		}
		l.complete(ctx, c, &e)
		l.tell(ctx, news{client: c, event: &e, keychain: keychain})
		was, keychain = true, ""
	}
	return was, io.EOF
}

// complete gets the session of an event that does not carry it, as those of an older keeper.
func (l *link) complete(ctx context.Context, c *client.Client, e *client.Event) {
	if e.Session == "" || e.Now != nil || e.Type == eventRemoved || e.Notice != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, client.AskLimit)
	defer cancel()
	now, err := c.Session(ctx, e.Session)
	problem, told := errors.AsType[*client.Problem](err)
	switch {
	case err == nil:
		e.Now = &now
	case told && problem.Code == "not_found":
		e.Type = eventRemoved
	default:
		l.log.DebugContext(ctx, "session of an event not read", "error", err)
	}
}

// endKeeper asks the keeper to end where we started it and it is still the same; ended is true where it will.
func (l *link) endKeeper(ctx context.Context) (ended bool, err error) {
	if l.ours == 0 {
		return false, nil
	}
	c, err := client.Dial(ctx, l.places)
	if err != nil {
		return false, err
	}
	defer c.Close()
	health, err := c.Health(ctx)
	if err != nil || health.PID != l.ours {
		return false, err
	}
	if err := terminate(health.PID); err != nil {
		return false, err
	}
	l.log.InfoContext(ctx, "keeper ended", "pid", health.PID)
	return true, nil
}

// silence words why a keeper that listens is of no use.
func silence(err error) string {
	if fast.Late(err) {
		p, _ := words.OfMachine("keeper_silent", nil)
		return p.Detail
	}
	return words.Clean(err.Error(), maxWhy)
}
