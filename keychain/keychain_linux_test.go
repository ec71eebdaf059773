package keychain_test

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

const (
	childArg = "keychain-child"
	home     = "home-1"
	service  = "sessionkeeper"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childArg {
		os.Exit(keychain.ServeChild())
	}
	if len(os.Args) > 2 && os.Args[1] == workerArg {
		os.Exit(runWorker(os.Args[2]))
	}
	os.Exit(m.Run())
}

// options gives what most tests want. env leads to a desktop.
func options(tb testing.TB, backend string, env map[string]string) keychain.Options {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	childEnv := map[string]string{"GORACE": "atexit_sleep_ms=0"} // or each Close takes a second under -race
	maps.Copy(childEnv, env)
	return keychain.WithLittleWork(keychain.Options{
		Backend:  backend,
		StateDir: filepath.Join(tb.TempDir(), "state"),
		Home:     home,
		Child:    []string{exe, childArg},
		Env:      childEnv,
		Log:      slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
		Passphrase: func(context.Context) ([]byte, error) {
			return []byte("correct horse"), nil
		},
	})
}

// open opens a vault that ends with the test.
func open(tb testing.TB, o keychain.Options) *keychain.Vault {
	tb.Helper()
	v, err := keychain.Open(tb.Context(), o)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tb.Cleanup(func() {
		if err := v.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return v
}

// run runs v until the test ends.
func run(tb testing.TB, v *keychain.Vault) {
	tb.Helper()
	ctx, stop := context.WithCancel(tb.Context())
	done := make(chan error, 1)
	go func() { done <- v.Run(ctx) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Errorf("Run: %v", err)
		}
	})
}

// await takes changes until one has state and spilled.
func await(v *keychain.Vault, state string, spilled int) {
	h := v.Health()
	for h.State != state || h.Spilled != spilled {
		h = <-v.Changes()
	}
}

// asStore lets a vault be tested as a Store.
type asStore struct{ *keychain.Vault }

func (s asStore) Load(ctx context.Context, key string) (keychain.Record, error) {
	data, generation, err := s.Vault.Load(ctx, key)
	return keychain.Record{Generation: generation, Data: data}, err
}

func (s asStore) Save(ctx context.Context, key string, r keychain.Record) error {
	_, err := s.Vault.Save(ctx, key, r.Data, r.Generation)
	return err
}

func save(tb testing.TB, v *keychain.Vault, key, data string, generation uint64) (spilled bool) {
	tb.Helper()
	spilled, err := v.Save(tb.Context(), key, []byte(data), generation)
	if err != nil {
		tb.Fatalf("Save of %s, generation %d: %v", key, generation, err)
	}
	return spilled
}

func wantRecord(tb testing.TB, v *keychain.Vault, key, data string, generation uint64) {
	tb.Helper()
	got, g, err := v.Load(tb.Context(), key)
	if err != nil || string(got) != data || g != generation {
		tb.Fatalf("Load of %s: got %q, generation %d, %v; want %q, generation %d", key, got, g, err, data, generation)
	}
}

func TestTKC1GnomeKeyring(t *testing.T) {
	t.Parallel()
	contracts(t, keychaintest.Start(t))
}

// contracts holds every backend to the contract on one desktop.
func contracts(t *testing.T, desktop *keychaintest.Desktop) {
	t.Helper()
	for _, c := range []struct {
		name, home, backend string
		store               func(v *keychain.Vault) keychain.Store
	}{
		{"os", "one", "os", func(v *keychain.Vault) keychain.Store {
			return keychain.Records(v, "one", keychain.ItemLimit)
		}},
		{"os in small items", "small", "os", func(v *keychain.Vault) keychain.Store {
			return keychain.Records(v, "small", 2000)
		}},
		{"vault over os", "vault", "os", func(v *keychain.Vault) keychain.Store { return asStore{v} }},
		{"vault over sealed", "sealed", "sealed", func(v *keychain.Vault) keychain.Store { return asStore{v} }},
		{"vault over file", "file", "file", func(v *keychain.Vault) keychain.Store { return asStore{v} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t, c.backend, desktop.Vars())
			o.Home = c.home
			keychaintest.Contract(t, c.store(open(t, o)))
		})
	}
}
