package session

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// full lets the store take nothing; what it gives ends that.
func (w *world) full() (room func()) {
	w.store.set(func() { w.store.fault = &storeError{"full"} })
	return func() { w.store.set(func() { w.store.fault = nil }) }
}

// undefinable lets the definition of "two" be written nowhere; what it gives ends that.
func (w *world) undefinable() (room func()) {
	w.t.Helper()
	path := filepath.Join(w.dir, "config", "sessions", "two.toml")
	if err := os.Mkdir(path, 0o700); err != nil {
		w.t.Fatal(err)
	}
	return func() { _ = os.Remove(path) }
}

// two is the definition of a session "two" at the provider of "one".
func (w *world) two() config.Session {
	w.t.Helper()
	_, defs := w.files()
	def := defs["one"]
	def.Name = "two"
	return def
}

// held is a sign-in whose grant nothing takes.
func (w *world) held(name string) {
	w.t.Helper()
	if err := w.consent(name); err == nil {
		w.t.Error("what the sign-in brought is said to be kept")
	}
}

// moves has the definition of "one", which is bound to its server, name another one, to which w.prov then leads.
func (w *world) moves() {
	w.edit("one", func(def *config.Session) { def.TokenURL = "https://other.test/token" })
	w.prov.TokenURL, w.prov.RevokeURL = "https://other.test/token", "https://other.test/revoke"
}

// bound is a world whose session "one" knows its server.
func bound(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, time.Hour)
	w.have("one")
	w.start()
	if err := w.consent("one"); err != nil {
		t.Fatal(err)
	}
	return w
}

// hosts collects where requests go.
func (w *world) hosts() (seen func() []string) {
	var mu sync.Mutex
	var hosts []string
	w.server.set(func() {
		w.server.fault = func(_ *server, r *http.Request, _ url.Values) (*http.Response, error, bool) {
			mu.Lock()
			defer mu.Unlock()
			hosts = append(hosts, r.URL.Host)
			return nil, nil, false
		}
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Compact(slices.Clone(hosts))
	}
}

// A grant that waits to be stored is revoked at the server that gave it, and at no other.
func TestLogoutWhileASignInWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bound(t)
		defer func() { w.stop() }()
		w.moves()
		w.k.Reload(t.Context())
		w.full()
		w.held("one")
		seen := w.hosts()
		out, _ := w.k.Logout(t.Context(), "one", false)
		if got := seen(); out.Remote != "revoked" || !slices.Equal(got, []string{"other.test"}) {
			t.Errorf("it is %s at %v", out.Remote, got)
		}
	})
}

// Who signs in once more while the refresh token of the first time waits to be stored, and gets none, for the provider
// gives one only once, keeps that of the first time.
func TestSecondSignInWhileTheFirstWaits(t *testing.T) {
	for name, before := range map[string]func(w *world){
		"to one that was refused": func(w *world) {
			w.server.set(func() { w.server.families["new"].revoked = true })
			w.refresh("one")
		},
		"to one that names another server": func(w *world) {
			w.moves()
			w.k.Reload(w.t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := bound(t)
				defer func() { w.stop() }()
				before(w)
				room := w.full()
				w.held("one")
				if err := w.brings("one", provider.Tokens{
					Access: newSecret("new.at"), ExpiresIn: time.Hour, Type: "Bearer",
				}); err == nil {
					t.Error("what has no refresh token is taken")
				}
				room()
				time.Sleep(maxNap)
				w.renewsAs("one", "new")
				if g, err := w.k.loadGrant("id-one"); err != nil || g.refresh.Empty() {
					t.Errorf("the refresh token of the first time is lost: %v", err)
				}
			})
		})
	}
}

// What a definition says otherwise than when its session was signed in to holds once the grant is stored.
func TestDefinitionIsEditedWhileASignInWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bound(t)
		defer func() { w.stop() }()
		room := w.full()
		w.held("one")
		w.edit("one", func(def *config.Session) { def.CheckURL = "https://fake.test/userinfo" })
		w.k.Reload(t.Context())
		time.Sleep(time.Minute)
		room()
		time.Sleep(maxNap)
		w.k.post(func() {
			if e := w.k.entries["one"]; e.prov == nil || e.prov.Check.URL != "https://fake.test/userinfo" {
				t.Errorf("the provider is %+v", e.prov)
			}
		})
		w.renewsAs("one", "new")
	})
}

// A session that could not be read is signed in to, which waits to be stored. What is read then takes the place of
// nothing that the sign-in brought, be it an older grant, another of the same generation, or the very one, which was
// stored after all.
func TestReadingWhileASignInWaits(t *testing.T) {
	for name, there := range map[string]func(w *world, waits *grant) *grant{
		"the one before": func(w *world, _ *grant) *grant {
			g, err := decodeGrant(w.store.data["id-one"], w.wall())
			if err != nil {
				w.t.Fatal(err)
			}
			return g
		},
		"another of its generation": func(_ *world, waits *grant) *grant {
			return &grant{generation: waits.generation, refresh: newSecret("one.rt1"), issuedAt: waits.issuedAt, expiresAt: waits.issuedAt}
		},
		"a newer one": func(_ *world, waits *grant) *grant {
			return &grant{generation: waits.generation + 3, refresh: newSecret("one.rt1"), issuedAt: waits.issuedAt, expiresAt: waits.issuedAt}
		},
		"the very one": func(_ *world, waits *grant) *grant { return waits },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := bound(t)
				defer func() { w.stop() }()
				w.stop()
				w.moves()
				room := w.full()
				w.start()
				w.held("one")
				var e *entry
				var g *grant
				w.k.post(func() { e, g = w.k.entries["one"], w.k.entries["one"].unsaved })
				g = there(w, g)
				data, err := g.encode()
				if err != nil {
					t.Fatal(err)
				}
				w.store.put("id-one", data, g.generation)
				w.k.post(func() { w.k.loadedGrant(e, g, secrets{}, nil) })
				room()
				time.Sleep(2 * maxNap)
				seen := w.hosts()
				w.renewsAs("one", "new")
				w.k.post(func() {
					if got := seen(); e.d.Bound != boundKey(e.def) || !slices.Equal(got, []string{"other.test"}) {
						t.Errorf("it is renewed at %v, and bound to %s", got, e.d.Bound)
					}
				})
			})
		})
	}
}

// While what belongs to a session that was added waits to be stored the user may do with it what can be done with any.
func TestAdditionThatWaitsIsChanged(t *testing.T) {
	added := func(w *world) config.Session {
		def := w.two()
		w.admit(def, "s")
		return def
	}
	begin := func(t *testing.T) *world {
		t.Helper()
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		return w
	}
	t.Run("another client secret", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			defer func() { w.stop() }()
			added(w)
			room := w.undefinable()
			w.held("two")
			if _, err := w.k.SetSecret(t.Context(), "two", newSecret("s2")); err != nil {
				t.Fatal(err)
			}
			room()
			time.Sleep(2 * maxNap)
			if s := w.session("two"); s.State != Active {
				t.Errorf("it is %s, %s: %s", s.State, s.Reason, s.Detail)
			}
			w.stop()
			w.start()
			w.renewsAs("two", "new")
			w.k.post(func() {
				if got := w.k.entries["two"].client.Secret.Reveal(); got != "s2" {
					t.Errorf("the client secret is %q", got)
				}
			})
		})
	})
	t.Run("another definition", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			defer func() { w.stop() }()
			def := added(w)
			room := w.full()
			w.held("two")
			def.Scopes = []string{"mail"}
			if _, _, err := w.k.Add(t.Context(), Addition{Definition: def}); err != nil {
				t.Fatal(err)
			}
			room()
			time.Sleep(2 * maxNap)
			_, defs := w.files()
			if got := defs["two"].Scopes; !slices.Equal(got, def.Scopes) || w.session("two").State != Active {
				t.Errorf("its scopes are %q, it is %s", got, w.session("two").State)
			}
		})
	})
	t.Run("until the keeper stops", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			defer func() { w.stop() }()
			added(w)
			room := w.undefinable()
			w.held("two")
			time.AfterFunc(2*time.Second, room)
			w.stop()
			if _, defs := w.files(); defs["two"].Name == "" {
				t.Error("it has no definition")
			}
			w.start()
			w.renewsAs("two", "new")
		})
	})
	for what, bar := range map[string]func(*world) func(){"store": (*world).full, "configuration": (*world).undefinable} {
		t.Run("signed out, "+what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t)
				defer func() { w.stop() }()
				added(w)
				room := bar(w)
				w.held("two")
				room()
				if _, err := w.k.Logout(t.Context(), "two", true); err != nil {
					t.Fatal(err)
				}
				w.k.Reload(t.Context())
				if s := w.session("two"); s.State != SignedOut {
					t.Errorf("it is %s, %s", s.State, s.Reason)
				}
				w.stop()
				w.start()
				if s := w.session("two"); s.State != SignedOut {
					t.Errorf("after a start it is %s, %s", s.State, s.Reason)
				}
			})
		})
		t.Run("removed, "+what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t)
				defer func() { w.stop() }()
				added(w)
				room := bar(w)
				w.held("two")
				_ = w.k.Remove(t.Context(), "two")
				room()
				time.Sleep(2 * maxNap)
				if _, err := w.k.Session("two"); err == nil {
					t.Error("it is back")
				}
			})
		})
	}
}
