package session

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// world is a keeper with everything around it, meant for a synctest bubble.
type world struct {
	t      *testing.T
	dir    string
	wall   func() time.Time
	server *server
	store  *memory
	screen *screen
	k      *Keeper
	log    *slog.Logger
	stop   func()
	copied bool // the state folder was put back, or comes from another machine
	set    config.Settings
	prov   provider.Provider
	shaky  *shaky // in place of the store, the screen and the server; nil: they themselves
}

func newWorld(t *testing.T, life time.Duration) *world {
	t.Helper()
	w := &world{t: t, dir: scratch(t), wall: time.Now, store: newMemory(), log: slog.New(slog.DiscardHandler)}
	now := func() time.Time { return w.wall() }
	w.server, w.screen = newServer(now, life), newScreen(now)
	// Pages that open by themselves need sockets, which a bubble does not have: without them there is a notice instead.
	w.set = config.Settings{WarnBefore: config.Duration(5 * time.Minute), AutoOpen: false}
	w.prov = provider.Provider{
		ID: "fake", TokenURL: "https://fake.test/token", RevokeURL: "https://fake.test/revoke",
		AuthorizeURL: "https://fake.test/authorize", AuthStyle: provider.AuthNone,
	}
	return w
}

// running is a world whose keeper has sessions and runs, until the test ends.
func running(t *testing.T, life time.Duration, names ...string) *world {
	t.Helper()
	w := newWorld(t, life)
	w.have(names...)
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// scratch is a folder in memory where the system has one: much is made durable in it, again and again.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sessionkeeper-") //nolint:usetesting // on a disk these tests take minutes
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// have gives the world a session that was signed in before now.
func (w *world) have(names ...string) {
	w.t.Helper()
	dir, err := config.Open(w.dir + "/config")
	if err != nil {
		w.t.Fatal(err)
	}
	j, err := openJournal(w.dir+"/state", w.log)
	if err != nil {
		w.t.Fatal(err)
	}
	now := w.wall().Round(0)
	for _, name := range names {
		def := config.Session{
			Name: name, AuthorizeURL: w.prov.AuthorizeURL, TokenURL: w.prov.TokenURL, ClientID: "desk",
		}
		if err := dir.Save(def); err != nil {
			w.t.Fatal(err)
		}
		f := &family{n: 1, consentAt: now, atExpires: map[string]time.Time{}}
		w.server.families[name] = f
		at := name + ".at0"
		f.atExpires[at] = now.Add(w.server.life)
		g := &grant{
			generation: 1, refresh: newSecret(name + ".rt1"), access: newSecret(at), kind: "Bearer",
			issuedAt: now, expiresAt: now.Add(w.server.life), consentAt: now, account: Account{Sub: name + "-sub"},
		}
		if w.server.endIn > 0 {
			g.refreshEndsAt = now.Add(w.server.endIn)
		}
		d := durable{
			ID: "id-" + name, Name: name, Seq: 1, Generation: 1, Provider: &w.prov, Target: targetKey(def),
			Account: g.account, ConsentAt: now, LastRefreshAt: now, ExpiresAt: g.expiresAt,
		}
		if err := j.write(d); err != nil {
			w.t.Fatal(err)
		}
		data, err := g.encode()
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.store.Save(w.t.Context(), d.ID, data, 1); err != nil {
			w.t.Fatal(err)
		}
	}
}

// edit changes a definition.
func (w *world) edit(name string, change func(def *config.Session)) {
	w.t.Helper()
	dir, defs := w.files()
	def := defs[name]
	change(&def)
	if err := dir.Save(def); err != nil {
		w.t.Fatal(err)
	}
}

// start runs a keeper over what there is; stop ends it.
func (w *world) start() {
	w.t.Helper()
	dir, err := config.Open(w.dir + "/config")
	if err != nil {
		w.t.Fatal(err)
	}
	cat, errs := provider.LoadCatalogue("")
	if len(errs) > 0 {
		w.t.Fatal(errs)
	}
	now := func() time.Time { return w.wall() }
	o := Options{
		Config: dir, Settings: w.set, Catalogue: cat, Wire: provider.NewWire(w.server, now), Store: w.store,
		StateDir: w.dir + "/state", Copied: w.copied, Desktop: w.screen, Wall: now, Log: w.log,
		QueuePage: func() string { return "http://127.0.0.1:1/" },
	}
	if w.shaky != nil {
		o.Wire, o.Store, o.Desktop = provider.NewWire(w.shaky, now), w.shaky, w.shaky
	}
	w.k, err = New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	k := w.k
	go func() {
		defer close(done)
		if err := k.Run(ctx); err != nil {
			w.t.Error(err)
		}
	}()
	w.stop = func() {
		cancel()
		<-done
	}
	synctest.Wait() // what is stored has been read
}

func (w *world) session(name string) Session {
	w.t.Helper()
	s, err := w.k.Session(name)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// token asks for one and checks that it works at this moment.
func (w *world) token(name string, r TokenRequest) Token {
	w.t.Helper()
	tok, err := w.k.Token(context.Background(), name, r)
	if err != nil {
		w.t.Fatalf("token %s: %v", name, err)
	}
	if !w.server.valid(tok.Access.Reveal()) {
		w.t.Fatalf("the token of generation %d that was handed out does not work", tok.Generation)
	}
	return tok
}
