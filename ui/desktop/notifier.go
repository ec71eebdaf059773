package desktop

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Desktop Notifications Specification 1.2.
const (
	notificationsName = "org.freedesktop.Notifications"
	notificationsPath = dbus.ObjectPath("/org/freedesktop/Notifications")

	appName = "Sessionkeeper"
	appID   = "sessionkeeper" // of the desktop entry

	actionClick = "default"

	urgencyNormal   = byte(1)
	urgencyCritical = byte(2)
	expireDefault   = int32(-1)
	expireNever     = int32(0)
	reasonDismissed = uint32(2)

	// maxForeign bounds what is remembered of notices that are gone or not known yet.
	maxForeign = 64
)

var errSlow = errors.New("the notification service did not answer in 3 s")

// request asks for a notice, or for its end where notice is nil.
type request struct {
	key    string
	notice *Notice
	done   chan error // has room for the answer
}

// wanted is what is to be seen under one key. At most one call for it is under way; what is asked for meanwhile waits,
// and only the newest is sent.
type wanted struct {
	notice  *Notice // nil: nothing
	fresh   bool    // the service has not been told
	busy    bool    // a call is under way
	id      uint32  // on the screen, 0 for none
	waiting []chan error
}

// answer is the end of a call to the service.
type answer struct {
	link    *dbus.Conn
	key     string // "" for the question about capabilities
	shown   bool   // a Notify
	id      uint32 // of a CloseNotification
	stray   bool   // a notice that no key has any more was closed: nothing follows
	body    []any
	err     error
	waiting []chan error
}

// notifier owns the notices. One goroutine runs it; a call that the service does not answer holds up nothing but the
// notices of the same key.
type notifier struct {
	bus      *bus
	presses  chan<- Press
	log      *slog.Logger
	icon     *pixels // nil: none
	requests chan request
	tasks    chan func(ctx context.Context) // what needs to be done by the one goroutine
	answers  chan answer
	calls    sync.WaitGroup

	link     link
	owner    string
	features map[string]bool // of the running service; nil: not asked yet
	asking   bool
	curious  []chan<- bool     // who wants to know whether there are buttons
	adopted  map[string]uint32 // before there was a connection
	keys     map[string]*wanted
	ids      map[uint32]string // key of a notice on the screen or just closed
	early    []*dbus.Signal    // of ids whose Notify has not returned yet
	sending  int               // Notify calls under way
}

func newNotifier(b *bus, presses chan<- Press, log *slog.Logger) *notifier {
	return &notifier{
		bus: b, presses: presses, log: log,
		requests: make(chan request),
		tasks:    make(chan func(context.Context)),
		answers:  make(chan answer),
		adopted:  map[string]uint32{},
		keys:     map[string]*wanted{},
		ids:      map[uint32]string{},
		link:     link{err: errBusLost},
	}
}

func (n *notifier) run(ctx context.Context) {
	defer n.calls.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-n.bus.links:
			n.relink(ctx, l)
		case s := <-n.link.signals:
			n.signal(s)
		case r := <-n.requests:
			n.catchUp()
			n.request(ctx, r)
		case task := <-n.tasks:
			n.catchUp()
			task(ctx)
		case a := <-n.answers:
			n.catchUp()
			n.answer(ctx, a)
		}
	}
}

// catchUp takes the signals that have come in: they are older than what is handled next. An id of a service that was
// restarted could be somebody else's now.
func (n *notifier) catchUp() {
	for {
		select {
		case s := <-n.link.signals:
			n.signal(s)
		default:
			return
		}
	}
}

// relink takes a new connection, or the news that there is none.
func (n *notifier) relink(ctx context.Context, l link) {
	n.link = l
	n.newService(l.owner)
	n.asking, n.sending = false, 0
	if l.conn != nil {
		for key, id := range n.adopted {
			n.adopt(ctx, key, id)
		}
		clear(n.adopted)
	}
	n.answerCurious(ctx)
	for key, w := range n.keys {
		w.busy = false
		if w.fresh && errors.Is(l.err, errBusLost) {
			n.bus.kick() // it may be back already: the next try decides
			continue
		}
		n.send(ctx, key)
	}
	n.drop()
}

// newService forgets what belonged to the service before: its notices went with it.
func (n *notifier) newService(owner string) {
	n.owner, n.features, n.early = owner, nil, nil
	clear(n.ids)
	for _, w := range n.keys {
		w.id = 0
	}
	n.drop()
}

// drop forgets the keys under which nothing is shown, wanted or under way.
func (n *notifier) drop() {
	for key, w := range n.keys {
		if w.id == 0 && !w.busy && !w.fresh {
			delete(n.keys, key)
		}
	}
}

func (n *notifier) request(ctx context.Context, r request) {
	w := n.keys[r.key]
	if w == nil {
		w = &wanted{}
		n.keys[r.key] = w
	}
	w.notice, w.fresh = r.notice, true
	w.waiting = append(w.waiting, r.done)
	if n.link.conn == nil && r.notice != nil {
		n.bus.kick() // the outcome of a new try comes by relink
		return
	}
	n.send(ctx, r.key)
}

// send tells the service what is wanted under a key, if that is news and nothing is under way.
func (n *notifier) send(ctx context.Context, key string) {
	w := n.keys[key]
	switch {
	case w == nil || w.busy || !w.fresh:
	case w.notice == nil && w.id == 0:
		n.settle(key, nil)
	case n.link.conn == nil:
		n.settle(key, n.link.err)
	case w.notice == nil:
		n.call(ctx, key, answer{id: w.id}, "CloseNotification", w.id)
	case n.features == nil:
		n.askFeatures(ctx)
	default:
		n.sending++
		n.call(ctx, key, answer{shown: true}, "Notify", notifyArgs(*w.notice, w.id, n.features, n.icon)...)
	}
}

// settle ends a request without a call.
func (n *notifier) settle(key string, err error) {
	w := n.keys[key]
	w.fresh = false
	finish(w.waiting, err)
	w.waiting = nil
	n.drop()
}

func finish(waiting []chan error, err error) {
	for _, done := range waiting {
		done <- err
	}
}

func (n *notifier) call(ctx context.Context, key string, a answer, method string, args ...any) {
	w := n.keys[key]
	a.key, a.waiting = key, w.waiting
	w.busy, w.fresh, w.waiting = true, false, nil
	n.goCall(ctx, a, method, args...)
}

func (n *notifier) askFeatures(ctx context.Context) {
	if !n.asking {
		n.asking = true
		n.goCall(ctx, answer{}, "GetCapabilities")
	}
}

// goCall makes a call without a deadline: who waits for it has one, and a late answer still brings the notice's id. It
// ends with the connection at the latest.
func (n *notifier) goCall(ctx context.Context, a answer, method string, args ...any) {
	a.link = n.link.conn
	call := a.link.Object(notificationsName, notificationsPath).
		Go(notificationsName+"."+method, 0, make(chan *dbus.Call, 1), args...)
	n.calls.Go(func() {
		select {
		case <-call.Done:
			a.body, a.err = call.Body, call.Err
		case <-ctx.Done():
			return
		}
		select {
		case n.answers <- a:
		case <-ctx.Done():
		}
	})
}

func (n *notifier) answer(ctx context.Context, a answer) {
	a.err = explain(a.err)
	if a.link != n.link.conn {
		finish(a.waiting, a.err) // from a connection that is gone
		return
	}
	if a.stray {
		return
	}
	if a.key == "" {
		n.learnt(ctx, a)
		return
	}
	w := n.keys[a.key]
	w.busy = false
	var id uint32
	if a.shown {
		n.sending--
		if a.err == nil {
			a.err = dbus.Store(a.body, &id)
		}
		if id != 0 {
			n.shown(ctx, a.key, w, id)
		}
	} else {
		if w.id == a.id { // else another was adopted meanwhile
			w.id = 0
		}
		a.err = nil // gone, or never was: services disagree on which of both is an error
	}
	if n.sending == 0 {
		n.early = nil
	}
	finish(a.waiting, a.err)
	n.send(ctx, a.key)
	n.drop()
}

// shown notes a notice's id, and what was heard of it before its Notify returned.
func (n *notifier) shown(ctx context.Context, key string, w *wanted, id uint32) {
	if len(n.ids) > maxForeign {
		n.forgetClosed()
	}
	if w.id != 0 && w.id != id {
		// Adopted while a new one was under way, or a service that does not replace: two bubbles are one too many.
		n.goCall(ctx, answer{stray: true}, "CloseNotification", w.id)
	}
	w.id = id
	n.ids[id] = key
	early := n.early
	n.early = nil
	for _, s := range early {
		n.signal(s)
	}
}

// forgetClosed drops the ids that are no longer on the screen.
func (n *notifier) forgetClosed() {
	for id, key := range n.ids {
		if w := n.keys[key]; w == nil || w.id != id {
			delete(n.ids, id)
		}
	}
}

// learnt takes the answer to the question about capabilities.
func (n *notifier) learnt(ctx context.Context, a answer) {
	n.asking = false
	var list []string
	if a.err == nil {
		a.err = dbus.Store(a.body, &list)
	}
	if a.err == nil {
		n.features = map[string]bool{}
		for _, f := range list {
			n.features[f] = true
		}
	}
	n.settleCurious()
	for key, w := range n.keys {
		if a.err != nil && w.fresh && !w.busy && w.notice != nil {
			n.settle(key, a.err)
			continue
		}
		n.send(ctx, key)
	}
}

// signal takes what the service says of its own accord. Signals are broadcast, and anybody can send one straight to us:
// the sender has to be the service, the id one of ours.
func (n *notifier) signal(s *dbus.Signal) {
	if owner, ok := newOwner(s, notificationsName); ok {
		if owner != n.owner {
			n.newService(owner)
		}
		return
	}
	var id, reason uint32
	var action string
	if s.Sender != n.owner {
		return
	}
	switch s.Name {
	case notificationsName + ".ActionInvoked":
		if dbus.Store(s.Body, &id, &action) != nil {
			return
		}
	case notificationsName + ".NotificationClosed":
		if dbus.Store(s.Body, &id, &reason) != nil {
			return
		}
	default:
		return
	}
	key, ours := n.ids[id]
	switch {
	case !ours && n.sending > 0 && len(n.early) < maxForeign:
		n.early = append(n.early, s)
	case !ours:
	case action != "":
		n.press(Press{Key: key, Action: action})
	default:
		// The id stays known for a while: some services say first that it closed and then which button was pressed.
		w := n.keys[key]
		if w == nil || w.id != id {
			return
		}
		withdrawn := w.busy && w.notice == nil
		w.id = 0
		n.drop()
		if reason == reasonDismissed && !withdrawn {
			n.press(Press{Key: key, Action: ActionClosed})
		}
	}
}

func (n *notifier) press(p Press) {
	select {
	case n.presses <- p:
	default:
		n.log.Warn("button press dropped, too many wait", "key", p.Key)
	}
}
