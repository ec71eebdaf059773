package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/session/provider"
)

// writtenTwice gives a state folder with one state, of which there is a copy from before, and the file of that.
func writtenTwice(t *testing.T) (dir, path string, whole []byte) {
	t.Helper()
	dir = t.TempDir()
	j, err := openJournal(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= 2; seq++ {
		if err := j.write(durable{ID: "a", Name: "one", Seq: seq, Generation: seq}); err != nil {
			t.Fatal(err)
		}
	}
	path = filepath.Join(dir, "sessions", "a.json")
	whole, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return dir, path, whole
}

func TestF9JournalSurvivesEveryPrefixOfAWrite(t *testing.T) {
	dir, path, whole := writtenTwice(t)
	load := func() []durable {
		t.Helper()
		again, err := openJournal(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		all, err := again.load()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if old, err := os.ReadFile(path + ".old"); err != nil || !bytes.Contains(old, []byte(`"seq":1,`)) {
		t.Fatalf("beside the state lies %q, %v; want the one before", old, err)
	}
	// A crash while the next one is being written: the one before counts.
	for n := range len(whole) {
		if err := os.WriteFile(path+".new", whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if all := load(); len(all) != 1 || all[0].Seq != 2 {
			t.Fatalf("with %d bytes of the next write the state is %+v; want sequence 2", n, all)
		}
	}
	// A crash between the two renames: the new one is whole and counts.
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if all := load(); len(all) != 1 || all[0].Seq != 2 {
		t.Fatalf("between the renames the state is %+v; want sequence 2", all)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the interrupted rename was not finished: %v", err)
	}
	// Bits that rot: the copy before counts and the broken one is kept aside.
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".old", whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if all := load(); len(all) != 1 || all[0].Seq != 2 {
			t.Fatalf("cut to %d bytes the state is %+v; want the copy before", n, all)
		}
	}
	if kept, _ := filepath.Glob(path + ".corrupt-*"); len(kept) == 0 {
		t.Error("no broken copy was kept aside")
	}
}

func TestJournalKeepsTheNewest(t *testing.T) {
	j, err := openJournal(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []uint64{2, 5, 3} { // 3 comes late
		if err := j.write(durable{ID: "a", Name: "one", Seq: seq}); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := j.load(); err != nil || len(all) != 1 || all[0].Seq != 5 {
		t.Fatalf("loaded %+v, %v; want sequence 5", all, err)
	}
	if err := j.remove("a"); err != nil {
		t.Fatal(err)
	}
	if err := j.write(durable{ID: "a", Name: "one", Seq: 9}); err != nil {
		t.Fatal(err)
	}
	if all, _ := j.load(); len(all) != 0 {
		t.Errorf("a removed session came back: %+v", all)
	}
}

func TestHomeIDStays(t *testing.T) {
	dir := t.TempDir()
	a, err := HomeID(dir)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := HomeID(dir); err != nil || a != b || len(a) < 20 {
		t.Errorf("HomeID gave %q and then %q, %v", a, b, err)
	}
}

// The keychain's items are found by the name of the home: whatever becomes of the file, it is the same.
func TestF25HomeIDOutlivesItsFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "home.json")
	id, err := HomeID(dir)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string) {
		t.Helper()
		if got, err := HomeID(dir); err != nil || got != id {
			t.Errorf("%s: HomeID gave %q, %v; want %q", what, got, err, id)
		}
	}
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		same(fmt.Sprintf("cut after %d bytes", n))
		flipped := bytes.Clone(whole)
		flipped[n] ^= 1
		if err := os.WriteFile(path, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		same(fmt.Sprintf("byte %d flipped", n))
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	same("removed")
	if err := os.Remove(path + ".old"); err != nil {
		t.Fatal(err)
	}
	same("from before there were two")
	if _, err := os.Stat(path + ".old"); err != nil {
		t.Error(err)
	}
}

func FuzzOpenState(f *testing.F) {
	good, err := json.Marshal(durable{ID: "a", Name: "one", Seq: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"sha256":"","body":{}}`))
	f.Add(good)
	f.Add([]byte(`{"sha256":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","body":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, ok, _ := openSealed(data, (&providers{known: map[string]*provider.Provider{}}).open); ok && d.ID != "" && !bytes.Contains(data, []byte("sha256")) {
			t.Errorf("took %q for a state", data)
		}
	})
}

func FuzzDecodeGrant(f *testing.F) {
	good, err := (&grant{generation: 3, refresh: newSecret("r"), issuedAt: t0, expiresAt: t0.Add(9)}).encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte(`{"format":1,"issued_at":"9999-01-01T00:00:00Z","expires_at":"9999-01-02T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := decodeGrant(data, t0)
		if err != nil {
			return
		}
		if !g.expiresAt.IsZero() && g.issuedAt.After(t0.Add(2*60e9)) {
			t.Errorf("a grant from the future is trusted: issued %v", g.issuedAt)
		}
	})
}
