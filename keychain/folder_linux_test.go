package keychain_test

import (
	"errors"
	"os/signal"
	"syscall"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// fillDisk lets no file of this process grow beyond size bytes until the test ends, as a full disk does.
func fillDisk(tb testing.TB, size uint64) (empty func()) {
	tb.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		tb.Fatal(err)
	}
	set := func(l syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			tb.Fatal(err)
		}
	}
	empty = func() { set(before) }
	tb.Cleanup(empty)
	set(syscall.Rlimit{Cur: size, Max: before.Max})
	return empty
}

func TestF10DiskFull(t *testing.T) {
	desktop := keychaintest.Start(t)
	v := open(t, options(t, "os", desktop.Vars()))
	save(t, v, "abc", "one", 1)
	lockAway(t, v, desktop)
	empty := fillDisk(t, 40<<10)
	if r := reason(t, v.Ready(t.Context())); r != keychain.ReasonFull {
		t.Errorf("Ready with a locked keychain and a full disk: got reason %s; want full", r)
	}
	_, err := v.Save(t.Context(), "abc", make([]byte, 50<<10), 2)
	if r := reason(t, err); r != keychain.ReasonLocked && r != keychain.ReasonFull {
		t.Errorf("Save: got %v; want an error that says locked and full", err)
	}
	empty()
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready with room again: %v", err)
	}
	wantRecordLocked(t, v)
	desktop.Unlock()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, v, "abc", "one", 1)
	fillDisk(t, 0)
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready with a keychain that works and a full disk: %v", err)
	}
	if save(t, v, "abc", "two", 2) {
		t.Error("Save spilled to a full disk")
	}
}

// wantRecordLocked wants abc to be out of reach and not something older or nothing.
func wantRecordLocked(tb testing.TB, v *keychain.Vault) {
	tb.Helper()
	_, _, err := v.Load(tb.Context(), "abc")
	if r := reason(tb, err); r != keychain.ReasonLocked {
		tb.Errorf("Load: got reason %s; want locked", r)
	}
}

func TestF10SealedDiskFull(t *testing.T) {
	v := open(t, options(t, "sealed", keychaintest.Start(t).Vars()))
	save(t, v, "abc", "one", 1)
	empty := fillDisk(t, 10)
	if r := reason(t, v.Ready(t.Context())); r != keychain.ReasonFull {
		t.Errorf("Ready: got reason %s; want full", r)
	}
	_, err := v.Save(t.Context(), "abc", []byte("two"), 2)
	if r := reason(t, err); r != keychain.ReasonFull {
		t.Errorf("Save: got reason %s; want full", r)
	}
	if h := v.Health(); h.State != "full" {
		t.Errorf("Health: got %+v; want full", h)
	}
	wantRecord(t, v, "abc", "one", 1)
	empty()
	save(t, v, "abc", "two", 2)
	if h := v.Health(); h.State != "ok" {
		t.Errorf("Health: got %+v; want ok", h)
	}
	if _, err := v.Save(t.Context(), "abc", []byte("one"), 1); !errors.Is(err, keychain.ErrStale) {
		t.Errorf("Save of generation 1: got %v; want ErrStale", err)
	}
}

func TestF10KeychainDiskFull(t *testing.T) {
	desktop := keychaintest.Start(t)
	v := open(t, options(t, "os", desktop.Vars()))
	run(t, v)
	save(t, v, "abc", "one", 1)
	desktop.FillDisk()
	if !save(t, v, "abc", "two", 2) {
		t.Error("Save to a keychain that cannot write did not spill")
	}
	await(v, "full", 1)
	wantRecord(t, v, "abc", "two", 2)
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready: %v", err)
	}
	desktop.Stop()
	await(v, "absent", 1)
	desktop.Restart()
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "two", 2)
}
