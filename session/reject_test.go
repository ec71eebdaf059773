package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// reject reports a token of the session "one".
func (w *world) reject(generation uint64) {
	w.t.Helper()
	if _, err := w.k.Reject(w.t.Context(), "one", generation); err != nil {
		w.t.Fatal(err)
	}
}

// took gives the generation that an asker gets who waits this long, and how long that took.
func (w *world) took(name string, wait time.Duration) (uint64, time.Duration) {
	w.t.Helper()
	begun := time.Now()
	tok, err := w.k.Token(context.Background(), name, TokenRequest{Wait: wait})
	if err != nil {
		w.t.Fatalf("token %s: %v", name, err)
	}
	return tok.Generation, time.Since(begun)
}

// Who reports a token as rejected and asks again does not get the same one, where there is a better one to be had.
func TestAskingAgainAfterARejection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one", "two")
		w.server.set(func() { w.server.latency = 3 * time.Second })
		w.start()
		defer w.stop()
		w.reject(1)
		if n, d := w.took("one", 0); n != 1 || d != 0 {
			t.Errorf("who does not wait got generation %d after %v; want the token in hand at once", n, d)
		}
		if n, d := w.took("one", time.Second); n != 1 || d != time.Second {
			t.Errorf("who waits a second got generation %d after %v; want the token in hand after it", n, d)
		}
		if n, d := w.took("two", DefaultWait); n != 1 || d != 0 {
			t.Errorf("another session's token has generation %d after %v; want it at once", n, d)
		}
		if n, d := w.took("one", DefaultWait); n != 2 || d != 2*time.Second {
			t.Errorf("who waits got generation %d after %v; want the renewed one as soon as it is there", n, d)
		}
		w.reject(2)
		if n, d := w.took("one", DefaultWait); n != 2 || d != 0 {
			t.Errorf("within the floor: generation %d after %v; want the newest at once", n, d)
		}
		w.reject(1)
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("%d refreshes; want 1", n)
		}
		time.Sleep(maxFloor)
		w.reject(2)
		if n, d := w.took("one", DefaultWait); n != 3 || d != 3*time.Second {
			t.Errorf("after the floor: generation %d after %v; want the next", n, d)
		}
	})
}

// The renewal under way for another reason will do as well.
func TestRejectionWhileARenewalIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.server.set(func() { w.server.latency = 3 * time.Second })
		w.start()
		defer w.stop()
		forced := make(chan error, 1)
		go func() {
			_, err := w.k.Refresh(t.Context(), "one", DefaultWait)
			forced <- err
		}()
		synctest.Wait()
		if n, d := w.took("one", DefaultWait); n != 1 || d != 0 {
			t.Errorf("generation %d after %v; want nobody to wait for a renewal without need", n, d)
		}
		w.reject(1)
		if n, d := w.took("one", DefaultWait); n != 2 || d != 3*time.Second {
			t.Errorf("generation %d after %v; want the renewed one", n, d)
		}
		if err := <-forced; err != nil || w.server.seen().calls != 1 {
			t.Errorf("%d refreshes, %v; want the one", w.server.seen().calls, err)
		}
	})
}

// A rejection costs the others nothing where no renewal can follow from it soon.
func TestRejectionWithoutARenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.server.set(func() { w.server.fault = status(429, "slow", "Retry-After", "600") })
		w.start()
		defer w.stop()
		w.reject(1)
		if n, d := w.took("one", DefaultWait); n != 1 || d > time.Second {
			t.Errorf("the renewal failed: generation %d after %v; want the token in hand as soon as that is known", n, d)
		}
		time.Sleep(2 * maxFloor)
		w.reject(1)
		for range 3 {
			if n, d := w.took("one", DefaultWait); n != 1 || d != 0 {
				t.Errorf("under Retry-After: generation %d after %v; want the token in hand at once", n, d)
			}
		}
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("%d refreshes; want the one that was answered with Retry-After", n)
		}
	})
}

// A resource refuses the token and the provider its renewal: nobody is served with it any more, and each hears why.
func TestRejectedAndRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one", "two")
		w.start()
		defer w.stop()
		w.server.revoke("one")
		w.server.revoke("two")
		w.reject(1)
		_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: DefaultWait})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeSignIn {
			t.Errorf("got %v; want sign_in_needed", err)
		}
		if _, err := w.k.Refresh(t.Context(), "two", DefaultWait); err == nil {
			t.Fatal("renewed what is revoked")
		}
		if n, _ := w.took("two", DefaultWait); n != 1 {
			t.Errorf("nobody refused the access token; got generation %d, want it until it ends", n)
		}
	})
}

// What the proof of life refuses is not handed out while the renewal is under way that decides.
func TestSuspectTokenWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.set.CheckEvery = config.Duration(5 * time.Minute)
		w.prov.Check = provider.Check{Kind: provider.CheckUserinfo, URL: "https://fake.test/userinfo"}
		w.have("one")
		w.start()
		defer w.stop()
		w.server.set(func() {
			w.server.families["one"].atExpires["one.at0"] = time.Time{} // it ended early, and the session lives
			w.server.latency = 5 * time.Second
		})
		for range 600 {
			if w.server.seen().checks > 0 {
				break
			}
			time.Sleep(time.Second)
		}
		if n, d := w.took("one", DefaultWait); n != 2 || d == 0 {
			t.Errorf("generation %d after %v; want the renewed token", n, d)
		}
	})
}
