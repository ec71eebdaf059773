// Package tray is the face in the corner of the screen: an icon that tells how the sessions are, and a menu to act on
// them. It holds no state of its own: what it draws is a view of what the keeper says, and it may die at any time
// without harm. It starts a keeper where none runs, and shows the keeper's notices. While nothing happens it does not
// wake up.
package tray

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/desktop"
)

const (
	// hostGrace is how long a panel may take to come up after log-in.
	hostGrace = 20 * time.Second

	// quitLimit bounds what is still to be done at the end.
	quitLimit = 3 * time.Second
)

// Options are what a tray works with.
type Options struct {
	Places   places.Places // where the keeper listens, and where the tray remembers what it said once
	Programs Programs
	Log      *slog.Logger
	Stderr   io.Writer // what a person who started it should read
}

// MissingError says that the desktop lacks what a tray needs, and what goes on without it.
type MissingError struct{ Problem words.Problem }

func (e *MissingError) Error() string { return e.Problem.Title + ". " + e.Problem.Detail }

// Run shows the icon until ctx ends or the user quits. It belongs on the main goroutine, because macOS and Windows draw
// on the main thread alone, and is called once. It returns a *MissingError where there is neither a desktop to show an
// icon or a notice on nor a display for windows.
func Run(ctx context.Context, o Options) error {
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	t := newTray(o, quit)
	if err := t.icon.check(ctx); err != nil {
		missing, ok := errors.AsType[*MissingError](err)
		if !ok || !o.Programs.canShow() {
			return err
		}
		t.sayMissing(ctx, missing.Problem) // windows are left to warn with
	}
	// The screen outlives the rest, so that notices can be withdrawn.
	screen, closeScreen := context.WithCancel(context.WithoutCancel(ctx))
	defer closeScreen()

	var last, parts sync.WaitGroup
	last.Go(func() { t.notices.runScreen(screen) })
	parts.Go(func() { t.link.run(ctx) })
	parts.Go(func() { t.notices.run(ctx) })
	parts.Go(func() { t.icon.draw(ctx) })
	parts.Go(func() { t.icon.listen(ctx) })
	parts.Go(func() { t.run(ctx) })
	t.icon.serve(ctx, t.hosts)
	quit()
	parts.Wait()
	t.acts.Wait()
	t.leave(screen)
	closeScreen()
	last.Wait()
	return nil
}

// tray joins the parts. Its run goroutine owns the state.
type tray struct {
	o       Options
	quit    context.CancelFunc
	icon    *icon
	link    *link
	notices *notices
	windows *panes
	client  atomic.Pointer[client.Client] // of the keeper that answered last; nil before
	changes chan func()                   // to be run by run, between two others
	hosts   chan bool                     // whether something shows the icon
	acts    sync.WaitGroup

	state    State
	busy     map[Command]bool // what was clicked and is under way
	whyTold  string           // why there is no keeper, as it was told last
	quitting bool             // the user chose it
}

func newTray(o Options, quit context.CancelFunc) *tray {
	t := &tray{
		o: o, quit: quit, icon: newIcon(o.Log),
		changes: make(chan func()), hosts: make(chan bool),
		state: State{Sessions: map[string]client.Session{}, Window: o.Programs.canShow()},
		busy:  map[Command]bool{},
	}
	t.windows = newPanes(o)
	t.notices = newNotices(o, t.windows, &t.client)
	t.link = newLink(o, t.heard)
	return t
}

// change has f run between two others; it gives up when ctx ends.
func (t *tray) change(ctx context.Context, f func()) {
	select {
	case t.changes <- f:
	case <-ctx.Done():
	}
}

// run takes one thing after another and has the icon drawn anew after each.
func (t *tray) run(ctx context.Context) {
	minute := time.NewTimer(0)
	hostless := time.NewTimer(hostGrace)
	hostless.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-t.changes:
			f()
		case c := <-t.icon.clicks:
			t.do(ctx, c)
		case <-t.icon.opened:
			t.link.look()
		case shown := <-t.hosts:
			if hostless.Stop(); !shown {
				hostless.Reset(hostGrace)
			}
		case kind := <-t.notices.open:
			t.windowOrPage(ctx, kind)
		case <-hostless.C:
			t.sayHostless(ctx)
		case <-minute.C:
		}
		t.state.Now = time.Now()
		t.icon.show(View(t.state))
		if at := t.state.nextChange(); at.IsZero() {
			minute.Stop()
		} else {
			minute.Reset(at.Sub(t.state.Now))
		}
	}
}

// heard takes what the link has to say; it is called from the link's goroutine.
func (t *tray) heard(ctx context.Context, n news) {
	t.change(ctx, func() {
		was := t.state.Link
		n.tell(&t.state)
		switch {
		case n.event != nil:
			t.notices.post(*n.event)
			if n.event.Type == eventSnapshot {
				t.client.Store(n.client)
				t.welcome(ctx)
			}
		case t.state.Link == Down && t.state.Why != t.whyTold:
			t.whyTold = t.state.Why
			t.notices.postOwn(ctx, startNotice(t.state.Why))
		}
		if t.state.Link == Up && was != Up {
			t.whyTold = ""
			t.notices.withdrawOwn(noticeStart)
		}
		if n.passphrase {
			t.windows.show(ctx, func(bool) { t.link.look() }, "passphrase")
		}
	})
}

// sayHostless tells once, in words, that there is no place for the icon.
func (t *tray) sayHostless(ctx context.Context) {
	p, _ := words.OfMachine("no_tray", nil)
	t.sayMissing(ctx, p)
	if t.once("tray.hostless") {
		t.notices.postOwn(ctx, hostNotice(p))
	}
}

// sayMissing tells what the desktop lacks, to the log and to who started us.
func (t *tray) sayMissing(ctx context.Context, p words.Problem) {
	t.o.Log.WarnContext(ctx, "the desktop lacks something", "what", p.Title, "detail", p.Detail)
	_, _ = io.WriteString(t.o.Stderr, "sessionkeeper-tray: "+p.Title+". "+p.Detail+"\n")
}

// welcome greets a user without any session, once.
func (t *tray) welcome(ctx context.Context) {
	if t.once("tray.welcomed") && len(t.state.Sessions) == 0 {
		t.windowOrPage(ctx, "welcome")
	}
}

// once reports whether this is the first time, on this home, that it is asked about name.
func (t *tray) once(name string) bool {
	path := filepath.Join(t.o.Places.State, name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in our own folder
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// leave does what the end asks for: where the user quit, the windows and the keeper that this tray started end with it,
// and notices that nobody takes over are withdrawn.
func (t *tray) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, quitLimit)
	defer cancel()
	ended := false
	if t.quitting {
		t.windows.end(ctx)
		var err error
		if ended, err = t.link.endKeeper(ctx); err != nil && !errors.Is(err, client.ErrNoKeeper) {
			t.o.Log.WarnContext(ctx, "keeper not ended", "error", err)
		}
	}
	t.notices.leave(ctx, ended)
}

// page opens the page in the browser; at is where on it, "" for its start.
func (t *tray) page(ctx context.Context, at string) error {
	c := t.client.Load()
	if c == nil {
		return client.ErrNoKeeper
	}
	code, err := c.PageCode(ctx)
	if err != nil {
		return err
	}
	address := code.URL
	if at != "" {
		address += "&go=" + at
	}
	return desktop.New(t.o.Log).Open(ctx, address)
}
