package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sessionkeeper/session/words"
)

// keychain says what is the matter with the keychain. It closes when that works again.
type keychain struct {
	w       *Window
	busy    bool
	last    view
	failure string

	*plain
	more *text
	open *button
	page *button
	out  *button
}

func newKeychain(w *Window, _ string) face {
	f := &keychain{w: w, last: view{starting: true}}
	f.more = newText(look{colour: colourSoft, scale: smallText})
	f.open = newButton(words.Label("try_again"), f.unlock, w.escape).main()
	f.page = newButton(words.Label("open_page"), func() { w.openPage("", unless(f.failed)) }, w.escape)
	f.out = newButton(words.Label("later"), w.close, w.escape)
	f.plain = newPlain([]fyne.CanvasObject{f.out, f.page, f.open}, f.more)
	return f
}

func (f *keychain) content() fyne.CanvasObject { return f.all }
func (f *keychain) first() fyne.Focusable      { return f.open }
func (f *keychain) end()                       {}
func (f *keychain) tick() time.Time            { return time.Time{} }

func (f *keychain) key(name fyne.KeyName) { f.w.plainKey(name, f.unlock) }

func (f *keychain) show(v view) {
	if !v.starting && !v.gone && v.health.Keychain.State == "ok" {
		f.w.close()
		return
	}
	if v.health.Keychain.State != f.last.health.Keychain.State {
		f.failure = ""
	}
	f.last = v
	f.refresh()
}

func (f *keychain) refresh() {
	v := f.last
	if v.starting {
		f.open.Hide()
		f.page.Hide()
		f.say(words.Wait, say("title_keychain"), "")
		return
	}
	if v.gone {
		p := v.absence()
		f.open.Hide()
		f.page.Hide()
		f.more.Hide()
		f.say(words.Bad, p.Title, p.Detail)
		return
	}
	k := v.health.Keychain
	p := keychainProblem(k)
	cures := p.Action.ID == "unlock"
	f.open.set("")
	if cures {
		f.open.set(p.Action.Label)
	}
	f.open.able(!f.busy)
	f.page.Hidden = cures
	more := capital(words.Clean(k.Detail, maxSentence))
	if f.failure != "" {
		more = f.failure
	}
	f.more.set(more, colourSoft)
	if f.failure != "" {
		f.more.set(more, theme.ColorNameError)
	}
	f.more.Hidden = more == "" || more == p.Detail
	f.say(words.Bad, p.Title, p.Detail)
}

func (f *keychain) failed(err error) {
	f.failure = sentence(err)
	f.busy = false
	f.refresh()
}

// unlock lets the keychain ask the user. The window stays until it has worked.
func (f *keychain) unlock() {
	if f.busy || !f.open.Visible() {
		return
	}
	f.busy, f.failure = true, ""
	f.refresh()
	f.w.unlock(f.failed)
}
