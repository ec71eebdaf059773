package window

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sessionkeeper/session/secret"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// passphrase asks for the passphrase of a keychain that is a file, and starts the keeper with it. It closes when that
// keychain is open. A first passphrase is asked for twice: one with a slip in it would lock everything away.
type passphrase struct {
	w      *Window
	fresh  bool // none was chosen before
	last   view
	trying bool // the keeper has got a passphrase and not said what came of it
	events bool // its events will say it, else its answer

	mu     sync.Mutex // guards keeper and opened
	keeper *sealed    // the one that we started
	opened bool

	*plain
	entry, again *secretEntry
	problem      *text
	start, out   *button
}

func newPassphrase(w *Window, _ string) face {
	f := &passphrase{w: w, fresh: !w.o.Sealed(), last: view{starting: true}}
	f.start = newButton(words.Label("next"), f.submit, w.escape).main()
	f.out = newButton(words.Label("cancel"), w.close, w.escape)
	f.entry = newSecretEntry(say("passphrase"), f.typed, w.escape)
	f.again = newSecretEntry(say("passphrase_again"), f.submit, w.escape)
	f.again.Hidden = !f.fresh
	f.problem = newText(look{colour: theme.ColorNameError})
	f.problem.Hide()
	f.plain = newPlain([]fyne.CanvasObject{f.out, f.start}, f.entry, f.again, f.problem)
	return f
}

// secretEntry is an entry that shows dots, with Escape.
type secretEntry struct {
	widget.Entry
	escape func()
}

func newSecretEntry(hint string, submitted, escape func()) *secretEntry {
	e := &secretEntry{escape: escape}
	e.Password, e.PlaceHolder, e.Wrapping = true, hint, fyne.TextWrapOff
	e.OnSubmitted = func(string) { submitted() }
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey is that of fyne.Focusable.
func (e *secretEntry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		e.escape()
		return
	}
	e.Entry.TypedKey(k)
}

func (f *passphrase) content() fyne.CanvasObject { return f.all }
func (f *passphrase) first() fyne.Focusable      { return f.entry }
func (f *passphrase) tick() time.Time            { return time.Time{} }

func (f *passphrase) key(name fyne.KeyName) { f.w.plainKey(name, f.submit) }

// end stops a keeper that was started and never opened.
func (f *passphrase) end() {
	f.mu.Lock()
	keeper, opened := f.keeper, f.opened
	f.mu.Unlock()
	switch {
	case keeper == nil:
	case opened:
		keeper.leave()
	default:
		keeper.stop()
	}
}

func (f *passphrase) ours() *sealed {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keeper
}

func (f *passphrase) show(v view) {
	f.last = v
	if !v.starting && !v.gone {
		switch state := v.health.Keychain.State; {
		case state == "ok":
			f.mu.Lock()
			f.opened = true
			f.mu.Unlock()
			f.w.close()
			return
		case f.trying && f.events && state == "denied":
			f.refused(sentence(errWrong))
		case f.trying && f.events && state != "locked": // locked: it is being opened
			f.refused(keychainProblem(v.health.Keychain).Detail)
		}
	}
	f.refresh()
}

// foreign reports whether another keeper runs than the one that waits for our passphrase.
func (f *passphrase) foreign() bool { return !f.last.starting && !f.last.gone && f.ours() == nil }

func (f *passphrase) refresh() {
	title, detail := say("unlock"), say("kept_file")
	if f.fresh {
		title, detail = say("choose"), say("choose_detail")
	}
	if f.foreign() {
		p := keychainProblem(f.last.health.Keychain)
		title, detail = p.Title, words.Say(words.Window, "other_keeper", words.Values{
			"detail": words.Safe(p.Detail), "pid": words.Safe(strconv.Itoa(f.last.health.PID)),
		})
	}
	able := !f.trying && !f.last.starting && !f.foreign()
	for _, e := range []*secretEntry{f.entry, f.again} {
		if able {
			e.Enable()
		} else {
			e.Disable()
		}
	}
	f.start.able(able)
	f.start.set(words.Label("next"))
	if f.trying {
		f.start.set(say("opening"))
	}
	f.problem.Hidden = f.problem.words == ""
	f.say(words.Wait, title, detail)
	if able && f.w.win.Canvas().Focused() == nil {
		f.w.win.Canvas().Focus(f.entry)
	}
}

// refused says why it did not open, and lets the user try again.
func (f *passphrase) refused(why string) {
	f.trying = false
	f.problem.set(why, theme.ColorNameError)
	f.entry.Enable()
	f.entry.SetText("")
	f.again.SetText("")
	f.refresh()
	f.w.win.Canvas().Focus(f.entry)
}

// typed is Enter in the first field.
func (f *passphrase) typed() {
	if f.fresh && f.again.Text == "" {
		f.w.win.Canvas().Focus(f.again)
		return
	}
	f.submit()
}

func (f *passphrase) submit() {
	if f.start.Disabled() {
		return
	}
	switch {
	case f.entry.Text == "":
		f.w.win.Canvas().Focus(f.entry)
		return
	case f.fresh && f.entry.Text != f.again.Text:
		f.refused(say("differs"))
		return
	}
	typed := secret.New(f.entry.Text)
	f.problem.set("", theme.ColorNameError)
	f.trying, f.events = true, f.ours() == nil
	f.refresh()
	f.w.start(func(ctx context.Context) {
		if err := f.try(ctx, typed); err != nil && ctx.Err() == nil {
			f.w.post(func() {
				if f.trying {
					f.refused(sentence(err))
				}
			})
		}
	})
}

// try gives the keeper a passphrase. It returns nil while the keeper's events are still to tell what came of it.
func (f *passphrase) try(ctx context.Context, typed secret.Text) error {
	if k := f.ours(); k != nil {
		if err := k.pass(typed); err != nil {
			return err
		}
		return f.w.link.with(ctx, func(ctx context.Context, c *client.Client) error {
			_, err := c.Unlock(ctx)
			return f.judge(ctx, c, err)
		})
	}
	k, err := serveSealed(f.w.o.Program)
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.keeper = k
	f.mu.Unlock()
	f.w.start(func(ctx context.Context) { f.watch(ctx, k) })
	return k.pass(typed)
}

// watch says why a keeper of ours has ended.
func (f *passphrase) watch(ctx context.Context, k *sealed) {
	select {
	case <-ctx.Done():
		return
	case <-k.ended:
	}
	f.mu.Lock()
	f.keeper = nil
	f.mu.Unlock()
	why := sentence(errors.New(cmp.Or(k.said.line(), say("keeper_ended"))))
	f.w.post(func() { f.refused(why) })
}

// judge tells a wrong passphrase from what else can go wrong.
func (f *passphrase) judge(ctx context.Context, c *client.Client, err error) error {
	if err == nil {
		return nil
	}
	if h, failed := c.Health(ctx); failed == nil && h.Keychain.State == "denied" {
		return errWrong
	}
	return err
}

var errWrong = errors.New(say("wrong"))
