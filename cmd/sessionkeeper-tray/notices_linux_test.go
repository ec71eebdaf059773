package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/desktop/desktoptest"
)

var signInNotice = client.Notice{
	Key: "session/work", Title: "Access was revoked", Body: "Sign in again to go on.", Urgent: true,
	Actions: []client.NoticeAction{{ID: "sign_in", Label: "Sign in again"}, {ID: "later", Label: "Later"}},
}

func titled(title string) func(desktoptest.Notice) bool {
	return func(n desktoptest.Notice) bool { return n.Title == title }
}

func TestNotices(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	service := desktoptest.StartNotifications(t, bus)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	_, stop := apitest.Serve(t, o)
	tray := newDesk(t, o.Places, bus, options{window: true}).start(t)
	i := p.icon(t)
	i.waitFor(t, "work — Signed in")

	k.ShowNotice(signInNotice)
	shown := service.Wait(t, titled(signInNotice.Title))
	if shown.Urgency != 2 || !slices.Equal(shown.Actions, []string{"default", "", "sign_in", "Sign in again", "later", "Later"}) {
		t.Errorf("shown: %+v", shown)
	}
	if n := k.Screen().Bubbles(); n != 0 {
		t.Errorf("the keeper showed %d itself", n)
	}
	service.Press(t, shown.ID, "sign_in")
	waitPress(t, k, client.PressBody{Key: "session/work", Action: "sign_in"})

	// One that changes is replaced, and one that does not stand any more goes.
	passing := client.Notice{Key: "outage/x", Title: "work cannot be renewed now", Body: "There is nothing to do."}
	k.ShowNotice(passing)
	first := service.Wait(t, titled(passing.Title))
	passing.Title = "work and home cannot be renewed now"
	k.ShowNotice(passing)
	second := service.Wait(t, titled(passing.Title))
	if second.ID != first.ID {
		t.Errorf("%d was to be replaced; got %d", first.ID, second.ID)
	}

	// The keeper is replaced by another, which says the same again.
	stop()
	i.wait(t, "that the keeper is gone", func(e desktoptest.Menu) bool {
		return strings.HasPrefix(e.String(), "[The keeper is starting]")
	})
	k = apitest.New(kept("work"))
	newer := apitest.Options(t, k, nil)
	newer.Places = o.Places
	apitest.Serve(t, newer)
	i.waitFor(t, "work — Signed in")
	k.ShowNotice(passing)
	k.ShowNotice(client.Notice{Key: "last", Title: "last", Body: "The one before was dealt with."})
	last := service.Wait(t, titled("last"))
	if n := len(service.Notices()); n != 4 {
		t.Errorf("%d notices were sent, want 4: what is on the screen is left alone: %+v", n, service.Notices())
	}
	k.WithdrawNotice("last")
	if closed := service.WaitClosed(t, last.ID); closed.Reason != desktoptest.ReasonWithdrawn {
		t.Errorf("closed: %+v", closed)
	}

	// The keeper goes on, and takes over what is on the screen.
	i.click(t, "Quit")
	tray.wait(t)
	if showing := service.Showing(); len(showing) != 1 || showing[0].ID != second.ID {
		t.Errorf("on the screen: %+v", showing)
	}
	waitUntil(t, "that the keeper takes over", func() bool { return k.Screen().Adopted()["outage/x"] == second.ID })
}

// waitUntil looks until something is so that nothing tells of.
func waitUntil(tb testing.TB, what string, so func() bool) {
	tb.Helper()
	late := time.After(patience)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-late:
			tb.Fatal("it never came to this: ", what)
		}
	}
}

func waitPress(t *testing.T, k *apitest.Keeper, want client.PressBody) {
	t.Helper()
	waitUntil(t, "the press "+want.Action, func() bool { return slices.Contains(k.Presses(), want) })
}

// TestNoticeWindow: where the desktop shows no buttons, a window has them.
func TestNoticeWindow(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	service := desktoptest.StartNotifications(t, bus, desktoptest.Capabilities("body"))
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{window: true})
	d.start(t)
	p.icon(t).waitFor(t, "work — Signed in")
	k.ShowNotice(signInNotice)
	if got := next(t, "the window", d.shown); got != "warn work" {
		t.Errorf("the window was started with %q", got)
	}
	k.ShowNotice(signInNotice) // once
	k.ShowNotice(client.Notice{Key: "last", Title: "last", Body: "without a button"})
	service.Wait(t, titled("last"))
	if n := len(service.Notices()); n != 1 || len(d.shown) != 0 {
		t.Errorf("%d notices and %d more windows", n, len(d.shown))
	}

	// A window that cannot be shown.
	broken := "#!/bin/sh\nexit 2\n"
	if err := os.WriteFile(filepath.Join(d.bin, "sessionkeeper-window"), []byte(broken), 0o700); err != nil {
		t.Fatal(err)
	}
	revoked := signInNotice
	revoked.Title = "Another reason"
	k.ShowNotice(revoked)
	service.Wait(t, titled(revoked.Title))
}

// TestSignOutInUse: what uses a session is named before it is signed out, and the question is the window's.
func TestSignOutInUse(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	service := desktoptest.StartNotifications(t, bus)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	o.Uses = func(string) []client.Use {
		return []client.Use{{Face: "exec", Label: "terraform", PID: 42, Program: "/usr/bin/terraform"}}
	}
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{window: true})
	d.start(t)
	p.icon(t).click(t, "work — Signed in", "Sign out…", "Yes, sign out of work")
	if got := next(t, "the window", d.shown); got != "sessions" {
		t.Errorf("the window was started with %q", got)
	}
	shown := service.Wait(t, titled("Sign out of “work”?"))
	if want := "These use it and stop working: terraform (process 42)."; shown.Body != want {
		t.Errorf("the notice says %q; want %q", shown.Body, want)
	}
	if slices.Contains(k.Changes(), "Logout work") {
		t.Error("it signed out")
	}
}

// TestNoticeHang: a notification service that hangs holds up nothing, not even the end.
func TestNoticeHang(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	service := desktoptest.StartNotifications(t, bus)
	service.Hang()
	defer service.Resume()
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	tray := newDesk(t, o.Places, bus, options{window: true}).start(t)
	i := p.icon(t)
	for n := range 20 {
		notice := signInNotice
		notice.Key += strings.Repeat("x", n)
		k.ShowNotice(notice)
	}
	i.click(t, "work — Signed in", "Pause")
	i.waitFor(t, "work — Paused", "Resume")
	i.click(t, "Quit")
	if code := tray.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// stubborn has a keychain whose prompt the user does not answer.
type stubborn struct{ *apitest.Keeper }

func (s stubborn) UnlockKeychain(context.Context) error {
	s.ShowNotice(client.Notice{Key: "keychain", Title: "The keychain is locked", Body: "Your sessions wait for it.", Urgent: true}) //nolint:contextcheck // its board outlives the question
	return errors.New("the prompt was closed")
}

// TestNoticeOfKeychain: the keeper alone tells what is the matter with its keychain, and a press leads to the window that
// tells more.
func TestNoticeOfKeychain(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	service := desktoptest.StartNotifications(t, bus)
	k := apitest.New(kept("work"))
	k.Lock(errors.New("locked"))
	o := apitest.Options(t, k, nil)
	o.Keeper = stubborn{k}
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{window: true})
	d.start(t)
	i := p.icon(t)
	var last uint32
	for _, action := range []string{"open", "default"} {
		i.click(t, "Unlock…")
		n := service.Wait(t, func(n desktoptest.Notice) bool { return n.Title == "The keychain is locked" && n.ID > last })
		last = n.ID
		if !slices.Equal(n.Actions, []string{"default", "", "open", "Details"}) {
			t.Errorf("shown: %+v", n)
		}
		service.Press(t, n.ID, action)
		if got := next(t, "the window", d.shown); got != "keychain" {
			t.Errorf("a press on %s showed the window %q", action, got)
		}
	}
	i.click(t, "Quit")
	i.waitGone(t)
	if sent := service.Notices(); len(sent) != 2 {
		t.Errorf("%d notices for two prompts: %+v", len(sent), sent)
	}
}

// TestNoticeOfFailure: what was clicked and did not work is told.
func TestNoticeOfFailure(t *testing.T) {
	bus := desktoptest.StartBus(t)
	p := startPanel(t, bus)
	service := desktoptest.StartNotifications(t, bus)
	k := apitest.New(kept("work"))
	o := apitest.Options(t, k, nil)
	o.HTTP = "" // no page
	apitest.Serve(t, o)
	tray := newDesk(t, o.Places, bus, options{}).start(t)
	i := p.icon(t)
	i.click(t, "Open page")
	n := service.Wait(t, titled("Open page did not work"))
	if n.Body == "" {
		t.Error("it does not say why")
	}
	i.click(t, "Quit")
	tray.wait(t)
	if closed := service.WaitClosed(t, n.ID); closed.Reason != desktoptest.ReasonWithdrawn {
		t.Errorf("closed: %+v", closed)
	}
}
