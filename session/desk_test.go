package session

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/provider/providertest"
)

// desk is a keeper, a provider that speaks HTTP, and somebody who goes through its pages.
type desk struct {
	t      *testing.T
	issuer *providertest.Issuer
	server *providertest.Server
	config *config.Dir
	screen *screen
	k      *Keeper
}

func newDesk(t *testing.T, p providertest.Profile) *desk {
	t.Helper()
	server, err := providertest.Start(providertest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	d := &desk{t: t, server: server, issuer: server.Issuer("one", p), screen: newScreen(time.Now)}
	home := t.TempDir()
	if d.config, err = config.Open(home + "/config"); err != nil {
		t.Fatal(err)
	}
	catalogue, errs := provider.LoadCatalogue(d.config.Path() + "/providers")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	d.k, err = New(Options{
		Config: d.config, Settings: config.Settings{WarnBefore: config.Duration(5 * time.Minute)}, Catalogue: catalogue,
		Wire: provider.NewWire(nil, nil), Store: newMemory(), StateDir: home + "/state", Desktop: d.screen,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := d.k.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return d
}

// add signs in to a new session.
func (d *desk) add(name string, scopes ...string) {
	d.t.Helper()
	_, l, err := d.k.Add(d.t.Context(), Addition{
		Definition: config.Session{Name: name, Issuer: d.issuer.URL, ClientID: "desk", Scopes: scopes},
		SignIn:     &LoginRequest{NoBrowser: true},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if end := d.visit(name, *l); end.Status != "done" {
		d.t.Fatalf("adding %s: %+v", name, end)
	}
}

// begin opens a sign-in page without visiting it, and gives what its address asks for.
func (d *desk) begin(name string, r LoginRequest) (Login, url.Values) {
	d.t.Helper()
	r.NoBrowser = true
	l, err := d.k.Login(d.t.Context(), name, r)
	if err != nil || l.Status != "pending" {
		d.t.Fatalf("signing in to %s: %+v, %v", name, l, err)
	}
	u, err := url.Parse(l.URL)
	if err != nil {
		d.t.Fatal(err)
	}
	return l, u.Query()
}

// visit goes through the page as the issuer's Person does, and gives the sign-in's end.
func (d *desk) visit(name string, l Login) Login {
	d.t.Helper()
	visit(d.t, l.URL)
	end, err := d.k.LoginStatus(d.t.Context(), name, l.ID, time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	return end
}

func visit(t *testing.T, address string) (page string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func (d *desk) session(name string) Session {
	d.t.Helper()
	s, err := d.k.Session(name)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// works fails unless the session hands out a token that its provider takes, and gives the generation.
func (d *desk) works(when, name string) uint64 {
	d.t.Helper()
	tok, err := d.k.Token(d.t.Context(), name, TokenRequest{Wait: DefaultWait})
	if err != nil {
		d.t.Fatalf("%s: %v", when, err)
	}
	if a := d.server.Look(tok.Access.Reveal()); a != providertest.AccessGood {
		d.t.Errorf("%s: the token of generation %d is %s", when, tok.Generation, a)
	}
	return tok.Generation
}

// names checks which scopes the file of the session "work" names.
func (d *desk) names(when string, want ...string) {
	d.t.Helper()
	defs, _ := d.config.Sessions()
	if got := defs["work"].Scopes; !slices.Equal(got, want) {
		d.t.Errorf("%s: the file names the scopes %q; want %q", when, got, want)
	}
}

// told reports whether a notice was shown whose text holds all the words.
func (d *desk) told(words ...string) bool {
	d.t.Helper()
	if err := d.k.call(d.t.Context(), func() {}); err != nil {
		d.t.Fatal(err)
	}
	done := make(chan struct{})
	d.k.notices <- func(context.Context) { close(done) }
	<-done
	return slices.ContainsFunc(d.screen.told(), func(n shownNotice) bool {
		text := n.Title + " " + n.Body
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
}
