package session

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// brittle is a log, as people have it, that panics over some lines, with what would be a secret, and keeps all others.
type brittle struct {
	mu    sync.Mutex
	lines []string
	over  func(line string) bool // nil: nothing
}

const panicText = "one.rt1 of a panic"

func (b *brittle) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (b *brittle) WithAttrs([]slog.Attr) slog.Handler           { return b }
func (b *brittle) WithGroup(string) slog.Handler                { return b }

func (b *brittle) Handle(_ context.Context, r slog.Record) error {
	var line strings.Builder
	line.WriteString(r.Message)
	for a := range r.Attrs {
		line.WriteString(" " + a.String())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over != nil && b.over(line.String()) {
		panic(panicText)
	}
	b.lines = append(b.lines, line.String())
	return nil
}

func (b *brittle) set(over func(line string) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = over
}

// breaks counts the panics that were caught, and checks that none of them is quoted.
func (b *brittle) breaks(t *testing.T) int {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, line := range b.lines {
		if strings.HasPrefix(line, "a task broke off") || strings.HasPrefix(line, "a renewal broke off") {
			n++
		}
		if strings.Contains(line, panicText) {
			t.Error("the log quotes what a task panicked with")
		}
	}
	return n
}

// On the loop itself, in the middle of taking a new grant over: no token is sent twice, none is lost, and nobody waits.
func TestF36PanicWhileAnOutcomeIsTakenOver(t *testing.T) {
	for _, message := range []string{"renewed", "could not renew", "the provider refused", "found a newer grant", "the keychain cannot be used"} {
		t.Run(message, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Minute)
				log := &brittle{}
				w.log = slog.New(log)
				w.have("one", "two")
				w.start()
				defer w.stop()
				broke := 0
				log.set(func(line string) bool {
					if strings.HasPrefix(line, message) && broke < 3 &&
						(strings.Contains(line, "=one") || message == "the keychain cannot be used") {
						broke++
						return true
					}
					return false
				})
				switch message {
				case "could not renew":
					w.server.set(func() { w.server.fault = failsFor("one", 503, "") })
				case "the provider refused":
					w.server.set(func() { w.server.fault = failsFor("one", 400, `{"error":"invalid_grant"}`) })
				case "found a newer grant":
					w.newerInStore("one")
				case "the keychain cannot be used":
					w.store.set(func() { w.store.fault = &storeError{"slow"} })
				}
				for range 10 {
					time.Sleep(5 * time.Second)
					if message != "the provider refused" {
						_, _ = w.k.Token(t.Context(), "one", TokenRequest{Wait: time.Second, Force: true})
					}
				}
				w.server.set(func() { w.server.fault = nil })
				w.store.set(func() { w.store.fault = nil })
				w.k.KeychainChanged(t.Context(), "ok", "")
				if message == "the provider refused" {
					time.Sleep(time.Minute)
					if _, err := w.k.Refresh(t.Context(), "one", DefaultWait); err != nil {
						t.Error(err)
					}
				}
				for range 5 {
					time.Sleep(time.Minute)
					w.token("one", TokenRequest{Wait: DefaultWait})
					w.token("two", TokenRequest{Wait: DefaultWait})
				}
				if s := w.session("one"); s.State != Active {
					t.Errorf("the session is %s, %s: %s", s.State, s.Reason, s.Detail)
				}
				if n := w.server.seen(); n.doubles+n.reuses > 0 {
					t.Errorf("the server saw %+v", n)
				}
				if n := log.breaks(t); broke == 0 || n < broke {
					t.Errorf("%d panics, %d told", broke, n)
				}
			})
		})
	}
}

// failsFor answers the refreshes of one session alone.
func failsFor(name string, code int, body string) func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
	return func(_ *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
		if !strings.HasPrefix(form.Get("refresh_token"), name+".") {
			return nil, nil, false
		}
		return answer(code, body), nil, true
	}
}

// newerInStore puts a grant into the store that is newer than the one in hand, which the server has ended.
func (w *world) newerInStore(name string) {
	w.t.Helper()
	now := w.wall().Round(0)
	w.server.set(func() {
		w.server.families["new"] = &family{n: 1, consentAt: now, atExpires: map[string]time.Time{"new.at": now.Add(time.Hour)}}
		w.server.families[name].revoked = true
	})
	g := &grant{generation: 2, refresh: newSecret("new.rt1"), access: newSecret("new.at"), issuedAt: now, expiresAt: now.Add(time.Hour)}
	data, err := g.encode()
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.Save(w.t.Context(), "id-"+name, data, 2); err != nil {
		w.t.Fatal(err)
	}
}

// fragile is a fault of a definition that cannot be told.
type fragile struct{}

func (fragile) Error() string { panic(panicText) }

// A session that cannot be looked at without a panic is looked at ever more seldom, says so, and comes back when it can.
func TestF36PanicAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		log := &brittle{}
		w.log = slog.New(log)
		w.have("one", "two")
		w.start()
		defer w.stop()
		w.k.post(func() { w.k.entries["one"].fault = fragile{} })
		for range 36 {
			time.Sleep(100 * time.Second)
			w.token("two", TokenRequest{})
			if _, err := w.k.Token(t.Context(), "one", TokenRequest{Force: true, Wait: time.Hour}); err == nil {
				t.Error("got a new token of a session that cannot be looked at")
			}
		}
		if n := log.breaks(t); n < 10 || n > 200 {
			t.Errorf("%d panics in an hour", n)
		}
		w.k.Reload(t.Context())
		time.Sleep(maxBackoff)
		w.token("one", TokenRequest{Wait: DefaultWait})
		if s := w.session("one"); s.State != Active {
			t.Errorf("when all is well again the session is %s: %s", s.State, s.Detail)
		}
	})
}

// shaky is a dependency of the keeper's that panics for a while: the desktop, the store, or the way to a provider.
type shaky struct {
	*screen
	*memory
	http.RoundTripper

	mu   sync.Mutex
	part string
	n    int
}

func (s *shaky) met(part string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.part == part {
		s.n++
		panic(panicText)
	}
}

func (s *shaky) breaks(part string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, s.part, s.n = s.n, part, 0
	return n
}

func (s *shaky) Notify(ctx context.Context, n Notice) error {
	s.met("notice")
	return s.screen.Notify(ctx, n)
}

func (s *shaky) ScreenLocked(ctx context.Context) bool {
	s.met("lock")
	return s.screen.ScreenLocked(ctx)
}

func (s *shaky) Save(ctx context.Context, key string, data []byte, generation uint64) (bool, error) {
	s.met("save")
	return s.memory.Save(ctx, key, data, generation)
}

func (s *shaky) Load(ctx context.Context, key string) ([]byte, uint64, error) {
	s.met("load")
	return s.memory.Load(ctx, key)
}

func (s *shaky) Ready(ctx context.Context) error {
	s.met("ready")
	return s.memory.Ready(ctx)
}

func (s *shaky) RoundTrip(req *http.Request) (*http.Response, error) {
	s.met(strings.TrimPrefix(req.URL.Path, "/"))
	return s.RoundTripper.RoundTrip(req)
}

// Whatever panics beside the loop, for a minute: no session is lost, none waits for ever, and the work goes on after it.
func TestF36PanicOfADependency(t *testing.T) {
	for _, part := range []string{"notice", "lock", "save", "load", "ready", "token", "userinfo"} {
		t.Run(part, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 40*time.Second)
				w.set.CheckEvery = config.Duration(10 * time.Second)
				w.set.AutoOpen = false
				w.prov.Check = provider.Check{Kind: provider.CheckUserinfo, URL: "https://fake.test/userinfo"}
				w.server.grace = time.Hour
				log := &brittle{}
				w.log = slog.New(log)
				w.have("one", "two", "three")
				w.shaky = &shaky{screen: w.screen, memory: w.store, RoundTripper: w.server, part: part}
				w.start()
				defer w.stop()
				w.server.revoke("three") // for which somebody is to be told
				time.Sleep(time.Minute)
				n := w.shaky.breaks("")
				w.k.KeychainChanged(t.Context(), "ok", "")
				time.Sleep(maxBackoff)
				for _, name := range []string{"one", "two"} {
					w.token(name, TokenRequest{Wait: DefaultWait})
					if s := w.session(name); s.State != Active {
						t.Errorf("%s is %s, %s: %s", name, s.State, s.Reason, s.Detail)
					}
				}
				if s := w.session("three"); s.State != SignInNeeded {
					t.Errorf("three is %s, %s", s.State, s.Detail)
				}
				if told := log.breaks(t); n == 0 || told < n || n > 100 {
					t.Errorf("%d panics, %d told", n, told)
				}
				if saw := w.server.seen(); saw.doubles > 0 {
					t.Errorf("the server saw %+v", saw)
				}
				if !slices.ContainsFunc(w.screen.told(), func(n shownNotice) bool { return n.Session() == "three" }) && part != "notice" {
					t.Error("nobody was told of the revoked session")
				}
			})
		})
	}
}

// count is how many lines begin like this.
func (b *brittle) count(start string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.lines {
		if strings.HasPrefix(line, start) {
			n++
		}
	}
	return n
}
