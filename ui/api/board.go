package api

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"sessionkeeper/session"
)

// Screen is the keeper's own way to show a notice. No method takes longer than 5 s.
type Screen interface {
	Notify(ctx context.Context, n session.Notice) error
	Withdraw(ctx context.Context, key string)
	// Shown gives what is on the screen: the notification service's id, by key.
	Shown() map[string]uint32
	// Adopt takes over a notice that another process has on the screen under id.
	Adopt(key string, id uint32)
}

// Board holds the notices that stand, and has each shown by one alone: by the newest tray while one listens, else by
// the keeper's own screen. Whoever takes over gets the ids of what is on the screen already, so that nothing is shown
// twice. Nobody who asks something of a Board waits for a tray or a screen. It is safe for concurrent use.
type Board struct {
	screen Screen
	log    *slog.Logger
	wake   chan struct{} // has room for one

	mu     sync.Mutex // guards what follows and the trays' queues; never held while the screen is asked
	posts  map[string]*post
	due    []string // keys with news for the one who shows, oldest first
	trays  []*tray  // that listen, the newest last
	shower *tray    // nil: the keeper's screen
	heard  []press  // of late
}

// post is what is known of one key.
type post struct {
	notice *session.Notice // nil: withdrawn
	due    bool            // the one who shows has not been told
	id     uint32          // on the screen, by the notification service's number; 0: unknown
	shown  bool            // it is on the screen as it stands, or was
	acted  bool            // a button was pressed: some services take it off the screen then, and some do not
}

// NewBoard returns a Board over the keeper's screen; nothing is shown before Run.
func NewBoard(screen Screen, log *slog.Logger) *Board {
	return &Board{screen: screen, log: log, wake: make(chan struct{}, 1), posts: map[string]*post{}}
}

// Notify has a notice shown. It returns at once; its error is always nil.
func (b *Board) Notify(_ context.Context, n session.Notice) error {
	n.Actions = slices.Clone(n.Actions)
	b.set(n.Key, &n)
	return nil
}

// Withdraw has a notice taken away, and returns at once.
func (b *Board) Withdraw(_ context.Context, key string) { b.set(key, nil) }

func (b *Board) set(key string, n *session.Notice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.posts[key]
	if p == nil { // a withdrawal goes on: a tray may know the notice from a keeper before this one
		p = &post{}
		b.posts[key] = p
	}
	p.notice, p.shown, p.acted = n, false, false
	b.ask(key, p)
}

// ask puts a key's news into the queue. It needs mu.
func (b *Board) ask(key string, p *post) {
	if !p.due {
		p.due = true
		b.due = append(b.due, key)
	}
	poke(b.wake)
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run has the notices shown until ctx ends; its error is nil. It alone asks the screen, one thing after the other, so
// that no hand-over meets a call that is under way.
func (b *Board) Run(ctx context.Context) error {
	for {
		for ctx.Err() == nil && b.step(ctx) {
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.wake:
		}
	}
}

// step does one thing, and reports whether there was one to do.
func (b *Board) step(ctx context.Context) bool {
	b.mu.Lock()
	if newest := b.newest(); newest != b.shower {
		b.mu.Unlock()
		b.handOver(ctx, newest)
		return true
	}
	if len(b.due) == 0 {
		b.mu.Unlock()
		return false
	}
	key := b.due[0]
	b.due = b.due[1:]
	p := b.posts[key]
	if p == nil || !p.due { // dealt with meanwhile
		b.mu.Unlock()
		return true
	}
	p.due = false
	if b.shower != nil {
		b.tell(b.shower, key, p)
		b.mu.Unlock()
		return true
	}
	notice := p.notice
	if notice == nil {
		delete(b.posts, key)
	}
	b.mu.Unlock()
	if notice == nil {
		b.screen.Withdraw(ctx, key)
		return true
	}
	err := b.screen.Notify(ctx, *notice)
	if err != nil {
		b.log.DebugContext(ctx, "could not show a notice", "key", key, "error", err)
	}
	b.mu.Lock()
	p.shown = err == nil && p.notice == notice
	b.mu.Unlock()
	return true
}

// handOver makes to the one who shows; nil is the keeper's screen. Run alone calls it.
func (b *Board) handOver(ctx context.Context, to *tray) {
	fromScreen := b.shower == nil
	var onScreen map[string]uint32
	if fromScreen {
		onScreen = b.screen.Shown()
	}
	adopt, end := b.pass(to, fromScreen, onScreen)
	for key, id := range adopt {
		b.screen.Adopt(key, id)
	}
	for _, key := range end {
		soon, cancel := context.WithTimeout(ctx, endWait)
		b.screen.Withdraw(soon, key)
		cancel()
	}
}

// endWait is how long a hand-over waits for the screen to take one notice away, which it does in any case.
const endWait = 100 * time.Millisecond

// pass gives every post to the one who shows from now on. The screen is to adopt ids, and to end what is not to be
// seen any more.
func (b *Board) pass(to *tray, fromScreen bool, onScreen map[string]uint32) (adopt map[string]uint32, end []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shower, b.due = to, nil
	adopt = map[string]uint32{}
	for _, key := range slices.Sorted(maps.Keys(b.posts)) {
		p := b.posts[key]
		news := p.due
		p.due = false
		if fromScreen {
			p.id = onScreen[key]
			if p.id == 0 && p.shown { // it ran out, or the user took it away
				delete(b.posts, key)
				continue
			}
			p.shown = p.id != 0 && !news
		}
		switch {
		case p.notice == nil:
			end = append(end, key)
			delete(b.posts, key)
		case p.acted && !fromScreen: // if it is still there at all, its id is enough to take it away
		case to == nil && (!p.shown || p.notice.Urgent):
			// What stays on the screen is shown anew in its own place: some services tell of a press only whoever showed it.
			b.ask(key, p)
		case to != nil:
			b.tell(to, key, p)
			if fromScreen && p.id == 0 {
				end = append(end, key) // it may be on its way
			}
		}
		if !fromScreen && p.id != 0 && (to == nil || p.notice == nil) {
			adopt[key] = p.id
		}
	}
	return adopt, end
}

// actionClosed is the action of a notice that the user dismissed.
const actionClosed = "closed"

// press is a press that somebody reported.
type press struct {
	key, action string
	byTray      bool
	at          time.Time
}

// pressEcho is how long after a press the other of screen and tray may report the same one.
const pressEcho = 3 * time.Second

// ScreenPressed takes note of what the keeper's screen reports, and says whether it counts. While a tray shows the
// notices some services tell both of a press, and some only the one who showed the notice last.
func (b *Board) ScreenPressed(key, action string) bool {
	return b.pressed(press{key: key, action: action, at: time.Now()})
}

// trayPressed is ScreenPressed for what a tray reports.
func (b *Board) trayPressed(key, action string) bool {
	return b.pressed(press{key: key, action: action, byTray: true, at: time.Now()})
}

// pressed takes note of what the user did with a notice: one that was dismissed does not come back. A newer one of the
// same key of which nobody has been told yet stays. It reports whether this is the first word of it.
func (b *Board) pressed(n press) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = slices.DeleteFunc(b.heard, func(o press) bool { return n.at.Sub(o.at) > pressEcho })
	if i := slices.IndexFunc(b.heard, func(o press) bool {
		return o.key == n.key && o.action == n.action && o.byTray != n.byTray
	}); i >= 0 {
		b.heard = slices.Delete(b.heard, i, i+1) // an echo comes once
		return false
	}
	b.heard = append(b.heard, n)
	p := b.posts[n.key]
	switch {
	case p == nil || p.notice == nil || p.due:
	case n.action == actionClosed:
		delete(b.posts, n.key)
	default:
		p.acted = true
	}
	return true
}

// showing takes note of the id under which a tray shows a notice. False: the notice does not stand, or no tray is to
// show it.
func (b *Board) showing(key string, id uint32) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.posts[key]
	if p == nil || b.shower == nil {
		return false
	}
	p.id = id
	p.shown = p.notice != nil && !p.due
	return p.notice != nil
}
