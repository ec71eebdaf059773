package e2e

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
	"sessionkeeper/ui/desktop/desktoptest"
)

// A session that comes to its end is announced once, also over a kill; the button on the notice signs in again, and
// then the notice is gone.
func TestWarningAndItsButton(t *testing.T) {
	t.Parallel()
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 5 * time.Second, SessionTTL: 5 * time.Minute, AutoApprove: true, Rotation: authserver.RotationStrict,
	})
	ring := keychaintest.Start(t)
	daemon := desktoptest.StartNotifications(t, &desktoptest.Bus{Address: ring.Vars()["DBUS_SESSION_BUS_ADDRESS"]})
	h := newHome(t, ring.Env()...)
	h.serve()
	h.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--warn-before", "4m50s")
	if s := h.session("work"); s.EndsAt.IsZero() || !s.WarnAt.Equal(s.EndsAt.Add(-290*time.Second)) {
		t.Fatalf("ends at %v, warned at %v; want 4m50s between them", s.EndsAt, s.WarnAt)
	}
	warning := daemon.Wait(t, func(n desktoptest.Notice) bool { return strings.Contains(n.Title, "work ends in") })
	if !slices.Contains(warning.Actions, "Sign in again") || warning.Body == "" {
		t.Errorf("the warning is %+v; want a button and a sentence that makes sense without it", warning)
	}
	if s := h.session("work"); s.State != session.Expiring {
		t.Errorf("the session is %s; want expiring", s.State)
	}
	h.kill(syscall.SIGKILL)
	h.serve()
	h.until("the session to be renewed after the kill", patience, func() bool {
		_, err := h.token("work", 5*time.Second)
		return err == nil
	})
	if n := len(daemon.Notices()); n != 1 {
		t.Errorf("%d notices after a kill; want the one", n)
	}
	h.kill(syscall.SIGTERM)
	h.serve()
	h.until("the state to be as it was", patience, func() bool { return h.session("work").State == session.Expiring })

	// A sign-in that the user starts brings a new deadline, which arms the warning anew.
	opened := len(h.tabs())
	h.must("login", "work")
	if n := len(h.tabs()); n != opened+1 {
		t.Errorf("login opened %d pages; want one", n-opened)
	}
	if s := h.session("work"); s.State != session.Active {
		t.Errorf("after the sign-in the session is %s; want active", s.State)
	}
	again := daemon.Wait(t, func(n desktoptest.Notice) bool {
		return strings.Contains(n.Title, "work ends in") && n.ID != warning.ID
	})
	opened = len(h.tabs())
	daemon.Press(t, again.ID, "sign_in")
	h.until("the button to sign in", patience, func() bool {
		return len(h.tabs()) == opened+1 && h.session("work").State == session.Active
	})
	t.Attr("real", "gnome-keyring")
}
