package session

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
)

// definition is the file of a session.
func (w *world) definition(name string) string {
	return filepath.Join(w.dir, "config", "sessions", name+".toml")
}

// goesOn checks that a session whose file is damaged is renewed as before, with the file left as it is and told of.
func (w *world) goesOn(name, what string, damaged []byte) {
	w.t.Helper()
	before := w.session(name).Generation
	time.Sleep(5 * time.Minute)
	s := w.session(name)
	if s.State != Active || s.Generation <= before || s.ClientID != "desk" {
		w.t.Errorf("%s: the session is %s, %s, of %q, renewed %d times", what, s.State, s.Detail, s.ClientID, s.Generation-before)
	}
	if now, err := os.ReadFile(w.definition(name)); err != nil || !bytes.Equal(now, damaged) {
		w.t.Errorf("%s: the file was touched: %v", what, err)
	}
	if f := w.k.Faults(); len(f) != 1 || f[0].Name != name || !strings.Contains(s.Detail, f[0].Err.Error()) {
		w.t.Errorf("%s: the faults are %v, the session says %q", what, f, s.Detail)
	}
}

// A definition that breaks on the disk costs no renewal: the session goes by what the file said before, while the keeper
// runs and after its start, says so, and takes the mended file.
func TestF25DamagedDefinition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer func() { w.stop() }()
		time.Sleep(2 * time.Minute) // the state has it now
		whole, err := os.ReadFile(w.definition("one"))
		if err != nil {
			t.Fatal(err)
		}
		damages := map[string][]byte{
			"empty": {}, "NULs": make([]byte, len(whole)), "no TOML": []byte("client_id = "), "no client": []byte("provider = \"github\"\n"),
			"another encoding": append([]byte{0xff, 0xfe}, whole...), "too long": bytes.Repeat([]byte("#"), 1<<20),
		}
		for what, damaged := range damages {
			if err := os.WriteFile(w.definition("one"), damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			w.k.Reload(t.Context())
			w.goesOn("one", what, damaged)
			w.stop()
			w.start()
			w.goesOn("one", what+", started", damaged)
		}
		if err := os.WriteFile(w.definition("one"), whole, 0o600); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		if s := w.session("one"); s.State != Active || s.Detail != "" || len(w.k.Faults()) > 0 {
			t.Errorf("with its file mended the session is %s, %q", s.State, s.Detail)
		}
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// Cut at any byte, a definition leads nowhere else, ends nothing and stops no start.
func TestF25CutDefinition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer func() { w.stop() }()
		time.Sleep(2 * time.Minute)
		whole, err := os.ReadFile(w.definition("one"))
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			if err := os.WriteFile(w.definition("one"), whole[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			if n%2 == 0 {
				w.k.Reload(t.Context())
			} else {
				w.stop()
				w.start()
			}
			time.Sleep(time.Second)
			if s := w.session("one"); s.State == SignedOut {
				t.Errorf("cut at %d the session is %s", n, s.State)
			}
		}
		if err := os.WriteFile(w.definition("one"), whole, 0o600); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		time.Sleep(2 * time.Minute)
		w.token("one", TokenRequest{Wait: DefaultWait})
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// A program of a session that asks first is asked about also after a start with a broken file.
func TestBrokenFileStillAsksFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.edit("one", func(def *config.Session) { def.Confirm = true })
		w.start()
		defer func() { w.stop() }()
		time.Sleep(2 * time.Minute)
		if err := os.WriteFile(w.definition("one"), []byte("confirm = "), 0o600); err != nil {
			t.Fatal(err)
		}
		w.stop()
		w.start()
		for range 2 {
			if _, on := w.k.o.Config.Confirm("one"); !on {
				t.Error("nobody is asked any more")
			}
			w.k.Reload(t.Context())
		}
	})
}
