package session

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
)

// confidential makes the world's provider one that asks for a client secret, and takes these.
func (w *world) confidential(takes ...string) {
	w.prov.AuthStyle = provider.AuthPost
	w.server.set(func() {
		w.server.takes = map[string]bool{}
		for _, s := range takes {
			w.server.takes[s] = true
		}
	})
}

// haveSecret gives sessions a client secret that they had before now.
func (w *world) haveSecret(text string, names ...string) {
	w.t.Helper()
	for _, name := range names {
		if _, err := w.store.Save(w.t.Context(), secretKey("id-"+name), []byte(text), 1); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) setSecret(name, text string) {
	w.t.Helper()
	if _, err := w.k.SetSecret(w.t.Context(), name, newSecret(text)); err != nil {
		w.t.Fatal(err)
	}
}

// refresh renews on demand, some time after the one before, and gives how the session stands.
func (w *world) refresh(name string) Session {
	w.t.Helper()
	time.Sleep(maxFloor)
	if _, err := w.k.Refresh(context.Background(), name, DefaultWait); err != nil {
		if _, ok := errors.AsType[*Error](err); !ok {
			w.t.Fatal(err)
		}
	}
	synctest.Wait()
	return w.session(name)
}

// secretInStore is what lies there for the session "one".
func (w *world) secretInStore() secrets {
	w.t.Helper()
	data, generation, err := w.store.Load(w.t.Context(), secretKey("id-one"))
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := decodeSecrets(data, generation)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// A secret changes at the provider before or after it does here: the session is renewed all the while, over restarts,
// and the old secret goes when the new one has worked.
func TestClientSecretChangesWithoutDowntime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.confidential("old")
		w.have("one")
		w.haveSecret("old", "one")
		w.start()
		defer func() { w.stop() }()
		w.setSecret("one", "new")
		if s := w.session("one"); s.State != Active || s.Detail != words().newSecret {
			t.Errorf("with a new secret the session is %s, %q", s.State, s.Detail)
		}
		if s := w.refresh("one"); s.State != Active || s.Generation != 2 || s.Detail != words().oldSecret {
			t.Errorf("the provider takes the old one alone: %s, generation %d, %q", s.State, s.Generation, s.Detail)
		}
		if n := w.server.seen(); n.unproven != 1 || n.calls != 2 {
			t.Errorf("the server saw %+v; want the new one tried first, once", n)
		}
		w.refresh("one")
		if n := w.server.seen(); n.unproven != 1 {
			t.Errorf("a secret that was refused a minute ago was tried again: %+v", n)
		}
		w.stop()
		w.start()
		if s := w.refresh("one"); s.State != Active || s.Generation != 4 {
			t.Errorf("after a restart: %s, generation %d", s.State, s.Generation)
		}
		w.confidential("new")
		if s := w.refresh("one"); s.State != Active || s.Generation != 5 || s.Detail != "" {
			t.Errorf("the provider takes the new one alone: %s, generation %d, %q", s.State, s.Generation, s.Detail)
		}
		if held := w.secretInStore(); !held.newest.Equal(newSecret("new")) || !held.before.Empty() {
			t.Error("the old secret is kept although the new one worked")
		}
		w.stop()
		w.start()
		w.refresh("one")
		w.token("one", TokenRequest{})
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// A wrong secret costs nothing, however often one is set; and of several wrong ones the one that worked is kept.
func TestWrongClientSecretCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		w.confidential("right")
		w.have("one")
		w.haveSecret("right", "one")
		w.start()
		defer w.stop()
		for _, wrong := range []string{"wrong", "wrong again", "wrong", "wrong"} {
			w.setSecret("one", wrong)
			time.Sleep(2 * time.Hour)
			if s := w.session("one"); s.State != Active || s.Detail != words().oldSecret {
				t.Fatalf("after a wrong secret the session is %s, %q", s.State, s.Detail)
			}
			w.token("one", TokenRequest{})
		}
		w.setSecret("one", "right")
		if s := w.refresh("one"); s.State != Active || s.Detail != "" {
			t.Errorf("after the right secret the session is %s, %q", s.State, s.Detail)
		}
		w.confidential() // both are void
		w.setSecret("one", "newest")
		if s := w.refresh("one"); s.State != SetupNeeded || s.Reason != ReasonSetupClient {
			t.Errorf("no secret is taken: %s, %s", s.State, s.Reason)
		}
		w.confidential("good")
		w.setSecret("one", "good")
		time.Sleep(time.Minute)
		if s := w.session("one"); s.State != Active || s.Detail != "" {
			t.Errorf("after a good secret the session is %s, %q", s.State, s.Detail)
		}
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// While the provider refuses the new secret, a sign-out uses the one that works.
func TestSignOutWithAWrongClientSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.confidential("right")
		w.have("one")
		w.haveSecret("right", "one")
		w.start()
		defer w.stop()
		w.setSecret("one", "wrong")
		w.refresh("one")
		if out, err := w.k.Logout(t.Context(), "one", false); err != nil || out.Remote != "revoked" {
			t.Errorf("signed out: %+v, %v", out, err)
		}
	})
}

// The old secret is tried only where the answer to the new one proves that nothing was done with the refresh token.
func TestOldClientSecretAfterWhichAnswers(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		header     []string
		again      bool
	}{
		{"invalid_client", `{"error":"invalid_client"}`, 401, nil, true},
		{"invalid_client with 400", `{"error":"invalid_client"}`, 400, nil, true},
		{"nothing but 401", ``, 401, nil, true},
		{"server error", `{"error":"invalid_client"}`, 500, nil, false},
		{"page", `<html>`, 502, nil, false},
		{"success without a token", `{"error":"invalid_client"}`, 200, nil, false},
		{"cut", `{"access_tok`, 200, nil, false},
		{"later", `{"error":"invalid_client"}`, 401, []string{"Retry-After", "60"}, false},
		{"refused", `{"error":"invalid_grant"}`, 400, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				w.confidential("old", "new")
				w.have("one")
				w.haveSecret("old", "one")
				w.server.fault = status(c.status, c.body, c.header...)
				w.start()
				defer w.stop()
				w.setSecret("one", "new")
				_, _ = w.k.Refresh(t.Context(), "one", 500*time.Millisecond)
				want := 1
				if c.again {
					want = 2
				}
				if n := w.server.seen().calls; n != want {
					t.Errorf("%d requests; want %d", n, want)
				}
			})
		})
	}
}

// Each session has the secret of its own, also where several are of one client.
func TestClientSecretOfSeveralSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.confidential("old", "new")
		w.have("one", "two", "three")
		w.haveSecret("old", "one", "two", "three")
		w.start()
		defer w.stop()
		w.setSecret("one", "new")
		w.setSecret("two", "new")
		for _, name := range []string{"one", "two", "three"} {
			if s := w.refresh(name); s.State != Active || s.Detail != "" {
				t.Errorf("%s is %s, %q", name, s.State, s.Detail)
			}
		}
		w.confidential("new")
		for _, name := range []string{"one", "two"} {
			if s := w.refresh(name); s.State != Active {
				t.Errorf("%s is %s", name, s.State)
			}
		}
		if s := w.refresh("three"); s.State != SetupNeeded {
			t.Errorf("three is %s; want setup_needed", s.State)
		}
		w.setSecret("three", "new")
		time.Sleep(time.Minute)
		for _, name := range []string{"one", "two", "three"} {
			w.token(name, TokenRequest{Wait: DefaultWait})
		}
	})
}

// The store fails when the old secret is to be dropped, and the keeper dies then: nothing is lost, and it goes later.
func TestOldClientSecretIsDroppedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.confidential("new")
		w.have("one")
		w.haveSecret("old", "one")
		w.start()
		defer func() { w.stop() }()
		w.setSecret("one", "new")
		w.store.set(func() {
			w.store.hook = func(string) { w.store.set(func() { w.store.fault = &storeError{"slow"} }) }
		})
		w.refresh("one")
		w.stop()
		w.store.set(func() { w.store.fault, w.store.hook = nil, nil })
		if held := w.secretInStore(); held.before.Empty() || !held.newest.Equal(newSecret("new")) {
			t.Fatal("the store was to fail")
		}
		w.start()
		if s := w.refresh("one"); s.State != Active || s.Detail != "" {
			t.Errorf("the session is %s, %q", s.State, s.Detail)
		}
		if held := w.secretInStore(); !held.before.Empty() {
			t.Error("the old secret is kept although the new one worked")
		}
	})
}

// What is set while a renewal is under way, or while the keychain fails, breaks nothing.
func TestClientSecretAtABadMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.confidential("old", "new")
		w.have("one")
		w.haveSecret("old", "one")
		w.server.latency = 5 * time.Second
		w.start()
		defer w.stop()
		forced := make(chan error, 1)
		go func() {
			_, err := w.k.Refresh(t.Context(), "one", DefaultWait)
			forced <- err
		}()
		synctest.Wait()
		w.setSecret("one", "new")
		if err := <-forced; err != nil {
			t.Error(err)
		}
		w.store.set(func() { w.store.fault = &storeError{"locked"} })
		_, err := w.k.SetSecret(t.Context(), "one", newSecret("other"))
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeKeychain || e.Reason != "locked" {
			t.Errorf("with a locked keychain: %v", err)
		}
		w.store.set(func() { w.store.fault = nil })
		if s := w.refresh("one"); s.State != Active || s.Detail != "" {
			t.Errorf("the session is %s, %q", s.State, s.Detail)
		}
		if held := w.secretInStore(); !held.newest.Equal(newSecret("new")) {
			t.Error("the secret that was refused a place is there")
		}
		if _, err := w.k.SetSecret(t.Context(), "one", newSecret(" \n")); err == nil {
			t.Error("an empty secret was taken")
		}
		if n := w.server.seen(); n.doubles+n.reuses+n.unproven > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// A definition that is put again with a secret brings that one into use at once.
func TestClientSecretOfADefinitionThatIsPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.confidential("new")
		w.have("one")
		w.haveSecret("old", "one")
		w.start()
		defer w.stop()
		_, defs := w.files()
		if _, _, err := w.k.Add(t.Context(), Addition{Definition: defs["one"], ClientSecret: newSecret("new")}); err != nil {
			t.Fatal(err)
		}
		if s := w.refresh("one"); s.State != Active || s.Generation != 2 {
			t.Errorf("the session is %s of generation %d", s.State, s.Generation)
		}
	})
}

func TestSecretRecords(t *testing.T) {
	for _, s := range []secrets{
		{newest: newSecret("plain")},
		{newest: newSecret("new"), before: newSecret("old")},
		{newest: newSecret(" spaced "), before: newSecret("{\"format\":1}")},
		{newest: newSecret("two\nlines")},
		{newest: newSecret(string(secretMark) + "marked")},
	} {
		data, err := s.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeSecrets(data, 7)
		if err != nil || !got.newest.Equal(s.newest) || !got.before.Equal(s.before) || got.generation != 7 {
			t.Errorf("%d bytes come back as something else: %v", len(data), err)
		}
	}
	if data, _ := (secrets{newest: newSecret("plain")}).encode(); !bytes.Equal(data, []byte("plain")) {
		t.Error("a secret alone is stored as more than its text")
	}
	if got, err := decodeSecrets([]byte("from before\n"), 1); err != nil || !got.newest.Equal(newSecret("from before")) {
		t.Errorf("a plain record: %v", err)
	}
	for _, bad := range []string{`{`, `{"format":2,"newest":"x"}`, `[]`} {
		_, err := decodeSecrets([]byte(string(secretMark)+bad), 1)
		if !errors.Is(err, errFormat) || strings.Contains(err.Error(), "newest") {
			t.Errorf("%q: %v; want an unknown format that quotes nothing", bad, err)
		}
	}
}

// A provider that does not know its clients for a while gets its sessions back without their user, who is told once; one
// that goes on like that is asked ever more seldom.
func TestClientThatIsTakenAgain(t *testing.T) {
	for _, v := range []struct {
		name  string
		lasts time.Duration
		calls int // while it lasts, at most
	}{
		{"within minutes", 5 * time.Minute, 1},
		{"within a day", 24 * time.Hour, 10},
		{"within two weeks", 14 * 24 * time.Hour, 62},
	} {
		t.Run(v.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 10*time.Minute)
				w.confidential("right")
				w.have("one")
				w.haveSecret("right", "one")
				w.start()
				defer func() { w.stop() }()
				w.confidential()
				w.server.set(func() { w.server.count.calls = 0 })
				if s := w.refresh("one"); s.State != SetupNeeded || s.Reason != ReasonSetupClient {
					t.Fatalf("the client is not taken: %s, %s", s.State, s.Reason)
				}
				time.Sleep(v.lasts / 2)
				w.stop()
				w.start()
				time.Sleep(v.lasts / 2)
				if s := w.session("one"); s.State != SetupNeeded {
					t.Errorf("while the client is not taken it is %s", s.State)
				}
				if n := w.server.seen(); n.calls > v.calls {
					t.Errorf("%d calls in %s, want at most %d", n.calls, v.lasts, v.calls)
				}
				told := 0
				for _, n := range w.screen.told() {
					if n.Key == keySession+"one" {
						told++
					}
				}
				if told != 1 {
					t.Errorf("the user was told %d times", told)
				}
				w.confidential("right")
				time.Sleep(max(v.lasts, firstLook) + time.Minute)
				if s := w.session("one"); s.State != Active || s.Detail != "" {
					t.Errorf("once the client is taken again it is %s, %q", s.State, s.Detail)
				}
				w.token("one", TokenRequest{})
				if n := w.server.seen(); n.doubles+n.reuses > 0 {
					t.Errorf("the server saw %+v", n)
				}
			})
		})
	}
}
