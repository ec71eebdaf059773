// Package strangers runs the keeper, in this process and over real HTTP, against providers that play every profile that
// was seen in the wild, and against one that this project did not write.
package strangers

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // they wait more than they work
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// work is the session that a keeper has here.
const work = "work"

// home is a keeper's places, which outlive it, and the keeper that runs there now.
type home struct {
	t         *testing.T
	dir       string
	wall      func() time.Time
	transport http.RoundTripper // nil: the keeper's own
	client    *http.Client      // the browser's
	memory    *memory           // nil: files, sealed under a passphrase
	log       *journal

	k      *session.Keeper
	events <-chan session.Event
	stop   func()
}

// newHome starts a keeper. Its secrets lie in memory, or in files.
func newHome(t *testing.T, wall func() time.Time, transport http.RoundTripper, m *memory) *home {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &home{
		t: t, dir: t.TempDir(), wall: wall, transport: transport, memory: m,
		client: &http.Client{Transport: transport, Jar: jar, Timeout: 20 * time.Second}, log: new(journal),
	}
	if transport == nil {
		h.client.Transport = &http.Transport{DisableKeepAlives: true}
	}
	h.start()
	t.Cleanup(func() {
		h.stop()
		if t.Failed() {
			t.Logf("the keeper's log:\n%s", h.log)
		}
	})
	return h
}

// start runs a keeper over what there is.
func (h *home) start() {
	h.t.Helper()
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir, err := config.Open(filepath.Join(h.dir, "config"))
	if err != nil {
		h.t.Fatal(err)
	}
	catalogue, faults := provider.LoadCatalogue("")
	if len(faults) > 0 {
		h.t.Fatal(faults)
	}
	state := filepath.Join(h.dir, "state")
	store, closing := h.store(state, log)
	h.k, err = session.New(session.Options{
		Config: dir, Settings: config.Settings{WarnBefore: config.Duration(5 * time.Minute)}, Catalogue: catalogue,
		Wire: provider.NewWire(h.transport, h.wall), Store: store, StateDir: state, Desktop: h, Wall: h.wall, Log: log,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := h.k.Run(ctx); err != nil {
			h.t.Error(err)
		}
	}()
	_, h.events = h.k.Subscribe(ctx)
	h.stop = func() {
		cancel()
		<-done
		closing()
	}
}

// store opens the store that the keeper works with.
func (h *home) store(state string, log *slog.Logger) (store session.Store, closing func()) {
	h.t.Helper()
	if h.memory != nil {
		return h.memory, func() {}
	}
	id, err := session.HomeID(state)
	if err != nil {
		h.t.Fatal(err)
	}
	vault, err := keychain.Open(h.t.Context(), keychain.Options{
		Backend: "file", StateDir: state, Home: id, Log: log,
		Passphrase: func(context.Context) ([]byte, error) { return []byte("correct horse battery staple"), nil },
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return vault, func() {
		if err := vault.Close(); err != nil {
			h.t.Error(err)
		}
	}
}

// restart ends the keeper and runs another.
func (h *home) restart() {
	h.t.Helper()
	h.stop()
	h.start()
}

// Notify, Withdraw and ScreenLocked are a desktop where nobody looks.
func (h *home) Notify(context.Context, session.Notice) error { return nil }

func (h *home) Withdraw(context.Context, string) {}

func (h *home) ScreenLocked(context.Context) bool { return false }

// Open is a browser that follows every redirect.
func (h *home) Open(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	res, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// until waits for something to be so, looking after each event. What the keeper does by itself becomes an event.
func (h *home) until(what string, so func() bool) {
	h.t.Helper()
	timeout := time.NewTimer(time.Minute)
	defer timeout.Stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for !so() {
		select {
		case <-h.events:
		case <-look.C:
		case <-timeout.C:
			h.t.Fatalf("%s was waited for in vain: %+v", what, h.k.Sessions())
		}
	}
}

// add signs in, in the browser or on a device, and waits until that is done.
func (h *home) add(def config.Session, r session.LoginRequest) {
	h.t.Helper()
	_, login, err := h.k.Add(h.t.Context(), session.Addition{Definition: def, SignIn: &r})
	if err != nil {
		h.t.Fatal(err)
	}
	if r.Device {
		if err := h.Open(h.t.Context(), login.URL); err != nil {
			h.t.Fatal(err)
		}
	}
	h.done(login)
}

// login signs in again.
func (h *home) login() {
	h.t.Helper()
	login, err := h.k.Login(h.t.Context(), work, session.LoginRequest{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.done(&login)
}

func (h *home) done(login *session.Login) {
	h.t.Helper()
	ended, err := h.k.LoginStatus(h.t.Context(), work, login.ID, 20*time.Second)
	if err != nil || ended.Status != "done" {
		h.t.Fatalf("signing in: %s %s %s, %v", ended.Status, ended.Failure, ended.Detail, err)
	}
}

func (h *home) session() session.Session {
	h.t.Helper()
	s, err := h.k.Session(work)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// token asks for one as a program does.
func (h *home) token() (string, error) {
	t, err := h.k.Token(h.t.Context(), work, session.TokenRequest{Wait: session.DefaultWait})
	return t.Access.Reveal(), err
}

// memory is a store that never fails and outlives its keeper.
type memory struct {
	mu      sync.Mutex // guards records
	records map[string]keychain.Record
}

func (m *memory) Load(_ context.Context, key string) (data []byte, generation uint64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.records[key]
	if !ok {
		return nil, 0, fs.ErrNotExist
	}
	return bytes.Clone(r.Data), r.Generation, nil
}

func (m *memory) Save(_ context.Context, key string, data []byte, generation uint64) (spilled bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if generation < m.records[key].Generation {
		return false, keychain.ErrStale
	}
	m.records[key] = keychain.Record{Data: bytes.Clone(data), Generation: generation}
	return false, nil
}

func (m *memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, key)
	return nil
}

func (m *memory) Ready(context.Context) error { return nil }

func (m *memory) Unlock(context.Context) error { return nil }

// journal is a log that is shown where a test fails.
type journal struct {
	mu    sync.Mutex // guards lines
	lines strings.Builder
}

// Write is for slog.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.String()
}
