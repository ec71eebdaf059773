package window

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
)

// view is the keeper as it stands. It is never changed once it was told.
type view struct {
	starting bool             // nothing is known yet
	gone     bool             // no keeper answers
	silent   bool             // of gone: one runs
	sessions []client.Session // those that want attention first; the last known ones where the keeper is gone
	health   client.Health
	names    map[string]string // of providers, by id
}

// session finds one by its name.
func (v view) session(name string) (client.Session, bool) {
	i := slices.IndexFunc(v.sessions, func(s client.Session) bool { return s.Name == name })
	if i < 0 {
		return client.Session{}, false
	}
	return v.sessions[i], true
}

// absence says why nothing can be shown or done, where the keeper is gone.
func (v view) absence() words.Problem {
	if !v.silent {
		p, _ := words.OfMachine("no_keeper", nil)
		return p
	}
	p, _ := words.OfMachine("keeper_silent", nil)
	p.Action = words.Action{} // one runs, so none can be started
	return p
}

// Between two looks for a keeper that is gone.
const (
	firstRetry = 100 * time.Millisecond
	maxRetry   = time.Second
)

// unsavedPause is what the keychain gets for taking what waited for it, until it is looked at again.
const unsavedPause = 2 * time.Second

// link follows the keeper's events and finds it again when it was gone.
type link struct {
	o      Options
	tell   func(func() view) // says that there is news; at most one is under way
	client atomic.Pointer[client.Client]

	mu     sync.Mutex // guards what follows
	newest view
	told   bool // the newest view is on its way
}

func newLink(o Options, tell func(func() view)) *link { return &link{o: o, tell: tell} }

// with runs a request on the keeper's client; client.ErrNoKeeper where none answers.
func (l *link) with(ctx context.Context, request func(context.Context, *client.Client) error) error {
	c := l.client.Load()
	if c == nil {
		return client.ErrNoKeeper
	}
	return request(ctx, c)
}

func (l *link) run(ctx context.Context) {
	wait := firstRetry
	for ctx.Err() == nil {
		was, err := l.follow(ctx)
		if was {
			wait = firstRetry
			l.lost(ctx, err)
		}
		l.publish(func(v *view) { v.starting, v.gone, v.silent = false, true, fast.Late(err) })
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, maxRetry)
	}
}

// publish changes the view and tells of it, unless somebody has yet to look at the one before.
func (l *link) publish(change func(*view)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.newest)
	if l.told {
		return
	}
	l.told = true
	l.tell(l.take)
}

func (l *link) take() view {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = false
	return l.newest
}

// follow shows one keeper until it goes, and says why it did; was is true where there was one.
func (l *link) follow(ctx context.Context) (was bool, err error) {
	c, err := l.o.Dial(ctx)
	if err != nil {
		return false, err
	}
	defer c.Close()
	ctx, end := context.WithCancelCause(ctx)
	inbox := &inbox{news: make(chan struct{}, 1)}
	var reading sync.WaitGroup
	reading.Go(func() {
		for e, err := range c.Events(ctx, "") {
			if err != nil {
				end(err)
				return
			}
			inbox.put(e)
		}
	})
	reading.Go(func() { end(c.Silence(ctx)) })
	defer reading.Wait()
	defer end(nil)
	defer l.client.Store(nil)
	names, err := l.providers(ctx, c)
	if err != nil {
		return false, err
	}
	sessions := map[string]client.Session{}
	var unsaved <-chan time.Time // nil but where what the keychain has yet to take is about to be gone
	for {
		select {
		case <-ctx.Done():
			return was, context.Cause(ctx)
		case <-inbox.news:
		case <-unsaved:
		}
		was, unsaved = true, nil
		health, err := l.apply(ctx, c, inbox.take(), sessions)
		if err != nil {
			return was, err
		}
		if health.Keychain.State == "ok" && health.Keychain.Spilled > 0 {
			unsaved = time.After(unsavedPause)
		}
		l.client.Store(c)
		sorted := slices.SortedFunc(maps.Values(sessions), byAttention)
		l.publish(func(v *view) { *v = view{sessions: sorted, health: health, names: names} })
	}
}

// providers gives the names of the providers that the keeper knows. It is the first question to a keeper; the error says
// that there is no answer.
func (l *link) providers(ctx context.Context, c *client.Client) (names map[string]string, err error) {
	ctx, cancel := context.WithTimeout(ctx, client.AskLimit)
	defer cancel()
	known, err := c.Providers(ctx)
	if fast.Late(err) {
		return nil, err
	}
	if err != nil {
		l.lost(ctx, err)
	}
	names = map[string]string{}
	for _, p := range known {
		names[p.ID] = p.Name
	}
	return names, nil
}

func (l *link) lost(ctx context.Context, err error) {
	if ctx.Err() == nil && !errors.Is(err, io.EOF) && !errors.Is(err, client.ErrNoKeeper) {
		l.o.Log.WarnContext(ctx, "keeper lost", "error", err)
	}
}

// apply brings sessions up to date with what happened, and gives the keeper's health after it.
func (l *link) apply(
	ctx context.Context, c *client.Client, events []client.Event, sessions map[string]client.Session,
) (client.Health, error) {
	for _, e := range events {
		switch {
		case e.Type == "snapshot":
			clear(sessions)
			for _, s := range e.Sessions {
				sessions[s.Name] = s
			}
		case e.Type == "session.removed":
			delete(sessions, e.Session)
		case e.Now != nil:
			sessions[e.Session] = *e.Now
		}
	}
	ctx, cancel := context.WithTimeout(ctx, client.AskLimit)
	defer cancel()
	return c.Health(ctx)
}

// inbox holds events until somebody takes them, so that the keeper never waits for a window.
type inbox struct {
	news chan struct{} // has room for one

	mu     sync.Mutex // guards events
	events []client.Event
}

func (i *inbox) put(e client.Event) {
	i.mu.Lock()
	i.events = append(i.events, e)
	i.mu.Unlock()
	select {
	case i.news <- struct{}{}:
	default:
	}
}

func (i *inbox) take() []client.Event {
	i.mu.Lock()
	defer i.mu.Unlock()
	events := i.events
	i.events = nil
	return events
}

// attention is the order of states in a list: those that need the user first.
func attention(state string) int {
	order := []string{
		"sign_in_needed", "setup_needed", "keychain_locked", "expiring", "retrying", "active", "signed_out", "paused",
	}
	if i := slices.Index(order, state); i >= 0 {
		return i
	}
	return 0
}

func byAttention(a, b client.Session) int {
	order := cmp.Compare(attention(a.State), attention(b.State))
	if order == 0 && a.State == "expiring" {
		order = a.EndsAt.Compare(b.EndsAt)
	}
	return cmp.Or(order, cmp.Compare(a.Name, b.Name))
}
