package window

import (
	"context"
	"slices"
	"sort"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// sessions is the list of all sessions, those that need the user first.
type sessions struct {
	w     *Window
	seen  view
	notes map[string]note // what the user started, by session
	tall  []tall          // the rows

	body   *fyne.Container
	banner *banner
	list   *list
	rows   map[int]*row // those that were filled last
	sample *row         // for sizes
	empty  *fyne.Container
	hello  *text // in empty
	more   *text // in empty
	add    *button
	page   *button
	start  *startup
}

// note is what is said of a session because of something that the user started.
type note struct {
	text  string
	login string // the sign-in that waits in the browser; empty: none does
	busy  bool
}

func newSessions(w *Window, _ string) face {
	s := &sessions{w: w, notes: map[string]note{}, rows: map[int]*row{}, sample: newRow(nil)}
	s.banner = newBanner(s.leave)
	s.list = newList(func() int { return len(s.seen.sessions) }, s.makeRow, s.fillRow)
	s.list.chosen = func(i int) { s.act(i, true) }
	s.list.menu = s.openMenu
	s.list.resized = s.refresh
	s.add = newButton(words.Label("add"), func() { w.openPage("add", unless(s.failed)) }, s.leave)
	s.page = newButton(words.Label("open_page"), func() { w.openPage("", unless(s.failed)) }, s.leave)
	s.start = newStartup(w, s.leave)
	s.hello = newText(look{colour: theme.ColorNameForeground, bold: true, scale: titleText})
	s.more = newText(look{colour: colourSoft})
	s.empty = box(newColumn(rowPad, 2*rowPad), s.hello, s.more)
	middle := box(backed{}, newCard(), s.list, s.empty)
	foot := box(newColumn(2, rowPad), box(bar{gap: rowPad}, s.add, s.page), s.start.box)
	whole := newColumn(rowPad, rowPad)
	whole.grow, whole.least = middle, fyne.NewSize(minWidth, minHeight)
	s.body = box(whole, s.banner.box, middle, foot)
	return s
}

// The least size of a window.
const (
	minWidth  = 360
	minHeight = 240
)

func (s *sessions) leave() {
	if s.w.win.Canvas().Overlays().Top() != nil {
		s.w.escape()
	}
}

func (s *sessions) content() fyne.CanvasObject { return s.body }
func (s *sessions) first() fyne.Focusable      { return nil }
func (s *sessions) end()                       {}

func (s *sessions) key(name fyne.KeyName) {
	if name == fyne.KeyUp || name == fyne.KeyDown {
		s.w.win.Canvas().Focus(s.list)
	}
}

func (s *sessions) show(v view) {
	if !v.starting && !v.gone && (s.seen.starting || s.seen.gone) {
		s.start.load()
	}
	current, _ := s.at(s.list.at)
	for name, n := range s.notes {
		was, _ := s.seen.session(name)
		if now, there := v.session(name); !there || n.login == "" && now.State != was.State {
			delete(s.notes, name)
		}
	}
	s.seen = v
	if i := slices.IndexFunc(v.sessions, func(c client.Session) bool { return c.Name == current.Name }); i >= 0 {
		s.list.at = i
	}
	s.list.at = min(s.list.at, max(len(v.sessions)-1, 0))
	s.showBanner()
	s.showEmpty()
	for _, b := range []*button{s.add, s.page} {
		b.able(!v.gone && !v.starting)
	}
	s.start.able(!v.gone && !v.starting)
	s.refresh()
	s.body.Refresh()
}

// showBanner says the one thing that matters most about the keeper itself.
func (s *sessions) showBanner() {
	code, p, tone := trouble(s.seen, s.w.o.Program != "")
	if code == "" {
		s.banner.box.Hide()
		return
	}
	var do func()
	switch p.Action.ID {
	case "start":
		do = func() { s.w.startKeeper(s.failed) }
	case "unlock":
		do = func() { s.w.unlock(s.failed) }
	case "details", "open_page":
		p.Action.Label = words.Label("open_page")
		do = func() { s.w.openPage("", unless(s.failed)) }
	}
	s.banner.set(tone, p, do)
}

func (s *sessions) showEmpty() {
	s.add.Importance = widget.MediumImportance
	if len(s.seen.sessions) > 0 || s.seen.starting || s.seen.gone {
		s.empty.Hide()
		return
	}
	s.add.Importance = widget.HighImportance
	s.hello.set(words.Say(words.Sentences, "no_sessions", nil), theme.ColorNameForeground)
	s.more.set(words.Say(words.Sentences, "no_sessions_detail", nil), colourSoft)
	s.empty.Show()
}

// failed shows what went wrong with what concerns no session.
func (s *sessions) failed(err error) {
	s.banner.set(words.Bad, words.Problem{Title: say("failed"), Detail: sentence(err)}, nil)
	s.body.Refresh()
}

// tick brings the times up to date; they change each minute, and each second near an end.
func (s *sessions) tick() time.Time {
	s.redraw()
	now := s.w.o.Now()
	var next time.Time
	for _, c := range s.seen.sessions {
		if !ends(c) {
			continue
		}
		if t := nextTick(c.EndsAt, now); !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

// nextTick is when the words for the time until end change; zero where that is far away or nothing ends.
func nextTick(end, now time.Time) time.Time {
	if end.IsZero() || end.Sub(now) > maxAhead || now.Sub(end) > maxBehind {
		return time.Time{}
	}
	said := words.From(end, now)
	steps := sort.Search(int(time.Hour/tickStep), func(n int) bool {
		return words.From(end, now.Add(tickStep*time.Duration(n))) != said
	})
	return now.Add(tickStep * time.Duration(steps))
}

const (
	tickStep  = 100 * time.Millisecond
	maxAhead  = 2 * 24 * time.Hour // beyond it the words stand for a day
	maxBehind = time.Hour          // what has ended is dealt with, or nobody looks
)

func (s *sessions) at(i int) (client.Session, bool) {
	if i < 0 || i >= len(s.seen.sessions) {
		return client.Session{}, false
	}
	return s.seen.sessions[i], true
}

func (s *sessions) makeRow() fyne.CanvasObject { return newRow(s.leave) }

func (s *sessions) fillRow(i int, o fyne.CanvasObject) {
	r, ok := o.(*row)
	c, there := s.at(i)
	if !ok || !there {
		return
	}
	e := s.entry(c)
	e.focused = s.list.focused && s.list.at == i
	r.act.OnTapped = func() { s.act(i, false) }
	r.more.OnTapped = func() { s.openMenu(i) }
	r.index, s.rows[i] = i, r
	r.set(e)
}

// refresh shows the sessions anew. A row is as tall as its problem's sentence asks for.
func (s *sessions) refresh() {
	var changed []int
	width := s.list.Size().Width
	for i, c := range s.seen.sessions {
		if i == len(s.tall) {
			s.tall = append(s.tall, tall{})
		}
		now := tall{problem: s.entry(c).problem, width: width}
		was := s.tall[i]
		if was.problem == now.problem && was.width == now.width && was.height > 0 {
			continue
		}
		now.height = s.sample.heightFor(now.problem, width)
		if s.tall[i] = now; was.height != now.height {
			changed = append(changed, i)
		}
	}
	s.list.heights(changed, func(i int) float32 { return s.tall[i].height })
	s.redraw()
}

// tall is how tall a row is, and why.
type tall struct {
	problem       string
	width, height float32
}

// redraw fills anew the rows that are seen.
func (s *sessions) redraw() {
	clear(s.rows)
	s.list.Refresh()
}

// entry says a session in words.
func (s *sessions) entry(c client.Session) entry {
	state := words.OfState(c.State)
	e := entry{
		tone: state.Tone, state: stateWords(c, s.w.o.Now()),
		name: words.Clean(c.Name, 0), who: who(c, s.seen.names), menu: !s.seen.gone,
	}
	p, wrong := words.Of(c.State, c.Reason, c.Name)
	if wrong && state.Tone != words.Off {
		e.problem = p.Detail
	}
	if c.State == "setup_needed" && c.Reason == "config" && c.Detail != "" {
		e.problem = capital(words.Clean(c.Detail, maxSentence))
	}
	if wrong {
		e.action = p.Action.Label
	}
	switch p.Action.ID {
	case "edit", "use_file", "start":
		e.action = "" // nothing that a row can do
	case "wait":
		e.action = words.Label("refresh")
	}
	if n, ok := s.notes[c.Name]; ok {
		e.busy = n.busy
		if n.text != "" {
			e.problem = n.text
		}
		if n.login != "" {
			e.action, e.pending = words.Label("cancel"), true
		}
	}
	if s.seen.gone {
		e.action = ""
	}
	return e
}

func (s *sessions) note(name string, n note) {
	s.notes[name] = n
	s.refresh()
}

// act does what a row's button says; menu opens the row's menu where it has none.
func (s *sessions) act(i int, menu bool) {
	c, ok := s.at(i)
	if !ok || s.notes[c.Name].busy {
		return
	}
	if s.notes[c.Name].login != "" {
		s.cancel(c.Name)
		return
	}
	p, _ := words.Of(c.State, c.Reason, c.Name)
	switch {
	case s.entry(c).action != "":
		s.do(c.Name, p.Action.ID)
	case menu:
		s.openMenu(i)
	}
}

// do does one thing to a session, by an action's id.
func (s *sessions) do(name, action string) {
	request := func(call func(c *client.Client, ctx context.Context) error) {
		s.note(name, note{busy: true})
		s.w.ask(func(ctx context.Context, c *client.Client) error { return call(c, ctx) }, func(err error) {
			s.settle(name, err)
		})
	}
	switch action {
	case "sign_in", "sign_in_again":
		s.signIn(name)
	case "refresh", "wait":
		request(func(c *client.Client, ctx context.Context) error {
			_, err := c.Refresh(ctx, name, 0)
			return err
		})
	case "pause":
		request(func(c *client.Client, ctx context.Context) error {
			_, err := c.Pause(ctx, name)
			return err
		})
	case "resume":
		request(func(c *client.Client, ctx context.Context) error {
			_, err := c.Resume(ctx, name)
			return err
		})
	case "unlock":
		request(func(c *client.Client, ctx context.Context) error {
			_, err := c.Unlock(ctx)
			return err
		})
	case "sign_out":
		s.askSignOut(name)
	default:
		s.w.openPage("", unless(s.failed))
	}
}

// settle ends what was started for a session.
func (s *sessions) settle(name string, err error) {
	if err == nil {
		delete(s.notes, name)
	} else {
		s.notes[name] = note{text: sentence(err)}
	}
	s.refresh()
}
