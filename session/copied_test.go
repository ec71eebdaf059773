package session

import (
	"log/slog"
	"maps"
	"testing"
	"testing/synctest"
	"time"
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
	dir := t.TempDir()
	j, err := openJournal(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.write(durable{ID: "a", Name: "one", Seq: 4, Generation: 2}); err != nil {
		t.Fatal(err)
	}
	all, err := j.load()
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	d := all[0]
	d.hold()
	d.Seq++
	if err := j.write(d); err != nil {
		t.Fatal(err)
	}
	if all, err = j.load(); err != nil || !all[0].Copied || !all[0].Paused {
		t.Errorf("read back %+v, %v", all, err)
	}
	if n := copiedNotice([]string{"one", "two"}); n.Title == "" || n.Body == "" || n.Key != keyCopied {
		t.Errorf("the notice is %+v", n)
	}
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
