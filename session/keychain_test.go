package session

import (
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
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

// recordError is a record that is of no use, in a keychain that is well.
type recordError struct{ *storeError }

func (recordError) KeychainDetail() string { return "Delete the entry." }

// A record that is of no use is told as that, and nobody is told that the keychain is full.
func TestKeychainHoldsSomethingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.store.fault = recordError{&storeError{"absent"}}
		w.start()
		defer w.stop()
		time.Sleep(time.Second)
		s := w.session("one")
		if s.State != KeychainLocked || s.Reason != "absent" || s.Detail != "Delete the entry." {
			t.Errorf("%s, %s, %q", s.State, s.Reason, s.Detail)
		}
		w.store.set(func() { w.store.fault = nil })
		time.Sleep(maxNap + time.Second)
		if s := w.session("one"); s.State != Active || s.Detail != "" {
			t.Errorf("afterwards: %s, %q", s.State, s.Detail)
		}
	})
}

// A disk that is full is not a keychain that is.
func TestF10FullDiskIsCalledThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		w.store.set(func() { w.store.ready = &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC} })
		time.Sleep(2 * time.Minute)
		_, err := w.k.Token(t.Context(), "one", TokenRequest{})
		if s := w.session("one"); s.Reason != "full" || s.Detail != words().folder || err == nil || err.Error() != words().folder {
			t.Errorf("%s, %s, %q, %v", s.State, s.Reason, s.Detail, err)
		}
		w.store.set(func() { w.store.ready = nil })
		time.Sleep(maxBackoff)
		if s := w.session("one"); s.State != Active {
			t.Errorf("with room again: %s, %s", s.State, s.Detail)
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

// Very many sessions that wait for a keychain make a few lines of the log, also over a long outage.
func TestKeychainOutageOfManyInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		log := &brittle{}
		w.log = slog.New(log)
		var names []string
		for n := range 300 {
			names = append(names, fmt.Sprint("s", n))
		}
		w.have(names...)
		w.store.set(func() { w.store.fault = &storeError{"locked"} })
		w.start()
		defer w.stop()
		time.Sleep(30 * time.Minute)
		w.store.set(func() { w.store.fault = nil })
		w.k.KeychainChanged(t.Context(), "ok", "")
		w.token("s7", TokenRequest{Wait: time.Second})
		w.store.set(func() { w.store.fault = &storeError{"slow"} })
		time.Sleep(30 * time.Minute) // all renew in it
		var told []string
		log.mu.Lock()
		defer log.mu.Unlock()
		for _, line := range log.lines {
			if strings.HasPrefix(line, "the keychain cannot be used") {
				told = append(told, line)
			}
		}
		if n := len(told); n < 2 || n > 35 || !strings.Contains(told[0], "sessions=300") {
			t.Errorf("%d lines; the first: %q", n, told[:min(1, n)])
		}
	})
}
