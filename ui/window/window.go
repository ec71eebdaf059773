// Package window is the native windows: the list of sessions, the warning, the first start, the keychain and the
// passphrase. Each is shown by a process of its own that speaks to the keeper through its API alone. It must never
// import Fyne's app package, so that it is built and tested without C, and it shows a stranger's text as text and
// nothing else.
package window

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/driver/desktop"

	"sessionkeeper/assets"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// Kind says which window it is.
type Kind string

// The kinds.
const (
	Sessions   Kind = "sessions"
	Warning    Kind = "warn" // of one session
	Welcome    Kind = "welcome"
	Keychain   Kind = "keychain"
	Passphrase Kind = "passphrase"
)

// Options are what a window stands on. All but Shade are needed.
type Options struct {
	App     fyne.App
	Do      func(func())                                      // runs it where widgets may be touched: fyne.Do
	Dial    func(ctx context.Context) (*client.Client, error) // finds the keeper
	Browser func(ctx context.Context, url string) error       // opens a page for the user
	Program string                                            // the command line; empty: it is not here
	Sealed  func() bool                                       // reports whether a passphrase was chosen before
	Shade   *Shade                                            // of the desktop; nil: as Fyne takes it
	Now     func() time.Time
	Log     *slog.Logger
}

// Window is one window. Show and Raise belong to Fyne's own goroutine; Run talks to the keeper beside it.
type Window struct {
	o      Options
	win    fyne.Window
	link   *link
	face   face
	jobs   chan func(context.Context)
	ticks  *time.Timer
	closed atomic.Bool
	left   chan struct{} // closed by leave: the window is gone
	leave  func()
}

// face is what is in a window. Its methods run where widgets may be touched.
type face interface {
	content() fyne.CanvasObject
	first() fyne.Focusable  // has the focus at the start; nil: nothing
	key(name fyne.KeyName)  // the user pressed a key, and nothing has the focus
	show(v view)            // the keeper as it stands
	tick() (next time.Time) // brings times up to date; zero: there are none
	end()                   // the window is gone, and so is the keeper's link; not where widgets may be touched
}

// shape is a window's title and size, in Fyne's units.
type shape struct {
	title string
	size  fyne.Size
	build func(w *Window, name string) face
}

func shapes() map[Kind]shape {
	return map[Kind]shape{
		Sessions:   {assets.Name, fyne.NewSize(560, 620), newSessions},
		Warning:    {say("title_warning"), fyne.NewSize(440, 240), newWarning},
		Welcome:    {say("title_welcome"), fyne.NewSize(480, 370), newWelcome},
		Keychain:   {say("title_keychain"), fyne.NewSize(440, 240), newKeychain},
		Passphrase: {say("title_passphrase"), fyne.NewSize(440, 280), newPassphrase},
	}
}

// Known reports whether there is a window of this kind.
func (k Kind) Known() bool {
	_, ok := shapes()[k]
	return ok
}

// New makes a window; name is the session that a Warning is about. Nothing is shown before Show, and nothing is known
// of the keeper before Run.
func New(k Kind, name string, o Options) (*Window, error) {
	s, ok := shapes()[k]
	if !ok {
		return nil, fmt.Errorf("there is no window %q", k)
	}
	if k == Warning && name == "" {
		return nil, errors.New("a warning needs the name of a session")
	}
	o.App.Settings().SetTheme(o.Shade.paint())
	w := &Window{
		o: o, win: o.App.NewWindow(s.title), jobs: make(chan func(context.Context), maxJobs), left: make(chan struct{}),
	}
	w.leave = sync.OnceFunc(func() { close(w.left) })
	w.face = s.build(w, name)
	w.link = newLink(o, w.arrived)
	w.win.SetPadded(false) // the layouts have room of their own
	w.win.SetContent(w.face.content())
	w.win.Resize(s.size)
	w.win.CenterOnScreen()
	w.win.SetOnClosed(func() {
		w.closed.Store(true)
		w.leave()
	})
	w.keys()
	w.face.show(view{starting: true})
	return w, nil
}

// maxJobs is how many requests of the user may wait for Run to take them up.
const maxJobs = 64

// Show shows the window. The error says that none can be drawn on this display.
func (w *Window) Show() (err error) {
	// Fyne panics where it has no display, and says nothing at all where that has no OpenGL.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w (%v)", errNoDrawing, r)
		}
	}()
	w.win.Show()
	if !drawn(w.win) {
		return errNoDrawing
	}
	if f := w.face.first(); f != nil {
		w.win.Canvas().Focus(f)
	}
	return nil
}

var errNoDrawing = errors.New("no window can be drawn on this display: OpenGL does not work there")

// drawn reports whether the system has a window for w.
func drawn(w fyne.Window) (is bool) {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return true
	}
	native.RunNative(func(handle any) {
		is = !slices.Contains([]any{
			driver.X11WindowContext{}, driver.WaylandWindowContext{}, driver.WindowsWindowContext{}, driver.MacWindowContext{},
		}, handle)
	})
	return is
}

// Raise brings the window to the front.
func (w *Window) Raise() {
	if w.closed.Load() {
		return
	}
	w.win.Show()
	w.win.RequestFocus()
}

// Run talks to the keeper until ctx ends or the window is closed, and then for as long as what it started needs to end.
func (w *Window) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() {
		defer cancel()
		select {
		case <-w.left:
		case <-ctx.Done():
		}
	})
	running.Go(func() { w.link.run(ctx) })
	running.Go(func() {
		w.o.Shade.tell(ctx, func() { w.post(func() { w.o.App.Settings().SetTheme(w.o.Shade.paint()) }) })
	})
	// Where Fyne has stopped, nothing may touch a widget any more.
	stop := context.AfterFunc(ctx, func() { w.closed.Store(true) })
	defer stop()
	for ctx.Err() == nil {
		select {
		case job := <-w.jobs:
			running.Go(func() { job(ctx) })
		case <-ctx.Done():
		}
	}
	running.Wait()
	w.face.end()
}

func (w *Window) close() {
	if w.closed.CompareAndSwap(false, true) {
		w.win.Close()
	}
}

// keys are those that work wherever the focus is, and those for when nothing has it.
func (w *Window) keys() {
	canvas := w.win.Canvas()
	for _, key := range []fyne.KeyName{fyne.KeyW, fyne.KeyQ} {
		canvas.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault},
			func(fyne.Shortcut) { w.close() })
	}
	canvas.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape && w.win.Canvas().Overlays().Top() != nil {
			w.escape()
			return
		}
		w.face.key(e.Name)
	})
}

// escape closes what lies on top: a dialog, or the window.
func (w *Window) escape() {
	if top := w.win.Canvas().Overlays().Top(); top != nil {
		top.Hide()
		return
	}
	w.close()
}

// post runs f where widgets may be touched, unless the window is gone by then.
func (w *Window) post(f func()) {
	if w.closed.Load() {
		return // where Fyne has stopped, it would run f right here
	}
	w.o.Do(func() {
		if !w.closed.Load() {
			f()
		}
	})
}

// arrived shows the newest view.
func (w *Window) arrived(v func() view) {
	w.post(func() {
		w.face.show(v())
		w.tick()
	})
}

// tick brings the times up to date, now and when the next one changes.
func (w *Window) tick() {
	if w.ticks != nil {
		w.ticks.Stop()
	}
	if next := w.face.tick(); !next.IsZero() {
		w.ticks = time.AfterFunc(max(next.Sub(w.o.Now()), minTick), func() { w.post(w.tick) })
	}
}

const minTick = 50 * time.Millisecond

// start has Run do a job. Where the user asks for more than can be done, the last one is dropped.
func (w *Window) start(job func(ctx context.Context)) {
	select {
	case w.jobs <- job:
	default:
		w.o.Log.Warn("too many requests wait")
	}
}

// ask sends the keeper a request, and then runs done where widgets may be touched.
func (w *Window) ask(request func(ctx context.Context, c *client.Client) error, done func(error)) {
	w.start(func(ctx context.Context) {
		err := w.link.with(ctx, request)
		if ctx.Err() == nil {
			w.post(func() { done(err) })
		}
	})
}

// openPage opens the keeper's page, at a part of it where part is not empty, and tells then how that went.
func (w *Window) openPage(part string, done func(error)) {
	w.ask(func(ctx context.Context, c *client.Client) error {
		code, err := c.PageCode(ctx)
		if err != nil {
			return err
		}
		if part != "" {
			code.URL += "&go=" + part
		}
		return w.o.Browser(ctx, code.URL)
	}, done)
}

// unless tells only of what does not work.
func unless(failed func(error)) func(error) {
	return func(err error) {
		if err != nil {
			failed(err)
		}
	}
}

// say is a text that only the windows say.
func say(id string) string { return words.Say(words.Window, id, nil) }

// sentence says an error to people.
func sentence(err error) string {
	if errors.Is(err, client.ErrNoKeeper) {
		p, _ := words.OfMachine("no_keeper", nil)
		return p.Title + ". " + p.Detail
	}
	text := words.Clean(err.Error(), maxSentence)
	if problem, ok := errors.AsType[*client.Problem](err); ok {
		text = words.Clean(problem.Error(), maxSentence)
	}
	return capital(text)
}

// maxSentence is how much of an answer people are shown, in characters.
const maxSentence = 300
