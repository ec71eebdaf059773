package keychain_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

const smallItem = 2000

func TestF5RecordsOfEverySize(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	v := open(t, options(t, "os", desktop.Vars()))
	s := keychain.Records(v, home, smallItem)
	// The edges of one, two and three items, and the ends.
	for i, n := range []int{1, 2, 1449, 1450, 1451, 2946, 2947, 2948, 4443, 4444, 4445, 30_000, 64 << 10, 1} {
		r := keychain.Record{Generation: uint64(i) + 1, Data: keychaintest.Pattern(n, byte(i))}
		if err := s.Save(t.Context(), "abc", r); err != nil {
			t.Fatalf("Save of %d bytes: %v", n, err)
		}
		got, err := s.Load(t.Context(), "abc")
		if err != nil || !bytes.Equal(got.Data, r.Data) {
			t.Fatalf("Load of %d bytes: got %d bytes, %v", n, len(got.Data), err)
		}
		for _, user := range desktop.Users(service) {
			if item, _ := desktop.Get(service, user); len(item) > smallItem {
				t.Errorf("%d bytes: an item has %d bytes; want at most %d", n, len(item), smallItem)
			}
		}
	}
	if err := s.Delete(t.Context(), "abc"); err != nil {
		t.Fatal(err)
	}
	for _, user := range desktop.Users(service) {
		if strings.Contains(user, "/abc/") {
			t.Errorf("Delete left %s", user)
		}
	}
}

func TestF9PowerCutAtEveryWrite(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	v := open(t, options(t, "os", desktop.Vars()))
	old := keychain.Record{Generation: 7, Data: keychaintest.Pattern(5000, 7)}
	young := keychain.Record{Generation: 8, Data: keychaintest.Pattern(7000, 8)}
	for _, key := range []string{"after-parts", "after-one-item"} {
		if key == "after-one-item" {
			old.Data = old.Data[:100]
		}
		for n := range 10 {
			s := keychain.Records(v, home, smallItem)
			if err := errors.Join(s.Delete(t.Context(), key), s.Save(t.Context(), key, old)); err != nil {
				t.Fatal(err)
			}
			err := keychain.CutPower(v, home, smallItem, n).Save(t.Context(), key, young)
			if err != nil && !errors.Is(err, keychain.ErrPower) {
				t.Fatalf("cut after %d writes: %v", n, err)
			}
			want := old
			if err == nil {
				want = young
			}
			got, loadErr := s.Load(t.Context(), key)
			if loadErr != nil || got.Generation != want.Generation || !bytes.Equal(got.Data, want.Data) {
				t.Fatalf("cut after %d writes (%v): got generation %d, %v; want %d", n, err, got.Generation, loadErr, want.Generation)
			}
			// The next start goes on from there.
			if err := s.Save(t.Context(), key, young); err != nil {
				t.Fatalf("Save after a cut after %d writes: %v", n, err)
			}
			if got, err := s.Load(t.Context(), key); err != nil || !bytes.Equal(got.Data, young.Data) {
				t.Fatalf("Load after a cut after %d writes: %v", n, err)
			}
			if err := s.Delete(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			for _, user := range desktop.Users(service) {
				if strings.Contains(user, key) {
					t.Errorf("cut after %d writes: Delete left %s", n, user)
				}
			}
		}
	}
}

func TestF9PowerCutInDelete(t *testing.T) {
	t.Parallel()
	v := open(t, options(t, "os", keychaintest.Start(t).Vars()))
	s := keychain.Records(v, home, smallItem)
	for n := range 6 {
		r := keychain.Record{Generation: uint64(n) + 1, Data: keychaintest.Pattern(5000, 1)}
		if err := s.Save(t.Context(), "abc", r); err != nil {
			t.Fatal(err)
		}
		err := keychain.CutPower(v, home, smallItem, n).Delete(t.Context(), "abc")
		if _, loadErr := s.Load(t.Context(), "abc"); err == nil && !errors.Is(loadErr, fs.ErrNotExist) ||
			err != nil && loadErr != nil && !errors.Is(loadErr, keychain.ErrDamaged) {
			t.Fatalf("cut after %d changes (%v): Load gave %v", n, err, loadErr)
		}
		if err := s.Delete(t.Context(), "abc"); err != nil {
			t.Fatalf("Delete after a cut after %d changes: %v", n, err)
		}
	}
}

func TestF6ForeignItemIsLeftAlone(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	for key, text := range map[string]string{
		"newer": "sk2 a later version's text",
		"other": "hunter2",
		"bytes": "\x00\xff\xfe",
		"empty": "",
	} {
		user := keychain.HeadUser(home, key)
		desktop.Put(service, user, []byte(text))
		if _, _, err := v.Load(t.Context(), key); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("%s: Load: got %v; want ErrForeign", key, err)
		}
		if _, err := v.Save(t.Context(), key, []byte("mine"), 99); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("%s: Save: got %v; want ErrForeign", key, err)
		}
		if err := v.Delete(t.Context(), key); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("%s: Delete: got %v; want ErrForeign", key, err)
		}
		if item, ok := desktop.Get(service, user); !ok || string(item) != text {
			t.Errorf("%s: the item is now %q", key, item)
		}
	}
	if h := v.Health(); h.State != "ok" || h.Spilled != 0 {
		t.Errorf("Health: got %+v; want ok with nothing spilled", h)
	}
	// Nor is a file of the spill that is none of ours.
	file := filepath.Join(o.StateDir, "spill", "k-spilled.sealed")
	for _, text := range []string{"sksealed\x09 a later version's", "hunter2", ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := v.Load(t.Context(), "spilled"); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("%q: Load: got %v; want ErrForeign", text, err)
		}
		if _, err := v.Save(t.Context(), "spilled", []byte("mine"), 99); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("%q: Save: got %v; want ErrForeign", text, err)
		}
		if err := v.Unlock(t.Context()); err != nil { // which moves what is spilled
			t.Errorf("%q: Unlock: got %v", text, err)
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != text {
			t.Errorf("%q: the file is now %q, %v", text, now, err)
		}
	}
}

func TestDamagedRecordIsReplaced(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := keychain.WithSettle(options(t, "os", desktop.Vars()), time.Nanosecond)
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	settle(t, v) // the copy on disk is gone: with it nothing would be missed
	wantCopies(t, v, o, 0)
	user := keychain.HeadUser(home, "abc")
	whole, _ := desktop.Get(service, user)
	for n := len("sk1 "); n < len(whole); n += 7 {
		desktop.Put(service, user, whole[:n])
		if _, _, err := v.Load(t.Context(), "abc"); !errors.Is(err, keychain.ErrDamaged) {
			t.Errorf("Load of the first %d bytes: got %v; want ErrDamaged", n, err)
		}
	}
	// A record of another key in this one's place is no better.
	desktop.Put(service, user, keychain.HeadItem("xyz", keychain.Record{Generation: 9, Data: []byte("nine")}))
	if _, _, err := v.Load(t.Context(), "abc"); !errors.Is(err, keychain.ErrDamaged) {
		t.Errorf("Load of another key's record: got %v; want ErrDamaged", err)
	}
	save(t, v, "abc", "two", 2)
	wantRecord(t, v, "abc", "two", 2)
}

func TestF6VanishedRecord(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := keychain.WithSettle(options(t, "os", desktop.Vars()), time.Nanosecond)
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	settle(t, v) // the copy on disk is gone: with it nothing would be missed
	wantCopies(t, v, o, 0)
	desktop.Remove(service, keychain.HeadUser(home, "abc"))
	if _, _, err := v.Load(t.Context(), "abc"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load: got %v; want fs.ErrNotExist", err)
	}
	save(t, v, "abc", "two", 2)
	wantRecord(t, v, "abc", "two", 2)
}

func TestF5RecordTooBig(t *testing.T) {
	t.Parallel()
	for _, backend := range []string{"os", "sealed"} {
		v := open(t, options(t, backend, keychaintest.Start(t).Vars()))
		_, err := v.Save(t.Context(), "abc", make([]byte, 1<<20+1), 1)
		if r := reason(t, err); r != keychain.ReasonFull {
			t.Errorf("%s: got reason %s; want full", backend, r)
		}
	}
}
