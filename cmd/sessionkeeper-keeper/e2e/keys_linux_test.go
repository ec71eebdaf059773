package e2e

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// startKept starts a keeper with one session at a provider that takes every refresh token once.
func startKept(t *testing.T, ring *keychaintest.Desktop) *home {
	t.Helper()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	h := newHome(t, ring.Env()...)
	h.serve()
	h.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--scope", "offline_access")
	return h
}

func (h *home) keychain() client.Keychain {
	h.t.Helper()
	var k client.Keychain
	if err := json.Unmarshal([]byte(h.must("keychain", "--json")), &k); err != nil {
		h.t.Fatal(err)
	}
	return k
}

// served wants a token to be handed out.
func (h *home) served(when string) {
	h.t.Helper()
	if out, errs, code := h.run("token", "work"); code != 0 || out == "" {
		h.t.Errorf("a token %s: exit %d, %s", when, code, errs)
	}
}

// TestTROT2OutageOverCrash rotates the token while the keychain is locked and kills the keeper: the provider takes the
// next refresh, which it would not with the token from before.
func TestTROT2OutageOverCrash(t *testing.T) {
	t.Parallel()
	ring := keychaintest.Start(t)
	h := startKept(t, ring)
	generation := h.session("work").Generation
	ring.Lock()
	h.until("the keeper sees that the keychain is locked", patience, func() bool { return h.keychain().State == "locked" })
	h.must("refresh", "work")
	if k := h.keychain(); k.Spilled != 1 {
		t.Errorf("the keychain is %+v; want one record that waits", k)
	}
	h.served("while the keychain is locked")
	h.kill(syscall.SIGKILL)
	h.serve()
	if s := h.session("work"); s.State != session.KeychainLocked {
		t.Errorf("after a crash with a locked keychain it is %s; want keychain_locked", s.State)
	}
	h.kill(syscall.SIGKILL) // and once more, for good measure
	h.serve()
	ring.Unlock()
	h.until("the record is moved", patience, func() bool {
		k := h.keychain()
		return k.State == "ok" && k.Spilled == 0 && h.session("work").State == session.Active
	})
	h.must("refresh", "work")
	if s := h.session("work"); s.State != session.Active || s.Generation < generation+2 {
		t.Errorf("it is %s, generation %d after %d; want two renewals", s.State, s.Generation, generation)
	}
	if n := len(h.tabs()); n > 1 {
		t.Errorf("%d pages were opened; want the first sign-in's alone", n)
	}
}

// TestF10RefreshWaitsForRoom lets the keeper write no file any more: the token in hand is served, nothing is sent that
// could not be kept, and all is well once there is room.
func TestF10RefreshWaitsForRoom(t *testing.T) {
	t.Parallel()
	h := startKept(t, keychaintest.Start(t))
	h.must("keychain", "move", "--to", "sealed")
	generation := h.session("work").Generation
	limit := func(size uint64) {
		t.Helper()
		err := unix.Prlimit(h.keeper.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(0)
	_, errs, code := h.run("refresh", "work")
	if code != 5 || !strings.Contains(errs, "full") {
		t.Errorf("refresh without room: exit %d, %s; want 5 and what to do", code, errs)
	}
	h.served("without room on the disk")
	if s := h.session("work"); s.Generation != generation {
		t.Errorf("generation %d without room; want %d", s.Generation, generation)
	}
	limit(unix.RLIM_INFINITY)
	h.until("it is renewed", patience, func() bool {
		_, _, code := h.run("refresh", "work")
		return code == 0 && h.session("work").Generation > generation
	})
	if s := h.session("work"); s.State != session.Active {
		t.Errorf("with room again it is %s", s.State)
	}
}
