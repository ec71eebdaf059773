package keychain_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

func TestSealedNeedsTheKeychainOnce(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "sealed", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	desktop.Lock()
	if save(t, v, "abc", "two", 2) {
		t.Error("Save spilled")
	}
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready: %v", err)
	}
	wantRecord(t, v, "abc", "two", 2)

	locked := open(t, o)
	run(t, locked)
	if h := locked.Health(); h.State != "locked" || h.Detail == "" {
		t.Errorf("Health with the keychain locked at the start: got %+v; want locked", h)
	}
	_, _, err := locked.Load(t.Context(), "abc")
	if r := reason(t, err); r != keychain.ReasonLocked {
		t.Errorf("Load: got reason %s; want locked", r)
	}
	if _, err := locked.Save(t.Context(), "abc", []byte("three"), 3); reason(t, err) != keychain.ReasonLocked {
		t.Errorf("Save: got %v; want locked", err)
	}
	if r := reason(t, locked.Ready(t.Context())); r != keychain.ReasonLocked {
		t.Errorf("Ready: got reason %s; want locked", r)
	}
	desktop.Unlock()
	await(locked, "ok", 0)
	wantRecord(t, locked, "abc", "two", 2)
	if n := len(desktop.Users(service)); n != 1 {
		t.Errorf("the keychain has %d items; want the key alone", n)
	}
}

func TestSealedKeyLost(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "sealed", desktop.Vars())
	save(t, open(t, o), "abc", "one", 1)
	desktop.Remove(service, keychain.HeadUser(home, ".sealed"))
	v := open(t, o)
	_, _, err := v.Load(t.Context(), "abc")
	if r := reason(t, err); r != keychain.ReasonAbsent {
		t.Errorf("Load: got reason %s; want absent", r)
	}
	if _, err := v.Save(t.Context(), "xyz", []byte("one"), 1); reason(t, err) != keychain.ReasonAbsent {
		t.Errorf("Save: got %v; want absent", err)
	}
	if n := len(desktop.Users(service)); n != 0 {
		t.Error("a new key was made over records that need the old one")
	}
	// With the records gone the user can begin anew.
	if err := v.Delete(t.Context(), "abc"); err != nil {
		t.Fatal(err)
	}
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatalf("Unlock: %v", err)
	}
	save(t, v, "abc", "one", 1)
}

func TestF6SealedFileOfAnotherKind(t *testing.T) {
	t.Parallel()
	o := options(t, "sealed", keychaintest.Start(t).Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	save(t, v, "xyz", "one", 1)
	path := filepath.Join(o.StateDir, "sealed", "k-abc.sealed")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(o.StateDir, "sealed", "k-xyz.sealed"))
	if err != nil {
		t.Fatal(err)
	}
	later := bytes.Clone(whole)
	later[len("sksealed")]++
	higher := bytes.Clone(whole)
	higher[len("sksealed")+1+8]++ // the generation's first byte
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, keychain.ErrForeign},
		{"another program's", []byte("hello, world"), keychain.ErrForeign},
		{"a later version's", later, keychain.ErrForeign},
		{"cut", whole[:len(whole)-1], keychain.ErrDamaged},
		{"cut in the head", whole[:20], keychain.ErrDamaged},
		{"with a false generation", higher, keychain.ErrDamaged},
		{"of another key", other, keychain.ErrDamaged},
	} {
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := v.Load(t.Context(), "abc"); !errors.Is(err, c.want) {
			t.Errorf("Load of a file %s: got %v; want %v", c.name, err, c.want)
		}
		_, err := v.Save(t.Context(), "abc", []byte("two"), 2)
		if errors.Is(c.want, keychain.ErrForeign) {
			if file, _ := os.ReadFile(path); !errors.Is(err, keychain.ErrForeign) || !bytes.Equal(file, c.file) {
				t.Errorf("Save over a file %s: got %v", c.name, err)
			}
		} else if err != nil {
			t.Errorf("Save over a file %s: got %v; want it replaced", c.name, err)
		}
	}
}

func TestF9SealedCrashLeavesOldOrNew(t *testing.T) {
	t.Parallel()
	o := options(t, "sealed", keychaintest.Start(t).Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	// What a crash in the middle of a write leaves.
	draft := filepath.Join(o.StateDir, "sealed", ".tmp-HALF")
	if err := os.WriteFile(draft, []byte("sksealed"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := open(t, o)
	wantRecord(t, again, "abc", "one", 1)
	if _, err := os.Stat(draft); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the draft is still there: %v", err)
	}
}

func TestPassphrase(t *testing.T) {
	t.Parallel()
	o := keychain.WithOrdinaryWork(options(t, "file", nil))
	o.Child = nil
	first := open(t, o)
	save(t, first, "abc", "one", 1)
	if r, err := os.ReadFile(filepath.Join(o.StateDir, "sealed", "key.age")); err != nil ||
		!bytes.HasPrefix(r, []byte("age-encryption.org/v1\n-> scrypt ")) || !bytes.Contains(r, []byte(" 18\n")) {
		t.Errorf("key.age: %q, %v", r, err)
	}

	given, problem := "", error(nil)
	o.Passphrase = func(context.Context) ([]byte, error) { return []byte(given), problem }
	v := open(t, o)
	for _, c := range []struct {
		name       string
		passphrase string
		problem    error
		want       keychain.Reason
	}{
		{"empty", "", nil, keychain.ReasonLocked},
		{"unreadable", "", fs.ErrNotExist, keychain.ReasonLocked},
		{"wrong", "battery staple", nil, keychain.ReasonDenied},
	} {
		given, problem = c.passphrase, c.problem
		if r := reason(t, v.Unlock(t.Context())); r != c.want {
			t.Errorf("%s passphrase: Unlock: got reason %s; want %s", c.name, r, c.want)
		}
		_, _, err := v.Load(t.Context(), "abc")
		if r := reason(t, err); r != c.want {
			t.Errorf("%s passphrase: Load: got reason %s; want %s", c.name, r, c.want)
		}
		if h := v.Health(); h.State != string(c.want) || h.Detail == "" {
			t.Errorf("%s passphrase: Health: got %+v; want %s", c.name, h, c.want)
		}
	}
	given, problem = "correct horse", nil
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatalf("Unlock with the passphrase: %v", err)
	}
	wantRecord(t, v, "abc", "one", 1)

	if err := os.Remove(filepath.Join(o.StateDir, "sealed", "key.age")); err != nil {
		t.Fatal(err)
	}
	orphan := open(t, o)
	if _, _, err := orphan.Load(t.Context(), "abc"); reason(t, err) != keychain.ReasonAbsent {
		t.Errorf("Load with key.age gone: got %v; want absent", err)
	}
	if _, err := os.Stat(filepath.Join(o.StateDir, "sealed", "key.age")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a new key was made over records that need the old one")
	}
}
