package session

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/history"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// Store keeps grants. Its errors are fs.ErrNotExist for a record that is not there; an error with a
// KeychainReason() string method says why the keychain cannot be used now.
type Store interface {
	Load(ctx context.Context, key string) (data []byte, generation uint64, err error)
	// Save makes a record durable; spilled says that it waits on disk for the keychain. A lower generation never
	// replaces a higher one.
	Save(ctx context.Context, key string, data []byte, generation uint64) (spilled bool, err error)
	Delete(ctx context.Context, key string) error
	// Ready is nil where a record could be made durable right now.
	Ready(ctx context.Context) error
	// Unlock is an act of the user: the keychain may prompt.
	Unlock(ctx context.Context) error
}

// Notice is a desktop notification. One with the same Key replaces the one before.
type Notice struct {
	Key, Title, Body string
	Urgent           bool
	Actions          []NoticeAction
}

// Session names the session that the notice concerns; empty where that is not one alone.
func (n Notice) Session() string {
	for _, prefix := range []string{keySession, keyCheck} {
		if name, ok := strings.CutPrefix(n.Key, prefix); ok {
			return name
		}
	}
	return ""
}

// NoticeAction is a button.
type NoticeAction struct{ ID, Label string }

// Desktop is what the keeper wants of the desktop. No method takes longer than 5 s.
type Desktop interface {
	Notify(ctx context.Context, n Notice) error
	Withdraw(ctx context.Context, key string)
	Open(ctx context.Context, url string) error
	ScreenLocked(ctx context.Context) bool
}

// Options is what a Keeper works with.
type Options struct {
	Config    *config.Dir
	Settings  config.Settings
	Catalogue *provider.Catalogue
	Wire      *provider.Wire
	Store     Store
	StateDir  string
	History   *history.Log
	Desktop   Desktop
	Wall      func() time.Time // nil: time.Now
	QueuePage func() string    // an address that shows the consent queue; nil: none
	Log       *slog.Logger
}

// Keeper owns the sessions. One goroutine, Run, changes them; the other methods are safe from any goroutine.
type Keeper struct {
	o       Options
	wall    func() time.Time
	log     *slog.Logger
	journal *journal

	inbox    chan func()
	stopping atomic.Bool   // nothing new is begun
	stopped  chan struct{} // the loop has ended
	hub      hub
	view     atomic.Pointer[map[string]*entry] // for readers
	faults   atomic.Pointer[[]config.Fault]

	// What follows belongs to Run's goroutine.
	entries        map[string]*entry
	heap           entryHeap
	issuers        map[string]*issuer
	parked         map[string]durable // states of sessions whose definition is gone
	keychain       string             // "ok" or a reason
	keychainDetail string
	queue          *signin.Queue
	queueAt        time.Time // when to ask the queue again
	asking         bool      // the screen lock is being asked about
	logins         map[string]*login
	ports          signin.Ports               // of providers that want a fixed port
	outages        map[string]map[string]bool // issuer -> sessions that were warned about
	nextCheck      time.Time                  // no proof of life before: at most two a second
	lastLook       time.Time
	clockWrong     bool    // the user was told
	outbox         []Event // what happened since subscribers were last told

	work    context.Context //nolint:containedctx // of what runs beside the loop; outlives Run's by the time to finish
	wg      sync.WaitGroup
	notices chan func(ctx context.Context)
}

// New returns a Keeper; nothing runs before Run.
func New(o Options) (*Keeper, error) {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	j, err := openJournal(o.StateDir, o.Log)
	if err != nil {
		return nil, err
	}
	k := &Keeper{
		o: o, wall: o.Wall, log: o.Log, journal: j,
		inbox: make(chan func()), stopped: make(chan struct{}),
		entries: map[string]*entry{}, parked: map[string]durable{}, issuers: map[string]*issuer{}, logins: map[string]*login{},
		outages: map[string]map[string]bool{}, keychain: "ok", notices: make(chan func(context.Context), 64),
	}
	if err := k.restore(); err != nil {
		return nil, err
	}
	return k, nil
}

// now is the wall clock without its monotonic reading, which stands still while the machine sleeps.
func (k *Keeper) now() time.Time { return k.wall().Round(0) }

// Run keeps the sessions until ctx ends, then lets what is under way finish (5 s at most).
func (k *Keeper) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	k.work = work
	var sending sync.WaitGroup
	sending.Go(func() { k.sendNotices(work) })
	defer sending.Wait()
	defer cancel()
	defer close(k.stopped)

	for _, e := range k.entries {
		k.load(e)
	}
	k.lastLook = k.now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		nap := k.tick()
		k.tellAll()
		timer.Reset(nap)
		select {
		case <-ctx.Done():
			k.drain(cancel)
			return nil
		case f := <-k.inbox:
			f()
		case <-timer.C:
		}
	}
}

// drainTime is how long renewals under way may take to finish when the keeper stops.
const drainTime = 5 * time.Second

// drain answers everyone who waits and lets the transactions under way end: one that has its answer must store it.
func (k *Keeper) drain(cancel context.CancelFunc) {
	k.stopping.Store(true)
	for _, e := range k.entries {
		for _, w := range e.waiters {
			w.reply <- reply{err: &Error{Code: CodeUnavailable, Session: e.def.Name, Detail: words.stopping}}
		}
		e.waiters = nil
	}
	for _, l := range k.logins {
		k.wg.Go(l.abandon)
	}
	for _, e := range k.entries { // the last chance for what the provider gave and nothing holds yet
		if e.unsaved != nil && !e.busy {
			k.saveUnsaved(e)
		}
	}
	done := make(chan struct{})
	go func() {
		k.wg.Wait()
		close(done)
	}()
	timeout := time.AfterFunc(drainTime, cancel)
	defer timeout.Stop()
	for {
		select {
		case f := <-k.inbox:
			f()
		case <-done:
			return
		}
	}
}

// tick does everything that is due and says how long the loop may nap.
func (k *Keeper) tick() time.Duration {
	now := k.now()
	if away := now.Sub(k.lastLook); away > maxNap+5*time.Second || away < -time.Second {
		// The machine slept, or the clock was moved: every deadline is looked at anew.
		k.woke("clock", max(0, away), now)
	}
	if back := k.lastLook.Sub(now); back > time.Second {
		k.turnedBack(now, back)
	}
	k.lastLook = now
	k.lookAtClock()
	for len(k.heap) > 0 && !k.heap[0].due.After(now) {
		e := k.heap[0]
		k.step(e, now)
		k.schedule(e, now)
		if !e.due.After(now) { // nothing that step did moved it: look again a little later, never in a circle
			e.due = now.Add(50 * time.Millisecond)
			heap.Fix(&k.heap, e.index)
		}
	}
	nap := maxNap
	if len(k.heap) > 0 {
		nap = min(nap, k.heap[0].due.Sub(now))
	}
	if !k.queueAt.IsZero() {
		if !k.queueAt.After(now) {
			k.askQueue()
		} else {
			nap = min(nap, k.queueAt.Sub(now))
		}
	}
	return max(0, nap)
}

// step does what is due for one session.
func (k *Keeper) step(e *entry, now time.Time) {
	if k.stopping.Load() {
		return
	}
	if !e.loaded && !now.Before(e.nextTry) {
		k.load(e)
	}
	k.resolve(e, now)
	k.answerWaiters(e, now)
	k.endByItself(e, now)
	if e.demanded || len(e.waiters) > 0 || e.timerDue(now) {
		k.pursue(e, now)
	}
	k.retrySave(e)
	k.warn(e, now)
	k.checkLife(e, now)
	k.publish(e)
}

// schedule says when a session is looked at next.
func (k *Keeper) schedule(e *entry, now time.Time) {
	due := now.Add(time.Hour) // a look that nothing asks for costs nothing
	sooner := func(at time.Time) {
		if !at.IsZero() && at.Before(due) {
			due = at
		}
	}
	for _, w := range e.waiters {
		sooner(w.until)
	}
	if at, ok := k.nextTry(e, now); ok {
		sooner(at)
	}
	if !e.busy && !e.resolving && (e.unsaved != nil || e.prov == nil && e.g != nil && e.fault == nil && !e.d.Paused) {
		sooner(latest(e.nextTry, now))
	}
	if !e.loaded && !e.loading {
		sooner(latest(e.nextTry, now))
	}
	for _, at := range k.warnTimes(e, now) {
		sooner(at)
	}
	if k.checks(e) && !e.checking && !e.busy {
		sooner(latest(e.checkAt, k.nextCheck))
	}
	e.due = due
	if e.index >= 0 {
		heap.Fix(&k.heap, e.index)
	}
}

// changed looks at a session at once; call it after anything about it has changed.
func (k *Keeper) changed(e *entry) {
	if e.removed {
		return
	}
	now := k.now()
	k.step(e, now)
	k.schedule(e, now)
}

// call runs f on the loop and waits for it.
func (k *Keeper) call(ctx context.Context, f func()) error {
	if k.stopping.Load() {
		return &Error{Code: CodeUnavailable, Detail: words.stopping}
	}
	done := make(chan struct{})
	select {
	case k.inbox <- func() { defer close(done); f(); k.tellAll() }:
		<-done // the loop never blocks
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-k.stopped:
		return &Error{Code: CodeUnavailable, Detail: words.stopping}
	}
}

// post runs f on the loop and waits for it; for goroutines that the loop waits for when it stops.
func (k *Keeper) post(f func()) {
	done := make(chan struct{})
	select {
	case k.inbox <- func() { defer close(done); f(); k.tellAll() }:
		<-done
	case <-k.stopped:
	}
}

// restore reads the definitions and the states of the last run.
func (k *Keeper) restore() error {
	states, err := k.journal.load()
	if err != nil {
		return err
	}
	byName := k.parked
	for _, d := range states {
		if d.Intent != nil { // the run before ended between sending and knowing
			d.Intent.Unknown = true
		}
		if was, ok := byName[d.Name]; !ok || d.Seq > was.Seq {
			byName[d.Name] = d
		}
	}
	defs, faults := k.o.Config.Sessions()
	k.faults.Store(&faults)
	var opened []string
	add := func(def config.Session, fault error) {
		d, ok := byName[def.Name]
		if delete(byName, def.Name); !ok {
			d = durable{ID: newID(), Name: def.Name, SignedOut: true}
		}
		e := k.insert(def, d)
		e.fault = fault
		if d.AutoOpened {
			opened = append(opened, def.Name)
		}
	}
	for _, def := range defs {
		add(def, nil)
	}
	for _, f := range faults {
		if f.Name != "" {
			add(config.Session{Name: f.Name}, f.Err)
		}
	}
	k.queue = signin.NewQueue(opened...) // those who wait for the user join it once their grants are read
	k.showAll()
	return nil
}

// insert adds a session to the loop's.
func (k *Keeper) insert(def config.Session, d durable) *entry {
	e := &entry{id: d.ID, def: def, d: d, index: -1, client: provider.Client{ID: def.ClientID}}
	if d.Provider != nil && (d.Target == targetKey(def) || e.moved(def)) {
		e.prov = d.Provider
		k.o.Catalogue.Restore(e.prov)
	}
	if e.astray = e.moved(def); e.astray {
		e.d.Refused = movedRefusal(d.Generation, k.now())
	}
	k.entries[def.Name] = e
	heap.Push(&k.heap, e)
	k.publish(e)
	k.showAll()
	return e
}

// showAll gives readers the sessions that there are.
func (k *Keeper) showAll() {
	m := make(map[string]*entry, len(k.entries))
	for name, e := range k.entries {
		if !e.provisional {
			m[name] = e
		}
	}
	k.view.Store(&m)
}

// save makes what the session must remember durable, beside the loop.
func (k *Keeper) save(e *entry) {
	if e.provisional || e.removed {
		return
	}
	d := e.checkpoint()
	k.wg.Go(func() { k.writeDurable(d) })
}

func (k *Keeper) writeDurable(d durable) {
	if err := k.journal.write(d); err != nil {
		k.log.Error("could not save a session's state", "session", d.Name, "error", err)
	}
}

// checkpoint is a copy of the durable part that is newer than any before.
func (e *entry) checkpoint() durable {
	e.d.Seq++
	d := e.d
	d.Warned = slices.Clone(d.Warned)
	if d.Intent != nil {
		d.Intent = new(*d.Intent)
	}
	if d.Refused != nil {
		d.Refused = new(*d.Refused)
	}
	return d
}

// emit tells the history, and subscribers once the loop's work is done.
func (k *Keeper) emit(ev Event) {
	ev.At = k.now()
	k.outbox = append(k.outbox, ev)
	if k.o.History != nil {
		k.o.History.Append(history.Entry{At: ev.At, Session: ev.Session, Type: ev.Type, Detail: ev.details()})
	}
}

// tellAll tells subscribers what has happened, each time with the session as it is published now: one who draws it needs
// no second question, and never sees the middle of a change.
func (k *Keeper) tellAll() {
	for _, ev := range k.outbox {
		if e := k.entries[ev.Session]; e != nil && !e.provisional {
			ev.Now = &e.pub.Load().session
		}
		k.hub.send(ev)
	}
	clear(k.outbox)
	k.outbox = k.outbox[:0]
}

// find gives the loop's session of that name.
func (k *Keeper) find(name string) (*entry, error) {
	e := k.entries[name]
	if e == nil || e.provisional {
		return nil, notFound(name)
	}
	return e, nil
}

func notFound(name string) *Error {
	return &Error{
		Code: CodeNotFound, Session: name,
		Detail: fmt.Sprintf("There is no session %q: `sessionkeeper list` shows those that there are.", name),
	}
}

// on runs f on the loop for a session that exists, and gives the snapshot after it.
func (k *Keeper) on(ctx context.Context, name string, f func(e *entry) error) (Session, error) {
	var s Session
	var err error
	if cerr := k.call(ctx, func() {
		var e *entry
		if e, err = k.find(name); err != nil {
			return
		}
		if err = f(e); err == nil && !e.removed {
			k.changed(e)
			s = e.pub.Load().session
		}
	}); cerr != nil {
		return s, cerr
	}
	return s, err
}

// Sessions gives all sessions, by name.
func (k *Keeper) Sessions() []Session {
	view := *k.view.Load()
	all := make([]Session, 0, len(view))
	for _, e := range view {
		all = append(all, e.pub.Load().session)
	}
	slices.SortFunc(all, func(a, b Session) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Session gives one; *Error with CodeNotFound where there is none.
func (k *Keeper) Session(name string) (Session, error) {
	e := (*k.view.Load())[name]
	if e == nil {
		return Session{}, notFound(name)
	}
	return e.pub.Load().session, nil
}

// Faults are the definitions that cannot be used.
func (k *Keeper) Faults() []config.Fault { return *k.faults.Load() }

// Woke says that the machine slept or the network is back: the waits between tries end, every deadline is looked at.
func (k *Keeper) Woke(ctx context.Context, source string, slept time.Duration) {
	_ = k.call(ctx, func() { k.woke(source, slept, k.now()) })
}

func (k *Keeper) woke(source string, slept time.Duration, now time.Time) {
	k.log.Info("woke up", "source", source, "slept", slept)
	k.emit(Event{Type: EventWake, Kind: source, Message: slept.Round(time.Second).String()})
	for _, i := range k.issuers {
		i.reset()
	}
	for _, e := range k.entries {
		e.failures, e.nextTry = 0, time.Time{}
		e.due = now
		if e.index >= 0 {
			heap.Fix(&k.heap, e.index)
		}
	}
}

// turnedBack forgets the instants that a clock wrote down which has been put back since: they lie too far ahead. A token
// from then is renewed at once, because its end is not to be trusted.
func (k *Keeper) turnedBack(now time.Time, back time.Duration) {
	k.nextCheck = time.Time{}
	if !k.queueAt.IsZero() {
		k.queueAt = now
	}
	for _, i := range k.issuers {
		i.retryAfter = time.Time{}
	}
	for _, e := range k.entries {
		e.lastStart, e.lastEnd, e.lastDemand = time.Time{}, time.Time{}, time.Time{}
		e.retryAfter, e.checkAt = time.Time{}, time.Time{}
		for _, w := range e.waiters {
			w.until = w.until.Add(-back)
		}
		if e.g != nil && e.g.issuedAt.After(now) {
			e.renewDue = now
		}
	}
}

// entryHeap orders the sessions by when they are looked at next.
type entryHeap []*entry

func (h *entryHeap) Len() int           { return len(*h) }
func (h *entryHeap) Less(i, j int) bool { return (*h)[i].due.Before((*h)[j].due) }
func (h *entryHeap) Swap(i, j int) {
	s := *h
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

// Push adds an entry; for container/heap.
func (h *entryHeap) Push(x any) {
	e, ok := x.(*entry)
	if !ok {
		return
	}
	e.index = len(*h)
	*h = append(*h, e)
}

// Pop takes the last; for container/heap.
func (h *entryHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	e.index = -1
	*h = old[:len(old)-1]
	return e
}
