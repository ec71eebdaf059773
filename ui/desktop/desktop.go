// Package desktop is what the desktop offers the keeper: notifications with buttons, the browser, the screen lock, and
// word of sleep and of the network's return. Every D-Bus connection of it is private. Nothing here blocks for long:
// each call has a deadline.
package desktop

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	callLimit = 3 * time.Second // one exchange with a service
	openLimit = 5 * time.Second // a browser's opener
	lockLimit = time.Second     // asking for the screen lock
	lookLimit = 2 * time.Second // all of Look

	maxTitle = 200  // characters of a notice
	maxBody  = 2000 // has room for the address of a sign-in page

	// hasBus: macOS and Windows have services of their own instead of D-Bus.
	hasBus = runtime.GOOS != "darwin" && runtime.GOOS != "windows"
)

// ErrNotRunning is returned by calls that need Run, before it or after its end.
var ErrNotRunning = errors.New("the desktop's connections are not open")

// Action is a button.
type Action struct{ ID, Label string }

// Notice is a notification. One with the same Key replaces the one before.
type Notice struct {
	Key         string
	Title, Body string // plain text; the body makes sense without buttons
	Urgent      bool   // stays until the user or Withdraw takes it away
	Actions     []Action
}

// ActionClosed is the Action of a Press for a notice that the user dismissed.
const ActionClosed = "closed"

// Press is a button that the user pressed; Action is "default" for a click on the notice itself, and ActionClosed where
// the user dismissed it. A notice that ran out or was withdrawn says nothing. Most services also take a notice away
// when a button is pressed, and call that a dismissal: both presses come then, in the service's order.
type Press struct{ Key, Action string }

// Wake says that time went by unseen or the network came back.
type Wake struct {
	Slept  time.Duration // 0 where unknown
	Source string        // "login1", "clock", "network"
}

// Desktop is the user's desktop, which may come and go. Its methods are safe for concurrent use and never take longer
// than 5 s.
type Desktop struct {
	log             *slog.Logger
	session, system *bus
	notifier        *notifier
	native          *native // takes the notifier's place where there is no D-Bus
	clock           clock
	presses         chan Press
	wakes           chan Wake
	started         atomic.Bool
	ended           chan struct{}
}

// New returns a Desktop; nothing is touched before Run.
func New(log *slog.Logger) *Desktop { return newDesktop(log, systemClock()) }

func newDesktop(log *slog.Logger, c clock) *Desktop {
	d := &Desktop{
		log:     log,
		native:  newNative(runtime.GOOS),
		clock:   c,
		presses: make(chan Press, 64),
		wakes:   make(chan Wake, 16),
		ended:   make(chan struct{}),
	}
	d.session = newBus("session", sessionAddress, notificationsName, log,
		dbus.WithMatchSender(notificationsName), dbus.WithMatchInterface(notificationsName),
		dbus.WithMatchObjectPath(notificationsPath))
	d.system = newBus("system", systemAddress, login1Name, log,
		dbus.WithMatchSender(login1Name), dbus.WithMatchInterface(login1Manager),
		dbus.WithMatchMember("PrepareForSleep"), dbus.WithMatchObjectPath(login1Path))
	d.notifier = newNotifier(d.session, d.presses, log)
	return d
}

// SetIcon gives the notices an icon, a PNG, before Run.
func (d *Desktop) SetIcon(data []byte) error {
	icon, err := newPixels(data)
	d.notifier.icon = icon
	return err
}

// Run keeps the connections until ctx ends; its error is then nil. It is called once.
func (d *Desktop) Run(ctx context.Context) error {
	return d.run(ctx, func(wg *sync.WaitGroup) {
		looks := make(chan struct{}, 1)
		wg.Go(func() { d.clock.looks(ctx, looks) })
		wg.Go(func() { d.watchNetwork(ctx) })
		s := &sleeper{offset: d.clock.offset, least: d.clock.least, tell: d.wake}
		wg.Go(func() { s.run(ctx, looks, d.system.links) })
		if hasBus {
			wg.Go(func() { d.system.run(ctx) })
		}
	})
}

// RunNotices is Run for who shows notices and wants to hear of presses alone: no Wakes come, and nothing looks at a
// clock meanwhile.
func (d *Desktop) RunNotices(ctx context.Context) error {
	return d.run(ctx, func(*sync.WaitGroup) {})
}

func (d *Desktop) run(ctx context.Context, more func(wg *sync.WaitGroup)) error {
	if d.started.Swap(true) {
		return errors.New("the desktop runs already")
	}
	defer close(d.ended)
	var wg sync.WaitGroup
	if hasBus {
		wg.Go(func() { d.session.run(ctx) })
		wg.Go(func() { d.notifier.run(ctx) })
	}
	more(&wg)
	wg.Wait()
	return nil
}

// wake tells of a wake-up. Nobody misses one that finds the channel full of others.
func (d *Desktop) wake(w Wake) {
	d.log.Info("woke up", "source", w.Source, "slept", w.Slept)
	select {
	case d.wakes <- w:
	default:
	}
}

func clientEnv() []string {
	return []string{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"}
}

// SetEnv takes over a client's DISPLAY, WAYLAND_DISPLAY, XAUTHORITY and DBUS_SESSION_BUS_ADDRESS, and reconnects where
// the bus changed. Other variables and empty values are passed over. The process's own environment changes, because
// the browser's opener gets it.
func (d *Desktop) SetEnv(env map[string]string) {
	for _, key := range clientEnv() {
		value := env[key]
		if value == "" || value == os.Getenv(key) {
			continue
		}
		if err := os.Setenv(key, value); err != nil {
			d.log.Warn("environment not taken over", "variable", key, "error", err)
		}
	}
	d.session.kick()
}

// Notify shows or replaces a notice. It waits for the notification service, for 3 s at most: a notice that a hanging
// service could not take in that time is an error, and is still shown when the service is back, unless it was replaced
// or withdrawn by then. The error says what is missing; the caller logs it and goes on. Title and body are cut at 200 and
// 2,000 characters. On macOS and Windows the system's own helper shows the notice, for 5 s at most, without buttons, and
// nobody hears of a press; on macOS a notice never replaces another.
func (d *Desktop) Notify(ctx context.Context, n Notice) error {
	n.Title = clip(strings.ReplaceAll(plain(n.Title), "\n", " "), maxTitle)
	n.Body = clip(plain(n.Body), maxBody)
	if !hasBus {
		return d.native.notify(ctx, n)
	}
	n.Actions = slices.Clone(n.Actions)
	return d.ask(ctx, request{key: n.Key, notice: &n})
}

// Withdraw takes a notice away, within 3 s; one that is not shown is no error. On macOS it stays: nothing there takes
// it back.
func (d *Desktop) Withdraw(ctx context.Context, key string) {
	withdraw := func() error { return d.ask(ctx, request{key: key}) }
	if !hasBus {
		withdraw = func() error { return d.native.withdraw(ctx, key) }
	}
	if err := withdraw(); err != nil {
		d.log.DebugContext(ctx, "notice not withdrawn", "key", key, "error", err)
	}
}

func (d *Desktop) ask(ctx context.Context, r request) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	r.done = make(chan error, 1)
	select {
	case d.notifier.requests <- r:
	case <-d.ended:
		return ErrNotRunning
	case <-ctx.Done():
		if !d.started.Load() {
			return ErrNotRunning
		}
		return errSlow
	}
	select {
	case err := <-r.done:
		return err
	case <-d.ended:
		return ErrNotRunning
	case <-ctx.Done():
		return errSlow
	}
}

// Presses gives the pressed buttons.
func (d *Desktop) Presses() <-chan Press { return d.presses }

// Wakes gives the wake-ups.
func (d *Desktop) Wakes() <-chan Wake { return d.wakes }

// Shown gives the notices on the screen: the notification service's id, by key. On macOS and Windows, which do not tell
// what the user closed, it gives all that were not withdrawn.
func (d *Desktop) Shown() map[string]uint32 {
	if !hasBus {
		return d.native.screen()
	}
	if !d.started.Load() {
		return nil
	}
	answer := make(chan map[string]uint32, 1)
	if !d.do(func(context.Context) { answer <- d.notifier.screen() }) {
		return nil
	}
	return <-answer
}

// Adopt takes over a notice that another process of ours has on the screen under id: what comes next under its key
// replaces it or takes it away, and its buttons are ours. One of ours that is on the screen under the same key is
// closed. A service that tells nobody but the notice's maker of a press, as dunst does, goes on telling the other
// process until the next Notify under the key. Adopt needs Run and waits for its start, for 3 s at most.
func (d *Desktop) Adopt(key string, id uint32) {
	if id == 0 {
		return
	}
	if !hasBus {
		d.native.adopt(key)
		return
	}
	d.do(func(ctx context.Context) { d.notifier.adopt(ctx, key, id) })
}

// Buttons reports whether the notification service shows buttons, within 3 s. It is false as well where there is no
// service, and where the service does not answer.
func (d *Desktop) Buttons(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	answer := make(chan bool, 1)
	if !d.do(func(ctx context.Context) {
		d.notifier.buttons(ctx, answer)
	}) {
		return false
	}
	select {
	case yes := <-answer:
		return yes
	case <-d.ended:
	case <-ctx.Done():
	}
	return false
}

// do has the notifier do something between two others; false where it does not run.
func (d *Desktop) do(task func(context.Context)) bool {
	if !hasBus {
		return false
	}
	select {
	case d.notifier.tasks <- task:
		return true
	case <-d.ended:
	case <-time.After(callLimit):
	}
	return false
}
