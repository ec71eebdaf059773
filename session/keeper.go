package session

import (
	"container/heap"
	"context"
	"log/slog"
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
	for _, prefix := range []string{keySession, keyCheck, keyUnknown, keyClaims} {
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
	Faults    []error // what of the catalogue's files cannot be used
	Wire      *provider.Wire
	Store     Store
	StateDir  string
	Copied    bool // the state folder was copied here or put back from a backup since the run before
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
	reading  chan struct{} // has a value while the definitions are read
	stopping atomic.Bool   // nothing new is begun
	stop     chan struct{} // closed by Stop
	stopOnce sync.Once
	storing  atomic.Int64  // renewals that wait for the disk or the keychain
	stopped  chan struct{} // the loop has ended
	hub      hub
	view     sync.Map // name -> *entry, for readers
	faults   atomic.Pointer[[]config.Fault]

	catalogue atomic.Pointer[provider.Catalogue]

	// What follows belongs to Run's goroutine.
	entries        map[string]*entry
	unread         []config.Fault  // definitions that cannot be used
	unknown        []config.Fault  // files of providers that cannot be used
	touched        map[string]bool // sessions that came, went or were edited by us while the definitions are read; else nil
	heap           entryHeap
	completions    map[*provider.Provider]*provider.Provider // by the catalogue, of providers as they were resolved
	issuers        map[string]*issuer
	crowd          issuer             // where sessions wait while too many are storing
	toLoad         []*entry           // sessions that the store is to be asked for
	loads          int                // how many it is asked for now
	parked         map[string]durable // states of sessions whose definition is gone
	keychain       string             // "ok" or a reason
	keychainDetail string
	bars           bars
	askStoreAt     time.Time // when to ask the store whether it works again; zero: it does, as far as is known
	unwritten      unwritten
	queue          *signin.Queue
	queueAt        time.Time // when to ask the queue again
	askedAt        time.Time // when it was asked last, by the monotonic clock
	asking         bool      // the screen lock is being asked about
	logins         map[string]*login
	replaced       []*login     // by newer ones, the oldest first
	ports          signin.Ports // of providers that want a fixed port
	outages        outages
	nextCheck      time.Time // no proof of life before: at most two a second
	toCheck        []*entry  // those whose turn has come, and who wait for it
	lastLook       time.Time
	clockWrong     bool             // the user was told
	outbox         []Event          // what happened since subscribers were last told
	rests          map[string]*rest // of chores that panicked

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
		inbox: make(chan func()), reading: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
		entries: map[string]*entry{}, parked: map[string]durable{}, issuers: map[string]*issuer{}, logins: map[string]*login{},
		outages: newOutages(), keychain: "ok", completions: map[*provider.Provider]*provider.Provider{}, rests: map[string]*rest{},
		unwritten: unwritten{entries: map[*entry]bool{}},
		notices:   make(chan func(context.Context), 64),
	}
	k.catalogue.Store(o.Catalogue)
	k.noteFaults(o.Faults)
	if err := k.restore(); err != nil {
		return nil, err
	}
	return k, nil
}

// now is the wall clock without its monotonic reading, which stands still while the machine sleeps.
func (k *Keeper) now() time.Time { return k.wall().Round(0) }

// Stop tells everyone who waits that the keeper stops, and begins nothing new. What is under way has 5 s from now to
// finish. Run returns no earlier than its ctx ends: others may be in the middle of something.
func (k *Keeper) Stop() { k.stopOnce.Do(func() { close(k.stop) }) }

// Run keeps the sessions until ctx ends, then lets what is under way finish, as after Stop.
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
	for _, key := range []string{keyKeychain, keyClock, keyNetwork} { // what a keeper before this one may have left
		k.withdraw(key)
	}
	k.tellCopied()
	k.lastLook = k.now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		nap := k.tick()
		k.chore("events", k.tellAll)
		timer.Reset(nap)
		select {
		case <-ctx.Done():
			k.drain(ctx, cancel)
			return nil
		case <-k.stop:
			k.drain(ctx, cancel)
			return nil
		case f := <-k.inbox:
			f()
		case <-timer.C:
		}
	}
}

// drainTime is how long renewals under way may take to finish when the keeper stops.
const drainTime = 5 * time.Second

// drain answers everyone who waits and lets the transactions under way end: one that has its answer must store it. It
// returns when nothing is under way any more and ctx has ended.
func (k *Keeper) drain(ctx context.Context, cancel context.CancelFunc) {
	timeout := time.AfterFunc(drainTime, cancel)
	defer timeout.Stop()
	k.stopping.Store(true)
	for _, e := range k.entries {
		for _, w := range e.waiters {
			w.reply <- reply{err: &Error{Code: CodeUnavailable, Session: e.def.Name, Detail: words().stopping}}
		}
		e.waiters = nil
	}
	for _, l := range k.logins {
		k.spawn("sign-in", l.abandon)
	}
	for _, e := range k.entries { // the last chance for what the provider gave and nothing holds yet
		if e.unsaved != nil && !e.busy {
			k.saveUnsaved(e)
		}
	}
	done, over := make(chan struct{}), ctx.Done()
	for {
		select {
		case f := <-k.inbox:
			f()
		case <-over: // nobody from outside begins anything any more
			over = nil
			go func() {
				k.wg.Wait()
				close(done)
			}()
		case <-done:
			return
		}
	}
}

// tick does everything that is due and says how long the loop may nap.
func (k *Keeper) tick() time.Duration {
	now := k.now()
	k.chore("clock", func() { k.readClock(now) })
	resting := k.chore("proof of life", func() { k.checkNext(now) })
	for len(k.heap) > 0 && !k.heap[0].due.After(now) {
		e := k.heap[0]
		k.attend(e, now)
		if !e.due.After(now) { // nothing that step did moved it: look again a little later, never in a circle
			e.due = now.Add(50 * time.Millisecond)
			heap.Fix(&k.heap, e.index)
		}
	}
	nap := maxNap
	k.chore("bars", func() { nap = k.tellBars() })
	k.chore("store", func() { k.askStore(now) })
	k.chore("states", func() { k.writeAgain(now) })
	for _, at := range []time.Time{k.askStoreAt, k.unwritten.tryAt} {
		if at.After(now) {
			nap = min(nap, at.Sub(now))
		}
	}
	k.chore("outages", func() { nap = min(nap, k.tellOutages()) })
	if len(k.heap) > 0 {
		nap = min(nap, k.heap[0].due.Sub(now))
	}
	if len(k.toCheck) > 0 {
		nap = min(nap, max(resting, k.nextCheck.Sub(now)))
	}
	if !k.queueAt.IsZero() {
		resting = 0
		if !k.queueAt.After(now) {
			resting = k.chore("queue", k.askQueue)
		}
		if !k.queueAt.IsZero() {
			nap = min(nap, max(resting, k.queueAt.Sub(now)))
		}
	}
	return max(0, nap)
}

// readClock notices that the machine slept or that the clock was moved: every deadline is looked at anew then.
func (k *Keeper) readClock(now time.Time) {
	before := k.lastLook
	k.lastLook = now
	if away := now.Sub(before); away > maxNap+5*time.Second || away < -time.Second {
		k.woke("clock", max(0, away), now)
	}
	if back := before.Sub(now); back > time.Second {
		k.turnedBack(now, back)
	}
	k.lookAtClock()
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
		sooner(latest(at, now)) // zero: at once
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
	if k.checks(e) && !e.checking && !e.busy && e.awaits == checkNone {
		sooner(e.checkAt)
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
	k.attend(e, k.now())
}

// call runs f on the loop and waits for it.
func (k *Keeper) call(ctx context.Context, f func()) error {
	if k.stopping.Load() {
		return &Error{Code: CodeUnavailable, Detail: words().stopping}
	}
	done, broke := make(chan struct{}), false
	select {
	case k.inbox <- func() { defer close(done); broke = k.perform(f) }:
		<-done // the loop never blocks
		if broke {
			return &Error{Code: CodeUnavailable, Detail: stop(capital(ownFault))}
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-k.stopped:
		return &Error{Code: CodeUnavailable, Detail: words().stopping}
	}
}

// post runs f on the loop and waits for it; for goroutines that the loop waits for when it stops. It reports whether f
// came to its end.
func (k *Keeper) post(f func()) (ended bool) {
	done := make(chan struct{})
	select {
	case k.inbox <- func() { defer close(done); ended = !k.perform(f) }:
		<-done
	case <-k.stopped:
	}
	return ended
}

// perform does what somebody wants of the loop, and reports whether it panicked.
func (k *Keeper) perform(f func()) (broke bool) {
	broke = k.guard("request", f)
	k.guard("events", k.tellAll)
	return broke
}

// Faults are the files that cannot be used: sessions' definitions, and providers, which have no name here.
func (k *Keeper) Faults() []config.Fault { return *k.faults.Load() }
