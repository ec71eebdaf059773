package e2e

import (
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
	"sessionkeeper/ui/desktop/desktoptest"
)

// saver is a screen saver.
type saver struct{ active atomic.Bool }

// GetActive is that of org.freedesktop.ScreenSaver.
func (s *saver) GetActive() (bool, *dbus.Error) { return s.active.Load(), nil }

// Behind a locked screen no page opens; when it is unlocked one does. Programs get their tokens all the while, and when the
// desktop's bus has gone. Who logs out and in again loses no session.
func TestF41LockedScreenAndLogOut(t *testing.T) {
	t.Parallel()
	options := authserver.Options{
		AccessTTL: 6 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationStrict,
	}
	p, other := authservertest.Start(t, options), authservertest.Start(t, options)
	ring := keychaintest.Start(t)
	conn, err := dbus.Connect(ring.Vars()["DBUS_SESSION_BUS_ADDRESS"])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var lock saver
	if err := conn.Export(&lock, "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"); err != nil {
		t.Fatal(err)
	}
	desktoptest.Own(t, conn, "org.freedesktop.ScreenSaver")
	h := newHome(t, ring.Env()...)
	h.serve()
	h.must("add", "one", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	h.must("add", "two", "--issuer", other.Issuer(), "--client-id", "demo", "--scope", "openid")
	given := func(when string) {
		t.Helper()
		if err := h.handsOut("two", other.Issuer()+"/userinfo"); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
	}

	opened := len(h.tabs())
	lock.active.Store(true)
	p.RevokeAll()
	h.until("the refusal", patience, func() bool { return h.session("one").State == session.SignInNeeded })
	began := h.session("two").Generation
	h.until("renewals behind the lock", patience, func() bool {
		given("behind the lock")
		return h.session("two").Generation >= began+3
	})
	if n := len(h.tabs()) - opened; n != 0 {
		t.Errorf("%d pages opened behind the lock", n)
	}
	lock.active.Store(false)
	h.until("the page, unlocked", patience, func() bool { return len(h.tabs()) == opened+1 })
	h.until("the sign-in", patience, func() bool { return h.session("one").State == session.Active })

	for _, keyringFirst := range []bool{true, false} { // nobody says in which order all ends at a log-out
		if keyringFirst {
			ring.Stop()
			given("without a keyring")
		}
		h.term()
		ring.Restart()
		h.serve()
		given("logged in again")
		h.until("all to be well", patience, func() bool {
			return h.session("one").State == session.Active && h.session("two").State == session.Active
		})
	}
	ring.StopBus()
	given("without a bus")
	h.term()
	if n := len(h.tabs()) - opened; n != 1 {
		t.Errorf("%d pages opened; want that of the revocation", n)
	}
	for _, log := range []authserver.Log{p.Log(), other.Log()} {
		if log.DoubleSends > 0 || log.ReuseDetected > 0 {
			t.Errorf("%d double sends, %d reuses", log.DoubleSends, log.ReuseDetected)
		}
	}
}

// term tells the keeper to end, which has to end well.
func (h *home) term() {
	h.t.Helper()
	h.signal(syscall.SIGTERM)
	if err := h.keeper.Wait(); err != nil {
		h.t.Errorf("told to end, the keeper ended with %v", err)
	}
	h.keeper = nil
}
