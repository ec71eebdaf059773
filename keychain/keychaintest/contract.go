// Package keychaintest has what tests of keychains need: the contract that every keychain.Store passes, and on Linux a
// private desktop with a real GNOME Keyring. It touches nothing of the desktop that the tests run in.
package keychaintest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"sessionkeeper/keychain"
)

// Contract tests what every Store promises, on an empty one.
func Contract(t *testing.T, s keychain.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(t *testing.T, s keychain.Store)
	}{
		{"missing", missing},
		{"round trip", roundTrip},
		{"sizes", sizes},
		{"generations", generations},
		{"keys apart", keysApart},
		{"delete", deletion},
		{"bad keys", badKeys},
		{"many at once", manyAtOnce},
		{"race for one key", raceForOneKey},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, s) })
	}
}

func missing(t *testing.T, s keychain.Store) {
	if _, err := s.Load(t.Context(), "nobody"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of a missing record: got %v; want fs.ErrNotExist", err)
	}
	if err := s.Delete(t.Context(), "nobody"); err != nil {
		t.Errorf("Delete of a missing record: got %v; want nil", err)
	}
}

func save(t *testing.T, s keychain.Store, key string, r keychain.Record) {
	t.Helper()
	if err := s.Save(t.Context(), key, r); err != nil {
		t.Fatalf("Save of %s, generation %d: %v", key, r.Generation, err)
	}
}

func want(t *testing.T, s keychain.Store, key string, r keychain.Record) {
	t.Helper()
	got, err := s.Load(t.Context(), key)
	if err != nil {
		t.Fatalf("Load of %s: %v", key, err)
	}
	if got.Generation != r.Generation || !bytes.Equal(got.Data, r.Data) {
		t.Fatalf("Load of %s: got generation %d, %d bytes; want generation %d, %d bytes, or the bytes differ",
			key, got.Generation, len(got.Data), r.Generation, len(r.Data))
	}
}

func roundTrip(t *testing.T, s keychain.Store) {
	for i, data := range [][]byte{
		nil, {0}, []byte("plain"), []byte("with\nlines\x00and\xff\xfebytes"), []byte("日本語"),
	} {
		r := keychain.Record{Generation: uint64(i) + 1, Data: data}
		save(t, s, "abc/grant", r)
		want(t, s, "abc/grant", r)
	}
}

// Pattern gives n bytes that differ from place to place.
func Pattern(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7+i/251) + seed
	}
	return b
}

func sizes(t *testing.T, s keychain.Store) {
	// Down again too: what a longer record left must not show.
	for i, n := range []int{1, 100, 1400, 1500, 2560, 3009, 20_000, 64 << 10, 4096, 2000, 1} {
		r := keychain.Record{Generation: uint64(i) + 1, Data: Pattern(n, byte(i))}
		save(t, s, "sizes", r)
		want(t, s, "sizes", r)
	}
}

func generations(t *testing.T, s keychain.Store) {
	five := keychain.Record{Generation: 5, Data: []byte("five")}
	save(t, s, "gen", five)
	save(t, s, "gen", five) // again: nothing to do
	for _, r := range []keychain.Record{
		{Generation: 4, Data: []byte("four")},
		{Generation: 4, Data: []byte("five")},
		{Generation: 5, Data: []byte("another five")},
		{Generation: 0, Data: nil},
	} {
		if err := s.Save(t.Context(), "gen", r); !errors.Is(err, keychain.ErrStale) {
			t.Errorf("Save of generation %d over 5: got %v; want ErrStale", r.Generation, err)
		}
	}
	want(t, s, "gen", five)
	last := keychain.Record{Generation: 1<<64 - 1, Data: []byte("last")}
	save(t, s, "gen", last)
	want(t, s, "gen", last)
}

func keysApart(t *testing.T, s keychain.Store) {
	keys := []string{"a", "a/0", "a/0/0", "A", "a_b", "a-b", "a/b", "con", "0", "A/client", "a/client"}
	for i, key := range keys {
		save(t, s, key, keychain.Record{Generation: uint64(i) + 1, Data: []byte(key)})
	}
	for i, key := range keys {
		want(t, s, key, keychain.Record{Generation: uint64(i) + 1, Data: []byte(key)})
	}
}

func deletion(t *testing.T, s keychain.Store) {
	save(t, s, "gone", keychain.Record{Generation: 9, Data: Pattern(10_000, 1)})
	save(t, s, "gone/too", keychain.Record{Generation: 9, Data: []byte("stays")})
	if err := s.Delete(t.Context(), "gone"); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	if _, err := s.Load(t.Context(), "gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load after Delete: got %v; want fs.ErrNotExist", err)
	}
	want(t, s, "gone/too", keychain.Record{Generation: 9, Data: []byte("stays")})
	again := keychain.Record{Generation: 1, Data: []byte("a new life starts at one")}
	save(t, s, "gone", again)
	want(t, s, "gone", again)
}

func badKeys(t *testing.T, s keychain.Store) {
	for _, key := range []string{"", "..", "a b", "a.b", "a\x00", "ü", string(bytes.Repeat([]byte("k"), 129))} {
		if err := s.Save(t.Context(), key, keychain.Record{Generation: 1}); err == nil {
			t.Errorf("Save under %q: got nil; want an error", key)
		}
		if _, err := s.Load(t.Context(), key); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load of %q: got %v; want another error", key, err)
		}
	}
	longest := string(bytes.Repeat([]byte("K"), 128))
	save(t, s, longest, keychain.Record{Generation: 1, Data: []byte("fits")})
	want(t, s, longest, keychain.Record{Generation: 1, Data: []byte("fits")})
}

func manyAtOnce(t *testing.T, s keychain.Store) {
	const keys, rounds = 12, 4
	var wg sync.WaitGroup
	errs := make([]error, keys)
	for k := range keys {
		wg.Go(func() {
			key := fmt.Sprintf("many/%d", k)
			for g := range uint64(rounds) {
				data := Pattern(200+k, byte(g))
				if err := s.Save(t.Context(), key, keychain.Record{Generation: g + 1, Data: data}); err != nil {
					errs[k] = err
					return
				}
				got, err := s.Load(t.Context(), key)
				if err != nil || got.Generation != g+1 || !bytes.Equal(got.Data, data) {
					errs[k] = fmt.Errorf("generation %d: got %d, %w", g+1, got.Generation, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

func raceForOneKey(t *testing.T, s keychain.Store) {
	const highest = 16
	var wg sync.WaitGroup
	errs := make([]error, highest)
	for g := range uint64(highest) {
		seed := byte(g % 256)
		wg.Go(func() {
			err := s.Save(t.Context(), "race", keychain.Record{Generation: g + 1, Data: Pattern(3000, seed)})
			if !errors.Is(err, keychain.ErrStale) {
				errs[g] = err
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want(t, s, "race", keychain.Record{Generation: highest, Data: Pattern(3000, highest-1)})
}
