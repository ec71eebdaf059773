package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"sessionkeeper/ui/api/apitest"
)

func ending(left time.Duration) apitest.Session {
	s := apitest.Session{Name: "work", State: "expiring", EndsAt: noon.Add(left), Provider: "google"}
	s.Account.Email = "ada@example.org"
	return s
}

func TestWarning(t *testing.T) {
	d := newDesk(t, scene{kind: Warning, name: "work", keeper: apitest.New(ending(5 * time.Minute))})
	d.says("work ends in 5 min")
	d.says("programs that use it stop working")
	d.says("ada@example.org")
	d.pass(3 * time.Minute)
	d.says("work ends in 2 min")
	d.pass(time.Second)
	d.says("work ends in 1 min 59 s")
	d.pass(3 * time.Minute)
	d.says("work: ended 1 min 1 s ago")
	d.picture("warning-over")
	d.key(fyne.KeyReturn) // the default
	d.called("Login work")
	d.says("Finish signing in to “work” in your browser.")
	d.picture("warning-browser")
	if !d.button("Sign in again").Disabled() {
		t.Error("it can be pressed again while the browser is open")
	}
	d.keeper.Finish("login-1")
	d.gone()
}

// TestCured closes the warning when the session goes on, whoever saw to that, or is no longer there.
func TestCured(t *testing.T) {
	later := ending(time.Hour)
	later.State = "active"
	paused := ending(5 * time.Minute)
	paused.State = "paused"
	for name, cure := range map[string]func(k *apitest.Keeper){
		"a later end": func(k *apitest.Keeper) { k.Put(later) },
		"no end":      func(k *apitest.Keeper) { k.Put(apitest.Session{Name: "work", State: "active"}) },
		"paused":      func(k *apitest.Keeper) { k.Put(paused) },
		"removed":     func(k *apitest.Keeper) { _ = k.Remove(t.Context(), "work") },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, scene{kind: Warning, name: "work", keeper: apitest.New(ending(5 * time.Minute))})
			d.says("work ends in 5 min")
			cure(d.keeper)
			d.gone()
		})
	}
}

func TestLater(t *testing.T) {
	d := newDesk(t, scene{kind: Warning, name: "work", keeper: apitest.New(ending(5 * time.Minute))})
	d.says("work ends in 5 min")
	d.key(fyne.KeyEscape)
	d.gone()
	if calls := d.keeper.Changes(); len(calls) > 0 {
		t.Errorf("Later called %q", calls)
	}
}

func TestNothingToWarnOf(t *testing.T) {
	d := newDesk(t, scene{kind: Warning, name: "gone", keeper: apitest.New(ending(5 * time.Minute))})
	d.gone()
}

func TestAhead(t *testing.T) {
	ahead := ending(7 * 24 * time.Hour)
	ahead.State = "active"
	d := newDesk(t, scene{kind: Warning, name: "work", keeper: apitest.New(ahead)})
	d.says("work ends in 7 days")
	d.says("28 November")
}

func TestKeychainWindow(t *testing.T) {
	d := newDesk(t, scene{kind: Keychain, keeper: locked()})
	d.says("The keychain is locked")
	d.press("Unlock")
	d.called("UnlockKeychain")
	d.gone()
}

func TestWelcomeWindow(t *testing.T) {
	d := newDesk(t, scene{kind: Welcome})
	d.says("in your desktop's keychain")
	d.until("the switch", func() bool { return !d.check().Disabled() })
	if d.check().Checked {
		t.Error("it starts at log-in, unasked")
	}
	d.press("Add session…")
	d.gone() // the page goes on from here
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.opened) != 1 || !strings.HasSuffix(d.opened[0], "&go=add") {
		t.Errorf("opened %q; want the page, once, at its form", d.opened)
	}
}

// TestWelcomeWithoutPage keeps the window where its button led nowhere.
func TestWelcomeWithoutPage(t *testing.T) {
	d := newDesk(t, scene{kind: Welcome, noBrowser: true})
	d.press("Add session…")
	d.says("That did not work")
	if d.window.closed.Load() || d.button("Add session…").Disabled() {
		t.Error("the window is closed, or its button cannot be tried again")
	}
	d.press("Close")
	d.gone()
}
