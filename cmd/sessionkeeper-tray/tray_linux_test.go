package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/assets"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/desktop/desktoptest"
)

// kept is a session that is renewed for good.
func kept(name string) apitest.Session {
	return apitest.Session{
		Name: name, Provider: "example", ClientID: name, State: "active", Generation: 1,
		AccessExpiresAt: time.Now().Add(time.Hour), RenewAt: time.Now().Add(50 * time.Minute),
	}
}

// waitChange blocks until the keeper was asked for something, which a change of the menu tells of.
func waitChange(t *testing.T, i *icon, k *apitest.Keeper, call string) {
	t.Helper()
	i.wait(t, "the effect of "+call, func(desktoptest.Menu) bool { return slices.Contains(k.Changes(), call) })
}

func TestMenu(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	work := kept("work")
	work.State, work.Reason, work.RenewAt = "sign_in_needed", "revoked", time.Time{}
	k := apitest.New(kept("my_mail"), work, kept("zoo"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{})
	d.start(t)
	i := p.icon(t)
	i.waitText(t, `work — Sign-in needed: access was revoked
  Sign in again
  [Refresh]
  Pause
  Sign out…
    Yes, sign out of work
my__mail — Signed in
  [Sign in again]
  Refresh
  Pause
  Sign out…
    Yes, sign out of my__mail
zoo — Signed in
  [Sign in again]
  Refresh
  Pause
  Sign out…
    Yes, sign out of zoo
---
Open page
Add session…
---
Quit
`)
	if title, id := i.prop(t, "Title"), i.prop(t, "Id"); title != "Sessionkeeper" || id != "Sessionkeeper" {
		t.Errorf("title %q, id %q", title, id)
	}
	if got := i.tooltip(t); got != "3 sessions, 1 needs you" {
		t.Errorf("tooltip %q", got)
	}
	bad := i.pixels(t)

	before := i.waitFor(t, "my__mail", "Refresh").ID
	i.click(t, "my__mail", "Pause")
	waitChange(t, i, k, "Pause my_mail")
	i.waitFor(t, "my__mail — Paused", "Resume")
	i.click(t, "my__mail", "Resume")
	waitChange(t, i, k, "Resume my_mail")
	i.click(t, "my__mail — Signed in", "Refresh")
	waitChange(t, i, k, "Refresh my_mail")
	if after := i.waitFor(t, "my__mail", "Refresh").ID; after != before {
		t.Errorf("Refresh was %d and is %d: the menu was built anew, which loses clicks", before, after)
	}
	i.click(t, "zoo", "Sign out…", "Yes, sign out of zoo")
	waitChange(t, i, k, "Logout zoo")
	i.waitFor(t, "zoo — Signed out", "Sign in")
	i.click(t, "work", "Sign in again")
	waitChange(t, i, k, "Login work")

	pictures := map[string]bool{bad: true}
	for state, tooltip := range map[string]string{
		"active": "3 sessions, 1 signed out", "expiring": "3 sessions, 1 ends soon, 1 signed out",
		"paused": "3 sessions, 2 paused, 1 signed out",
	} {
		work.State, work.Reason, work.EndsAt = "active", "", time.Time{}
		mail := kept("my_mail")
		switch state {
		case "expiring":
			work.State, work.EndsAt = "expiring", time.Now().Add(4*time.Minute+30*time.Second)
		case "paused":
			work.State, mail.State = "paused", "paused"
		}
		k.Put(work)
		k.Put(mail)
		i.wait(t, "the tooltip "+tooltip, func(desktoptest.Menu) bool { return i.tooltip(t) == tooltip })
		pictures[i.pixels(t)] = true
	}
	if len(pictures) != 4 {
		t.Errorf("%d different pictures; want 4", len(pictures))
	}
}

// TestMinute: the time left goes on without a word from the keeper.
func TestMinute(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	newDesk(t, o.Places, bus, options{}).start(t)
	i := p.icon(t)
	i.waitFor(t, "work — Signed in") // the time runs once the tray is there, however long it took to build it
	work := kept("work")
	work.State, work.EndsAt = "expiring", time.Now().Add(2*time.Minute+13*time.Second)
	k.Put(work)
	i.waitFor(t, "work — Ends in 2 min", "Sign in again")
	i.waitFor(t, "work — Ends in 1 min 50 s", "Sign in again")
}

func TestPanelRestart(t *testing.T) {
	bus := desktoptest.StartBus(t)
	o := apitest.Options(t, apitest.New(kept("work")), nil)
	apitest.Serve(t, o)
	newDesk(t, o.Places, bus, options{}).start(t) // before there is a panel
	for range 3 {
		p := startPanel(t, bus)
		p.icon(t).waitFor(t, "work — Signed in")
		p.stop()
	}
}

func TestBusRestart(t *testing.T) {
	bus := desktoptest.StartBus(t)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	newDesk(t, o.Places, bus, options{}).start(t)
	startPanel(t, bus).icon(t).waitFor(t, "work — Signed in")
	paused := kept("work")
	paused.State = "paused"
	for verb, work := range map[string]apitest.Session{"Resume": paused, "Pause": kept("work")} {
		bus.Stop()
		k.Put(work) // drawn while there is no bus
		bus.Start(t)
		i := startPanel(t, bus).icon(t)
		i.click(t, "work", verb)
		waitChange(t, i, k, verb+" work")
	}
}

// TestBusHang: a bus that hangs keeps the tray neither from warning nor from ending.
func TestBusHang(t *testing.T) {
	bus := desktoptest.StartBus(t)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{window: true})
	tray := d.start(t)
	i := startPanel(t, bus).icon(t)
	i.waitFor(t, "work — Signed in")
	if err := syscall.Kill(bus.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(bus.PID(), syscall.SIGCONT)
	for n := range 60 { // their menus are more than a socket takes
		k.Put(kept(strings.Repeat("w", 1+n)))
	}
	k.ShowNotice(signInNotice)
	if got := next(t, "the window", d.shown); got != "warn work" {
		t.Errorf("the window %q was shown; want the warning that the desktop does not take", got)
	}
	if err := tray.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := tray.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestKeeperRestart(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	_, stop := apitest.Serve(t, o)
	newDesk(t, o.Places, bus, options{}).start(t)
	i := p.icon(t)
	i.waitFor(t, "work — Signed in")
	stop()
	i.wait(t, "that the keeper is gone", func(e desktoptest.Menu) bool {
		return len(e.Entries) > 0 && e.Entries[0].Label == "The keeper is starting"
	})
	_, stop = apitest.Serve(t, o)
	i.open(t) // who looks sees how it is now
	i.waitFor(t, "work — Signed in")
	stop()
	// None comes back, and none can be started: the program is missing.
	i.waitText(t, `[The keeper does not run]
[The program sessionkeeper is missing. Install it beside]
[this one, or on PATH.]
Try again
---
Quit
`)
	apitest.Serve(t, o)
	i.click(t, "Try again")
	i.waitFor(t, "work — Signed in")
}

// startedKeeper is the keeper that the tray has started; it ends with the test.
func startedKeeper(t *testing.T, p places.Places) (c *client.Client, pid int) {
	t.Helper()
	c, err := client.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	health, err := c.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(health.PID, syscall.SIGKILL) })
	return c, health.PID
}

// TestStartsKeeper uses the real keeper: the tray starts it, and takes it along when the user quits.
func TestStartsKeeper(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	places := apitest.Home(t)
	d := newDesk(t, places, bus, options{keeper: true})
	tray := d.start(t)
	i := p.icon(t)
	i.wait(t, "no sessions", func(e desktoptest.Menu) bool { return strings.Contains(e.String(), "[No sessions yet]\n") })
	c, _ := startedKeeper(t, places)
	if url := next(t, "the browser", d.opened); !strings.HasPrefix(url, "http://127.0.0.1:") || !strings.Contains(url, "#k=") {
		t.Errorf("the first start opened %q; want the page", url)
	}
	i.click(t, "Quit")
	if code := tray.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	// The event stream ends with the keeper.
	for _, err := range c.Events(t.Context(), "") {
		if err != nil {
			break
		}
	}
}

// TestSilentKeeper: one that was stopped keeps its connections, and says nothing; the menu says so before long.
func TestSilentKeeper(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	places := apitest.Home(t)
	newDesk(t, places, bus, options{keeper: true}).start(t)
	i := p.icon(t)
	signedOut := func(e desktoptest.Menu) bool { return strings.Contains(e.String(), "[No sessions yet]\n") }
	i.wait(t, "no sessions", signedOut)
	_, pid := startedKeeper(t, places)
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	i.wait(t, "that the keeper does not answer", func(e desktoptest.Menu) bool {
		return strings.HasPrefix(e.String(), "[The keeper does not answer]\n")
	})
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	i.open(t)
	i.wait(t, "no sessions again", signedOut)
}

// TestLeavesKeeper: one that runs already stays.
func TestLeavesKeeper(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	o := apitest.Options(t, apitest.New(kept("work")), nil)
	apitest.Serve(t, o) // in this very process
	tray := newDesk(t, o.Places, bus, options{}).start(t)
	i := p.icon(t)
	i.click(t, "Quit")
	if code := tray.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	i.waitGone(t)
}

func TestNoAutostart(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	d := newDesk(t, apitest.Home(t), bus, options{keeper: true})
	d.start(t, "SESSIONKEEPER_NO_AUTOSTART=1")
	i := p.icon(t)
	i.waitFor(t, "Try again")
	i.waitText(t, `[The keeper does not run]
[Your sessions are safe, but nothing renews them now, and]
[no program may start the keeper here. Start it yourself]
[to go on.]
Try again
---
Quit
`)
	if got := i.tooltip(t); got != "The keeper does not run" {
		t.Errorf("tooltip %q", got)
	}
}

// TestPassphrase: a keychain that is a file needs a person, once; the tray does not ask again by itself.
func TestPassphrase(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	home := apitest.Home(t)
	if err := os.MkdirAll(home.Config, 0o700); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(home.Config, "config.toml")
	if err := os.WriteFile(settings, []byte("keychain = \"file\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, home, bus, options{keeper: true, window: true})
	d.start(t)
	i := p.icon(t)
	if got := next(t, "the window", d.shown); got != "passphrase" {
		t.Errorf("the window %q was shown; want passphrase", got)
	}
	e := i.wait(t, "the reason", func(e desktoptest.Menu) bool { _, ok := find(e, "Try again"); return ok })
	if !strings.Contains(strings.ReplaceAll(e.String(), "]\n[", " "), "passphrase") {
		t.Errorf("menu:\n%v", e)
	}
	i.click(t, "Try again")
	if got := next(t, "the window", d.shown); got != "passphrase" {
		t.Errorf("then the window %q was shown; want passphrase", got)
	}
	i.waitFor(t, "Try again")
	i.leftClick(t)
	if got := next(t, "the window", d.shown); got != "sessions" {
		t.Errorf("the window %q was shown unasked", got)
	}
}

func TestUnlock(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	newDesk(t, o.Places, bus, options{}).start(t)
	i := p.icon(t)
	i.waitFor(t, "work — Signed in")
	k.Lock(errors.New("locked"))
	i.wait(t, "the keychain's line", func(e desktoptest.Menu) bool {
		return strings.HasPrefix(e.String(), "[The keychain is locked]\nUnlock…\n---\n")
	})
	i.click(t, "Unlock…")
	i.wait(t, "no such line", func(e desktoptest.Menu) bool { return strings.HasPrefix(e.String(), "work") })
}

// TestNoKeychain: the menu leads to what tells more, a window or else the page.
func TestNoKeychain(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	for _, window := range []bool{true, false} {
		o := apitest.Options(t, apitest.New(kept("work")), os.DirFS(t.TempDir()))
		o.Keychain = func() api.Keychain { return api.Keychain{Backend: "os", State: "absent"} }
		apitest.Serve(t, o)
		d := newDesk(t, o.Places, bus, options{window: window})
		tray := d.start(t)
		i := p.icon(t)
		i.wait(t, "the keychain's line", func(e desktoptest.Menu) bool {
			return strings.HasPrefix(e.String(), "[There is no keychain]\nDetails…\n---\n")
		})
		i.click(t, "Details…")
		if window {
			if got := next(t, "the window", d.shown); got != "keychain" {
				t.Errorf("Details… started the window %q", got)
			}
		} else if got := next(t, "the browser", d.opened); !strings.HasSuffix(got, "&go=health") {
			t.Errorf("Details… opened %q", got)
		}
		i.click(t, "Quit")
		tray.wait(t)
	}
}

func TestLeftClick(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	for _, window := range []bool{true, false} {
		o := apitest.Options(t, apitest.New(kept("work")), os.DirFS(t.TempDir()))
		apitest.Serve(t, o)
		d := newDesk(t, o.Places, bus, options{window: window})
		tray := d.start(t)
		i := p.icon(t)
		i.waitFor(t, "work — Signed in")
		i.leftClick(t)
		if window {
			if got := next(t, "the window", d.shown); got != "sessions" {
				t.Errorf("left click started the window %q", got)
			}
			i.click(t, "Sessions")
			next(t, "the window", d.shown)
		} else if got := next(t, "the browser", d.opened); !strings.Contains(got, "#k=") {
			t.Errorf("left click opened %q", got)
		}
		i.click(t, "Add session…")
		if got := next(t, "the browser", d.opened); !strings.Contains(got, "#k=") || !strings.HasSuffix(got, "&go=add") {
			t.Errorf("Add session… opened %q", got)
		}
		i.click(t, "Quit")
		tray.wait(t)
	}
}

func TestWelcome(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	k := apitest.New()
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{window: true})
	for first := true; ; first = false {
		tray := d.start(t)
		i := p.icon(t)
		i.wait(t, "no sessions", func(e desktoptest.Menu) bool {
			return strings.HasPrefix(e.String(), "[No sessions yet]\n---\n")
		})
		if !first {
			i.leftClick(t) // what comes next is this
		}
		got := next(t, "the window", d.shown)
		i.click(t, "Quit")
		tray.wait(t)
		if first && got != "welcome" {
			t.Errorf("the first start showed %q", got)
		}
		if !first {
			if got != "sessions" {
				t.Errorf("the second start showed %q", got)
			}
			break
		}
	}
}

// TestQuitEndsWindows: a window that the tray has started ends with it where the user quits, and else stays.
func TestQuitEndsWindows(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	o := apitest.Options(t, apitest.New(kept("work")), nil)
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{window: true})
	path := filepath.Join(d.bin, "sessionkeeper-window")
	pipe := path + ".pipe"
	stays := "#!/bin/sh\nsleep infinity &\ntrap \"kill $!; echo closed >" + pipe + "; exit\" TERM USR1\n" +
		"echo \"$*\" $$ >" + pipe + "\nwait\n"
	if err := os.WriteFile(path, []byte(stays), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, quits := range []bool{true, false} {
		tray := d.start(t)
		i := p.icon(t)
		i.waitFor(t, "work — Signed in")
		i.leftClick(t)
		kind, number, _ := strings.Cut(next(t, "the window", d.shown), " ")
		pid, err := strconv.Atoi(number)
		if kind != "sessions" || err != nil {
			t.Fatalf("the window %q was shown", kind)
		}
		if quits {
			i.click(t, "Quit")
			if got := next(t, "the window's end", d.shown); got != "closed" {
				t.Errorf("after Quit the window told %q", got)
			}
			tray.wait(t)
			continue
		}
		if err := tray.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		tray.wait(t)
		if len(d.shown) > 0 {
			t.Errorf("a signal to the tray reached the window: %q", <-d.shown)
		}
		if err := syscall.Kill(pid, syscall.SIGUSR1); err != nil {
			t.Errorf("the window is gone: %v", err)
		}
		next(t, "the window's end", d.shown)
	}
}

func TestOne(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	o := apitest.Options(t, apitest.New(kept("work")), nil)
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{})
	d.start(t)
	p.icon(t)
	second := d.start(t)
	if code := second.wait(t); code != 1 || !strings.Contains(second.stderr.String(), "it runs already") {
		t.Errorf("exit code %d, %q", code, second.stderr.String())
	}
}

func TestNoBus(t *testing.T) {
	home := apitest.Home(t)
	for _, address := range []string{"", "unix:path=" + filepath.Join(filepath.Dir(home.Config), "nothing")} {
		tray := newDesk(t, home, nil, options{}).start(t, "DBUS_SESSION_BUS_ADDRESS="+address)
		code := tray.wait(t)
		said := tray.stderr.String()
		if code != 1 || !strings.Contains(said, "The desktop cannot be reached. ") || !strings.Contains(said, "sessionkeeper ui") {
			t.Errorf("exit code %d, %q", code, said)
		}
		if err := os.RemoveAll(filepath.Dir(home.Config)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"--help"}, 0, "usage: sessionkeeper-tray", ""},
		{[]string{"-h"}, 0, "usage: sessionkeeper-tray", ""},
		{[]string{"--version"}, 0, "sessionkeeper-tray " + assets.Version + " go", ""},
		{[]string{"--nonsense"}, 2, "", "usage: sessionkeeper-tray"},
		{[]string{"more"}, 2, "", "it takes no arguments"},
	} {
		var stdout, stderr strings.Builder
		code := run(t.Context(), c.args, &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) ||
			(c.stderr == "") != (stderr.Len() == 0) || (c.stdout == "") != (stdout.Len() == 0) {
			t.Errorf("%q: code %d, stdout %q, stderr %q", c.args, code, stdout.String(), stderr.String())
		}
	}
}
