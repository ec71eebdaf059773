package session

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/signin"
)

// ended has a sign-in end that began by itself.
func (w *world) ended(name string, kind signin.Kind) {
	w.t.Helper()
	if _, err := w.k.on(w.t.Context(), name, func(e *entry) error {
		l := &login{
			name: name, e: e, auto: true,
			started: make(chan struct{}), opening: make(chan struct{}), done: make(chan struct{}),
		}
		e.login = l
		w.k.endLogin(l, &signin.Error{Kind: kind})
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

// Who signs in with another account is told that, also after a restart, until the next sign-in ends.
func TestF32WrongAccountIsTheReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer func() { w.stop() }()
		w.server.revoke("one")
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded || s.Reason != ReasonRefused {
			t.Fatalf("the session is %s, %s; want sign_in_needed, refused", s.State, s.Reason)
		}
		w.ended("one", signin.KindWrongAccount)
		synctest.Wait()
		n, _ := w.screen.showing("session/one")
		if want := signInNotice(w.session("one"), ""); n.Title != want.Title || n.Body != want.Body {
			t.Errorf("the notice is %q, %q; want %q, %q", n.Title, n.Body, want.Title, want.Body)
		}
		w.stop()
		w.start()
		if s := w.session("one"); s.State != SignInNeeded || s.Reason != ReasonWrongAccount {
			t.Errorf("the session is %s, %s; want sign_in_needed, wrong_account", s.State, s.Reason)
		}
		w.ended("one", signin.KindCancelled)
		if s := w.session("one"); s.Reason != ReasonRefused {
			t.Errorf("after a sign-in that was given up the reason is %s; want refused", s.Reason)
		}
	})
}

func TestRevocationIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		w.server.revoke("one")
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded {
			t.Errorf("the session is %s; want sign_in_needed", s.State)
		}
		if w.server.seen().calls != 1 {
			t.Errorf("a refused token was sent %d times", w.server.seen().calls)
		}
		if n := w.screen.told(); len(n) != 1 || len(n[0].Actions) != 2 {
			t.Errorf("notices %+v; want one, with a button to sign in again", n)
		}
		w.stop()
		w.start()
		time.Sleep(time.Minute)
		w.stop()
		if w.server.seen().calls != 1 {
			t.Error("a refused token was sent again after a restart")
		}
		if _, ok := w.store.data["id-one"]; !ok {
			t.Error("a refused refresh token was deleted; want it kept")
		}
	})
}

// Behind a locked screen nobody is asked for anything, and once it is unlocked at once.
func TestF41NothingIsAskedBehindTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		lock := func(locked bool) {
			w.screen.mu.Lock()
			defer w.screen.mu.Unlock()
			w.screen.locked = locked
		}
		lock(true)
		w.server.revoke("one")
		time.Sleep(10 * time.Minute)
		if n := w.screen.told(); w.session("one").State != SignInNeeded || len(n) > 0 {
			t.Errorf("behind the lock it is %s and says %+v", w.session("one").State, n)
		}
		lock(false)
		time.Sleep(lockedPoll + time.Second)
		if n := w.screen.told(); len(n) != 1 || n[0].Session() != "one" {
			t.Errorf("unlocked it says %+v; want one notice", n)
		}
	})
}

func TestF22FiftyRevokedAtOnceAreOneNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		var names []string
		for i := range 50 {
			names = append(names, fmt.Sprintf("s%02d", i))
		}
		w.have(names...)
		w.start()
		defer w.stop()
		for _, name := range names {
			w.server.revoke(name)
		}
		time.Sleep(3 * time.Minute)
		group, ok := w.screen.showing(keyGroup)
		if !ok || !strings.Contains(group.Title, "50 sessions") {
			t.Errorf("the grouped notice is %+v (shown: %v); want one about 50 sessions", group, ok)
		}
		if n := w.screen.standing(); n > 4 {
			t.Errorf("%d notices are on the screen; want the grouped one and at most those that came before it", n)
		}
	})
}

// A sign-in's grant was stored and the keeper killed before it could note that: the refusal that was noted is of the grant
// before, and is not shown again while the keychain is locked.
func TestTROT5RefusalEndsWithItsGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		w.server.revoke("one")
		_, _ = w.k.Refresh(t.Context(), "one", DefaultWait)
		if s := w.session("one"); s.State != SignInNeeded {
			t.Fatalf("the session is %s", s.State)
		}
		w.stop()
		now := w.wall().Round(0)
		w.server.families["new"] = &family{n: 1, consentAt: now, atExpires: map[string]time.Time{"new.at": now.Add(time.Hour)}}
		g := &grant{
			generation: 2, refresh: newSecret("new.rt1"), access: newSecret("new.at"), issuedAt: now, expiresAt: now.Add(time.Hour),
			consentAt: now, account: Account{Sub: "one-sub"},
		}
		data, err := g.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.Save(t.Context(), "id-one", data, g.generation); err != nil {
			t.Fatal(err)
		}
		w.start()
		w.token("one", TokenRequest{})
		if _, err := w.k.Pause(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.k.Resume(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		w.stop()
		w.store.set(func() { w.store.fault = &storeError{"locked"} })
		w.start()
		defer func() { w.stop() }()
		if s := w.session("one"); s.State != KeychainLocked || s.Reason != "locked" {
			t.Errorf("the session is %s, %s; want keychain_locked", s.State, s.Reason)
		}
	})
}

// Neither the keychain nor the disk takes what a sign-in brought: it waits in hand, nobody is asked to sign in again
// meanwhile, and it is stored by itself, at the latest when the keeper stops.
func TestSignInThatNothingTakes(t *testing.T) {
	for name, before := range map[string]func(w *world){
		"to a session that works": func(*world) {},
		"to one that was refused": func(w *world) {
			w.server.revoke("one")
			_, _ = w.k.Refresh(w.t.Context(), "one", time.Second)
		},
		"to one that is signed out": func(w *world) {
			if _, err := w.k.Logout(w.t.Context(), "one", true); err != nil {
				w.t.Error(err)
			}
		},
		"to one that could not be read": func(w *world) {
			w.stop()
			w.store.set(func() { w.store.fault = &storeError{"full"} })
			w.start()
		},
	} {
		for end, until := range map[string]func(w *world){
			"there is room": func(w *world) {
				w.store.set(func() { w.store.fault = nil })
				time.Sleep(maxNap)
			},
			"the keeper stops": func(w *world) {
				time.AfterFunc(2*time.Second, func() { w.store.set(func() { w.store.fault = nil }) })
				w.stop()
				w.start()
			},
		} {
			t.Run(name+", until "+end, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, time.Hour)
					w.have("one")
					w.start()
					defer func() { w.stop() }()
					before(w)
					w.store.set(func() { w.store.fault = &storeError{"full"} })
					if err := w.consent("one"); err == nil {
						t.Error("what the sign-in brought is said to be kept")
					}
					time.Sleep(10 * time.Minute)
					if s := w.session("one"); s.State != KeychainLocked || s.Reason != "full" {
						t.Errorf("it is %s, %s", s.State, s.Reason)
					}
					var waits int
					w.k.post(func() { waits = w.k.queue.Waiting() })
					if waits > 0 {
						t.Error("the user is to sign in again")
					}
					until(w)
					synctest.Wait()
					if s := w.session("one"); s.State != Active {
						t.Errorf("it is %s, %s: %s", s.State, s.Reason, s.Detail)
					}
					w.renewsAs("one", "new")
				})
			})
		}
	}
}

// The definition names another server by the time at which what a sign-in brought can be stored: that server gets
// nothing of it, and the session works again when the definition is put back.
func TestSignInThatIsStoredAfterAnEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		var strayed atomic.Int64
		w.server.set(func() {
			w.server.fault = func(_ *server, r *http.Request, _ url.Values) (*http.Response, error, bool) {
				if r.URL.Host != "fake.test" {
					strayed.Add(1)
				}
				return nil, nil, false
			}
		})
		w.store.set(func() { w.store.fault = &storeError{"full"} })
		if err := w.consent("one"); err == nil {
			t.Error("what the sign-in brought is said to be kept")
		}
		w.edit("one", func(def *config.Session) { def.TokenURL = "https://thief.test/token" })
		w.k.Reload(t.Context())
		w.store.set(func() { w.store.fault = nil })
		time.Sleep(10 * time.Minute)
		if s := w.session("one"); s.State != SetupNeeded || s.Reason != ReasonSetupConfig || strayed.Load() > 0 {
			t.Errorf("it is %s, %s; %d requests went elsewhere", s.State, s.Reason, strayed.Load())
		}
		w.edit("one", func(def *config.Session) { def.TokenURL = w.prov.TokenURL })
		w.k.Reload(t.Context())
		w.renewsAs("one", "new")
	})
}
