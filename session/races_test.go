package session

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// consent finishes a sign-in to a session, as its page does, with a grant that the server calls "new".
func (w *world) consent(name string) error {
	w.t.Helper()
	now := w.wall().Round(0)
	w.server.set(func() {
		w.server.families["new"] = &family{n: 1, consentAt: now, atExpires: map[string]time.Time{"new.at": now.Add(time.Hour)}}
	})
	return w.brings(name, provider.Tokens{
		Access: newSecret("new.at"), Refresh: newSecret("new.rt1"), ExpiresIn: time.Hour, Type: "Bearer",
	})
}

// brings is a sign-in that brings tokens.
func (w *world) brings(name string, tokens provider.Tokens) error {
	var l *login
	w.k.post(func() {
		e := w.k.entries[name]
		l = &login{name: name, e: e, def: e.def}
	})
	return w.k.accept(w.t.Context(), l, new(w.prov), nil, signin.Result{
		Account: Account{Sub: name + "-sub"},
		Answer:  provider.Answer{Verdict: provider.VerdictOK, SentAt: w.wall().Round(0), Tokens: tokens},
	})
}

// renewsAs renews and checks that the grant of a family is the one in use.
func (w *world) renewsAs(name, family string) {
	w.t.Helper()
	time.Sleep(maxFloor)
	tok := w.token(name, TokenRequest{Force: true, Wait: DefaultWait})
	if got := tok.Access.Reveal(); len(got) < len(family) || got[:len(family)] != family {
		w.t.Errorf("another grant than that of %s is in use", family)
	}
	if n := w.server.seen(); n.doubles+n.reuses > 0 {
		w.t.Errorf("the server saw %+v", n)
	}
}

// A sign-in ends while the store is still being asked what there was: what it says then is of before.
func TestSignInBesideTheFirstRead(t *testing.T) {
	for name, readFault := range map[string]error{"nothing there": nil, "not to be read": &storeError{"slow"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				w.confidential("old")
				w.have("one")
				w.haveSecret("old", "one")
				if err := w.store.Delete(t.Context(), "id-one"); err != nil {
					t.Fatal(err)
				}
				w.store.set(func() { w.store.late = func(string) (time.Duration, error) { return 20 * time.Second, readFault } })
				w.start()
				defer w.stop()
				w.store.set(func() { w.store.late = nil })
				time.Sleep(time.Second)
				if err := w.consent("one"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if s := w.session("one"); s.State != Active {
					t.Errorf("the session is %s, %s: %s", s.State, s.Reason, s.Detail)
				}
				w.renewsAs("one", "new")
			})
		})
	}
}

// A definition with a secret that cannot be stored is not made, and can be made when that works again.
func TestAdditionWhoseSecretCannotBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := running(t, time.Hour, "one")
		_, defs := w.files()
		def := defs["one"]
		def.Name = "two"
		add := func() error {
			_, _, err := w.k.Add(t.Context(), Addition{Definition: def, ClientSecret: newSecret("s")})
			return err
		}
		w.store.set(func() { w.store.fault = &storeError{"locked"} })
		if add() == nil {
			t.Error("added without its secret")
		}
		if _, defs := w.files(); len(defs) != 1 {
			t.Errorf("%d definitions are left; want one", len(defs))
		}
		w.store.set(func() { w.store.fault = nil })
		if err := add(); err != nil {
			t.Errorf("added again: %v", err)
		}
		if s := w.session("two"); s.State != SignedOut {
			t.Errorf("it is %s", s.State)
		}
	})
}

// Who goes away in the middle of adding a session leaves its name free.
func TestAdditionThatIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := running(t, time.Hour, "one")
		_, defs := w.files()
		def := defs["one"]
		def.Name = "two"
		for range 40 { // which of two things that are possible happens is left to chance
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, _, _ = w.k.Add(ctx, Addition{Definition: def, SignIn: &LoginRequest{Device: true}})
			synctest.Wait()
			w.k.post(func() {
				if e := w.k.entries["two"]; e != nil && e.login == nil {
					t.Fatal("the name is taken by nobody")
				}
			})
		}
	})
}

// A second addition of a name does not replace the first while that one's grant is being stored.
func TestAdditionBesideAConsentThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := running(t, time.Hour, "one")
		_, defs := w.files()
		def := defs["one"]
		def.Name = "two"
		w.k.post(func() {
			e, _, err := w.k.admitNew(def, Secret{}, true)
			if err != nil {
				t.Fatal(err)
			}
			e.login = &login{name: "two", e: e, def: def, cancel: func() {}, done: make(chan struct{})}
			close(e.login.done)
		})
		w.store.set(func() {
			w.store.hook = func(string) {
				if _, _, err := w.k.Add(t.Context(), Addition{Definition: def, SignIn: &LoginRequest{Device: true}}); err == nil {
					t.Error("the session that is just being added was replaced")
				}
			}
		})
		if err := w.consent("two"); err != nil {
			t.Fatal(err)
		}
		w.store.set(func() { w.store.hook = nil })
		w.renewsAs("two", "new")
		w.stop()
		w.start()
		w.renewsAs("two", "new")
	})
}

// What a sign-in brought lands in the store although it was told to have failed; what a renewal brought before waits in
// hand, and is older now. The session goes on with the newer one.
func TestStoreHoldsANewerGrantThanTheOneInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := running(t, time.Hour, "one")
		w.store.set(func() { w.store.fault = &storeError{"slow"} })
		_, _ = w.k.Refresh(t.Context(), "one", time.Second)
		landed := map[string][]byte{}
		w.store.set(func() { w.store.lost = func(key string, data []byte) { landed[key] = data } })
		if w.consent("one") == nil {
			t.Error("signed in although nothing could be stored")
		}
		w.store.set(func() {
			w.store.fault, w.store.lost = nil, nil
			w.store.data["id-one"], w.store.gen["id-one"] = landed["id-one"], 3
		})
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != Active || s.Generation < 3 {
			t.Errorf("the session is %s, %s, of generation %d", s.State, s.Reason, s.Generation)
		}
		w.renewsAs("one", "new")
	})
}

// After an older keychain was put back no generation is given a second time: a write of before may still be on its way.
func TestGenerationsGoOnAfterAnOlderKeychain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.server.rotate = false
		w.have("one")
		w.start()
		defer func() { w.stop() }()
		var old []byte
		var generation uint64
		w.store.set(func() { old, generation = w.store.data["id-one"], w.store.gen["id-one"] })
		time.Sleep(10 * time.Minute)
		was := w.session("one").Generation
		w.stop()
		w.store.set(func() { w.store.data["id-one"], w.store.gen["id-one"] = old, generation })
		w.start()
		if _, err := w.k.Resume(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if tok := w.token("one", TokenRequest{Wait: DefaultWait}); tok.Generation <= was {
			t.Errorf("generation %d is given again; %d was reached before", tok.Generation, was)
		}
	})
}

// The state of a removed session that cannot be deleted does not take the place of one that is added under its name.
func TestNameOfASessionWhoseStateStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := running(t, time.Minute, "one")
		time.Sleep(5 * time.Minute)
		_, defs := w.files()
		path := filepath.Join(w.dir, "state", "sessions", "id-one.json")
		if err := os.Rename(path, path+".kept"); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := w.k.Remove(t.Context(), "one"); err == nil {
			t.Error("all of the session was removed, it is said")
		}
		w.server.set(func() {
			w.server.families["new"] = &family{n: 1, consentAt: w.wall(), atExpires: map[string]time.Time{}}
		})
		if _, _, err := w.k.Add(t.Context(), Addition{Definition: defs["one"], RefreshToken: newSecret("new.rt1")}); err != nil {
			t.Fatal(err)
		}
		w.stop()
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".kept", path); err != nil {
			t.Fatal(err)
		}
		w.start()
		w.renewsAs("one", "new")
	})
}

// What waits in hand for the store is stored while the keeper stops, as long as that takes within its time.
func TestGrantInHandIsStoredWhenTheKeeperStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := running(t, time.Hour, "one")
		w.store.set(func() { w.store.fault = &storeError{"slow"} })
		_, _ = w.k.Refresh(t.Context(), "one", time.Second)
		time.AfterFunc(2*time.Second, func() { w.store.set(func() { w.store.fault = nil }) })
		w.stop()
		w.start()
		if s := w.session("one"); s.State != Active || s.Generation != 2 {
			t.Errorf("the session is %s, %s, of generation %d", s.State, s.Reason, s.Generation)
		}
		w.renewsAs("one", "one")
	})
}

// Who signs out while the keychain is away leaves no secret there for ever, and whoever signs in again loses none by it.
func TestSignOutWhileTheKeychainIsAway(t *testing.T) {
	for name, again := range map[string]bool{"for good": false, "and in again": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := running(t, time.Hour, "one")
				w.store.set(func() { w.store.fault = &storeError{"locked"} })
				w.k.KeychainChanged(t.Context(), "locked", "")
				if _, err := w.k.Logout(t.Context(), "one", true); err == nil {
					t.Error("the secret is deleted, it is said")
				}
				time.Sleep(time.Minute)
				w.store.set(func() { w.store.fault = nil })
				w.k.KeychainChanged(t.Context(), "ok", "")
				if again {
					if err := w.consent("one"); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(time.Minute)
				_, _, err := w.store.Load(t.Context(), "id-one")
				if s := w.session("one"); again != (err == nil) || again != (s.State == Active) {
					t.Errorf("the session is %s; its record: %v", s.State, err)
				}
			})
		})
	}
}

// A file that is broken while a renewal is under way stays told as broken when that ends.
func TestFileThatBreaksDuringARenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.server.latency = 5 * time.Second
		w.start()
		defer w.stop()
		time.Sleep(42 * time.Second)
		w.edit("one", func(def *config.Session) { def.WarnBefore = new(config.Duration(time.Second)) })
		w.k.Reload(t.Context())
		path := filepath.Join(w.dir, "config", "sessions", "one.toml")
		if err := os.WriteFile(path, []byte("client_id = "), 0o600); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		time.Sleep(10 * time.Second)
		if s := w.session("one"); s.State != Active || !strings.Contains(s.Detail, "one.toml") {
			t.Errorf("the session of a broken file is %s: %s", s.State, s.Detail)
		}
	})
}
