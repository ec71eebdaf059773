package window

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// entries are what can be done to a session beside its button: only what helps in its state.
func entries(c client.Session) []string {
	var ids []string
	switch c.State {
	case "active", "retrying":
		ids = append(ids, "refresh")
		fallthrough
	case "expiring":
		ids = append(ids, "sign_in_again", "pause")
	case "sign_in_needed", "keychain_locked":
		ids = append(ids, "pause")
	case "setup_needed":
		ids = append(ids, "sign_in_again", "pause")
	}
	p, wrong := words.Of(c.State, c.Reason, c.Name)
	var other []string
	for _, id := range ids {
		if !wrong || p.Action.ID != id && (p.Action.ID != "wait" || id != "refresh") {
			other = append(other, id) // what the button does is not said twice
		}
	}
	if c.State != "signed_out" {
		other = append(other, "sign_out")
	}
	return append(other, "details")
}

// openMenu shows what can be done to the session of a row.
func (s *sessions) openMenu(i int) {
	c, ok := s.at(i)
	if !ok || s.seen.gone || s.notes[c.Name].busy {
		return
	}
	var items []*fyne.MenuItem
	for _, id := range entries(c) {
		label := words.Label(id)
		if id == "sign_out" {
			items = append(items, fyne.NewMenuItemSeparator())
			label += "…"
		}
		items = append(items, fyne.NewMenuItem(label, func() { s.do(c.Name, id) }))
	}
	canvas := s.w.win.Canvas()
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), canvas)
	at := fyne.NewPos(canvas.Size().Width, 0)
	if r := s.rows[i]; r != nil {
		below := r.more.Size().AddWidthHeight(-menu.MinSize().Width, 0) // the right edges are in line
		at = fyne.CurrentApp().Driver().AbsolutePositionForObject(r.more).AddXY(below.Width, below.Height)
	}
	menu.ShowAtPosition(at)
}

// signIn opens a sign-in page and says so in the session's row until it has ended.
func (s *sessions) signIn(name string) {
	s.note(name, note{busy: true})
	s.w.signIn(name, func(l client.Login, err error) {
		switch {
		case err != nil:
			s.settle(name, err)
		case l.Status == "pending":
			s.note(name, note{text: words.Say(words.Sentences, "waiting", words.Values{"name": words.Name(name)}), login: l.ID})
			if !l.Opened {
				s.w.showLink(l)
			}
		case l.Status == "failed" && s.notes[name].login == l.ID:
			s.note(name, note{text: capital(words.Clean(l.Detail, maxSentence))})
		case s.notes[name].login == l.ID:
			s.settle(name, nil)
		}
	})
}

// cancel gives a pending sign-in up.
func (s *sessions) cancel(name string) {
	id := s.notes[name].login
	s.note(name, note{busy: true})
	s.w.ask(func(ctx context.Context, c *client.Client) error {
		_, err := c.LoginCancel(ctx, name, id)
		return err
	}, func(err error) { s.settle(name, err) })
}

// askSignOut asks before it signs out, and names the sessions that may end with it, and what uses it.
func (s *sessions) askSignOut(name string) {
	var related []string
	var uses []words.Safe
	s.w.ask(func(ctx context.Context, c *client.Client) (err error) {
		if related, err = c.Related(ctx, name); err != nil {
			return err
		}
		found, err := c.Uses(ctx, name)
		for _, u := range found {
			uses = append(uses, words.OfUse(u.Face, u.Label, u.Program, u.PID))
		}
		if p, ok := errors.AsType[*client.Problem](err); ok && p.Code == "not_found" {
			err = nil // a keeper from before there were uses
		}
		return err
	}, func(err error) {
		if err != nil {
			s.settle(name, err)
			return
		}
		detail := words.Say(words.Sentences, "confirm_sign_out_detail", nil)
		if len(related) > 0 {
			detail += " " + words.Say(words.Sentences, "related", words.Values{"names": words.Names(related)})
		}
		if len(uses) > 0 {
			detail += " " + words.StopWorking(uses)
		}
		yes := newButton(words.Label("sign_out"), func() { s.signOut(name) }, nil)
		yes.Importance = widget.DangerImportance
		s.w.sheet(words.Say(words.Sentences, "confirm_sign_out", words.Values{"name": words.Name(name)}), detail,
			yes, newButton(words.Label("cancel"), nil, nil))
	})
}

func (s *sessions) signOut(name string) {
	s.note(name, note{busy: true})
	var out client.Logout
	s.w.ask(func(ctx context.Context, c *client.Client) (err error) {
		out, err = c.Logout(ctx, name, false)
		return err
	}, func(err error) {
		s.settle(name, err)
		if err == nil && (out.Remote == "unsupported" || out.Remote == "unreachable") {
			s.note(name, note{text: capital(words.Say(words.Remote, out.Remote, nil))})
		}
	})
}
