package keychain_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// copyFolder is a backup.
func copyFolder(tb testing.TB, from string) (to string) {
	tb.Helper()
	to = filepath.Join(tb.TempDir(), "backup")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		tb.Fatal(err)
	}
	return to
}

// keyOf gives the id of the key that a record is sealed under.
func keyOf(tb testing.TB, o keychain.Options, key string) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(o.StateDir, "sealed", "k-"+key+".sealed"))
	if err != nil || len(data) < 17 {
		tb.Fatalf("%d bytes, %v", len(data), err)
	}
	return string(data[9:17])
}

func TestRotate(t *testing.T) {
	t.Parallel()
	for _, backend := range []string{"sealed", "file"} {
		t.Run(backend, func(t *testing.T) {
			o := options(t, backend, keychaintest.Start(t).Vars())
			v := open(t, o)
			passphrase := []byte("correct horse")
			save(t, v, "abc", "one", 7)
			save(t, v, "xyz", "one", 1)
			before, backup := keyOf(t, o, "abc"), copyFolder(t, o.StateDir)
			for range 2 {
				if err := v.Rotate(t.Context(), passphrase); err != nil {
					t.Fatal(err)
				}
			}
			if now := keyOf(t, o, "abc"); now == before || now != keyOf(t, o, "xyz") {
				t.Errorf("sealed under %x and %x after %x", now, keyOf(t, o, "xyz"), before)
			}
			wantRecord(t, v, "abc", "one", 7)
			save(t, v, "abc", "two", 8)
			again := open(t, o)
			wantRecord(t, again, "abc", "two", 8)
			wantRecord(t, again, "xyz", "one", 1)

			// A backup of the records from before opens with the keys of now, in the keychain or in the folder.
			old := o
			old.StateDir = backup
			wantRecord(t, open(t, old), "abc", "one", 7)
			mixed := copyFolder(t, o.StateDir)
			data, err := os.ReadFile(filepath.Join(backup, "sealed", "k-abc.sealed"))
			if err == nil {
				err = os.WriteFile(filepath.Join(mixed, "sealed", "k-abc.sealed"), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			old.StateDir = mixed
			wantRecord(t, open(t, old), "abc", "one", 7)
			wantRecord(t, open(t, old), "xyz", "one", 1)
		})
	}
}

// The records of a backup with the keychain's item from then.
func TestBackupOfRecordsAndKey(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "sealed", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	backup := copyFolder(t, o.StateDir)
	user := keychain.HeadUser(home, ".sealed")
	item, _ := desktop.Get(service, user)
	if err := v.Rotate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	desktop.Put(service, user, item)
	o.StateDir = backup
	wantRecord(t, open(t, o), "abc", "one", 1)
}

func TestChangePassphrase(t *testing.T) {
	t.Parallel()
	o := options(t, "file", nil)
	o.Child = nil
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	backup := copyFolder(t, o.StateDir)
	if r := reason(t, v.ChangePassphrase(t.Context(), []byte("battery"), []byte("staple"))); r != keychain.ReasonDenied {
		t.Errorf("with a wrong passphrase: reason %s; want denied", r)
	}
	wrapped, err := os.ReadFile(filepath.Join(o.StateDir, "sealed", "key.age"))
	if err != nil {
		t.Fatal(err)
	}
	if old, err := os.ReadFile(filepath.Join(backup, "sealed", "key.age")); err != nil || !bytes.Equal(old, wrapped) {
		t.Errorf("a refused change wrote key.age: %v", err)
	}
	before := keyOf(t, o, "abc")
	if err := v.ChangePassphrase(t.Context(), []byte("correct horse"), []byte("staple")); err != nil {
		t.Fatal(err)
	}
	if keyOf(t, o, "abc") == before {
		t.Error("the record is sealed under the key that the old passphrase opens")
	}
	wantRecord(t, v, "abc", "one", 1)
	again := open(t, o)
	if _, _, err := again.Load(t.Context(), "abc"); reason(t, err) != keychain.ReasonDenied {
		t.Errorf("with the old passphrase: %v; want denied", err)
	}
	if err := again.ChangePassphrase(t.Context(), []byte("staple"), []byte("correct horse")); err != nil {
		t.Errorf("of a store that is not open: %v", err)
	}
	wantRecord(t, again, "abc", "one", 1)
	o.StateDir = backup
	wantRecord(t, open(t, o), "abc", "one", 1)
	sealed := open(t, options(t, "sealed", keychaintest.Start(t).Vars()))
	if err := sealed.ChangePassphrase(t.Context(), []byte("a"), []byte("b")); err == nil {
		t.Error("a store without a passphrase changed it")
	}
}

// A rotation while the keychain is locked changes nothing.
func TestF1RotateLocked(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "sealed", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	before := keyOf(t, o, "abc")
	desktop.Lock()
	if err := v.Rotate(t.Context(), nil); reason(t, errors.Unwrap(err)) != keychain.ReasonLocked {
		t.Errorf("got %v; want locked", err)
	}
	save(t, v, "abc", "two", 2)
	if keyOf(t, o, "abc") != before {
		t.Error("a key is used that is kept nowhere")
	}
}
