package keychain_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// TestTKC1KeePassXC holds a second real Secret Service to the whole contract.
func TestTKC1KeePassXC(t *testing.T) {
	t.Parallel()
	contracts(t, keychaintest.StartKeePassXC(t))
}

// Its database is locked and nobody answers the prompt: nothing waits for it, and what is saved meanwhile is kept.
func TestF1KeePassXCPromptNeverAnswered(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartKeePassXC(t)
	v := open(t, options(t, "os", desktop.Vars()))
	save(t, v, "abc", "one", 1)
	lockAway(t, v, desktop)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { asked <- v.Unlock(ctx) }()
	if !save(t, v, "abc", "two", 2) {
		t.Error("Save beside an open prompt did not spill")
	}
	wantRecord(t, v, "abc", "two", 2)
	cancel() // the person has left
	if r := reason(t, <-asked); r != keychain.ReasonLocked {
		t.Errorf("Unlock that nobody answers: got reason %s; want locked", r)
	}
	wantRecord(t, v, "abc", "two", 2)
}

// It is killed between calls and comes back empty, as it does where it had no time to save: the record that was stored
// is gone, and that is no sign-out.
func TestF3KeePassXCKilled(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartKeePassXC(t)
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	save(t, v, "abc", "one", 1)
	desktop.Kill()
	await(v, "absent", 0)
	if !save(t, v, "abc", "two", 2) {
		t.Error("Save without a keychain did not spill")
	}
	desktop.Restart()
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "two", 2)
}

// It is stopped in the middle of a call.
func TestF4KeePassXCFrozen(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartKeePassXC(t)
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	save(t, v, "abc", "one", 1)
	desktop.Freeze()
	if !save(t, v, "abc", "two", 2) {
		t.Error("Save to a stopped keychain did not spill")
	}
	await(v, "slow", 1)
	wantRecord(t, v, "abc", "two", 2)
	desktop.Thaw()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "two", 2)
}

func TestF6KeePassXCForeignItem(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartKeePassXC(t)
	v := open(t, options(t, "os", desktop.Vars()))
	for name, text := range map[string]string{"another program": "hello", "a later version": "sk2 AAAA"} {
		desktop.Put(service, keychain.HeadUser(home, "abc"), []byte(text))
		if _, _, err := v.Load(t.Context(), "abc"); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("Load of an item of %s: %v; want ErrForeign", name, err)
		}
		if _, err := v.Save(t.Context(), "abc", []byte("one"), 9); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("Save over an item of %s: %v; want ErrForeign", name, err)
		}
		if got, ok := desktop.Get(service, keychain.HeadUser(home, "abc")); !ok || string(got) != text {
			t.Errorf("the item of %s is %q now", name, got)
		}
	}
}

// The person types the password into its window while our prompt is still open: nobody has to answer that any more.
func TestF1KeePassXCUnlockedDuringPrompt(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartKeePassXC(t)
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	save(t, v, "abc", "one", 1)
	desktop.Lock()
	await(v, "locked", 0)
	asked := make(chan error, 1)
	go func() { asked <- v.Unlock(t.Context()) }()
	if !save(t, v, "abc", "two", 2) {
		t.Error("Save to a locked keychain did not spill")
	}
	desktop.OpenDatabase()
	if err := <-asked; err != nil {
		t.Errorf("Unlock: %v", err)
	}
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "two", 2)
}

// Both keychains are killed while they owe an answer.
func TestF3KilledDuringACall(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(tb testing.TB) *keychaintest.Desktop{
		"KeePassXC": keychaintest.StartKeePassXC, "GNOME Keyring": keychaintest.Start,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			desktop := start(t)
			v := open(t, options(t, "os", desktop.Vars()))
			run(t, v)
			save(t, v, "abc", "one", 1)
			desktop.Freeze()
			saved := make(chan bool, 1)
			go func() { saved <- save(t, v, "abc", "two", 2) }()
			<-keychain.InFlight(v)
			desktop.Kill()
			if !<-saved {
				t.Error("Save to a keychain that died did not spill")
			}
			wantRecord(t, v, "abc", "two", 2)
			desktop.Restart()
			await(v, "ok", 0)
			wantRecord(t, v, "abc", "two", 2)
		})
	}
}

// What is larger than an entry may be lies in several; what is larger than any grant is refused and changes nothing.
func TestF5KeePassXCTooBig(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartKeePassXC(t)
	v := open(t, options(t, "os", desktop.Vars()))
	save(t, v, "abc", string(keychaintest.Pattern(300<<10, 1)), 1)
	if _, err := v.Save(t.Context(), "abc", make([]byte, 1<<20+1), 2); reason(t, err) != keychain.ReasonFull {
		t.Errorf("Save of more than 1 MiB: %v; want full", err)
	}
	wantRecord(t, v, "abc", string(keychaintest.Pattern(300<<10, 1)), 1)
}

// After a log-in it knows none of our entries as ours: they can be read and overwritten all the same.
func TestF6KeePassXCStartedAnew(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartKeePassXCSaving(t)
	o := keychain.WithSettle(options(t, "os", desktop.Vars()), time.Nanosecond)
	v := open(t, o)
	run(t, v)
	began := time.Now()
	save(t, v, "abc", "one", 1)
	user := keychain.HeadUser(home, "abc")
	for kept := false; !kept; _, kept = desktop.Get(service, user) { // until it has come back with it
		settle(t, v)
		desktop.AwaitSave(began)
		desktop.Kill()
		desktop.Restart()
		await(v, "ok", 0)
	}
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	save(t, v, "abc", "two", 2)
	if r, err := inStore(t, v, "abc"); err != nil || r.Generation != 2 {
		t.Errorf("the keychain has generation %d, %v; want 2", r.Generation, err)
	}
}
