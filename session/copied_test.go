package session

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
)

func TestF24Hold(t *testing.T) {
	for _, c := range []struct {
		what string
		d    durable
		want bool
	}{
		{"signed in", durable{Generation: 3}, true},
		{"paused by the user", durable{Generation: 3, Paused: true}, true},
		{"signed out", durable{Generation: 3, SignedOut: true}, false},
		{"never signed in", durable{}, false},
		{"held already", durable{Generation: 3, Paused: true, Copied: true}, false},
	} {
		if got := c.d.hold(); got != c.want || got && (!c.d.Paused || !c.d.Copied) {
			t.Errorf("%s: %t, %+v; want %t", c.what, got, c.d, c.want)
		}
	}
}

// What is held is held on disk before the keeper begins.
func TestF24HeldBeforeTheStart(t *testing.T) {
	w := newWorld(t, time.Minute)
	w.have("one")
	dir, _ := w.files()
	cat, errs := provider.LoadCatalogue("")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if _, err := New(Options{
		Config: dir, Catalogue: cat, Store: w.store, StateDir: w.dir + "/state", Copied: true, Log: w.log,
	}); err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(w.dir+"/state", w.log)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := j.load(); err != nil || len(all) != 1 || !all[0].Copied || !all[0].Paused {
		t.Errorf("on the disk lies %+v, %v; want it held", all, err)
	}
}

// What a copied folder tells of is sent to nobody until the user says so; who is in use elsewhere loses nothing by it.
func TestF24CopiedStateIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one", "two")
		w.copied = true
		w.start()
		defer func() { w.stop() }()
		time.Sleep(10 * time.Minute)
		if n, ok := w.screen.showing(keyCopied); !ok || !strings.Contains(n.Title+n.Body, "one, two") || !n.Urgent {
			t.Errorf("the notice is %+v (shown: %t); want one that names both", n, ok)
		}
		w.stop()
		w.copied = false
		w.start()
		time.Sleep(10 * time.Minute)
		if s := w.session("one"); s.State != Paused || s.Detail != words().copied || w.server.seen().calls > 0 {
			t.Errorf("the session is %s, %q, after %d refreshes; want it held", s.State, s.Detail, w.server.seen().calls)
		}
		_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: DefaultWait})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodePaused {
			t.Errorf("a caller hears %v; want that it is paused", err)
		}
		if _, err := w.k.Resume(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		w.token("one", TokenRequest{Wait: DefaultWait})
		if s := w.session("two"); s.State != Paused {
			t.Errorf("the other is %s", s.State)
		}
	})
}

// A keychain that was put back from a backup holds a spent token. It is not sent before the user has said so.
func TestF24OlderKeychain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		before := maps.Clone(w.store.data)
		generations := maps.Clone(w.store.gen)
		time.Sleep(3 * time.Minute)
		w.stop()
		seen := w.server.seen()
		w.store.data, w.store.gen = before, generations
		w.start()
		time.Sleep(10 * time.Minute)
		if s := w.session("one"); s.State != Paused || s.Detail != words().copied {
			t.Errorf("the session is %s, %q; want it held", s.State, s.Detail)
		}
		if n := w.server.seen(); n != seen {
			t.Errorf("the server saw %+v after %+v", n, seen)
		}
		w.stop()
		w.start()
		if s := w.session("one"); s.State != Paused || s.Detail != words().copied {
			t.Errorf("after a restart the session is %s, %q; want it held", s.State, s.Detail)
		}
		if s, err := w.k.Resume(t.Context(), "one"); err != nil || s.State == Paused {
			t.Errorf("resumed: %s, %v", s.State, err)
		}
		time.Sleep(time.Minute)
		if n := w.server.seen(); n == seen {
			t.Error("nothing is sent though the user said so")
		}
		w.stop()
	})
}
