package session

import (
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
)

// adds is a way to add the session "two", whose tokens are of the family "new".
type adds func(w *world, def config.Session) error

// waysToAdd are those that bring tokens.
func waysToAdd() map[string]adds {
	return map[string]adds{
		"with a refresh token": func(w *world, def config.Session) error {
			w.server.set(func() {
				w.server.families["new"] = &family{n: 1, consentAt: w.wall(), atExpires: map[string]time.Time{}}
			})
			_, _, err := w.k.Add(w.t.Context(), Addition{
				Definition: def, ClientSecret: newSecret("s"), RefreshToken: newSecret("new.rt1"),
			})
			return err
		},
		"by a sign-in": func(w *world, def config.Session) error {
			w.admit(def, "s")
			return w.consent("two")
		},
	}
}

// admit makes the entry of a session that is being added by a sign-in, as far as that has come when its page is shown.
func (w *world) admit(def config.Session, secret string) {
	w.t.Helper()
	w.k.post(func() {
		e, _, err := w.k.admitNew(def, newSecret(secret), true)
		if err != nil {
			w.t.Error(err)
			return
		}
		e.login = &login{name: def.Name, e: e, def: def, cancel: func() {}, done: make(chan struct{})}
		close(e.login.done)
	})
}

// The keychain is locked, and what it is given waits on disk for it: a session with a client secret is added all the
// same, and its tokens are not given up for the secret's sake.
func TestAdditionWhileTheKeychainIsLocked(t *testing.T) {
	for name, add := range waysToAdd() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				w.have("one")
				w.start()
				defer func() { w.stop() }()
				def := w.two()
				w.store.set(func() { w.store.away = &storeError{"locked"} })
				if err := add(w, def); err != nil {
					t.Fatal(err)
				}
				w.stop()
				w.store.set(func() { w.store.away = nil })
				w.start()
				w.renewsAs("two", "new")
				w.k.post(func() {
					if got := w.k.entries["two"].client.Secret.Reveal(); got != "s" {
						t.Errorf("the client secret is %q", got)
					}
				})
			})
		})
	}
}

// Neither the keychain nor the disk takes what the provider gave for a session that is being added. It waits in hand, is
// shown as what waits for the keychain, over a reading of the files, and becomes durable by itself.
func TestAdditionThatNothingTakes(t *testing.T) {
	for way, add := range waysToAdd() {
		for what, full := range map[string]func(w *world) (room func()){
			"store": (*world).full, "configuration": (*world).undefinable,
		} {
			t.Run(way+", "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, time.Hour)
					w.have("one")
					w.start()
					defer func() { w.stop() }()
					def := w.two()
					room := full(w)
					if err := add(w, def); err == nil {
						t.Error("it is said to be added")
					}
					w.k.Reload(t.Context())
					time.Sleep(time.Minute)
					if s := w.session("two"); s.State != KeychainLocked || s.Reason != "full" {
						t.Errorf("it is %s, %s", s.State, s.Reason)
					}
					again := Addition{Definition: def, RefreshToken: newSecret("new.rt1")}
					if _, _, err := w.k.Add(t.Context(), again); err == nil {
						t.Error("it is added once more")
					}
					room()
					time.Sleep(maxNap)
					synctest.Wait()
					if s := w.session("two"); s.State != Active {
						t.Errorf("30 s after there is room it is %s, %s: %s", s.State, s.Reason, s.Detail)
					}
					w.k.Reload(t.Context())
					w.renewsAs("two", "new")
					w.stop()
					w.start()
					w.renewsAs("two", "new")
				})
			})
		}
	}
}
