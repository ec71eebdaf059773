package session

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// A lost answer at every kind of provider: each loses what its rules take and no more.
func TestLostAnswerByReplayPolicy(t *testing.T) {
	for _, c := range []struct {
		name   string
		replay provider.Replay
		rotate bool
		grace  time.Duration
		reuse  int // Keycloak: "Refresh Token Max Reuse"
		lost   int // answers in a row
		atOnce bool
		lives  bool
	}{
		{name: "never rotates", replay: provider.ReplaySafe, lost: 3, lives: true},
		{name: "grace", replay: provider.ReplayGrace, rotate: true, grace: 3 * time.Second, lost: 1, atOnce: true, lives: true},
		{name: "until first use", replay: provider.ReplayUntil, rotate: true, grace: time.Hour, lost: 1, atOnce: true, lives: true},
		{name: "max reuse 0", replay: provider.ReplayConditional, rotate: true, lost: 1},
		{name: "max reuse 1", replay: provider.ReplayConditional, rotate: true, reuse: 1, lost: 1, lives: true},
		{name: "max reuse 1, two lost", replay: provider.ReplayConditional, rotate: true, reuse: 1, lost: 2},
		{name: "max reuse 2, two lost", replay: provider.ReplayConditional, rotate: true, reuse: 2, lost: 2, lives: true},
		{name: "unknown with a grace window", rotate: true, grace: 10 * time.Second, lost: 1, lives: true},
		{name: "unsafe", replay: provider.ReplayUnsafe, rotate: true, lost: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Minute)
				w.prov.Replay, w.prov.ReplayGrace = c.replay, c.grace
				w.server.rotate, w.server.grace, w.server.reuse = c.rotate, c.grace, c.reuse
				w.have("one")
				lost := 0
				w.server.damage = func(url.Values) bool { lost++; return lost <= c.lost }
				w.start()
				defer w.stop()
				time.Sleep(5 * time.Minute)
				s := w.session("one")
				if c.lives {
					w.token("one", TokenRequest{Wait: DefaultWait})
				} else if s.State != SignInNeeded || s.Reason != ReasonInterrupted {
					t.Errorf("%s, %s; want sign_in_needed, interrupted_rotation", s.State, s.Reason)
				} else if want := table.Say(table.Advice, string(ReasonInterrupted), nil); s.Detail != want {
					t.Errorf("it says %q; want %q", s.Detail, want)
				}
				n := w.server.seen()
				if gap := w.server.perCall[1].Sub(w.server.perCall[0]); c.atOnce && gap > 100*time.Millisecond {
					t.Errorf("the same token was sent again after %v; want at once", gap)
				}
				if n.doubles > 0 {
					t.Errorf("the server saw %+v", n)
				}
			})
		})
	}
}

// Another program wrote a newer grant to the store: what the provider says of ours counts for nothing, and theirs is used.
func TestF21NewerGrantInTheStoreWins(t *testing.T) {
	for _, generation := range []uint64{1, 2, 7} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, time.Minute)
			w.have("one")
			w.start()
			defer w.stop()
			g := w.outside("one")
			g.generation = generation
			data, err := g.encode()
			if err != nil {
				t.Fatal(err)
			}
			w.store.put("id-one", data, generation)
			time.Sleep(3 * time.Minute)
			if s := w.session("one"); s.State != Active || s.Generation <= generation || s.LastError != nil {
				t.Errorf("generation %d was there: the session is %s, %s, of generation %d", generation, s.State, s.Reason, s.Generation)
			}
			w.token("one", TokenRequest{Wait: DefaultWait})
			if n := len(w.screen.told()); n > 0 {
				t.Errorf("%d notices for a session that is well", n)
			}
		})
	}
}

// The provider takes the refresh token for one that was used before: that is said, the token in hand is handed out for as
// long as it lasts, and the refused one is kept and not sent again.
func TestF21ReuseIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.server.fault = status(400, `{"error":"refresh_token_reused"}`)
		w.start()
		defer w.stop()
		time.Sleep(55 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded || s.Reason != ReasonReused {
			t.Errorf("the session is %s, %s; want sign_in_needed, reused", s.State, s.Reason)
		}
		if n := w.screen.told(); len(n) != 1 {
			t.Errorf("notices %+v; want one", n)
		}
		w.token("one", TokenRequest{})
		w.token("one", TokenRequest{MinTTL: 30 * time.Minute, Wait: time.Second})
		time.Sleep(10 * time.Minute)
		_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: DefaultWait})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeSignIn {
			t.Errorf("with the token spent the answer is %v; want sign_in_needed", err)
		}
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("the refused token was sent %d times", n)
		}
		if data, _, err := w.store.Load(t.Context(), "id-one"); err != nil || !strings.Contains(string(data), "one.rt1") {
			t.Errorf("the refused token was not kept: %v", err)
		}
	})
}

// outside refreshes a session's pair as another program would, and gives what that has then. Presenting ours afterwards
// is refused and no theft.
func (w *world) outside(name string) *grant {
	w.t.Helper()
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	f := w.server.families[name]
	f.n++
	at := name + ".outside"
	f.atExpires[at] = w.wall().Add(w.server.life)
	w.server.fault = func(_ *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
		if form.Get("refresh_token") == name+".rt1" {
			return answer(400, `{"error":"invalid_grant"}`), nil, true
		}
		return nil, nil, false
	}
	now := w.wall().Round(0)
	return &grant{
		refresh: newSecret(name + ".rt2"), access: newSecret(at), kind: "Bearer", issuedAt: now,
		expiresAt: now.Add(w.server.life), consentAt: now, account: Account{Sub: name + "-sub"},
	}
}

// An older record, or the very token that was refused, saves nobody.
func TestF21OlderGrantInTheStoreDoesNotWin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		time.Sleep(50 * time.Second) // generation 2
		old := w.outside("one")
		old.generation, old.refresh = 1, newSecret("other.rt1") // which works
		w.server.set(func() {
			w.server.families["other"] = &family{n: 1, consentAt: w.wall(), atExpires: map[string]time.Time{}}
		})
		data, err := old.encode()
		if err != nil {
			t.Fatal(err)
		}
		w.store.set(func() { w.store.data["id-one"], w.store.gen["id-one"] = data, 1 })
		w.server.revoke("one")
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != SignInNeeded {
			t.Errorf("the session is %s; want sign_in_needed", s.State)
		}
	})
}

// Another program signs the same account in and renews its own pair, while ours goes on.
func TestPairOfAnotherProgramDoesNotDisturb(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.server.families["other"] = &family{n: 1, consentAt: w.wall(), atExpires: map[string]time.Time{}}
		w.start()
		defer w.stop()
		wire := provider.NewWire(w.server, w.wall)
		theirs := newSecret("other.rt1")
		for range 20 {
			time.Sleep(17 * time.Second)
			a := wire.Refresh(context.Background(), &w.prov, provider.Client{ID: "desk"}, theirs, nil)
			if a.Verdict != provider.VerdictOK {
				t.Fatalf("theirs: %s, %s", a.Verdict, a.Code)
			}
			theirs = a.Tokens.Refresh
			w.token("one", TokenRequest{})
		}
		if n := w.server.seen(); n.doubles+n.reuses > 0 {
			t.Errorf("the server saw %+v", n)
		}
	})
}

// A refusal that comes late concerns the grant that was refused, not the one that a sign-in has brought meanwhile.
func TestTROT5LateRefusalIsNotForTheNewGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		defer w.stop()
		w.server.revoke("one")
		w.server.set(func() { w.server.lag = 5 * time.Second })
		refused := make(chan error, 1)
		go func() {
			_, err := w.k.Refresh(context.Background(), "one", DefaultWait)
			refused <- err
		}()
		time.Sleep(time.Second)
		now := w.wall().Round(0)
		w.server.set(func() {
			w.server.families["new"] = &family{n: 1, consentAt: now, atExpires: map[string]time.Time{"new.at": now.Add(time.Hour)}}
		})
		g := &grant{
			generation: 2, refresh: newSecret("new.rt1"), access: newSecret("new.at"), issuedAt: now, expiresAt: now.Add(time.Hour),
			consentAt: now, account: Account{Sub: "one-sub"},
		}
		e, err := w.k.seize(t.Context(), "one") // as a sign-in does: it waits for the renewal under way
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		select {
		case err := <-refused:
			if err == nil {
				t.Error("the refresh of a revoked grant succeeded")
			}
		default:
			t.Error("the renewal under way was not waited for")
		}
		if err := w.k.store("id-one", g); err != nil {
			t.Fatal(err)
		}
		w.k.post(func() {
			w.k.signedIn(e, g, &consent{def: e.def, prov: e.prov})
			w.k.release(e, nil)
		})
		time.Sleep(time.Minute)
		if s := w.session("one"); s.State != Active {
			t.Errorf("the session is %s, %s", s.State, s.Reason)
		}
		w.token("one", TokenRequest{})
	})
}

// The answer to a refresh that somebody asked for is lost long before the timer wants one: the token is sent again at once,
// for there may be a grace window; where there is known to be none it waits, for that may cost the token in hand.
func TestAnswerLostLongBeforeTheTimer(t *testing.T) {
	for replay, soon := range map[provider.Replay]bool{provider.ReplayUnknown: true, provider.ReplaySafe: true, provider.ReplayUnsafe: false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, time.Hour)
			w.prov.Replay = replay
			w.server.rotate, w.server.grace = true, 10*time.Second
			w.have("one")
			lost := 0
			w.server.damage = func(url.Values) bool { lost++; return lost == 1 }
			w.start()
			defer w.stop()
			time.Sleep(5 * time.Minute)
			_, _ = w.k.Token(t.Context(), "one", TokenRequest{Force: true})
			time.Sleep(time.Minute)
			if s := w.session("one"); (s.Generation > 1) != soon || s.State == SignInNeeded {
				t.Errorf("replay %q: a minute later the session is %s %s, of generation %d", replay, s.State, s.Reason, s.Generation)
			}
			w.token("one", TokenRequest{})
			if n := w.server.seen(); n.doubles > 0 {
				t.Errorf("replay %q: the server saw %+v", replay, n)
			}
		})
	}
}

// A refresh token that an answer leaves out, or leaves empty, is the one from before; a life that is shorter counts, also
// after a restart.
func TestF42RefreshTokenOfARenewal(t *testing.T) {
	const hour, ten = time.Hour, 10 * time.Minute
	for member, want := range map[string]struct {
		next string
		ends time.Duration
	}{
		``:                                {"one.rt1", hour},
		`,"refresh_token":""`:             {"one.rt1", hour},
		`,"refresh_token":null`:           {"one.rt1", hour},
		`,"refresh_token":"one.rt1"`:      {"one.rt1", hour},
		`,"refresh_token":"one.rt2"`:      {"one.rt2", hour},
		`,"refresh_token_expires_in":600`: {"one.rt1", ten},
		`,"refresh_token":"one.rt1","refresh_expires_in":600`:         {"one.rt1", ten},
		`,"refresh_token":"one.rt2","refresh_token_expires_in":"600"`: {"one.rt2", ten},
		`,"refresh_token":"one.rt2","refresh_expires_in":7200`:        {"one.rt2", 2 * hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, time.Minute)
			w.server.endIn = hour
			w.have("one")
			began := w.wall()
			var sent []string
			w.server.fault = func(_ *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
				sent = append(sent, form.Get("refresh_token"))
				return answer(200, `{"access_token":"a","expires_in":3600`+member+`}`), nil, true
			}
			w.start()
			defer func() { w.stop() }()
			for run := range 2 {
				s, err := w.k.Refresh(t.Context(), "one", DefaultWait)
				if off := s.EndsAt.Sub(began.Add(want.ends)); err != nil || off < -time.Second || off > time.Minute {
					t.Errorf("%s, run %d: it ends at %v, %v off: %v", member, run, s.EndsAt, off, err)
				}
				w.stop()
				w.start()
				if again := w.session("one").EndsAt; !again.Equal(s.EndsAt) {
					t.Errorf("%s, run %d: after a restart it ends at %v; want %v", member, run, again, s.EndsAt)
				}
			}
			if len(sent) != 2 || sent[0] != "one.rt1" || sent[1] != want.next {
				t.Errorf("%s: %q were sent; want %s at last", member, sent, want.next)
			}
		})
	}
}

// A refresh token that is none takes the place of no good one, and the access token beside it is used.
func TestRefreshTokensThatAreNone(t *testing.T) {
	for said, want := range map[string]string{
		``: "one.rt1", `"refresh_token":null,`: "one.rt1", `"refresh_token":"",`: "one.rt1", `"refresh_token":" ",`: "one.rt1",
		`"refresh_token":0,`: "one.rt1", `"refresh_token":17,`: "one.rt1", `"refresh_token":1.5e3,`: "one.rt1",
		`"refresh_token":true,`: "one.rt1", `"refresh_token":{"value":"x"},`: "one.rt1", `"refresh_token":["x","y"],`: "one.rt1",
		`"refreshToken":17,`: "one.rt1", `"refresh_token":null,"refreshToken":17,`: "one.rt1",
		`"refresh_token":"new",`: "new", `"refresh_token":"17",`: "17", `"refresh_token":17,"refreshToken":"new",`: "new",
		`"refresh_token":null,"refreshToken":"new",`: "new",
	} {
		t.Run(said, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, time.Hour)
				w.have("one")
				w.server.fault = func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
					return answer(200, `{`+said+`"access_token":"fresh","token_type":"Bearer","expires_in":3600}`), nil, true
				}
				w.start()
				defer w.stop()
				w.refresh("one")
				tok, err := w.k.Token(t.Context(), "one", TokenRequest{})
				if err != nil || tok.Access.Reveal() != "fresh" {
					t.Errorf("the token in use is %q, %v", tok.Access.Reveal(), err)
				}
				g, err := w.k.loadGrant("id-one")
				if err != nil || g.refresh.Reveal() != want {
					t.Errorf("%q is stored as the refresh token, %v; want %q", g.refresh.Reveal(), err, want)
				}
			})
		})
	}
}

// Nor does one that comes with a sign-in.
func TestRefreshTokenOfASignInThatIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.start()
		defer w.stop()
		if err := w.brings("one", provider.Tokens{
			Access: newSecret("fresh"), Refresh: newSecret("17"), RefreshNumber: true, ExpiresIn: time.Hour,
		}); err != nil {
			t.Fatal(err)
		}
		if g, err := w.k.loadGrant("id-one"); err != nil || g.refresh.Reveal() != "one.rt1" || g.access.Reveal() != "fresh" {
			t.Errorf("%q is stored as the refresh token, %v", g.refresh.Reveal(), err)
		}
	})
}

// Where refresh tokens are numbers the next one is one as well.
func TestRefreshTokensThatAreNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("one")
		w.restore("one", func(r *record) { r.Refresh = "17" })
		w.server.fault = func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
			return answer(200, `{"refresh_token":18,"access_token":"fresh","expires_in":3600}`), nil, true
		}
		w.start()
		defer w.stop()
		w.refresh("one")
		if g, err := w.k.loadGrant("id-one"); err != nil || g.refresh.Reveal() != "18" {
			t.Errorf("%q is stored as the refresh token, %v", g.refresh.Reveal(), err)
		}
	})
}
