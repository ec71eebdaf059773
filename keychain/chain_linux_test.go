package keychain_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

var moveKeys = []string{"abc", "abc/client", "Big", "gone"}

// fill puts records of several kinds into a store.
func fill(tb testing.TB, c *keychain.Chain) {
	tb.Helper()
	for key, n := range map[string]int{"abc": 900, "abc/client": 30, "Big": 90 << 10} {
		if _, err := c.Save(tb.Context(), key, keychaintest.Pattern(n, 7), 5); err != nil {
			tb.Fatal(err)
		}
	}
}

// wantFilled wants exactly what fill stored.
func wantFilled(tb testing.TB, c *keychain.Chain) {
	tb.Helper()
	for key, n := range map[string]int{"abc": 900, "abc/client": 30, "Big": 90 << 10} {
		data, g, err := c.Load(tb.Context(), key)
		if err != nil || g != 5 || string(data) != string(keychaintest.Pattern(n, 7)) {
			tb.Fatalf("%s after the move: %d bytes, generation %d, %v", key, len(data), g, err)
		}
	}
	if _, _, err := c.Load(tb.Context(), "gone"); !errors.Is(err, fs.ErrNotExist) {
		tb.Fatalf("a record that never was: %v; want fs.ErrNotExist", err)
	}
}

func openChain(tb testing.TB, o keychain.Options) *keychain.Chain {
	tb.Helper()
	c, err := keychain.OpenChain(tb.Context(), o)
	if err != nil {
		tb.Fatalf("OpenChain: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return c
}

// wantOnly wants nothing of ours outside the store that counts.
func wantOnly(tb testing.TB, desktop *keychaintest.Desktop, o keychain.Options, backend string) {
	tb.Helper()
	items := len(desktop.Users(service))
	files, err := filepath.Glob(filepath.Join(o.StateDir, "sealed", "*"))
	if err != nil {
		tb.Fatal(err)
	}
	_, wrapped := os.Stat(filepath.Join(o.StateDir, "sealed", "key.age"))
	switch {
	case backend == "os" && (len(files) > 0 || items < 3),
		backend == "sealed" && (items != 1 || wrapped == nil || len(files) != 3),
		backend == "file" && (items != 0 || wrapped != nil || len(files) != 4):
		tb.Errorf("in the store %s: %d items in the keychain %q, files %q, key.age %v",
			backend, items, desktop.Users(service), files, wrapped)
	}
}

func TestMoveEveryWay(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"os", "sealed", "file"} {
		for _, to := range []string{"os", "sealed", "file"} {
			if from == to {
				continue
			}
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				desktop := keychaintest.Start(t)
				o := options(t, from, desktop.Vars())
				c := openChain(t, o)
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- c.Run(ctx) }()
				fill(t, c)
				if err := c.Move(t.Context(), keychain.Move{To: to, Passphrase: []byte("correct horse"), Keys: moveKeys}); err != nil {
					t.Fatalf("Move: %v", err)
				}
				if h := c.Health(); h.Backend != to || h.State != "ok" {
					t.Errorf("Health after the move: %+v", h)
				}
				wantFilled(t, c)
				wantOnly(t, desktop, o, to)
				if err := c.Move(t.Context(), keychain.Move{To: to, Passphrase: []byte("x"), Keys: moveKeys}); err == nil {
					t.Error("a second move to the same store: got nil; want an error")
				}
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				again := openChain(t, o) // with the backend of before in its options
				if h := again.Health(); h.Backend != to {
					t.Errorf("Health after a restart: %+v; want %s", h, to)
				}
				wantFilled(t, again)
				if placed, err := keychain.Placed(o.StateDir); err != nil || placed != to {
					t.Errorf("Placed: %q, %v; want %s", placed, err, to)
				}
			})
		}
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestMoveWhileInUse(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	c := openChain(t, options(t, "os", desktop.Vars()))
	keys := []string{}
	for i := range 6 {
		keys = append(keys, fmt.Sprintf("key-%d", i))
	}
	last := make([]uint64, len(keys))
	over := make(chan struct{})
	ended := make(chan error)
	go func() { // renews one after the other until the move is over
		g := uint64(0)
		for !closed(over) {
			g++
			for i, key := range keys {
				if _, err := c.Save(t.Context(), key, keychaintest.Pattern(500, byte(g%200)), g); err != nil {
					ended <- err
					return
				}
				last[i] = g
			}
		}
		ended <- nil
	}()
	for _, to := range []string{"sealed", "file", "os"} {
		if err := c.Move(t.Context(), keychain.Move{To: to, Passphrase: []byte("correct horse"), Keys: keys}); err != nil {
			t.Errorf("Move to %s: %v", to, err)
		}
	}
	close(over)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for i, key := range keys {
		data, g, err := c.Load(t.Context(), key)
		if err != nil || g != last[i] || string(data) != string(keychaintest.Pattern(500, byte(g%200))) {
			t.Errorf("%s: generation %d, %v; want %d", key, g, err, last[i])
		}
	}
}
