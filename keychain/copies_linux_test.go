package keychain_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// settle lets v look at everything that waits on disk, as it does in time by itself.
func settle(tb testing.TB, v *keychain.Vault) {
	tb.Helper()
	if err := v.Unlock(tb.Context()); err != nil {
		tb.Fatalf("Unlock: %v", err)
	}
}

// wantCopies wants n records on disk, none of which waits for the keychain.
func wantCopies(tb testing.TB, v *keychain.Vault, o keychain.Options, n int) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(o.StateDir, "spill", "*"))
	if h := v.Health(); err != nil || len(files) != n || h.State != "ok" || h.Spilled != 0 {
		tb.Errorf("%q on disk, %v, Health %+v; want %d records and nothing that waits", files, err, h, n)
	}
}

// inStore gives what the keychain itself holds under key.
func inStore(tb testing.TB, v *keychain.Vault, key string) (r keychain.Record, err error) {
	tb.Helper()
	return keychain.Records(v, home, keychain.ItemLimit).Load(tb.Context(), key)
}

// TestF3KeychainLosesWhatItTook kills keychains with SIGKILL as soon as they have answered. KeePassXC may not have saved
// by then, or never saves: the record is put back.
func TestF3KeychainLosesWhatItTook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		start func(tb testing.TB) *keychaintest.Desktop
		kills uint64
		dies  bool // of faults of its own too
	}{
		{"KeePassXC", keychaintest.StartKeePassXC, 3, false},
		{"KeePassXC that saves", keychaintest.StartKeePassXCSaving, 2, true},
		{"GNOME Keyring", keychaintest.Start, 4, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			desktop := c.start(t)
			o := keychain.WithSettle(options(t, "os", desktop.Vars()), time.Nanosecond)
			v := open(t, o)
			run(t, v)
			lost := 0
			for g := range c.kills {
				g++
				data := fmt.Sprintf("number %d", g)
				if save(t, v, "abc", data, g) && !c.dies {
					t.Errorf("generation %d spilled though the keychain works", g)
				}
				desktop.Kill()
				for h := v.Health(); h.State != "absent"; h = <-v.Changes() {
				}
				wantRecord(t, v, "abc", data, g) // also while it is gone
				crashed := o
				crashed.StateDir = copyFolder(t, o.StateDir) // the keeper dies too
				desktop.Restart()
				item, _ := desktop.Get(service, keychain.HeadUser(home, "abc"))
				if keychain.ItemGeneration(item) < g {
					lost++
				}
				for back := false; !back; {
					if err := v.Unlock(t.Context()); err != nil && c.dies { // or it answers no write for ever
						desktop.Kill()
						desktop.Restart()
					}
					wantRecord(t, v, "abc", data, g)
					r, err := inStore(t, v, "abc")
					back = err == nil && r.Generation == g && string(r.Data) == data
				}
				wantRecord(t, open(t, crashed), "abc", data, g)
			}
			t.Logf("%d of %d records were lost", lost, c.kills)
		})
	}
}

func TestCopyGoesInTime(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	save(t, v, "abc", "two", 2)
	save(t, v, "xyz", "one", 1)
	wantCopies(t, v, o, 2)
	settle(t, v) // it is not time yet
	wantCopies(t, v, o, 2)
	if err := v.Delete(t.Context(), "xyz"); err != nil {
		t.Fatal(err)
	}
	wantCopies(t, v, o, 1)

	// The next keeper does not know what it finds, and gives it its time again.
	o = keychain.WithSettle(o, time.Nanosecond)
	again := open(t, o)
	settle(t, again)
	wantCopies(t, again, o, 1)
	settle(t, again)
	wantCopies(t, again, o, 0)
	wantRecord(t, again, "abc", "two", 2)
	if _, _, err := again.Load(t.Context(), "xyz"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of a deleted record: %v; want fs.ErrNotExist", err)
	}
	if _, err := inStore(t, again, "xyz"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the keychain's answer for a deleted record: %v; want fs.ErrNotExist", err)
	}
}

// The keychain comes back with an older record, a newer one, or something that is not ours.
func TestCopyMeetsAnotherRecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		item []byte
		want keychain.Record
	}{
		"older": {
			keychain.HeadItem("abc", keychain.Record{Generation: 1, Data: []byte("one")}),
			keychain.Record{Generation: 2, Data: []byte("two")},
		},
		"newer": {
			keychain.HeadItem("abc", keychain.Record{Generation: 9, Data: []byte("nine")}),
			keychain.Record{Generation: 9, Data: []byte("nine")},
		},
		"foreign": {[]byte("sk2 AAAA"), keychain.Record{}},
	} {
		t.Run(name, func(t *testing.T) {
			desktop := keychaintest.Start(t)
			o := keychain.WithSettle(options(t, "os", desktop.Vars()), time.Nanosecond)
			v := open(t, o)
			save(t, v, "abc", "two", 2)
			user := keychain.HeadUser(home, "abc")
			desktop.Put(service, user, c.item)
			for range 3 {
				if c.want.Data == nil {
					_, _, err := v.Load(t.Context(), "abc")
					item, _ := desktop.Get(service, user)
					if !errors.Is(err, keychain.ErrForeign) || string(item) != string(c.item) {
						t.Fatalf("Load: %v; the item is %q", err, item)
					}
				} else {
					wantRecord(t, v, "abc", string(c.want.Data), c.want.Generation)
				}
				settle(t, v)
			}
			if c.want.Data == nil {
				desktop.Remove(service, user) // the copy is not lost meanwhile
				wantRecord(t, v, "abc", "two", 2)
				settle(t, v)
			}
			settle(t, v)
			wantCopies(t, v, o, 0)
		})
	}
}

// The keeper dies while the keychain, which is stopped, keeps it waiting for an answer.
func TestF8KilledWhileTheKeychainHangs(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	desktop.Freeze()
	saved := make(chan bool, 1)
	go func() { saved <- save(t, v, "abc", "two", 2) }()
	<-keychain.InFlight(v)
	crashed := o
	crashed.StateDir = copyFolder(t, o.StateDir)
	if !<-saved {
		t.Error("Save to a frozen keychain did not spill")
	}
	desktop.Thaw()
	again := open(t, crashed)
	wantRecord(t, again, "abc", "two", 2)
	settle(t, again)
	wantRecord(t, again, "abc", "two", 2)
}

// A full disk keeps no record from the keychain, and an older copy does not outlive it.
func TestF10NoRoomForCopies(t *testing.T) {
	o := options(t, "os", keychaintest.Start(t).Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	empty := fillDisk(t, 0)
	if save(t, v, "abc", "two", 2) {
		t.Error("Save spilled though the keychain works")
	}
	wantCopies(t, v, o, 0)
	empty()
	wantRecord(t, v, "abc", "two", 2)
	save(t, v, "abc", "three", 3)
	wantCopies(t, v, o, 1)
}

// A keychain that dies loses the keys too: the next keeper needs them.
func TestF3KeychainLosesTheKeys(t *testing.T) {
	t.Parallel()
	for _, backend := range []string{"os", "sealed"} {
		t.Run(backend, func(t *testing.T) {
			desktop := keychaintest.StartKeePassXC(t)
			o := options(t, backend, desktop.Vars())
			v := open(t, o)
			run(t, v)
			user := keychain.HeadUser(home, "."+map[string]string{"os": "spill", "sealed": "sealed"}[backend])
			save(t, v, "abc", "one", 1)
			desktop.Kill()
			save(t, v, "abc", "two", 2)
			desktop.Restart()
			for back := false; !back; _, back = desktop.Get(service, user) {
				runtime.Gosched()
			}
			wantRecord(t, open(t, o), "abc", "two", 2)
		})
	}
}

func TestKeychainComesBackBeforeARotation(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "sealed", desktop.Vars())
	v := open(t, o)
	run(t, v)
	save(t, v, "abc", "one", 1)
	user := keychain.HeadUser(home, ".sealed")
	before, _ := desktop.Get(service, user)
	if err := v.Rotate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	rotated, _ := desktop.Get(service, user)
	desktop.Put(service, user, before)
	desktop.Stop()
	desktop.Restart()
	for now := before; len(now) < len(rotated); now, _ = desktop.Get(service, user) {
		runtime.Gosched()
	}
	wantRecord(t, open(t, o), "abc", "one", 1)
	if _, err := os.Stat(filepath.Join(o.StateDir, "spill")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the store sealed has a spill: %v", err)
	}
}
