package keychain_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// lockAway locks the desktop's keychain and lets v, which does not Run, find out.
func lockAway(tb testing.TB, v *keychain.Vault, desktop *keychaintest.Desktop) {
	tb.Helper()
	desktop.Lock()
	if err := v.Ready(tb.Context()); err != nil { // asks; then the spill's key is enough
		tb.Fatalf("Ready with a locked keychain and the spill's key held: %v", err)
	}
	if h := v.Health(); h.State != "locked" {
		tb.Fatalf("Health: got %+v; want locked", h)
	}
}

func TestTKC7SpillOutlivesRestart(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	first, err := keychain.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	save(t, first, "abc", "one", 1)
	save(t, first, "xyz", "one", 1)
	lockAway(t, first, desktop)
	if !save(t, first, "abc", "two", 2) || !save(t, first, "new", "one", 1) {
		t.Fatal("Save with a locked keychain did not spill")
	}
	wantRecord(t, first, "abc", "two", 2)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second := open(t, o)
	if h := second.Health(); h.State != "locked" || h.Spilled != 3 { // the copy of xyz cannot be told from the others yet
		t.Errorf("Health after a restart: got %+v; want locked with 3 spilled", h)
	}
	for _, key := range []string{"abc", "new", "xyz", "never"} {
		_, _, err := second.Load(t.Context(), key)
		if r := reason(t, err); r != keychain.ReasonLocked {
			t.Errorf("Load of %s: got reason %s; want locked", key, r)
		}
	}
	// The key is not held: nothing can be promised.
	if r := reason(t, second.Ready(t.Context())); r != keychain.ReasonLocked {
		t.Errorf("Ready: got reason %s; want locked", r)
	}
	if _, err := second.Save(t.Context(), "abc", []byte("three"), 3); reason(t, err) != keychain.ReasonLocked {
		t.Errorf("Save: got %v; want locked", err)
	}
	desktop.Unlock()
	wantRecord(t, open(t, o), "abc", "two", 2) // which does not Run: the keychain has the one before still
	run(t, second)
	await(second, "ok", 0)
	wantRecord(t, second, "abc", "two", 2)
	wantRecord(t, second, "new", "one", 1)
	wantRecord(t, second, "xyz", "one", 1)
}

func TestSpilledRecordIsNewestBeforeItMoves(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	first := open(t, o)
	save(t, first, "abc", "one", 1)
	lockAway(t, first, desktop)
	save(t, first, "abc", "two", 2)
	if _, err := first.Save(t.Context(), "abc", []byte("one"), 1); !errors.Is(err, keychain.ErrStale) {
		t.Errorf("Save of generation 1 over a spilled 2: got %v; want ErrStale", err)
	}
	if _, err := first.Save(t.Context(), "abc", []byte("other"), 2); !errors.Is(err, keychain.ErrStale) {
		t.Errorf("Save of another generation 2: got %v; want ErrStale", err)
	}
	if !save(t, first, "abc", "two", 2) {
		t.Error("Save of the same once more did not spill")
	}
	desktop.Unlock()
	second := open(t, o)                                         // does not Run: nothing has moved yet
	if h := second.Health(); h.State != "ok" || h.Spilled != 0 { // it may be a copy: that is not known yet
		t.Errorf("Health: got %+v; want ok", h)
	}
	wantRecord(t, second, "abc", "two", 2)
	if save(t, second, "abc", "three", 3) {
		t.Error("Save with the keychain back spilled")
	}
	if h := second.Health(); h.Spilled != 0 {
		t.Errorf("Health: got %+v; want nothing spilled after a newer save", h)
	}
	wantRecord(t, second, "abc", "three", 3)
}

func TestOlderSpillNeverReplacesStore(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	lockAway(t, v, desktop)
	save(t, v, "abc", "two", 2)
	desktop.Unlock()
	// Another life of the keeper has moved on; a restored state folder brings the old spill back.
	if err := keychain.Records(openElsewhere(t, o), home, keychain.ItemLimit).
		Save(t.Context(), "abc", keychain.Record{Generation: 9, Data: []byte("nine")}); err != nil {
		t.Fatal(err)
	}
	again := open(t, o)
	wantRecord(t, again, "abc", "nine", 9)
	if err := again.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, again, "abc", "nine", 9)
	if h := again.Health(); h.Spilled != 0 {
		t.Errorf("Health: got %+v; want the old record gone from the spill", h)
	}
}

// openElsewhere opens a vault on the same keychain with a state folder of its own.
func openElsewhere(tb testing.TB, o keychain.Options) *keychain.Vault {
	tb.Helper()
	o.StateDir = tb.TempDir()
	return open(tb, o)
}

func TestDeletionWaitsForTheKeychain(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := keychain.WithSettle(options(t, "os", desktop.Vars()), time.Nanosecond)
	v := open(t, o)
	for _, key := range []string{"gone", "reborn", "spilled", "stays"} {
		save(t, v, key, "one", 5)
	}
	lockAway(t, v, desktop)
	save(t, v, "spilled", "two", 6)
	for _, key := range []string{"gone", "reborn", "spilled"} {
		if err := v.Delete(t.Context(), key); err != nil {
			t.Fatalf("Delete of %s: %v", key, err)
		}
		if _, _, err := v.Load(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load of %s: got %v; want fs.ErrNotExist", key, err)
		}
	}
	if !save(t, v, "reborn", "a new life", 1) {
		t.Error("Save after a deletion that waits did not spill")
	}
	wantRecord(t, v, "reborn", "a new life", 1)
	desktop.Unlock()
	again := open(t, o)
	if _, _, err := again.Load(t.Context(), "gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load after a restart: got %v; want fs.ErrNotExist", err)
	}
	run(t, again)
	await(again, "ok", 0)
	wantRecord(t, again, "reborn", "a new life", 1)
	wantRecord(t, again, "stays", "one", 5)
	for range 2 { // returns when all that waited is done, and then when the copies are gone
		if err := again.Unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	users := desktop.Users(service)
	for _, key := range []string{"gone", "spilled"} {
		if slices.Contains(users, keychain.HeadUser(home, key)) {
			t.Errorf("the keychain still has %s", key)
		}
	}
	if left, err := os.ReadDir(filepath.Join(o.StateDir, "spill")); err != nil || len(left) != 0 {
		t.Errorf("the spill still has %v, %v", left, err)
	}
}

func TestDeletionDoesNotReachANewerRecord(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	lockAway(t, v, desktop)
	if err := v.Delete(t.Context(), "abc"); err != nil {
		t.Fatal(err)
	}
	desktop.Unlock()
	if err := keychain.Records(openElsewhere(t, o), home, keychain.ItemLimit).
		Save(t.Context(), "abc", keychain.Record{Generation: 2, Data: []byte("two")}); err != nil {
		t.Fatal(err)
	}
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, v, "abc", "two", 2)
}

func TestSpillKeyLost(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	lockAway(t, v, desktop)
	save(t, v, "abc", "two", 2)
	desktop.Unlock()
	desktop.Remove(service, keychain.HeadUser(home, ".spill"))
	again := open(t, o)
	_, _, err := again.Load(t.Context(), "abc")
	if r := reason(t, err); r != keychain.ReasonAbsent || !strings.Contains(err.Error(), "sealed under a key") {
		t.Errorf("Load: got %v; want absent, never the older record", err)
	}
	if err := again.Ready(t.Context()); err != nil {
		t.Errorf("Ready: got %v; want nil, with a new key", err)
	}
	// A sign-in makes a newer record, and all is well.
	save(t, again, "abc", "three", 3)
	wantRecord(t, again, "abc", "three", 3)
}

func TestSpillIsSealed(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	lockAway(t, v, desktop)
	const secret = "canary-refresh-token"
	save(t, v, "abc/Client", secret, 1)
	found := 0
	err := filepath.WalkDir(o.StateDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			if info.Mode().Perm() != 0o700 {
				t.Errorf("%s has mode %v; want 0700", path, info.Mode())
			}
			return nil
		}
		found++
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v; want 0600", path, info.Mode())
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), secret) {
			t.Errorf("%s holds the secret in clear", path)
		}
		return err
	})
	if err != nil || found != 1 {
		t.Errorf("found %d files, %v; want 1", found, err)
	}
}

func TestF4SlowSaveDelaysNoOtherKey(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	v := open(t, options(t, "os", desktop.Vars()))
	desktop.Freeze()
	var wg sync.WaitGroup
	errs := make([]error, 30)
	for i := range errs {
		wg.Go(func() {
			spilled, err := v.Save(t.Context(), fmt.Sprintf("key-%d", i), []byte("one"), 1)
			if err == nil && !spilled {
				err = errors.New("not spilled")
			}
			errs[i] = err
		})
	}
	wg.Wait() // all fall with the first call: one by one they would outlast the test's time limit
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	desktop.Thaw()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := v.Health(); h.State != "ok" || h.Spilled != 0 {
		t.Errorf("Health: got %+v; want ok with nothing spilled", h)
	}
}

func TestSaveFinishesWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	v := open(t, options(t, "os", keychaintest.Start(t).Vars()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if spilled, err := v.Save(ctx, "abc", []byte("one"), 1); spilled || err != nil {
		t.Errorf("Save under a context that has ended: got %v, %v; want it stored", spilled, err)
	}
	wantRecord(t, v, "abc", "one", 1)
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(o *keychain.Options){
		"backend":  func(o *keychain.Options) { o.Backend = "plain" },
		"home":     func(o *keychain.Options) { o.Home = "a/b" },
		"no home":  func(o *keychain.Options) { o.Home = "" },
		"relative": func(o *keychain.Options) { o.StateDir = "state" },
		"child":    func(o *keychain.Options) { o.Child = nil },
		"no state": func(o *keychain.Options) { o.StateDir = "/dev/null/state" },
	} {
		o := options(t, "os", nil)
		change(&o)
		if v, err := keychain.Open(t.Context(), o); err == nil {
			t.Errorf("%s: Open gave nil; want an error", name)
			_ = v.Close()
		}
	}
}

func TestF25DamagedSpill(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	lockAway(t, v, desktop)
	save(t, v, "abc", "two", 2)
	path := filepath.Join(o.StateDir, "spill", "k-abc.sealed")
	if err := os.Truncate(path, 40); err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Load(t.Context(), "abc"); !errors.Is(err, keychain.ErrDamaged) {
		t.Errorf("Load: got %v; want ErrDamaged, never the older record", err)
	}
	desktop.Unlock()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Load(t.Context(), "abc"); !errors.Is(err, keychain.ErrDamaged) {
		t.Errorf("Load with the keychain back: got %v; want ErrDamaged, never the older record", err)
	}
	save(t, v, "abc", "three", 3)
	wantRecord(t, v, "abc", "three", 3)
	if h := v.Health(); h.Spilled != 0 {
		t.Errorf("Health: got %+v; want nothing spilled", h)
	}
}
