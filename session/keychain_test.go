package session

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestKeychainLockedAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.store.set(func() { w.store.fault = &storeError{"locked"} })
		w.start()
		defer w.stop()
		w.k.KeychainChanged(t.Context(), "locked", "locked")
		time.Sleep(time.Minute)
		s := w.session("one")
		if s.State != KeychainLocked || s.Account.Sub != "one-sub" || s.AccessExpiresAt.IsZero() {
			t.Errorf("while the keychain is locked the session is %+v", s)
		}
		if len(w.screen.told()) > 0 {
			t.Errorf("a locked keychain after log-in is not waited for quietly: %v", w.screen.told()[0].Title)
		}
		w.store.set(func() { w.store.fault = nil })
		w.k.KeychainChanged(t.Context(), "ok", "")
		w.token("one", TokenRequest{Wait: time.Second})
		if w.server.seen().calls > 0 {
			t.Error("a stored token that is valid was renewed early")
		}
	})
}

// A keychain that refuses is told of in one notice, which goes when it is open.
func TestKeychainThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one", "two")
		w.start()
		defer w.stop()
		for _, state := range []string{"locked", "denied", "denied", "locked", "denied"} {
			w.k.KeychainChanged(t.Context(), state, "")
			time.Sleep(time.Minute)
			if n := w.screen.standing(); n > 1 {
				t.Errorf("%d notices stand", n)
			}
		}
		if _, ok := w.screen.showing(keyKeychain); !ok {
			t.Error("nobody was told that the keychain refuses")
		}
		w.k.KeychainChanged(t.Context(), "ok", "")
		time.Sleep(time.Second)
		if n := w.screen.standing(); n > 0 {
			t.Errorf("%d notices stand although the keychain is open", n)
		}
	})
}

// What a keeper that was killed left on the screen does not stand for ever.
func TestNoticeOfAKeeperBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		if err := w.screen.Notify(t.Context(), keychainNotice("denied", "")); err != nil {
			t.Fatal(err)
		}
		w.start()
		defer w.stop()
		if n := w.screen.standing(); n > 0 {
			t.Error("the notice stands although the keychain is open")
		}
	})
}
