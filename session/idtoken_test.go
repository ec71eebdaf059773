package session

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// haveID gives the world a session with an ID token of this life.
func (w *world) haveID(name string, life time.Duration, change func(r *record)) {
	w.t.Helper()
	w.have(name)
	now := w.wall().Round(0)
	w.restore(name, func(r *record) {
		r.ID = idToken(name, now, now.Add(life))
		if change != nil {
			change(r)
		}
	})
}

// restore rewrites the record of a session as an earlier keeper could have left it.
func (w *world) restore(name string, change func(r *record)) {
	w.t.Helper()
	key := "id-" + name
	data, generation, err := w.store.Load(w.t.Context(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		w.t.Fatal(err)
	}
	change(&r)
	if data, err = json.Marshal(r); err != nil {
		w.t.Fatal(err)
	}
	w.store.put(key, data, generation)
}

// idToken asks for that of the session "one" and checks that it has not ended, and that it ends when the answer says.
func (w *world) idToken(r TokenRequest) Token {
	w.t.Helper()
	r.IDToken = true
	tok, err := w.k.Token(w.t.Context(), "one", r)
	if err != nil {
		w.t.Fatalf("ID token: %v", err)
	}
	_, expires := idClaims(tok.Access)
	if !expires.After(w.wall()) || tok.ExpiresAt.After(expires) || !tok.ExpiresAt.After(w.wall()) {
		w.t.Fatalf("at %v an ID token was handed out that ends at %v, said to end at %v", w.wall(), expires, tok.ExpiresAt)
	}
	return tok
}

// refusedID asks for an ID token that there is none of.
func (w *world) refusedID(name string, code Code, words string) {
	w.t.Helper()
	_, err := w.k.Token(w.t.Context(), name, TokenRequest{IDToken: true, Wait: DefaultWait})
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != code || !strings.Contains(e.Detail, words) || !strings.Contains(e.Detail, "sessionkeeper login") {
		w.t.Fatalf("got %v; want %s with %q and what to do", err, code, words)
	}
}

func TestIDTokenLivesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.server.idLife = 5 * time.Minute
		w.haveID("one", 5*time.Minute, nil)
		w.start()
		defer w.stop()
		begun := w.wall()
		if tok := w.idToken(TokenRequest{}); !tok.ExpiresAt.Equal(begun.Add(5 * time.Minute).Truncate(time.Second)) {
			t.Errorf("it ends at %v; want its own end", tok.ExpiresAt)
		}
		time.Sleep(6 * time.Minute)
		w.token("one", TokenRequest{})
		if n := w.server.seen().calls; n != 0 {
			t.Fatalf("%d refreshes for an ID token that nobody asked for", n)
		}
		var wg sync.WaitGroup
		for range 500 {
			wg.Go(func() { w.idToken(TokenRequest{Wait: DefaultWait}) })
		}
		wg.Wait()
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("500 callers caused %d refreshes; want 1", n)
		}
		for range 60 { // one an ID token's life, as long as somebody asks
			time.Sleep(10 * time.Second)
			w.idToken(TokenRequest{Wait: DefaultWait})
		}
		if n := w.server.seen().calls; n < 2 || n > 4 {
			t.Errorf("ten minutes of questions caused %d refreshes", n-1)
		}
	})
}

func TestIDTokenOutlivesTheAccessToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.haveID("one", time.Hour, nil)
		w.server.set(func() { w.server.fault = status(502, "<html>") })
		w.start()
		defer w.stop()
		time.Sleep(10 * time.Minute)
		if _, err := w.k.Token(t.Context(), "one", TokenRequest{}); err == nil {
			t.Error("got a spent access token")
		}
		w.idToken(TokenRequest{})
		time.Sleep(51 * time.Minute)
		_, err := w.k.Token(t.Context(), "one", TokenRequest{IDToken: true})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeUnavailable || e.RetryAt.IsZero() {
			t.Errorf("with a spent ID token and a provider that is down: %v; want unavailable", err)
		}
	})
}

// Some servers give an ID token at sign-in alone.
func TestNoNewIDTokenOnRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		w.haveID("one", 5*time.Minute, nil)
		w.start()
		defer func() { w.stop() }()
		w.idToken(TokenRequest{MinTTL: time.Hour}) // capped at half of its life
		time.Sleep(3 * time.Minute)
		w.idToken(TokenRequest{MinTTL: time.Hour, Wait: DefaultWait}) // a renewal brings none; this one is still good
		if n := w.server.seen().calls; n != 1 {
			t.Fatalf("%d refreshes; want the one that was worth a try", n)
		}
		time.Sleep(3 * time.Minute)
		for range 200 {
			w.refusedID("one", CodeSignIn, "gives no new ID token on renewal")
			time.Sleep(10 * time.Second)
		}
		w.token("one", TokenRequest{})
		w.stop()
		w.start()
		w.refusedID("one", CodeSignIn, "gives no new ID token on renewal")
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("%d refreshes; want none more, also after a restart", n)
		}
		if s := w.session("one"); s.State != Active {
			t.Errorf("the session is %s; want it as well as before", s.State)
		}
	})
}

// A server may send the ID token of the sign-in again and again.
func TestRenewalBringsASpentIDToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		w.server.idLife = time.Nanosecond // its end is now
		w.haveID("one", time.Minute, nil)
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		for range 50 {
			w.refusedID("one", CodeSignIn, "gives no new ID token on renewal")
			time.Sleep(5 * time.Second)
		}
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("%d refreshes; want one", n)
		}
	})
}

func TestFloorUnderDemandsForIDTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		w.server.idLife = 20 * time.Minute
		w.haveID("one", 20*time.Minute, nil)
		w.start()
		defer w.stop()
		time.Sleep(11 * time.Minute)
		for range 100 {
			w.idToken(TokenRequest{MinTTL: time.Hour, Force: true, Wait: DefaultWait})
			time.Sleep(time.Second)
		}
		if n := w.server.seen().calls; n != 2 {
			t.Errorf("100 demands within 100 s caused %d refreshes; want 2", n)
		}
	})
}

// A caller that does not wait starts the renewal all the same.
func TestIDTokenWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		w.server.idLife = time.Hour
		w.haveID("one", time.Minute, nil)
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		_, err := w.k.Token(t.Context(), "one", TokenRequest{IDToken: true})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeUnavailable || e.RetryAt.After(w.wall().Add(10*time.Second)) {
			t.Fatalf("got %v; want unavailable for a moment", err)
		}
		time.Sleep(2 * time.Second)
		w.idToken(TokenRequest{})
	})
}

func TestIDTokenThatCannotBeRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		w.haveID("short", time.Minute, func(r *record) { r.Refresh = "" })
		w.have("none")
		w.haveID("paused", time.Minute, nil)
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		w.refusedID("short", CodeSignIn, "nothing to renew it with")
		w.refusedID("none", CodeInvalid, "add the scope openid")
		if _, err := w.k.Pause(t.Context(), "paused"); err != nil {
			t.Fatal(err)
		}
		_, err := w.k.Token(t.Context(), "paused", TokenRequest{IDToken: true})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodePaused {
			t.Errorf("got %v; want paused", err)
		}
		if n := w.server.seen().calls; n != 0 {
			t.Errorf("%d refreshes; want none", n)
		}
	})
}

// A record of before has the ID token and no word on its end.
func TestRecordWithoutTheIDTokensEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		w.server.idLife = time.Hour
		w.haveID("one", 10*time.Minute, func(r *record) { r.IDEndsAt = time.Time{} })
		w.haveID("odd", 10*time.Minute, func(r *record) { r.ID = "opaque" })
		w.start()
		defer w.stop()
		time.Sleep(11 * time.Minute)
		if tok := w.idToken(TokenRequest{Wait: DefaultWait}); tok.Generation != 2 {
			t.Errorf("generation %d; want a renewal's", tok.Generation)
		}
		tok, err := w.k.Token(t.Context(), "odd", TokenRequest{IDToken: true})
		if err != nil || tok.Access.Reveal() != "opaque" || tok.Generation != 1 {
			t.Errorf("an ID token that does not tell its end: %v; want it as long as the access token lives", err)
		}
	})
}

// The record says what was known: also after a restart the token does not live longer.
func TestIDTokenOfAClockAhead(t *testing.T) {
	now := time.Now().Round(0)
	g := &grant{issuedAt: now, id: newSecret(idToken("a", now.Add(10*time.Minute), now.Add(70*time.Minute)))}
	g.timeID(now)
	if left := g.idEndsAt.Sub(now); left > time.Hour || left < time.Hour-2*time.Second {
		t.Fatalf("it has %v left; want its own life of an hour", left)
	}
	data, err := g.watch(now).encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := decodeGrant(data, now)
	if err != nil || !again.idEndsAt.Equal(g.idEndsAt) {
		t.Errorf("read back it ends at %v, %v; want %v", again.idEndsAt, err, g.idEndsAt)
	}
	back, err := decodeGrant(data, now.Add(-24*time.Hour)) // the clock was put back
	if err != nil || back.good(now.Add(-24*time.Hour), true) {
		t.Errorf("with the clock put back it is good until %v, %v; want it spent", back.idEndsAt, err)
	}
}

func jwtOf(claims string) Secret {
	return newSecret("e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln")
}

func TestIDClaims(t *testing.T) {
	for text, want := range map[string]int64{
		`{"exp":1700000000}`:               1700000000,
		`{"exp":1700000000.9,"iat":"x"}`:   1700000000,
		`{"exp":"1700000000"}`:             1700000000,
		`{"exp":1.7e9}`:                    1700000000,
		`{"exp":-5}`:                       0,
		`{"exp":0}`:                        0,
		`{"exp":1e300}`:                    -1,
		`{"exp":99999999999999}`:           -1,
		`{"EXP":1700000000}`:               -1,
		`{"exp":null}`:                     -1,
		`{"exp":{"a":1}}`:                  -1,
		`{"iat":1700000000}`:               -1,
		`[1700000000]`:                     -1,
		``:                                 -1,
		`{"exp":1700000000} and so on`:     -1,
		`{"exp":true}`:                     -1,
		`{"exp":"9999999999999999999999"}`: -1,
	} {
		_, expires := idClaims(jwtOf(text))
		if got := expires.Unix(); want >= 0 && got != want || want < 0 && !expires.IsZero() {
			t.Errorf("%s ends at %v; want %d", text, expires, want)
		}
	}
	for _, id := range []string{"", ".", "..", "a.b", "a.!.c", "a.b.c.d.e", "opaque", "e30.e30.x"} {
		if _, expires := idClaims(newSecret(id)); !expires.IsZero() {
			t.Errorf("%q ends at %v", id, expires)
		}
	}
}

func FuzzIDClaims(f *testing.F) {
	f.Add("e30.eyJleHAiOjE3MDAwMDAwMDAsImlhdCI6MX0.x")
	f.Add("e30.eyJleHAiOiItMWUzMDgifQ==.x")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, id string) {
		now := time.Unix(1_700_000_000, 0)
		g := &grant{id: newSecret(id), issuedAt: now, access: newSecret("a"), expiresAt: now.Add(time.Hour)}
		g.timeID(now)
		data, err := g.watch(now).encode()
		if err != nil {
			t.Fatalf("cannot be stored: %v", err)
		}
		again, err := decodeGrant(data, now)
		if err != nil {
			t.Fatal(err)
		}
		if again.good(now, true) != g.good(now, true) {
			t.Error("read back it is another")
		}
		if at := g.idEndsAt; g.good(now, true) && !at.IsZero() && !at.After(now) {
			t.Errorf("one that ended at %v is good at %v", at, now)
		}
	})
}

// Some servers give the ID token of the sign-in again until it has ended: a wish for a longer one is tried once.
func TestRenewalBringsTheSameIDToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		begun := w.wall()
		w.server.same = idToken("one", begun, begun.Add(time.Hour))
		w.haveID("one", time.Hour, nil)
		w.start()
		defer w.stop()
		time.Sleep(31 * time.Minute)
		for range 20 {
			w.idToken(TokenRequest{MinTTL: time.Hour, Wait: DefaultWait})
			time.Sleep(time.Minute)
		}
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("%d refreshes within 20 minutes; want one", n)
		}
		time.Sleep(15 * time.Minute)
		w.server.set(func() { w.server.same, w.server.idLife = "", time.Hour })
		if tok := w.idToken(TokenRequest{Wait: DefaultWait}); tok.Generation != 3 {
			t.Errorf("generation %d; want a renewal once it has ended", tok.Generation)
		}
	})
}

// An ID token that does not tell its end ends with the access token that it came with, not with later ones.
func TestOpaqueIDTokenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.haveID("one", time.Hour, func(r *record) { r.ID = "a.b.c.d.e" })
		w.start()
		defer func() { w.stop() }()
		time.Sleep(55 * time.Minute) // renewed, without an ID token
		tok, err := w.k.Token(t.Context(), "one", TokenRequest{IDToken: true})
		if err != nil || tok.Access.Reveal() != "a.b.c.d.e" || time.Until(tok.ExpiresAt) > 5*time.Minute {
			t.Errorf("got one that ends at %v, %v; want it to the end of its access token", tok.ExpiresAt, err)
		}
		time.Sleep(10 * time.Minute)
		w.refusedID("one", CodeSignIn, "gives no new ID token")
		w.stop()
		w.start()
		w.refusedID("one", CodeSignIn, "gives no new ID token")
		w.token("one", TokenRequest{})
	})
}

// With a clock that goes ahead every ID token comes spent: signing in again would not help.
func TestIDTokenAndAWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 24*time.Hour)
		w.haveID("one", time.Minute, nil)
		theirs := func() time.Time { return time.Now().Add(-3 * time.Hour) }
		w.server.wall, w.server.idLife = theirs, time.Hour
		w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			res, err := s.refresh(form, form.Get("refresh_token"))
			res.Header.Set("Date", theirs().UTC().Format(http.TimeFormat))
			return res, err, true
		}
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		for range 100 {
			_, err := w.k.Token(t.Context(), "one", TokenRequest{IDToken: true, Wait: DefaultWait})
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Code != CodeUnavailable || !strings.Contains(e.Detail, "Set the clock") || !e.RetryAt.After(w.wall()) {
				t.Fatalf("got %v; want to hear of the clock", err)
			}
			time.Sleep(time.Minute)
		}
		if n := w.server.seen().calls; n != 1 {
			t.Errorf("%d refreshes; want one", n)
		}
	})
}
