package window

import (
	"context"
	"errors"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
)

// noon is when the tests happen.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// patience bounds a wait for the keeper; only a broken test meets it.
const patience = time.Minute

// desk is a window before a real API server. The test's goroutine is the one that may touch widgets: it runs what the
// window posts while it waits for something.
type desk struct {
	*testing.T
	keeper  *apitest.Keeper
	options api.Options
	stop    func() // ends the keeper
	leave   func() // ends the window's Run, as the program does when the window is closed
	window  *Window
	posted  chan func()

	mu     sync.Mutex // guards now and opened
	now    time.Time
	opened []string // pages
}

// dressed is an app on a light or a dark desktop.
type dressed struct {
	fyne.App
	settings fyne.Settings
}

func (d dressed) Settings() fyne.Settings { return d.settings }

type shade struct {
	fyne.Settings
	variant fyne.ThemeVariant
}

func (s shade) ThemeVariant() fyne.ThemeVariant { return s.variant }

// scene is what a desk starts with.
type scene struct {
	kind      Kind
	name      string
	dark      bool
	scale     float32
	size      fyne.Size // of the window; zero: its own
	program   string
	fresh     bool // no passphrase was chosen
	noKeeper  bool
	noBrowser bool
	keeper    *apitest.Keeper
	uses      []client.Use  // of each session
	places    places.Places // of another keeper; zero: the keeper's own
	shade     *Shade        // nil: dark says it
}

func newDesk(t *testing.T, s scene) *desk {
	t.Helper()
	d := &desk{T: t, keeper: s.keeper, now: noon, posted: make(chan func(), 10_000)}
	if d.keeper == nil {
		d.keeper = apitest.New()
	}
	d.options = apitest.Options(t, d.keeper, nil)
	d.options.Uses = func(string) []client.Use { return s.uses }
	if s.places.Run != "" {
		d.options.Places = s.places
	}
	if !s.noKeeper {
		d.serve()
	}
	a := test.NewTempApp(t)
	colours := shade{Settings: a.Settings(), variant: theme.VariantLight}
	if s.dark {
		colours.variant = theme.VariantDark
	}
	look := dressed{App: a, settings: colours}
	fyne.SetCurrentApp(look)
	browse := d.browse
	if s.noBrowser {
		browse = func(context.Context, string) error { return errors.New("there is no browser") }
	}
	w, err := New(s.kind, s.name, Options{
		App: look, Do: func(f func()) { d.posted <- f },
		Dial:    func(ctx context.Context) (*client.Client, error) { return client.Dial(ctx, d.options.Places) },
		Browser: browse, Program: s.program, Sealed: func() bool { return !s.fresh }, Now: d.time, Shade: s.shade,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	d.window = w
	if s.scale != 0 {
		canvas, _ := w.win.Canvas().(software.WindowlessCanvas)
		canvas.SetScale(s.scale)
	}
	if !s.size.IsZero() {
		w.win.Resize(s.size)
	}
	if err := w.Show(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	d.leave = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(d.leave)
	return d
}

// serve starts the keeper's API, again where it was stopped.
func (d *desk) serve() {
	d.Helper()
	_, d.stop = apitest.Serve(d.T, d.options)
}

func (d *desk) time() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// pass lets time go by.
func (d *desk) pass(span time.Duration) {
	d.mu.Lock()
	d.now = d.now.Add(span)
	d.mu.Unlock()
	d.window.tick()
}

func (d *desk) browse(_ context.Context, url string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, url)
	return nil
}

// until runs what the window posts until something holds.
func (d *desk) until(what string, holds func() bool) {
	d.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for !holds() {
		select {
		case f := <-d.posted:
			f()
		case <-late.C:
			d.picture("late")
			d.Fatalf("waiting for %s; the window says %q", what, d.texts())
		}
	}
}

// called waits until the keeper was asked to do something.
func (d *desk) called(call string) {
	d.Helper()
	d.until("the call "+call, func() bool { return slices.Contains(d.keeper.Changes(), call) })
}

func (d *desk) gone() {
	d.Helper()
	d.until("the window to close", func() bool { return d.window.closed.Load() })
}

// says waits until some text of the window has this in it.
func (d *desk) says(part string) {
	d.Helper()
	d.until("the words "+part, func() bool {
		return slices.ContainsFunc(d.texts(), func(s string) bool { return strings.Contains(s, part) })
	})
}

// each visits what is seen of the window, the overlays first.
func (d *desk) each(visit func(fyne.CanvasObject)) {
	canvas := d.window.win.Canvas()
	for _, o := range slices.Backward(canvas.Overlays().List()) {
		walk(o, visit)
	}
	walk(canvas.Content(), visit)
}

func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, inner := range o.Objects {
			walk(inner, visit)
		}
	case fyne.Widget:
		for _, inner := range test.WidgetRenderer(o).Objects() {
			walk(inner, visit)
		}
	}
}

func (d *desk) texts() []string {
	var found []string
	d.each(func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *text:
			found = append(found, o.words)
		case *button:
			found = append(found, o.Text)
		case *check:
			found = append(found, o.Text)
		}
	})
	return found
}

// button finds one that is seen by its label; nil where there is none.
func (d *desk) button(label string) *button {
	var found *button
	d.each(func(o fyne.CanvasObject) {
		if b, ok := o.(*button); ok && found == nil && b.Text == label {
			found = b
		}
	})
	return found
}

// press waits until a button can be pressed, and presses it.
func (d *desk) press(label string) {
	d.Helper()
	d.until("the button "+label, func() bool { b := d.button(label); return b != nil && !b.Disabled() })
	test.Tap(d.button(label))
}

// row waits until a session's row is seen.
func (d *desk) row(name string) *row {
	d.Helper()
	var found *row
	d.until("the row of "+name, func() bool {
		d.each(func(o fyne.CanvasObject) {
			if r, ok := o.(*row); ok && r.shown.name == name {
				found = r
			}
		})
		return found != nil
	})
	return found
}

// key presses a key, where the focus is.
func (d *desk) key(name fyne.KeyName) {
	canvas := d.window.win.Canvas()
	if f := canvas.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	canvas.OnTypedKey()(&fyne.KeyEvent{Name: name})
}

// menu gives the labels of the menu that is open.
func (d *desk) menu() []string {
	var labels []string
	if m := d.popUp(); m != nil {
		for _, item := range m.Items {
			if i, ok := item.(fyne.Widget); ok {
				walk(i, func(o fyne.CanvasObject) {
					if label, ok := o.(*canvas.Text); ok && label.Text != "" {
						labels = append(labels, label.Text)
					}
				})
			}
		}
	}
	return labels
}

func (d *desk) popUp() *widget.PopUpMenu {
	m, _ := d.window.win.Canvas().Focused().(*widget.PopUpMenu)
	return m
}

// picture keeps what the window shows, NAME.png.
func (d *desk) picture(name string) {
	d.Helper()
	f, err := os.Create(filepath.Join(d.ArtifactDir(), name+".png"))
	if err != nil {
		d.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, d.window.win.Canvas().Capture()); err != nil {
		d.Fatal(err)
	}
}
