package window

import (
	"cmp"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// warning says that one session ends and offers to sign in again. It closes when that is cured.
type warning struct {
	w    *Window
	name string

	last   view
	now    client.Session
	known  bool      // the keeper has shown the session
	due    time.Time // what the user is warned of
	login  client.Login
	busy   bool
	failed string

	*plain
	who      *text
	again    *button
	copyLink *button
	later    *button
}

func newWarning(w *Window, name string) face {
	f := &warning{w: w, name: name}
	f.again = newButton(words.Label("sign_in_again"), f.signIn, w.escape).main()
	f.copyLink = newButton(words.Label("copy"), func() { w.o.App.Clipboard().SetContent(f.login.URL) }, w.escape)
	f.later = newButton(words.Label("later"), w.close, w.escape)
	f.who = newText(look{colour: colourSoft, scale: smallText, lines: 1})
	f.plain = newPlain([]fyne.CanvasObject{f.copyLink, f.later, f.again}, f.who)
	f.copyLink.Hide()
	return f
}

func (f *warning) content() fyne.CanvasObject { return f.all }
func (f *warning) first() fyne.Focusable      { return f.again }
func (f *warning) end()                       {}

func (f *warning) key(name fyne.KeyName) { f.w.plainKey(name, f.signIn) }

func (f *warning) show(v view) {
	f.last = v
	now, there := v.session(f.name)
	switch {
	case v.starting, v.gone:
	case there:
		if !f.known {
			f.due = now.EndsAt
		}
		first := !f.known
		f.now, f.known = now, true
		if f.cured() {
			f.w.close()
			return
		}
		f.say()
		if first {
			f.w.win.Canvas().Focus(f.again)
		}
		return
	default:
		f.w.close() // removed: there is nothing left to warn of
		return
	}
	f.say()
}

// cured reports whether nothing is left to warn of: it goes on longer than what the user was warned of, or the user
// has ended or paused it elsewhere.
func (f *warning) cured() bool {
	switch f.now.State {
	case "signed_out", "paused":
		return true
	case "active":
		return f.now.EndsAt.IsZero() || f.now.EndsAt.After(f.due)
	}
	return false
}

func (f *warning) tick() time.Time {
	f.say()
	return nextTick(f.now.EndsAt, f.w.o.Now())
}

// say brings the words up to date.
func (f *warning) say() {
	tone, title, detail := f.words()
	f.who.set(who(f.now, f.last.names), colourSoft)
	f.who.Hidden = f.who.words == ""
	pending := f.login.Status == "pending"
	if pending {
		detail = words.Say(words.Sentences, "waiting", words.Values{"name": words.Name(f.name)})
		if f.login.UserCode != "" {
			detail = words.Say(words.Sentences, "device", words.Values{"link": words.Address(f.login.URL)}) +
				" " + words.Clean(f.login.UserCode, maxWho)
		} else if !f.login.Opened {
			detail += " " + words.Say(words.Sentences, "no_page", words.Values{"link": words.Address(f.login.URL)})
		}
	}
	if f.failed != "" {
		detail = f.failed
	}
	f.copyLink.Hidden = !pending || f.login.Opened
	f.again.able(!f.busy && !pending && !f.last.gone && f.known)
	f.plain.say(tone, title, detail)
}

func (f *warning) words() (tone words.Tone, title, detail string) {
	name := words.Name(f.name)
	if f.last.gone {
		p := f.last.absence()
		return words.Bad, p.Title, p.Detail
	}
	if !f.known {
		return words.Wait, string(name), ""
	}
	now, ends := f.w.o.Now(), f.now.EndsAt
	p, _ := words.Of(f.now.State, f.now.Reason, f.name)
	switch {
	case f.now.State != "expiring" && f.now.State != "active" || ends.IsZero():
		return words.OfState(f.now.State).Tone, cmp.Or(p.Title, string(name)), p.Detail
	case ends.After(now):
		kind, clock := "end", "15:04"
		if ends.Sub(now) > 24*time.Hour {
			kind, clock = "ahead", "2 January, 15:04"
		}
		title, detail = words.Notice(kind, words.Values{
			"name": name, "span": words.Safe(words.Span(ends.Sub(now))), "time": words.Safe(ends.Local().Format(clock)),
		})
		return words.Wait, title, detail
	}
	over, _ := words.Of("sign_in_needed", "expired", f.name)
	when := words.Say(words.Sentences, "ended", words.Values{"when": words.Safe(words.From(ends, now))})
	return words.Bad, string(name) + ": " + strings.ToLower(when[:1]) + when[1:], over.Detail
}

func (f *warning) signIn() {
	if f.again.Disabled() {
		return
	}
	f.busy, f.failed = true, ""
	f.say()
	f.w.signIn(f.name, func(l client.Login, err error) {
		f.busy, f.login = false, l
		switch {
		case err != nil:
			f.login, f.failed = client.Login{}, sentence(err)
		case l.Status == "failed":
			f.failed = capital(words.Clean(l.Detail, maxSentence))
		case l.Status == "done":
			f.w.close()
			return
		}
		f.say()
		if !f.again.Disabled() {
			f.w.win.Canvas().Focus(f.again)
		}
	})
}
