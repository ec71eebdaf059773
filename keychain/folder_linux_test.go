package keychain_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

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
	if r := reason(t, err); r != keychain.ReasonFull {
		t.Errorf("Save: got reason %s; want full", r)
	}
	empty()
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready with room again: %v", err)
	}
	wantRecord(t, v, "abc", "one", 1) // from its copy
	desktop.Unlock()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, v, "abc", "one", 1)
	fillDisk(t, 0)
	if r := reason(t, v.Ready(t.Context())); r != keychain.ReasonFull { // what belongs to the record has no room
		t.Errorf("Ready with a keychain that works and a full disk: got reason %s; want full", r)
	}
	if save(t, v, "abc", "two", 2) {
		t.Error("Save spilled to a full disk")
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

// TestF10TinyDisk runs the stores on a disk of 64 KiB, which fills up in the middle of a save, and then gets room.
func TestF10TinyDisk(t *testing.T) {
	for _, backend := range []string{"file", "sealed", "os"} {
		t.Run(backend, func(t *testing.T) {
			if !ownMounts(t) {
				return
			}
			desktop := keychaintest.Start(t)
			o := options(t, backend, desktop.Vars())
			if err := errors.Join(os.MkdirAll(o.StateDir, 0o700),
				syscall.Mount("tmpfs", o.StateDir, "tmpfs", 0, "size=64k")); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = syscall.Unmount(o.StateDir, syscall.MNT_DETACH) })
			v := open(t, o)
			save(t, v, "abc", "one", 1)
			wantNoRoom(t, v.Ready(t.Context()), o)
			if h := v.Health(); h.State != "full" || !strings.Contains(h.Detail, o.StateDir) {
				t.Errorf("Health: got %+v; want full, and the folder", h)
			}
			if backend == "os" {
				desktop.Lock()
				_ = v.Ready(t.Context()) // finds out
			}
			g := uint64(1)
			var err error
			for err == nil {
				g++
				_, err = v.Save(t.Context(), fmt.Sprintf("xyz-%d", g), keychaintest.Pattern(4000, 1), g)
			}
			wantNoRoom(t, err, o)
			_, err = v.Save(t.Context(), "abc", keychaintest.Pattern(4000, 2), 2)
			wantNoRoom(t, err, o)
			wantRecord(t, v, "abc", "one", 1)
			for full := range g - 2 {
				wantRecord(t, v, fmt.Sprintf("xyz-%d", full+2), string(keychaintest.Pattern(4000, 1)), full+2)
			}

			if err := syscall.Mount("tmpfs", o.StateDir, "tmpfs", syscall.MS_REMOUNT, "size=1m"); err != nil {
				t.Fatal(err)
			}
			if backend == "os" {
				desktop.Unlock()
			}
			if err := v.Unlock(t.Context()); err != nil { // as Run does every 30 s
				t.Error(err)
			}
			if err := v.Ready(t.Context()); err != nil {
				t.Errorf("Ready with room: %v", err)
			}
			if h := v.Health(); h.State != "ok" || h.Spilled != 0 {
				t.Errorf("Health with room: %+v", h)
			}
			save(t, v, "abc", "two", 2)
			wantRecord(t, open(t, o), "abc", "two", 2)
		})
	}
}

// wantNoRoom wants a full disk to be told of as that, with the folder.
func wantNoRoom(tb testing.TB, err error, o keychain.Options) {
	tb.Helper()
	e, ok := errors.AsType[*keychain.Error](err)
	if !ok || e.Reason != keychain.ReasonFull || !strings.Contains(e.Detail, "disk") ||
		!strings.Contains(e.Detail, o.StateDir) {
		tb.Errorf("got %v; want the reason full, the disk and the folder %s", err, o.StateDir)
	}
}

// ownMounts reports whether the test is in namespaces of its own, where it may mount. If not it runs it again in some.
func ownMounts(t *testing.T) bool {
	t.Helper()
	const inside = "SESSIONKEEPER_TEST_MOUNTS"
	if os.Getenv(inside) == t.Name() {
		return true
	}
	pattern := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run="+pattern)
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}},
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN},
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("in namespaces of its own, which this system must allow: %v\n%s", err, out)
	}
	t.Attr("real", "tmpfs")
	return false
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
	if r := reason(t, v.Unlock(t.Context())); r != keychain.ReasonFull { // tries to move the record
		t.Errorf("Unlock: got reason %s; want full", r)
	}
	await(v, "full", 1)
	wantRecord(t, v, "abc", "two", 2)
	desktop.Stop()
	await(v, "absent", 1)
	desktop.Restart()
	await(v, "ok", 0)
	wantRecord(t, v, "abc", "two", 2)
}
