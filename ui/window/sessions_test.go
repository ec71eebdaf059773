package window

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

func TestOrder(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: all(), size: fyne.NewSize(560, 1000)})
	d.says("old")
	var names []string
	d.each(func(o fyne.CanvasObject) {
		if r, ok := o.(*row); ok {
			names = append(names, r.shown.name)
		}
	})
	want := []string{"home", "build server", "bank", "mail", "notes", "work", "spare", "old"}
	if !slices.Equal(names, want) {
		t.Errorf("the list has %q; want those first that want the user: %q", names, want)
	}
}

// TestHelp looks at what each state offers: one button where it helps, and the rest in the menu.
func TestHelp(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: all(), size: fyne.NewSize(560, 1000)})
	d.says("old")
	for name, want := range map[string]string{
		"home":         "Sign in again | Pause, Sign out…, Details",
		"build server": "Enter secret… | Sign in again, Pause, Sign out…, Details",
		"bank":         "Sign in again | Pause, Sign out…, Details",
		"mail":         "Refresh | Sign in again, Pause, Sign out…, Details",
		"notes":        " | Refresh, Sign in again, Pause, Sign out…, Details",
		"spare":        "Sign in | Details",
		"old":          "Resume | Sign out…, Details",
	} {
		r := d.row(name)
		label := ""
		if r.act.Visible() {
			label = r.act.Text
		}
		test.Tap(r.more)
		got := label + " | " + strings.Join(d.menu(), ", ")
		if got != want {
			t.Errorf("%s offers %q; want %q", name, got, want)
		}
		d.popUp().Dismiss()
	}
}

func TestPauseAndResume(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: apitest.New(apitest.Session{Name: "work", State: "active"})})
	d.says("Signed in")
	test.Tap(d.row("work").more)
	d.picture("menu")
	d.choose("Pause")
	d.called("Pause work")
	d.says("Paused")
	d.press("Resume")
	d.called("Resume work")
	d.says("Signed in")
}

// choose takes an entry of the open menu.
func (d *desk) choose(label string) {
	d.Helper()
	i := slices.Index(d.menu(), label)
	if i < 0 {
		d.Fatalf("the menu has no %q; it has %q", label, d.menu())
	}
	for range i + 1 {
		d.key(fyne.KeyDown)
	}
	d.key(fyne.KeyReturn)
}

func TestSignIn(t *testing.T) {
	revoked := apitest.Session{Name: "work", State: "sign_in_needed", Reason: "revoked"}
	d := newDesk(t, scene{kind: Sessions, keeper: apitest.New(revoked)})
	d.press("Sign in again")
	d.called("Login work")
	d.says("Finish signing in to “work” in your browser.")
	d.press("Cancel")
	d.called("LoginCancel work")
	d.press("Sign in again")
	d.says("Finish signing in")
	d.keeper.Finish("login-2")
	d.says("Signed in")
	d.until("the note to go", func() bool { return d.row("work").shown.problem == "" })
}

func TestSignOut(t *testing.T) {
	ada := func(name string) apitest.Session {
		s := apitest.Session{Name: name, State: "active", ClientID: "c"}
		s.Account.Email = "ada@example.org"
		return s
	}
	d := newDesk(t, scene{
		kind: Sessions, keeper: apitest.New(ada("mail"), ada("notes"), ada("work")),
		uses: []client.Use{
			{Face: "file", Label: "/run/user/1000/token"}, {Face: "exec", Label: "terraform", PID: 42, Program: "/usr/bin/terraform"},
		},
	})
	d.says("work")
	ask := func() {
		test.Tap(d.row("work").more)
		d.choose("Sign out…")
		d.says("Sign out of “work”?")
		d.says("This may also end: mail, notes.")
		d.says("These use it and stop working: The file /run/user/1000/token, terraform (process 42).")
	}
	ask()
	d.picture("sign-out")
	d.key(fyne.KeyReturn) // the way out has the focus
	if len(d.window.win.Canvas().Overlays().List()) > 0 || slices.Contains(d.keeper.Changes(), "Logout work") {
		t.Fatal("Enter did not leave the question, or signed out")
	}
	ask()
	d.key(fyne.KeyEscape)
	if len(d.window.win.Canvas().Overlays().List()) > 0 || d.window.closed.Load() {
		t.Fatal("Escape did not leave the question alone")
	}
	ask()
	d.press("Sign out")
	d.called("Logout work")
	d.says("Signed out")
}

func TestLive(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions})
	d.says("No sessions yet")
	d.keeper.Put(apitest.Session{Name: "work", State: "active"})
	d.says("Signed in")
	d.keeper.Put(apitest.Session{Name: "work", State: "sign_in_needed", Reason: "revoked"})
	d.says("was taken back at the provider")
	if err := d.keeper.Remove(t.Context(), "work"); err != nil {
		t.Fatal(err)
	}
	d.says("No sessions yet")
}

// TestKeeperGone takes the keeper away and brings it back: the list stays, and nothing can be pressed meanwhile.
func TestKeeperGone(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: all(), program: "/nonexistent"})
	d.says("home")
	d.stop()
	d.says("The keeper does not run")
	if d.row("home").act.Visible() || d.row("home").more.Visible() || !d.button("Add session…").Disabled() {
		t.Error("buttons can be pressed without a keeper")
	}
	d.press("Start")
	d.says("That did not work")
	d.serve()
	d.until("the keeper to be back", func() bool { return d.row("home").act.Visible() })
	d.press("Sign in again")
	d.called("Login home")
}

func TestTimes(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: apitest.New(
		apitest.Session{Name: "work", State: "expiring", EndsAt: noon.Add(4*time.Minute + 10*time.Second)})})
	d.says("Ends in 4 min")
	d.pass(2 * time.Minute)
	d.says("Ends in 2 min 10 s")
	d.pass(129 * time.Second)
	d.says("Ends in 1 s")
	d.pass(time.Minute)
	d.says("Ended 59 s ago")
}

// TestNextTick: the words are the same until just before a tick, and others at it.
func TestNextTick(t *testing.T) {
	for _, left := range []time.Duration{
		30 * time.Hour, 47*time.Hour + 59*time.Minute, 41*time.Minute + 10*time.Second, 41 * time.Minute,
		3*time.Minute + 10*time.Second, 2*time.Minute + 300*time.Millisecond, time.Second, 0, -10 * time.Second,
		-10*time.Minute - 20*time.Second,
	} {
		end := noon.Add(left)
		at := nextTick(end, noon)
		was, just, then := words.From(end, noon), words.From(end, at.Add(-2*tickStep)), words.From(end, at)
		if at.Sub(noon) > 2*tickStep && was != just || was == then {
			t.Errorf("%v before the end it is %q, just before the next tick, in %v, %q, and then %q", left, was, at.Sub(noon), just, then)
		}
	}
	for _, never := range []time.Time{{}, noon.Add(72 * time.Hour), noon.Add(-2 * time.Hour)} {
		if got := nextTick(never, noon); !got.IsZero() {
			t.Errorf("a tick at %v for %v", got, never)
		}
	}
}

// TestEnds: an end that each renewal moves is none.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		state string
		firm  bool
		left  time.Duration
		want  string
	}{
		{"active", false, 182 * 24 * time.Hour, "Signed in"},
		{"active", true, 3 * 24 * time.Hour, "Signed in · ends in 3 days"},
		{"active", true, -time.Minute, "Signed in"},
		{"retrying", false, 30 * 24 * time.Hour, "Trying again"},
		{"retrying", true, 41 * time.Minute, "Trying again · ends in 41 min"},
		{"expiring", false, 4*time.Minute + 45*time.Second, "Ends in 5 min"},
		{"expiring", true, -2 * time.Minute, "Ended 2 min ago"},
		{"paused", true, time.Hour, "Paused"},
	} {
		s := client.Session{State: c.state, EndsAt: noon.Add(c.left), EndsFirm: c.firm}
		if got := stateWords(s, noon); got != c.want {
			t.Errorf("%+v is said %q", c, got)
		}
	}
}

// TestKeeperElsewhere finds a new keeper by itself, also where another log-in has started it: it listens in another
// run folder then.
func TestKeeperElsewhere(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: apitest.New(apitest.Session{Name: "work", State: "active"})})
	d.says("work")
	d.stop()
	d.says("The keeper does not run")
	other := apitest.Options(t, apitest.New(apitest.Session{Name: "other", State: "active"}), nil)
	other.Places.State = d.options.Places.State
	apitest.Serve(t, other)
	if err := other.Places.Announce(); err != nil {
		t.Fatal(err)
	}
	d.says("other")
}

func TestKeyboard(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: all(), size: fyne.NewSize(560, 1000)})
	d.says("old")
	canvas := d.window.win.Canvas()
	d.key(fyne.KeyDown) // nothing has the focus: the list takes it
	d.picture("focus")
	d.key(fyne.KeyReturn)
	d.called("Login home")
	d.key(fyne.KeyEnd)
	d.key(fyne.KeyReturn)
	d.called("Resume old")
	d.key(fyne.KeyHome)
	d.key(fyne.KeyDown)
	d.key(fyne.KeyDown)
	d.key(fyne.KeySpace)
	if menu := d.menu(); !slices.Contains(menu, "Sign out…") {
		t.Errorf("Space opened %q; want the menu of a session", menu)
	}
	d.key(fyne.KeyEscape)
	canvas.FocusNext()
	if b, ok := canvas.Focused().(*button); !ok || !b.focused {
		t.Errorf("Tab went from the list to %T; want its first button", canvas.Focused())
	}
	canvas.Focus(nil)
	d.key(fyne.KeyEscape)
	if d.window.closed.Load() {
		t.Error("Escape closed the list")
	}
}

func TestStartup(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions})
	d.until("the switch", func() bool { return d.check() != nil && !d.check().Disabled() })
	if d.check().Checked {
		t.Error("it starts at log-in, unasked")
	}
	d.check().SetChecked(true)
	d.says("/home/ada/.config/autostart/sessionkeeper.desktop")
	if !d.keeper.Autostart().On {
		t.Error("the keeper was not told")
	}
}

func TestPage(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions})
	d.press("Add session…")
	page := func() string {
		d.mu.Lock()
		defer d.mu.Unlock()
		return strings.Join(d.opened, " ")
	}
	d.until("the page", func() bool { return page() != "" })
	form := regexp.MustCompile(`^http://127\.0\.0\.1:\d+/#k=[^&]+&go=add$`)
	if got := page(); !form.MatchString(got) {
		t.Errorf("opened %q; want the page, with a code, at its form", got)
	}
}

func TestThousand(t *testing.T) {
	var many []apitest.Session
	for i := range 1000 {
		s := apitest.Session{Name: fmt.Sprintf("session %03d", i), State: "active", Provider: "google"}
		if i%2 == 0 {
			s.State, s.Reason = "sign_in_needed", "revoked"
		}
		many = append(many, s)
	}
	d := newDesk(t, scene{kind: Sessions, keeper: apitest.New(many...)})
	d.says("session 000")
	list := d.window.face.(*sessions)
	for i := range 100 { // through all of it
		list.list.ScrollToOffset(float32(i * 600))
	}
	seen := 0
	d.each(func(o fyne.CanvasObject) {
		if _, ok := o.(*row); ok {
			seen++
		}
	})
	if seen == 0 || seen > 20 {
		t.Errorf("%d rows are drawn for 1,000 sessions; want those that are seen", seen)
	}
	// An outage makes every row taller at once, wherever the list is scrolled to.
	for _, s := range many {
		s.State, s.Reason = "retrying", ""
		d.keeper.Put(s)
	}
	d.until("all to be tried again", func() bool {
		return !slices.ContainsFunc(list.seen.sessions, func(s client.Session) bool { return s.State != "retrying" })
	})
	d.window.face.(*sessions).list.ScrollToTop()
	d.says("session 000")
	d.picture("thousand")
}
