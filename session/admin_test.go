package session

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestPauseAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		if s, err := w.k.Pause(t.Context(), "one"); err != nil || s.State != Paused {
			t.Fatalf("paused: %s, %v", s.State, err)
		}
		time.Sleep(10 * time.Minute)
		if w.server.seen().calls > 0 {
			t.Errorf("a paused session was refreshed %d times", w.server.seen().calls)
		}
		_, err := w.k.Token(t.Context(), "one", TokenRequest{})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodePaused {
			t.Errorf("the answer is %v; want paused", err)
		}
		if s, err := w.k.Resume(t.Context(), "one"); err != nil || s.State == Paused {
			t.Fatalf("resumed: %s, %v", s.State, err)
		}
		w.token("one", TokenRequest{Wait: DefaultWait})
	})
}

func TestLogoutRevokesAndForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one", "gone")
		w.start()
		defer w.stop()
		out, err := w.k.Logout(t.Context(), "one", false)
		if err != nil || out.Remote != "revoked" || out.Session.State != SignedOut {
			t.Fatalf("signed out: %+v, %v", out, err)
		}
		if !w.server.families["one"].revoked {
			t.Error("the grant was not revoked at the provider")
		}
		w.server.set(func() {
			w.server.fault = func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
				return nil, errors.New("no route to host"), true
			}
		})
		out, err = w.k.Logout(t.Context(), "gone", false)
		if err != nil || out.Remote != "unreachable" || out.Detail == "" {
			t.Errorf("signed out without a provider: %+v, %v", out, err)
		}
		if len(w.store.data) > 0 {
			t.Errorf("%d records are left in the store", len(w.store.data))
		}
	})
}

func TestRemoveLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		if err := w.k.Remove(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.k.Session("one"); err == nil {
			t.Error("a removed session is still there")
		}
		w.stop()
		if left, _ := os.ReadDir(w.dir + "/state/sessions"); len(left) > 0 || len(w.store.data) > 0 {
			t.Errorf("left behind: %v and %d records", left, len(w.store.data))
		}
	})
}
