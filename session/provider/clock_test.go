package provider

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/secret"
)

// timeServer is a TLS server whose clock goes ahead of the machine's by ahead.
func timeServer(t *testing.T, ahead *atomic.Int64, body string) (*httptest.Server, *Wire) {
	t.Helper()
	var base string
	server, w := serveTLS(t, func(rw http.ResponseWriter, r *http.Request) {
		at := time.Now().Add(time.Duration(ahead.Load())).UTC()
		rw.Header().Set("Date", at.Format(http.TimeFormat))
		if r.URL.Path == oidcPath {
			fmt.Fprintf(rw, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q}`, base, base+"/a", base+"/token")
			return
		}
		io.WriteString(rw, body)
	})
	base = server.URL
	return server, w
}

func TestClockIsLearned(t *testing.T) {
	const tokens = `{"access_token":"a","expires_in":60}`
	for _, v := range []struct {
		name   string
		body   string
		ask    func(w *Wire, base string)
		learns bool
	}{
		{"token endpoint", tokens, func(w *Wire, base string) { refreshAt(t.Context(), w, base+"/token") }, true},
		{"discovery", "", func(w *Wire, base string) { _, _ = w.discover(t.Context(), base) }, true},
		{"userinfo", `{"sub":"ada"}`, func(w *Wire, base string) {
			w.Userinfo(t.Context(), &Provider{UserinfoURL: base + "/me", Check: Check{Kind: CheckUserinfo}}, secret.New("a"))
		}, true},
		{"check", `{"sub":"ada"}`, func(w *Wire, base string) {
			w.Check(t.Context(), &Provider{}, Client{}, Check{Kind: CheckGet, URL: base + "/me"}, secret.New("a"))
		}, true},
		{"introspection", `{"active":true}`, func(w *Wire, base string) {
			w.Check(t.Context(), &Provider{}, Client{}, Check{Kind: CheckIntrospect, URL: base + "/i"}, secret.New("a"))
		}, true},
		{"an error", `{"error":"invalid_grant"}`, func(w *Wire, base string) { refreshAt(t.Context(), w, base+"/token") }, false},
		{"a page", `<html>`, func(w *Wire, base string) { refreshAt(t.Context(), w, base+"/token") }, false},
		{"no issuer", "", func(w *Wire, base string) { _, _ = w.discover(t.Context(), base+"/x") }, false},
		{"another issuer", "", func(w *Wire, base string) { _, _ = w.discover(t.Context(), base+"/") }, false},
	} {
		for _, ahead := range []time.Duration{0, 30 * time.Second, time.Hour, -30 * time.Second, -time.Hour} {
			var clock atomic.Int64
			clock.Store(int64(ahead))
			server, w := timeServer(t, &clock, v.body)
			if c, ok := w.Clock(); ok {
				t.Errorf("%s: before anything was asked the clock is %+v", v.name, c)
			}
			v.ask(w, server.URL)
			c, ok := w.Clock()
			if ok != v.learns {
				t.Errorf("%s: learned %+v, %t; want %t", v.name, c, ok, v.learns)
			}
			if !ok {
				continue
			}
			// Whole seconds, and a machine that is busy.
			if off := (c.Ahead + ahead).Abs(); off > 10*time.Second || c.Wrong != (ahead.Abs() > time.Minute) {
				t.Errorf("%s: a server %v ahead gives %+v", v.name, ahead, c)
			}
			if c.Host != "127.0.0.1" {
				t.Errorf("%s: the host is %q", v.name, c.Host)
			}
		}
	}
}

func TestPlainHTTPTellsNoTime(t *testing.T) {
	server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Date", "Fri, 02 Jan 2026 03:04:05 GMT")
		io.WriteString(rw, `{"access_token":"a"}`)
	})
	refreshAt(t.Context(), w, server.URL)
	if c, ok := w.Clock(); ok {
		t.Errorf("an answer without TLS said %+v", c)
	}
}

func TestClockRules(t *testing.T) {
	const hour = time.Hour
	type answer struct {
		after  time.Duration // since the one before
		host   string
		ahead  time.Duration // of our clock
		took   time.Duration
		set    time.Duration // our clock was put ahead by this before
		wrong  bool
		seen   string
		should string
	}
	for name, answers := range map[string][]answer{
		"the newest decides": {
			{0, "a", 0, 0, 0, false, "a", ""},
			{hour, "a", 2 * hour, 0, 0, true, "a", ""},
			{hour, "a", -2 * hour, 0, 0, true, "a", ""},
			{hour, "b", 0, 0, 0, false, "b", ""},
		},
		"a minute is nothing": {
			{0, "a", 59 * time.Second, 0, 0, false, "a", ""},
			{0, "a", -59 * time.Second, 0, 0, false, "a", ""},
			{0, "a", 62 * time.Second, 0, 0, true, "a", ""},
		},
		"a slow answer proves little": {
			{0, "a", 80 * time.Second, 50 * time.Second, 0, false, "a", ""},
			{0, "a", 80 * time.Second, 10 * time.Second, 0, true, "a", ""},
		},
		"a server with a wrong clock": {
			{0, "a", 0, 0, 0, false, "a", ""},
			{time.Minute, "b", 5 * hour, 0, 0, false, "a", "a agrees"},
			{2 * hour, "b", 5 * hour, 0, 0, true, "b", "a has long said nothing"},
			{0, "a", 0, 0, 0, false, "a", ""},
		},
		"our clock is set": {
			{0, "a", 0, 0, 0, false, "a", ""},
			{time.Minute, "b", 5 * hour, 0, 5 * hour, true, "b", "what a said was about another clock"},
		},
		"the server that agreed changes its mind": {
			{0, "a", 0, 0, 0, false, "a", ""},
			{time.Minute, "a", 5 * hour, 0, 0, true, "a", ""},
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var set time.Duration
			w := NewWire(nil, nil)
			for i, a := range answers {
				time.Sleep(a.after)
				set += a.set
				sent := time.Now().Add(set).Round(0)
				middle := sent.Add(a.took / 2)
				w.saw(&reply{
					host: a.host, sentAt: sent, readAt: sent.Add(a.took), date: middle.Add(-a.ahead - time.Second/2),
				})
				c, ok := w.Clock()
				if !ok || c.Wrong != a.wrong || c.Host != a.seen {
					t.Errorf("%s, answer %d: %+v; want wrong %t by %s %s", name, i, c, a.wrong, a.seen, a.should)
				}
			}
		})
	}
}

// TestNoClockLengthensALife: an end that is given as an instant is held against our clock or the server's, whichever
// leaves less.
func TestNoClockLengthensALife(t *testing.T) {
	for _, v := range []struct {
		ahead, least, most time.Duration // of the server's clock; of the life
	}{
		{0, 55 * time.Minute, time.Hour + time.Second},
		{30 * time.Second, 55 * time.Minute, time.Hour + time.Minute},
		{30 * time.Minute, 55 * time.Minute, time.Hour + time.Second}, // our clock is behind: its end lies 90 min ahead
		{-30 * time.Minute, 25 * time.Minute, 30*time.Minute + time.Second},
		{-2 * time.Hour, 55 * time.Minute, time.Hour + time.Second}, // it was given just now, and so cannot be over
	} {
		server, w := serveTLS(t, func(rw http.ResponseWriter, _ *http.Request) {
			at := time.Now().Add(v.ahead).UTC()
			rw.Header().Set("Date", at.Format(http.TimeFormat))
			fmt.Fprintf(rw, `{"access_token":"a","expires_at":%d}`, at.Add(time.Hour).Unix())
		})
		a := refreshAt(t.Context(), w, server.URL)
		if life := a.Tokens.ExpiresIn; life < v.least || life > v.most {
			t.Errorf("server %v ahead: the token lives %v; want %v to %v", v.ahead, life, v.least, v.most)
		}
	}
}
