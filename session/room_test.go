package session

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// noRoom keeps the states of sessions from being written, as a disk does that is full or must not be written; room takes
// that back.
func (w *world) noRoom(names ...string) (room func()) {
	w.t.Helper()
	var inTheWay []string
	for _, name := range names {
		path := filepath.Join(w.dir, "state", "sessions", "id-"+name+".json.new")
		if err := os.Mkdir(path, 0o700); err != nil {
			w.t.Fatal(err)
		}
		inTheWay = append(inTheWay, path)
	}
	return func() {
		w.t.Helper()
		for _, path := range inTheWay {
			if err := os.Remove(path); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// The state folder takes nothing any more and the keychain works: sessions are renewed all the while, over the room that
// comes back, and a restart knows what was not written meanwhile.
func TestF10RenewalsGoOnWithoutRoomForTheirState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		log := &brittle{}
		w.log = slog.New(log)
		w.have("one", "two")
		w.start()
		defer func() { w.stop() }()
		room := w.noRoom("one", "two")
		for range 20 {
			time.Sleep(30 * time.Second)
			for _, name := range []string{"one", "two"} {
				w.token(name, TokenRequest{})
				if s := w.session(name); s.State != Active {
					t.Errorf("%s is %s, %s", name, s.State, s.Reason)
				}
			}
		}
		if n := w.server.seen(); n.calls < 20 || n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
		if n := log.count("could not save"); n != 1 {
			t.Errorf("%d lines say that no state can be saved; want one", n)
		}
		room()
		time.Sleep(maxNap)
		synctest.Wait()
		want := w.session("one").Generation
		states, err := w.k.journal.load()
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range states {
			if d.Name == "one" && d.Generation < want {
				t.Errorf("30 s after there is room the state written is of generation %d; want %d", d.Generation, want)
			}
		}
		w.stop()
		w.start()
		time.Sleep(2 * time.Minute)
		w.token("one", TokenRequest{})
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// A refresh that somebody asked for had no room for what it would bring. The session says so, and no longer than 30 s
// after there is room, although nothing of it is due for hours.
func TestF10StateEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8*time.Hour)
		w.have("one")
		w.start()
		defer w.stop()
		w.store.set(func() { w.store.ready = &storeError{"full"} })
		if _, err := w.k.Refresh(t.Context(), "one", time.Second); err == nil {
			t.Error("renewed although nothing could be stored")
		}
		time.Sleep(10 * time.Minute)
		if s := w.session("one"); s.State != KeychainLocked || s.Reason != "full" {
			t.Errorf("without room the session is %s, %s", s.State, s.Reason)
		}
		w.token("one", TokenRequest{})
		w.store.set(func() { w.store.ready = nil })
		time.Sleep(maxNap)
		synctest.Wait()
		if s := w.session("one"); s.State != Active {
			t.Errorf("30 s after there is room the session is %s, %s", s.State, s.Reason)
		}
		if n := w.server.seen(); n.calls > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// What the provider gave and nothing takes is in hand, however long; it is stored within 30 s of there being room.
func TestF10GrantInHandIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		defer w.stop()
		w.store.set(func() { w.store.fault = &storeError{"full"} })
		_, _ = w.k.Refresh(t.Context(), "one", time.Second)
		time.Sleep(40 * time.Minute)
		w.store.set(func() { w.store.fault = nil })
		time.Sleep(maxNap)
		synctest.Wait()
		if s := w.session("one"); s.State != Active || s.Generation != 2 {
			t.Errorf("30 s after there is room the session is %s, %s, of generation %d", s.State, s.Reason, s.Generation)
		}
		w.token("one", TokenRequest{})
		if n := w.server.seen(); n.calls != 1 {
			t.Errorf("the server saw %+v", n)
		}
	})
}
