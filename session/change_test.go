package session

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// files opens the definitions as an editor would.
func (w *world) files() (*config.Dir, map[string]config.Session) {
	w.t.Helper()
	dir, err := config.Open(w.dir + "/config")
	if err != nil {
		w.t.Fatal(err)
	}
	defs, faults := dir.Sessions()
	if len(faults) > 0 {
		w.t.Fatal(faults)
	}
	return dir, defs
}

// An editor that deletes and writes anew while a renewal is in flight.
func TestFileThatVanishesForAMomentDuringARenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		time.Sleep(2 * time.Minute)
		w.server.set(func() { w.server.latency = 5 * time.Second })
		w.start()
		defer w.stop()
		time.Sleep(time.Second)
		dir, defs := w.files()
		if err := dir.Remove("one"); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		if err := dir.Save(defs["one"]); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		time.Sleep(30 * time.Second)
		w.token("one", TokenRequest{Wait: DefaultWait})
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// A grant is bound to the server and the client that it came from: whoever edits the file does not get it.
func TestEditedServerGetsNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one", "two")
		w.start()
		defer func() { w.stop() }()
		for _, name := range []string{"one", "two"} { // as after a sign-in
			if _, err := w.k.on(t.Context(), name, func(e *entry) error {
				e.d.Bound = boundKey(e.def)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		var strayed atomic.Int64
		w.server.set(func() {
			w.server.fault = func(_ *server, r *http.Request, form url.Values) (*http.Response, error, bool) {
				if r.URL.Host != "fake.test" || form.Get("client_id") == "other" {
					strayed.Add(1)
				}
				return nil, nil, false
			}
		})
		dir, defs := w.files()
		one, two := defs["one"], defs["two"]
		one.TokenURL, two.ClientID = "https://thief.test/token", "other"
		for _, def := range []config.Session{one, two} {
			if err := dir.Save(def); err != nil {
				t.Fatal(err)
			}
		}
		w.k.Reload(t.Context())
		time.Sleep(10 * time.Minute)
		for _, name := range []string{"one", "two"} {
			if s := w.session(name); s.State != SetupNeeded || s.Reason != ReasonSetupConfig {
				t.Errorf("%s is %s, %s; want setup_needed, config", name, s.State, s.Reason)
			}
		}
		if _, err := w.k.Refresh(t.Context(), "one", time.Second); err == nil {
			t.Error("a refresh on demand overrode it")
		}
		if _, err := w.k.Token(t.Context(), "two", TokenRequest{}); err == nil {
			t.Error("a token was handed out")
		}
		w.stop()
		w.start() // it holds over a restart
		time.Sleep(10 * time.Minute)
		if strayed.Load() > 0 {
			t.Errorf("%d requests went to another server or client", strayed.Load())
		}
		for _, name := range []string{"one", "two"} {
			if err := dir.Save(defs[name]); err != nil {
				t.Fatal(err)
			}
		}
		w.k.Reload(t.Context())
		for _, name := range []string{"one", "two"} {
			w.token(name, TokenRequest{Wait: DefaultWait})
		}
	})
}

func TestEditDuringAProbeLeavesTheIssuerFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one", "two")
		time.Sleep(2 * time.Minute)
		w.server.set(func() { w.server.fault = status(503, "x"); w.server.latency = 5 * time.Second })
		w.start()
		defer w.stop()
		who := ""
		for who == "" {
			time.Sleep(50 * time.Millisecond)
			if err := w.k.call(t.Context(), func() {
				for name, e := range w.k.entries {
					if e.busy && w.k.issuerOf(e).probing {
						who = name
					}
				}
			}); err != nil {
				t.Fatal(err)
			}
		}
		dir, defs := w.files()
		def := defs[who]
		def.Scopes, def.CheckURL = []string{"more"}, "https://fake.test/check"
		if err := dir.Save(def); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		time.Sleep(20 * time.Second)
		w.server.set(func() { w.server.fault = nil; w.server.latency = 20 * time.Millisecond })
		time.Sleep(time.Hour)
		for _, name := range []string{"one", "two"} {
			w.token(name, TokenRequest{Wait: DefaultWait})
		}
		if err := w.k.call(t.Context(), func() {
			for key, i := range w.k.issuers {
				if i.probing || i.inFlight != 0 {
					t.Errorf("issuer %q is left with %d in flight, probing %v", key, i.inFlight, i.probing)
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNameThatIsAddedAgainKeepsItsNewGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		time.Sleep(10 * time.Minute)
		dir, defs := w.files()
		if err := dir.Remove("one"); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		w.server.set(func() {
			w.server.families["new"] = &family{n: 1, consentAt: w.wall(), atExpires: map[string]time.Time{}}
		})
		if _, _, err := w.k.Add(t.Context(), Addition{Definition: defs["one"], RefreshToken: newSecret("new.rt1")}); err != nil {
			t.Fatal(err)
		}
		w.stop()
		w.start()
		defer w.stop()
		if tok := w.token("one", TokenRequest{Wait: DefaultWait}); tok.Access.Reveal()[:4] != "new." {
			t.Error("after a restart the old grant is back")
		}
	})
}

func TestWhatTheProviderGaveIsStoredWhenTheKeeperStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		w.store.set(func() { w.store.fault = &storeError{"full"} })
		time.Sleep(10 * time.Minute) // renewed, but nowhere durable, and deep in the backoff
		w.store.set(func() { w.store.fault = nil })
		w.stop()
		w.start()
		defer w.stop()
		w.token("one", TokenRequest{Wait: DefaultWait})
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

func TestLoadIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.store.set(func() { w.store.fault = &storeError{"slow"} })
		w.start()
		defer w.stop()
		w.store.set(func() { w.store.fault = nil }) // and nobody says so
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != Active {
			t.Errorf("the session is %s; want active", s.State)
		}
	})
}

// Another keychain than before does not hold the grant. That is not signed out.
func TestGrantThatIsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		own := w.store
		w.store = newMemory()
		w.start()
		time.Sleep(time.Minute)
		if s := w.session("one"); s.State != KeychainLocked || s.Reason != "absent" || s.Detail != words().elsewhere {
			t.Errorf("the session is %s, %s, %q", s.State, s.Reason, s.Detail)
		}
		w.stop()
		w.store = own
		w.start()
		defer w.stop()
		w.token("one", TokenRequest{Wait: DefaultWait})
	})
}

// The check is right, and the provider fails: it is not turned off for refusing the same token twice.
func TestCheckThatIsRightStaysOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.set.CheckEvery = config.Duration(5 * time.Minute)
		w.prov.Check = provider.Check{Kind: provider.CheckUserinfo, URL: "https://fake.test/userinfo"}
		w.have("one")
		w.start()
		defer w.stop()
		w.server.set(func() { w.server.fault = status(503, "x") })
		w.server.revoke("one")
		time.Sleep(20 * time.Minute)
		if _, shown := w.screen.showing("check/one"); shown {
			t.Error("the check was turned off although it was right")
		}
		w.server.set(func() { w.server.fault = nil })
		time.Sleep(20 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded || !s.UsableUntil.IsZero() {
			t.Errorf("the session is %s, usable until %v; want sign_in_needed and a dead token", s.State, s.UsableUntil)
		}
	})
}

// One that asks for more life than is left gets what there is while the provider is down, and drives nothing.
func TestCallersWithAValidTokenDriveNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.server.set(func() { w.server.fault = status(503, "x") })
		w.start()
		defer w.stop()
		time.Sleep(52 * time.Minute)
		w.server.set(func() { w.server.count = tally{} })
		for range 3 {
			began := time.Now()
			if _, err := w.k.Token(t.Context(), "one", TokenRequest{MinTTL: 30 * time.Minute, Wait: 30 * time.Second}); err != nil {
				t.Error(err)
			}
			if waited := time.Since(began); waited > 5*time.Second {
				t.Errorf("waited %v with a valid token in hand", waited)
			}
		}
		if n := w.server.seen().calls; n > 3 {
			t.Errorf("%d tries for callers who have a token", n)
		}
	})
}

// Removing a session beside another act on it lets that one go.
func TestRemoveBesideLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.server.set(func() { w.server.latency = time.Second })
		w.start()
		defer w.stop()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = w.k.Logout(t.Context(), "one", false)
		}()
		_ = w.k.Remove(t.Context(), "one")
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Error("the sign-out hangs")
		}
	})
}

// Reading the files beside an addition takes no new session for one whose file is gone.
func TestReloadBesideAdditions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.start()
		defer w.stop()
		_, events := w.k.Subscribe(t.Context())
		var work, reloads sync.WaitGroup
		var added atomic.Bool
		for range 4 {
			reloads.Go(func() {
				for !added.Load() {
					w.k.Reload(t.Context())
				}
			})
		}
		for i := range 4 {
			work.Go(func() {
				for j := range 10 {
					def := config.Session{
						Name: fmt.Sprintf("s%d-%d", i, j), AuthorizeURL: w.prov.AuthorizeURL, TokenURL: w.prov.TokenURL, ClientID: "desk",
					}
					if _, _, err := w.k.Add(t.Context(), Addition{Definition: def}); err != nil {
						t.Errorf("adding %s: %v", def.Name, err)
					}
				}
			})
		}
		work.Wait()
		added.Store(true)
		reloads.Wait()
		if n := len(w.k.Sessions()); n != 40 {
			t.Errorf("%d sessions are there; want all 40", n)
		}
		for len(events) > 0 {
			if ev := <-events; ev.Type == EventRemoved {
				t.Errorf("%s went away for a while", ev.Session)
			}
		}
	})
}

// A session that is removed beside a reading of the files does not come back.
func TestReloadBesideRemovals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		var names []string
		for i := range 40 {
			names = append(names, fmt.Sprintf("s%d", i))
		}
		w.have(names...)
		w.start()
		defer w.stop()
		var reloads sync.WaitGroup
		var removed atomic.Bool
		for range 4 {
			reloads.Go(func() {
				for !removed.Load() {
					w.k.Reload(t.Context())
				}
			})
		}
		for _, name := range names {
			if err := w.k.Remove(t.Context(), name); err != nil {
				t.Errorf("removing %s: %v", name, err)
			}
		}
		removed.Store(true)
		reloads.Wait()
		if n := len(w.k.Sessions()); n > 0 {
			t.Errorf("%d sessions came back", n)
		}
	})
}
