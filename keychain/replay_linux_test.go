package keychain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

// TestF9EveryPrefixOfEveryWrite leaves what a crash leaves at each byte of a write: the record before counts, and the
// next start clears the rest.
func TestF9EveryPrefixOfEveryWrite(t *testing.T) {
	t.Parallel()
	o := options(t, "sealed", keychaintest.Start(t).Vars())
	o.Log = nil
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	path := filepath.Join(o.StateDir, "sealed", "k-abc.sealed")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	save(t, v, "abc", "two", 2)
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	draft := filepath.Join(o.StateDir, "sealed", ".tmp-HALF")
	for n := range len(after) + 1 {
		if err := os.WriteFile(draft, after[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := keychain.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		wantRecord(t, again, "abc", "one", 1)
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(draft); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%d bytes: the draft is still there: %v", n, err)
		}
	}
	if err := os.Rename(path, path); err != nil { // the last step of the write
		t.Fatal(err)
	}
	if err := os.WriteFile(path, after, 0o600); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, open(t, o), "abc", "two", 2)
}

// cuts gives what may become of a file that should be whole.
func cuts(whole []byte) map[string][]byte {
	broken := map[string][]byte{"NULs": make([]byte, len(whole)), "1 MiB of nothing": make([]byte, 1<<20)}
	for n := range len(whole) {
		broken["cut to "+strings.Repeat("·", n)] = whole[:n]
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x40
		broken["flipped at "+strings.Repeat("·", n)] = flipped
	}
	return broken
}

// TestF25SealedRecord breaks a sealed record in every way: it is never another record and never gone, and what takes
// its place leaves it beside.
func TestF25SealedRecord(t *testing.T) {
	t.Parallel()
	o := options(t, "sealed", keychaintest.Start(t).Vars())
	o.Log = nil
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	path := filepath.Join(o.StateDir, "sealed", "k-abc.sealed")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range cuts(whole) {
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		data, _, err := v.Load(t.Context(), "abc")
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%d bytes, %s: read %q, %v; want an error that says it is broken", len(broken), name[:10], data, err)
		}
		_, err = v.Save(t.Context(), "abc", []byte("two"), 2)
		kept := path
		if err == nil {
			kept += ".broken"
		}
		if now, rerr := os.ReadFile(kept); rerr != nil || !bytes.Equal(now, broken) {
			t.Fatalf("%s after a save (%v): the broken file was not kept: %v", name[:10], err, rerr)
		}
	}
	for name, put := range map[string]func() error{
		"folder": func() error { return os.Mkdir(path, 0o700) },
		"link":   func() error { return os.Symlink("/etc/passwd", path) },
		"pipe":   func() error { return syscall.Mkfifo(path, 0o600) },
		"gigabyte": func() error {
			return errors.Join(os.WriteFile(path, whole, 0o600), os.Truncate(path, 1<<30))
		},
	} {
		if err := errors.Join(os.RemoveAll(path), put()); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if data, _, err := v.Load(t.Context(), "abc"); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a %s in its place: read %d bytes, %v", name, len(data), err)
		}
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 64<<20 {
			t.Errorf("a %s in its place: %d MiB were read", name, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
	}
}

// TestF25Spill breaks spilled records and deletions.
func TestF25Spill(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "os", desktop.Vars())
	o.Log = nil
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	save(t, v, "xyz", "one", 1)
	lockAway(t, v, desktop)
	save(t, v, "abc", "two", 2)
	if err := v.Delete(t.Context(), "xyz"); err != nil {
		t.Fatal(err)
	}
	for file, key := range map[string]string{"k-abc.sealed": "abc", "k-xyz.deleted": "xyz"} {
		path := filepath.Join(o.StateDir, "spill", file)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, broken := range cuts(whole) {
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			data, g, err := v.Load(t.Context(), key)
			if err == nil && (key == "abc" || g == 1) {
				t.Fatalf("%s %s: read generation %d, %q; never the older record", file, name[:10], g, data)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wantRecord(t, v, "abc", "two", 2)
	desktop.Unlock()
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, v, "abc", "two", 2)
}

// TestF25KeyFile breaks the file of the keys: no new key is made over records that need the old one, and the records
// open when the file is back.
func TestF25KeyFile(t *testing.T) {
	t.Parallel()
	o := options(t, "file", nil)
	o.Child, o.Log = nil, nil
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	path := filepath.Join(o.StateDir, "sealed", "key.age")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Index(whole, []byte("\n--- ")) // what lies behind it costs a second each to look at
	for n := range len(whole) {
		if n > header+4 && n%17 != 0 {
			continue
		}
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := keychain.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := again.Load(t.Context(), "abc"); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
		if _, err := again.Save(t.Context(), "xyz", []byte("one"), 1); err == nil {
			t.Fatalf("cut to %d bytes: a record was stored", n)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, whole[:n]) {
			t.Fatalf("cut to %d bytes: the file was changed: %v", n, err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	wantRecord(t, open(t, o), "abc", "one", 1)
}

// TestF26Newer has files and items of a later version: they are refused and left as they are.
func TestF26Newer(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	o := options(t, "sealed", desktop.Vars())
	c := openChain(t, o)
	fill(t, c)
	user := keychain.HeadUser(home, ".sealed")
	ours, _ := desktop.Get(service, user)
	for name, newer := range map[string][]byte{
		"an item":  append([]byte("sk2 "), ours[4:]...),
		"its keys": keychain.HeadItem(".sealed", keychain.Record{Generation: 9, Data: append([]byte{2}, make([]byte, 64)...)}),
	} {
		desktop.Put(service, user, newer)
		v := open(t, o)
		if _, _, err := v.Load(t.Context(), "abc"); reason(t, err) != keychain.ReasonAbsent {
			t.Errorf("%s of a later version: %v; want absent", name, err)
		}
		if err := v.Rotate(t.Context(), nil); err == nil {
			t.Errorf("%s of a later version were rotated", name)
		}
		if now, ok := desktop.Get(service, user); !ok || !bytes.Equal(now, newer) {
			t.Errorf("%s of a later version was changed", name)
		}
	}
	desktop.Put(service, user, ours)

	if err := os.MkdirAll(filepath.Join(o.StateDir, "keychain"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(o.StateDir, "keychain", "placement.json")
	for _, text := range []string{`{"format":2,"backend":"os"}`, `{"format":1,"backend":"cloud"}`, ``, `{`, "\x00"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keychain.OpenChain(t.Context(), o); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("a placement %q: %v; want ErrForeign", text, err)
		}
		if _, err := keychain.Placed(o.StateDir); !errors.Is(err, keychain.ErrForeign) {
			t.Errorf("Placed of %q: %v; want ErrForeign", text, err)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != text {
			t.Errorf("the placement %q is %q now", text, now)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	wantFilled(t, openChain(t, o))

	spilled := options(t, "os", desktop.Vars())
	later, err := json.Marshal(map[string]any{"format": 2, "key": "abc", "generation": 9})
	if err != nil {
		t.Fatal(err)
	}
	v := open(t, spilled)
	tomb := filepath.Join(spilled.StateDir, "spill", "k-abc.deleted")
	if err := os.WriteFile(tomb, later, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Save(t.Context(), "abc", []byte("one"), 1); !errors.Is(err, keychain.ErrForeign) {
		t.Errorf("Save beside a deletion of a later version: %v; want ErrForeign", err)
	}
	if now, err := os.ReadFile(tomb); err != nil || !bytes.Equal(now, later) {
		t.Errorf("the deletion of a later version is %q now, %v", now, err)
	}
}

// TestTFILE1Modes looks at every path that a store makes.
func TestTFILE1Modes(t *testing.T) {
	for _, mask := range []int{0, 0o077} {
		desktop := keychaintest.Start(t)
		before := syscall.Umask(mask)
		t.Cleanup(func() { syscall.Umask(before) })
		o := options(t, "os", desktop.Vars())
		c := openChain(t, o)
		fill(t, c)
		for _, to := range []string{"file", "sealed"} {
			if err := c.Move(t.Context(), keychain.Move{To: to, Passphrase: passphraseNow, Keys: moveKeys}); err != nil {
				t.Fatal(err)
			}
			if err := modes(o.StateDir); err != nil {
				t.Errorf("umask %03o, %s: %v", mask, to, err)
			}
		}
		syscall.Umask(before)
	}
}

// modes is an error where a folder is not 0700 or a file is not 0600.
func modes(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := d.Info()
		if want := fs.FileMode(0o600); err == nil && !d.IsDir() && info.Mode() != want || d.IsDir() && info.Mode().Perm() != 0o700 {
			return errors.New(path + " has mode " + info.Mode().String())
		}
		return err
	})
}

// TestTFILE1Folders refuses folders that somebody else could have prepared.
func TestTFILE1Folders(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Fatal("this test makes folders of another user: run it as root")
	}
	for name, spoil := range map[string]func(dir string) error{
		"group-writable": func(dir string) error { return os.Chmod(dir, 0o770) },
		"world-writable": func(dir string) error { return os.Chmod(dir, 0o707) },
		"another user's": func(dir string) error { return os.Chown(dir, 65534, 65534) },
		"a link": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".real"), os.Symlink(dir+".real", dir))
		},
		"a file": func(dir string) error {
			return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600))
		},
	} {
		for _, place := range []string{"spill", "keychain"} {
			o := options(t, "os", nil)
			c := openChain(t, o)
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			if err := spoil(filepath.Join(o.StateDir, place)); err != nil {
				t.Fatal(err)
			}
			if _, err := keychain.OpenChain(t.Context(), o); err == nil {
				t.Errorf("%s that is %s was taken", place, name)
			} else if name != "a file" && !strings.Contains(err.Error(), "chmod 700") {
				t.Errorf("%s that is %s: %v; want what to do", place, name, err)
			}
		}
	}
}
