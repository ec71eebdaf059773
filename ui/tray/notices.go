package tray

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"sessionkeeper/assets"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/desktop"
)

// Keys of the tray's own notices; no keeper's begins like them.
const (
	ownNotice    = "tray/"
	noticeStart  = ownNotice + "start"
	noticeHost   = ownNotice + "host"
	noticeAction = ownNotice + "action/" // + the session
)

// keychainNotice is the key of the keeper's notice of its keychain. The keeper has no face to tell more with; the tray
// has.
const keychainNotice = "keychain"

// The ids of buttons.
const (
	pressSignIn = "sign_in"
	pressOpen   = "open"
	pressClick  = "default" // on the notice itself
)

// notices shows on the desktop what the keeper wants shown, and tells it what came of it. Whoever posts never waits: one
// goroutine works the newest wish of each key off, however long the desktop takes.
type notices struct {
	log     *slog.Logger
	windows *panes
	keeper  *atomic.Pointer[client.Client]
	open    chan string // the window that a press asks for
	screen  *desktop.Desktop

	mu      sync.Mutex
	waiting map[string]wish // by key
	order   []string
	again   bool // a keeper begins anew to tell what stands
	wake    chan struct{}

	// What follows belongs to run's goroutine until it has ended.
	shown map[string]*bubble
}

// wish is what is to be seen under a key.
type wish struct {
	notice client.Notice
	gone   bool // nothing
	text   bool // no window: it could not be shown
}

// bubble is a notice that is on the screen, as far as we know.
type bubble struct {
	notice client.Notice
	window bool // a window shows it
	told   bool // the keeper knows its id, and can take it over
}

func newNotices(o Options, windows *panes, keeper *atomic.Pointer[client.Client]) *notices {
	return &notices{
		log: o.Log, windows: windows, keeper: keeper, screen: newScreen(o.Log),
		open: make(chan string, 1), wake: make(chan struct{}, 1),
		waiting: map[string]wish{}, shown: map[string]*bubble{},
	}
}

func newScreen(log *slog.Logger) *desktop.Desktop {
	screen := desktop.New(log)
	if err := screen.SetIcon(assets.NoticeIcon()); err != nil {
		log.Warn("notices have no icon", "error", err)
	}
	return screen
}

// runScreen keeps the connection to the desktop.
func (n *notices) runScreen(ctx context.Context) {
	if err := n.screen.RunNotices(ctx); err != nil {
		n.log.ErrorContext(ctx, "desktop failed", "error", err)
	}
}

// post takes an event in; most are of no concern here.
func (n *notices) post(e client.Event) {
	switch {
	case e.Type == eventSnapshot:
		n.mu.Lock()
		n.again = true
		n.mu.Unlock()
		signal(n.wake)
	case e.Notice == nil:
	case e.Type == client.EventWithdrawn:
		n.put(wish{notice: *e.Notice, gone: true})
	case e.Type == client.EventNotice:
		n.put(wish{notice: *e.Notice})
	}
}

// postOwn shows a notice of the tray itself.
func (n *notices) postOwn(ctx context.Context, notice client.Notice) {
	n.log.InfoContext(ctx, "notice", "title", notice.Title, "body", notice.Body)
	n.put(wish{notice: notice})
}

// withdrawOwn takes one away.
func (n *notices) withdrawOwn(key string) { n.put(wish{notice: client.Notice{Key: key}, gone: true}) }

func (n *notices) put(w wish) {
	key := w.notice.Key
	n.mu.Lock()
	if _, waits := n.waiting[key]; !waits {
		n.order = append(n.order, key)
	}
	n.waiting[key] = w
	n.mu.Unlock()
	signal(n.wake)
}

func (n *notices) next() (w wish, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.again {
		n.again = false
		for _, b := range n.shown {
			b.told = false // it may be another keeper
		}
	}
	if len(n.order) == 0 {
		return wish{}, false
	}
	key := n.order[0]
	n.order = n.order[1:]
	w = n.waiting[key]
	delete(n.waiting, key)
	return w, true
}

// run works off what was posted until ctx ends.
func (n *notices) run(ctx context.Context) {
	var presses sync.WaitGroup
	defer presses.Wait()
	presses.Go(func() { n.relay(ctx) })
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.wake:
		}
		for w, ok := n.next(); ok && ctx.Err() == nil; w, ok = n.next() {
			if w.gone {
				n.withdraw(ctx, w.notice)
			} else {
				n.show(ctx, w)
			}
		}
	}
}

// withdraw takes a notice away, also one that a tray before us showed.
func (n *notices) withdraw(ctx context.Context, notice client.Notice) {
	b := n.shown[notice.Key]
	delete(n.shown, notice.Key)
	if notice.ID != 0 {
		n.adopt(notice)
	} else if b == nil || b.window {
		return
	}
	n.screen.Withdraw(ctx, notice.Key)
}

func (n *notices) adopt(notice client.Notice) {
	if notice.ID != 0 && n.screen.Shown()[notice.Key] != notice.ID {
		n.screen.Adopt(notice.Key, notice.ID)
	}
}

// show shows a notice, unless it is on the screen just as it is.
func (n *notices) show(ctx context.Context, w wish) {
	notice := w.notice
	n.adopt(notice)
	old := n.shown[notice.Key]
	same := old != nil && sameNotice(old.notice, notice)
	b := &bubble{notice: notice}
	switch {
	case same && old.window && !w.text:
		return
	case same && n.screen.Shown()[notice.Key] != 0:
	case !w.text && n.startWindow(ctx, notice):
		b.window = true
		n.screen.Withdraw(ctx, notice.Key) // as a text, from before
	default:
		n.notify(ctx, notice)
	}
	n.shown[notice.Key] = b
	if !b.window {
		b.told = n.report(ctx, notice.Key)
	}
}

func sameNotice(a, b client.Notice) bool {
	a.ID, b.ID = 0, 0
	return reflect.DeepEqual(a, b)
}

// startWindow starts a window for a notice whose button the desktop would not show, and reports whether it did. The text
// follows where the window cannot be shown after all.
func (n *notices) startWindow(ctx context.Context, notice client.Notice) bool {
	asks := slices.ContainsFunc(notice.Actions, func(a client.NoticeAction) bool { return a.ID == pressSignIn })
	if !asks || notice.Session == "" || !n.windows.programs.canShow() || n.screen.Buttons(ctx) {
		return false
	}
	return n.windows.show(ctx, func(ok bool) {
		if !ok {
			n.put(wish{notice: notice, text: true})
		}
	}, "warn", notice.Session)
}

func (n *notices) notify(ctx context.Context, notice client.Notice) {
	if notice.Key == keychainNotice && len(notice.Actions) == 0 {
		notice.Actions = []client.NoticeAction{{ID: pressOpen, Label: words.Label("details")}}
	}
	actions := make([]desktop.Action, len(notice.Actions))
	for i, a := range notice.Actions {
		actions[i] = desktop.Action(a)
	}
	err := n.screen.Notify(ctx, desktop.Notice{
		Key: notice.Key, Title: notice.Title, Body: notice.Body, Urgent: notice.Urgent, Actions: actions,
	})
	if err != nil && ctx.Err() == nil {
		n.log.WarnContext(ctx, "notice not shown", "key", notice.Key, "error", err)
	}
}

// report tells the keeper under which id its notice is on the screen, so that it can take it over from us.
func (n *notices) report(ctx context.Context, key string) (told bool) {
	id, c := n.screen.Shown()[key], n.keeper.Load()
	if id == 0 || c == nil || strings.HasPrefix(key, ownNotice) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, client.AskLimit)
	defer cancel()
	err := c.NoticeShown(ctx, key, id)
	if p, ok := errors.AsType[*client.Problem](err); ok && p.Code == "conflict" {
		n.withdraw(ctx, client.Notice{Key: key}) // it does not stand any more
	} else if err != nil {
		n.log.DebugContext(ctx, "notice not reported", "key", key, "error", err)
	}
	return err == nil
}

// relay brings the keeper the pressed buttons.
func (n *notices) relay(ctx context.Context) {
	for {
		var p desktop.Press
		select {
		case <-ctx.Done():
			return
		case p = <-n.screen.Presses():
		}
		switch {
		case p.Key == keychainNotice && (p.Action == pressOpen || p.Action == pressClick):
			n.ask("keychain")
		case !strings.HasPrefix(p.Key, ownNotice):
			n.press(ctx, p)
		case p.Action != desktop.ActionClosed:
			n.ask("sessions")
		}
	}
}

// ask has a window opened.
func (n *notices) ask(kind string) {
	select {
	case n.open <- kind:
	default: // one waits already
	}
}

func (n *notices) press(ctx context.Context, p desktop.Press) {
	c := n.keeper.Load()
	if c == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, client.AskLimit)
	defer cancel()
	if err := c.Press(ctx, p.Key, p.Action); err != nil {
		n.log.WarnContext(ctx, "press not told", "key", p.Key, "action", p.Action, "error", err)
	}
}

// leave withdraws what nobody takes over: all of it where the keeper ends as well.
func (n *notices) leave(ctx context.Context, keeperEnds bool) {
	var calls sync.WaitGroup
	for key, b := range n.shown {
		if !b.window && (keeperEnds || !b.told) {
			calls.Go(func() { n.screen.Withdraw(ctx, key) })
		}
	}
	calls.Wait()
}

// startNotice says that no keeper could be started.
func startNotice(why string) client.Notice {
	p, _ := words.OfMachine("no_keeper", nil)
	body := p.Detail
	if why != "" {
		body = why
	}
	return client.Notice{Key: noticeStart, Title: p.Title, Body: body}
}

// hostNotice says that there is no place for the icon.
func hostNotice(p words.Problem) client.Notice {
	return client.Notice{
		Key: noticeHost, Title: p.Title, Body: p.Detail,
		Actions: []client.NoticeAction{{ID: pressOpen, Label: p.Action.Label}},
	}
}

// actionNotice says how something went that the user asked for.
func actionNotice(session, title, body string) client.Notice {
	return client.Notice{Key: noticeAction + session, Title: title, Body: body}
}
