package keychain_test

import (
	"context"
	"errors"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// TestTKC1KeePassXC holds a second real Secret Service to the whole contract.
func TestTKC1KeePassXC(t *testing.T) { contracts(t, keychaintest.StartKeePassXC(t)) }

// Its database is locked and nobody answers the prompt: nothing waits for it, and what is saved meanwhile is kept.
func TestF1KeePassXCPromptNeverAnswered(t *testing.T) {
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
