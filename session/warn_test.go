package session

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWarningOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.server.endIn = 20 * time.Minute
		w.have("one")
		end := w.wall().Add(w.server.endIn)
		w.start()
		time.Sleep(10 * time.Minute)
		w.stop() // also over a restart
		w.start()
		defer func() { w.stop() }()
		_, events := w.k.Subscribe(t.Context())
		time.Sleep(6 * time.Minute)
		var warned []shownNotice
		for _, n := range w.screen.told() {
			if n.Key == "session/one" {
				warned = append(warned, n)
			}
		}
		if len(warned) != 1 {
			t.Fatalf("%d warnings; want one", len(warned))
		}
		if late := warned[0].at.Sub(end.Add(-5 * time.Minute)); late.Abs() > 2*time.Second {
			t.Errorf("warned %v after the mark; want within the second that the provider rounds to", late)
		}
		if len(warned[0].Actions) != 2 || !strings.Contains(warned[0].Title, "5 min") {
			t.Errorf("the notice is %+v", warned[0].Notice)
		}
		if s := w.session("one"); s.State != Expiring {
			t.Errorf("the session is %s; want expiring", s.State)
		}
		w.stop()
		w.start()
		time.Sleep(2 * time.Minute)
		if got := kinds(events, EventWarning); got != "end" {
			t.Errorf("warnings %q; want one for this deadline, also over a restart", got)
		}
		time.Sleep(4 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded || s.Reason != ReasonExpired {
			t.Errorf("after its end the session is %s, %s; want sign_in_needed, expired", s.State, s.Reason)
		}
	})
}

func TestIdleLimitIsNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.server.endIn, w.server.sliding = 10*time.Minute, true
		w.have("one")
		w.start()
		defer w.stop()
		time.Sleep(3 * time.Hour)
		if n := len(w.screen.told()); n > 0 {
			t.Errorf("%d notices about a session that renewal keeps alive: %q", n, w.screen.told()[0].Title)
		}
		if s := w.session("one"); s.State != Active {
			t.Errorf("the session is %s; want active", s.State)
		}
	})
}
