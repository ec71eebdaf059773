package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sessionkeeper/session/words"
)

// welcome is for the first start: what this is, where secrets lie, and the first session.
type welcome struct {
	w    *Window
	live bool
	*plain
	keys    *banner
	add     *button
	out     *button
	startup *startup
}

func newWelcome(w *Window, _ string) face {
	f := &welcome{w: w}
	f.keys = newBanner(w.escape)
	f.startup = newStartup(w, w.escape)
	f.add = newButton(words.Label("add"), f.addSession, w.escape).main()
	f.out = newButton(words.Label("close"), w.close, w.escape)
	line := func(s string) fyne.CanvasObject { return newText(look{words: s, colour: theme.ColorNameForeground}) }
	f.plain = newPlain([]fyne.CanvasObject{f.out, f.add},
		line(say("welcome_renews")), line(say("welcome_programs")), f.keys.box, f.startup.box)
	f.say(words.Good, say("welcome"), say("welcome_detail"))
	return f
}

func (f *welcome) content() fyne.CanvasObject { return f.all }
func (f *welcome) first() fyne.Focusable      { return f.add }
func (f *welcome) end()                       {}
func (f *welcome) tick() time.Time            { return time.Time{} }

func (f *welcome) key(name fyne.KeyName) { f.w.plainKey(name, f.addSession) }

// addSession leads to the page, which goes on from here.
func (f *welcome) addSession() {
	if f.add.Disabled() {
		return
	}
	f.add.Disable() // two clicks are one page
	f.w.openPage("add", func(err error) {
		if err != nil {
			f.failed(err)
			return
		}
		f.w.close()
	})
}

func (f *welcome) failed(err error) {
	f.add.able(f.live)
	f.keys.set(words.Bad, words.Problem{Title: say("failed"), Detail: sentence(err)}, nil)
	f.all.Refresh()
}

func (f *welcome) show(v view) {
	live := !v.starting && !v.gone
	if live && !f.live {
		f.startup.load()
	}
	f.live = live
	f.add.able(live)
	f.startup.able(live)
	switch {
	case v.starting:
	case v.gone:
		p := v.absence()
		var start func()
		if f.w.o.Program != "" && !v.silent {
			start = func() { f.w.startKeeper(f.failed) }
		}
		f.keys.set(words.Bad, p, start)
	case v.health.Keychain.State == "ok":
		where := words.Problem{Title: say("kept"), Detail: keptWhere(v.health.Keychain.Backend)}
		f.keys.set(words.Good, where, nil)
	default:
		p := keychainProblem(v.health.Keychain)
		var unlock func()
		if p.Action.ID == "unlock" {
			unlock = func() { f.w.unlock(f.failed) }
		}
		f.keys.set(words.Bad, p, unlock)
	}
	f.all.Refresh()
}

// keptWhere says where a backend keeps secrets.
func keptWhere(backend string) string {
	switch backend {
	case "sealed":
		return say("kept_sealed")
	case "file":
		return say("kept_file")
	default:
		return say("kept_os")
	}
}
