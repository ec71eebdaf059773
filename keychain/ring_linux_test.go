package keychain_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// reason gives the reason in err, and fails t where it has none or nothing to tell the user.
func reason(tb testing.TB, err error) keychain.Reason {
	tb.Helper()
	e, ok := errors.AsType[*keychain.Error](err)
	if !ok {
		tb.Fatalf("got %v; want a *keychain.Error", err)
	}
	if !strings.HasSuffix(e.Detail, ".") || e.KeychainReason() != string(e.Reason) || e.Error() != e.Detail {
		tb.Errorf("the sentence for %s is %q", e.Reason, e.Detail)
	}
	if errors.Is(err, fs.ErrNotExist) {
		tb.Errorf("%v passes for a missing record", err)
	}
	return e.Reason
}

func wantState(tb testing.TB, v *keychain.Vault, state keychain.Reason) {
	tb.Helper()
	h := v.Health()
	if h.State != string(state) || h.Detail == "" {
		tb.Errorf("Health: got %+v; want state %q with a sentence", h, state)
	}
	_, _, err := v.Load(tb.Context(), "never-saved")
	if r := reason(tb, err); r != state {
		tb.Errorf("Load: got reason %s; want %s", r, state)
	}
	if r := reason(tb, v.Ready(tb.Context())); r != state {
		tb.Errorf("Ready: got reason %s; want %s", r, state)
	}
	if _, err := v.Save(tb.Context(), "never-saved", []byte("x"), 1); reason(tb, err) != state {
		tb.Errorf("Save: got %v; want reason %s", err, state)
	}
}

func TestF3KeychainAbsent(t *testing.T) {
	t.Parallel()
	t.Run("no bus", func(t *testing.T) {
		env := map[string]string{"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": t.TempDir()}
		v := open(t, options(t, "os", env))
		wantState(t, v, keychain.ReasonAbsent)
		if d := v.Health().Detail; !strings.Contains(d, "--keychain file --passphrase-file") {
			t.Errorf("the sentence names no way out: %q", d)
		}
	})
	t.Run("dead bus", func(t *testing.T) {
		env := map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
		wantState(t, open(t, options(t, "os", env)), keychain.ReasonAbsent)
	})
	t.Run("no service", func(t *testing.T) {
		v := open(t, options(t, "os", keychaintest.StartBus(t).Vars()))
		wantState(t, v, keychain.ReasonAbsent)
		if r := reason(t, v.Unlock(t.Context())); r != keychain.ReasonAbsent {
			t.Errorf("Unlock: got reason %s; want absent", r)
		}
	})
	t.Run("no child", func(t *testing.T) {
		o := options(t, "os", nil)
		o.Child = []string{"/nonexistent/program"}
		wantState(t, open(t, o), keychain.ReasonAbsent)
	})
	t.Run("child that ends at once", func(t *testing.T) {
		o := options(t, "os", nil)
		o.Child = []string{"/bin/true"}
		wantState(t, open(t, o), keychain.ReasonAbsent)
	})
	t.Run("child that talks nonsense", func(t *testing.T) {
		o := options(t, "os", nil)
		o.Child = []string{"/bin/echo", "this is no frame at all"}
		wantState(t, open(t, o), keychain.ReasonAbsent)
	})
}

func TestTKC6KeychainAppears(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartBus(t)
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	await(v, "absent", 0)
	desktop.Restart()
	await(v, "ok", 0)
	save(t, v, "abc", "one", 1)
	desktop.Kill()
	await(v, "absent", 0)
	desktop.Restart()
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "one", 1)
	desktop.StopBus()
	await(v, "absent", 0)
}

func TestF3ActivatedKeyringWithoutDefault(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.StartActivatable(t)
	v := open(t, options(t, "os", desktop.Vars()))
	wantState(t, v, keychain.ReasonLocked)
	if d := v.Health().Detail; !strings.Contains(d, "no default keyring") {
		t.Errorf("the sentence does not say what is missing: %q", d)
	}
	if r := reason(t, v.Unlock(t.Context())); r != keychain.ReasonDenied {
		t.Errorf("Unlock where no prompt can be shown: got reason %s; want denied", r)
	}
}

func TestF1LockedAtStartAndUnlocked(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	prompter := desktop.Prompter()
	save(t, open(t, options(t, "os", desktop.Vars())), "abc", "one", 1)
	desktop.Stop()
	desktop.RestartLocked()
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	wantState(t, v, keychain.ReasonLocked)
	desktop.Unlock()
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "one", 1)
	desktop.Lock()
	await(v, "locked", 0)
	if n := prompter.Count(); n != 0 {
		t.Errorf("%d prompts were shown though the user did nothing", n)
	}
}

func TestF2PromptCancelled(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	prompter := desktop.Prompter()
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	desktop.Lock()
	await(v, "locked", 0)
	unlocked := make(chan error, 1)
	go func() { unlocked <- v.Unlock(t.Context()) }()
	cancel := prompter.Shown()
	// While the user thinks, nobody waits for the prompt.
	_, _, err := v.Load(t.Context(), "abc")
	if r := reason(t, err); r != keychain.ReasonLocked {
		t.Errorf("Load during the prompt: got reason %s; want locked", r)
	}
	if h := v.Health(); h.State != "locked" || !strings.Contains(h.Detail, "prompt") {
		t.Errorf("Health during the prompt: got %+v; want it to name the prompt", h)
	}
	if !save(t, v, "abc", "one", 1) {
		t.Error("Save during the prompt did not spill")
	}
	cancel()
	if r := reason(t, <-unlocked); r != keychain.ReasonDenied {
		t.Errorf("Unlock: got reason %s; want denied", r)
	}
	await(v, "denied", 1)
	if !save(t, v, "abc", "two", 2) {
		t.Error("Save after the refusal did not spill")
	}
	if n := prompter.Count(); n != 0 {
		t.Errorf("%d prompts were shown again after the refusal", n)
	}
	desktop.Stop()
	await(v, "absent", 1)
	desktop.RestartLocked()
	await(v, "denied", 1) // a new one is as locked, and the user has said no
	desktop.Unlock()      // as the user may do with the system's own tool
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "two", 2)
}

func TestF1PromptOutlivesUnlock(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	prompter := desktop.Prompter()
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	desktop.Lock()
	await(v, "locked", 0)
	ctx, giveUp := context.WithCancel(t.Context())
	unlocked := make(chan error, 1)
	go func() { unlocked <- v.Unlock(ctx) }()
	cancel := prompter.Shown()
	giveUp()
	if r := reason(t, <-unlocked); r != keychain.ReasonLocked {
		t.Errorf("Unlock given up: got reason %s; want locked", r)
	}
	second := make(chan error, 1)
	go func() { second <- v.Unlock(t.Context()) }()
	cancel()
	// It shares the first one's prompt. Where that ended before it came, it has one of its own, which ends like it.
	go func() { prompter.Shown()() }()
	if r := reason(t, <-second); r != keychain.ReasonDenied {
		t.Errorf("the second Unlock: got reason %s; want denied", r)
	}
}

func TestF1UnlockedElsewhereDuringPrompt(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	prompter := desktop.Prompter()
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	desktop.Lock()
	await(v, "locked", 0)
	unlocked := make(chan error, 1)
	go func() { unlocked <- v.Unlock(t.Context()) }()
	prompter.Shown()
	desktop.Unlock()
	if err := <-unlocked; err != nil {
		t.Errorf("Unlock: got %v; want nil", err)
	}
	if save(t, v, "abc", "one", 1) {
		t.Error("Save spilled though the keychain is unlocked")
	}
}

func TestF4FrozenKeychain(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	v := open(t, options(t, "os", desktop.Vars()))
	save(t, v, "abc", "one", 1)
	save(t, v, "other", "one", 1)
	desktop.Freeze()
	start := time.Now()
	spilled := make(chan bool, 1)
	go func() { spilled <- save(t, v, "abc", "two", 2) }()
	if !save(t, v, "other", "two", 2) || !<-spilled {
		t.Error("Save to a frozen keychain did not spill")
	}
	t.Logf("two saves while the keychain froze took %v", time.Since(start))
	if h := v.Health(); h.State != "slow" || h.Spilled != 2 {
		t.Errorf("Health: got %+v; want slow with 2 spilled", h)
	}
	start = time.Now()
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready with the spill's key held: got %v; want nil", err)
	}
	asked := keychain.Asked(v)
	if !save(t, v, "abc", "three", 3) {
		t.Error("Save to a keychain known to be frozen did not spill")
	}
	wantRecord(t, v, "abc", "three", 3)
	if now := keychain.Asked(v); now != asked {
		t.Errorf("a keychain known to be frozen was asked again: %v, before %v", now, asked)
	}
	t.Logf("save, Ready and load after that took %v", time.Since(start))
	desktop.Thaw()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatalf("Unlock: %v", err)
	}
	if h := v.Health(); h.State != "ok" || h.Spilled != 0 {
		t.Errorf("Health: got %+v; want ok with nothing spilled", h)
	}
	store := keychain.Records(v, home, keychain.ItemLimit)
	for key, want := range map[string]string{"abc": "three", "other": "two"} {
		if r, err := store.Load(t.Context(), key); err != nil || string(r.Data) != want {
			t.Errorf("the keychain has %q under %s, %v; want %q", r.Data, key, err, want)
		}
	}
}

// A child that hangs itself, whatever the keychain does, is no better than a keychain that hangs.
func TestF4ChildThatNeverAnswers(t *testing.T) {
	t.Parallel()
	o := options(t, "os", nil)
	o.Child = []string{"/bin/sleep", "3600"}
	v := open(t, o)
	asked := keychain.Asked(v)
	wantState(t, v, keychain.ReasonSlow)
	if now := keychain.Asked(v); now != asked {
		t.Errorf("a child known to hang was asked again: %v, before %v", now, asked)
	}
}

func TestTKC5LateWriteNeverWins(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	v := open(t, options(t, "os", desktop.Vars()))
	save(t, v, "abc", "four", 4)
	desktop.Put("another-program", "somebody", []byte("x"))
	desktop.Freeze()
	// What a child that was killed in the middle of a write leaves: its message waits for the keychain.
	late := keychain.Record{Generation: 5, Data: []byte("five")}
	desktop.PutLate(service, keychain.HeadUser(home, "abc"), keychain.HeadItem("abc", late))
	if !save(t, v, "abc", "five", 5) || !save(t, v, "abc", "six", 6) {
		t.Error("Save to a frozen keychain did not spill")
	}
	desktop.Thaw()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatalf("Unlock: %v", err)
	}
	wantRecord(t, v, "abc", "six", 6)
	// An answer on the connection of the late write means that this was carried out too.
	if _, ok := desktop.Get(service, keychain.HeadUser(home, "abc")); !ok {
		t.Error("the keychain holds no record")
	}
	wantRecord(t, v, "abc", "six", 6)
}

func TestTKC2ChildKilledBetweenCalls(t *testing.T) {
	t.Parallel()
	v := open(t, options(t, "os", keychaintest.Start(t).Vars()))
	for g := range uint64(5) {
		if save(t, v, "abc", "data", g+1) {
			t.Error("Save spilled though only the child was gone")
		}
		ended := keychain.ChildEnded(v)
		if err := syscall.Kill(keychain.ChildPid(v), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if g%2 == 0 { // both: the parent knows already, and finds out in the call
			<-ended
		}
		wantRecord(t, v, "abc", "data", g+1)
	}
}

func TestTKC3StoppedChildIsReplaced(t *testing.T) {
	t.Parallel()
	v := open(t, options(t, "os", keychaintest.Start(t).Vars()))
	run(t, v)
	save(t, v, "abc", "one", 1)
	pid := keychain.ChildPid(v)
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if !save(t, v, "abc", "two", 2) {
		t.Error("Save with a stopped child did not spill")
	}
	await(v, "ok", 0) // by the new child, with no wait for the next probe
	if keychain.ChildPid(v) == pid {
		t.Error("the stopped child was not replaced")
	}
	wantRecord(t, v, "abc", "two", 2)
}

func TestTKC4BusFoundLater(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	env := map[string]string{"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": t.TempDir()}
	v := open(t, options(t, "os", env))
	run(t, v)
	await(v, "absent", 0)
	v.SetEnv(map[string]string{"DISPLAY": ":77"})
	v.SetEnv(desktop.Vars())
	await(v, "ok", 0)
	save(t, v, "abc", "one", 1)
	pid := keychain.ChildPid(v)
	v.SetEnv(map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"})
	wantRecord(t, v, "abc", "one", 1)
	if keychain.ChildPid(v) != pid {
		t.Error("the child of a keychain that works was replaced")
	}
}

func TestCloseDuringFreeze(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v, err := keychain.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	desktop.Freeze()
	saved := make(chan error, 1)
	go func() {
		_, err := v.Save(t.Context(), "abc", []byte("one"), 1)
		saved <- err
	}()
	<-keychain.InFlight(v)
	if err := v.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := <-saved; err != nil {
		t.Errorf("Save: got %v; want it spilled", err)
	}
	if _, _, err := v.Load(t.Context(), "abc"); reason(t, err) != keychain.ReasonAbsent {
		t.Errorf("Load after Close: got %v", err)
	}
	desktop.Thaw()
	again := open(t, o)
	run(t, again)
	await(again, "ok", 0)
	wantRecord(t, again, "abc", "one", 1)
}
