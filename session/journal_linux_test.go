package session

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
)

// Whatever becomes of a state on the disk, the copy before counts and what was there is kept aside.
func TestF25DamagedState(t *testing.T) {
	dir, path, whole := writtenTwice(t)
	before, err := os.ReadFile(path + ".old")
	if err != nil {
		t.Fatal(err)
	}
	file := func(data []byte) func() error { return func() error { return os.WriteFile(path, data, 0o600) } }
	damages := map[string]func() error{
		"empty": file(nil), "NULs": file(make([]byte, len(whole))), "another program's": file([]byte("{}")),
		"a gigabyte": func() error {
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				return err
			}
			return os.Truncate(path, 1<<30)
		},
		"a pipe": func() error { return syscall.Mkfifo(path, 0o600) },
	}
	for n := range whole {
		flipped := bytes.Clone(whole)
		flipped[n] ^= 1 << (n % 7)
		damages["a bit of byte "+strconv.Itoa(n)] = file(flipped)
	}
	for name, damage := range damages {
		if err := os.RemoveAll(filepath.Dir(path)); err != nil {
			t.Fatal(err)
		}
		j, err := openJournal(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".old", before, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		var at, after runtime.MemStats
		runtime.ReadMemStats(&at)
		all, err := j.load()
		if err != nil || len(all) != 1 || all[0].Seq != 1 {
			t.Errorf("%s: read %+v, %v; want the copy before", name, all, err)
		}
		if runtime.ReadMemStats(&after); after.TotalAlloc-at.TotalAlloc > 64<<20 {
			t.Errorf("%s: %d MiB were read", name, (after.TotalAlloc-at.TotalAlloc)>>20)
		}
		if kept, _ := filepath.Glob(path + ".corrupt-*"); len(kept) != 1 {
			t.Errorf("%s: %d files are kept aside; want one", name, len(kept))
		}
	}
}
