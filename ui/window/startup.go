package window

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// startup is the switch that makes Sessionkeeper start at log-in, and what that has installed.
type startup struct {
	w     *Window
	box   *fyne.Container
	check *check
	what  *text
	known bool // the keeper has told how it stands
}

func newStartup(w *Window, escape func()) *startup {
	s := &startup{w: w, what: newText(look{colour: colourSoft, scale: smallText, lines: 2})}
	s.check = newCheck(words.Label("autostart"), s.change, escape)
	s.what.Hide()
	s.box = box(newColumn(0, 0), box(bar{start: -theme.InnerPadding()}, s.check), s.what)
	s.able(false)
	return s
}

// able makes the switch work, or not.
func (s *startup) able(is bool) {
	if is && s.known {
		s.check.Enable()
	} else {
		s.check.Disable()
	}
}

// load asks how it stands.
func (s *startup) load() {
	var now client.Autostart
	s.w.ask(func(ctx context.Context, c *client.Client) (err error) {
		now, err = c.Autostart(ctx)
		return err
	}, func(err error) { s.show(now, err) })
}

func (s *startup) change(on bool) {
	s.able(false)
	var now client.Autostart
	s.w.ask(func(ctx context.Context, c *client.Client) (err error) {
		now, err = c.SetAutostart(ctx, on)
		return err
	}, func(err error) {
		if err != nil {
			s.check.put(!on)
			s.able(true)
			s.say(sentence(err))
			return
		}
		s.show(now, nil)
	})
}

func (s *startup) show(now client.Autostart, err error) {
	if err != nil {
		s.say(sentence(err))
		return
	}
	s.known = true
	s.able(true)
	s.check.put(now.On)
	said := ""
	if now.On {
		said = words.Clean(now.Path, maxSentence)
	}
	if now.Detail != "" {
		said = capital(words.Clean(now.Detail, maxSentence))
	}
	s.say(said)
}

func (s *startup) say(what string) {
	s.what.set(what, colourSoft)
	s.what.Hidden = what == ""
	s.w.win.Content().Refresh()
}
