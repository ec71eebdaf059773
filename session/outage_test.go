package session

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// unplugged is a fault: the hosts cannot be reached.
func unplugged(hosts ...string) func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
	return func(_ *server, r *http.Request, _ url.Values) (*http.Response, error, bool) {
		if !slices.Contains(hosts, r.URL.Host) {
			return nil, nil, false
		}
		if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GetConn != nil {
			trace.GetConn(r.URL.Host)
		}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}, true
	}
}

// haveAt gives the world sessions of other issuers: a of a.test.
func (w *world) haveAt(hosts ...string) {
	w.t.Helper()
	for _, host := range hosts {
		w.prov.TokenURL = "https://" + host + "/token"
		w.have(strings.TrimSuffix(host, ".test"))
	}
}

// keys are those of the notices on the screen.
func (s *screen) keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for key := range s.shown {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// A machine without a network is one piece of news, not one for each provider, and over when the network is back.
func TestF14NoNetworkIsOneNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		hosts := []string{"a.test", "b.test", "c.test"}
		w.haveAt(hosts...)
		w.start()
		defer w.stop()
		w.server.set(func() { w.server.fault = unplugged(hosts...) })
		time.Sleep(10 * time.Minute)
		if keys := w.screen.keys(); !slices.Equal(keys, []string{keyNetwork}) {
			t.Fatalf("the notices %q stand; want the one of the network", keys)
		}
		n, _ := w.screen.showing(keyNetwork)
		if !strings.Contains(n.Body, "a, b, c") {
			t.Errorf("the notice %q does not name all sessions", n.Body)
		}
		if n := w.server.seen().calls; n > 60*len(hosts) {
			t.Errorf("%d tries in ten minutes for %d issuers that cannot be reached", n, len(hosts))
		}
		before := len(w.screen.told())
		w.server.set(func() { w.server.fault = nil })
		w.k.Woke(t.Context(), "network", 0)
		time.Sleep(10 * time.Second)
		if keys := w.screen.keys(); len(keys) > 0 {
			t.Errorf("the notices %q stand although the network is back", keys)
		}
		if n := len(w.screen.told()) - before; n > 0 {
			t.Errorf("%d notices came with the network; want none", n)
		}
	})
}

// Providers that are down beside one that answers are told of one by one.
func TestOutagesBesideAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.haveAt("a.test", "b.test", "c.test")
		w.start()
		defer w.stop()
		w.server.set(func() { w.server.fault = unplugged("a.test", "b.test") })
		time.Sleep(30 * time.Minute)
		want := []string{keyOutage + "https://a.test/token", keyOutage + "https://b.test/token"}
		if keys := w.screen.keys(); !slices.Equal(keys, want) {
			t.Errorf("the notices %q stand; want %q", keys, want)
		}
		for _, n := range w.screen.told() {
			if n.Key == keyNetwork {
				t.Error("the network was said to be away")
			}
		}
	})
}

// One that stays away when the network is back is told of by itself.
func TestOutageThatOutlastsTheNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.haveAt("a.test", "b.test")
		w.start()
		defer w.stop()
		w.server.set(func() { w.server.fault = unplugged("a.test", "b.test") })
		time.Sleep(10 * time.Minute)
		w.server.set(func() { w.server.fault = unplugged("b.test") })
		time.Sleep(10 * time.Minute)
		if keys := w.screen.keys(); !slices.Equal(keys, []string{keyOutage + "https://b.test/token"}) {
			t.Errorf("the notices %q stand; want that of the one that is down", keys)
		}
	})
}

// The notice says what the user can do where something can be done, or that only waiting helps.
func TestOutageSaysWhatHelps(t *testing.T) {
	for says, answer := range map[string]struct {
		status int
		body   string
	}{
		"log in to the network": {http.StatusOK, "<!doctype html><html><title>Guest network</title></html>"},
		"asks to wait":          {http.StatusTooManyRequests, `{"error":"temporarily_unavailable"}`},
		"has trouble":           {http.StatusBadGateway, "<html>Bad gateway</html>"},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 10*time.Minute)
				w.have("one")
				w.start()
				defer w.stop()
				w.server.set(func() { w.server.fault = status(answer.status, answer.body) })
				time.Sleep(30 * time.Minute)
				n, _ := w.screen.showing("outage/https://fake.test/token")
				if !strings.Contains(n.Body, says) {
					t.Errorf("the notice says %q; want %q", n.Body, says)
				}
			})
		})
	}
}

func TestF14OutageIsToldOnceAndCured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		_, events := w.k.Subscribe(t.Context())
		w.server.set(func() { w.server.fault = status(503, "busy") })
		time.Sleep(7*time.Minute + 30*time.Second)
		if s := w.session("one"); s.State != Retrying || s.NextTryAt.IsZero() || s.LastError == nil || s.LastError.HTTPStatus != 503 {
			t.Fatalf("while the provider fails the session is %+v", s)
		}
		w.token("one", TokenRequest{}) // still valid
		if _, ok := w.screen.showing("outage/https://fake.test/token"); ok {
			t.Error("an outage was told before half of the token's time")
		}
		time.Sleep(time.Minute + 40*time.Second)
		n, ok := w.screen.showing("outage/https://fake.test/token")
		if !ok || len(n.Actions) > 0 {
			t.Errorf("the outage notice is %+v (shown: %v); want one without buttons", n, ok)
		}
		time.Sleep(3 * time.Minute)
		_, err := w.k.Token(t.Context(), "one", TokenRequest{Wait: 2 * time.Second})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeUnavailable || e.RetryAt.IsZero() {
			t.Errorf("with a spent token the answer is %v; want unavailable and when to try again", err)
		}
		w.server.set(func() { w.server.fault = nil })
		time.Sleep(maxBackoff + time.Second)
		w.token("one", TokenRequest{})
		if s := w.session("one"); s.State != Active {
			t.Errorf("after the outage the session is %s; want active", s.State)
		}
		if _, ok := w.screen.showing("outage/https://fake.test/token"); ok {
			t.Error("the outage notice is still there")
		}
		if got := kinds(events, EventWarning); got != "outage" {
			t.Errorf("warnings %q; want one outage", got)
		}
		if tabs := w.screen.tabs(); tabs > 0 {
			t.Errorf("an outage opened %d pages", tabs)
		}
	})
}

// An answer that no table names passes; one that is still the same after an hour is shown, once, and taken back when a
// renewal works.
func TestUnknownAnswerThatLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		w.server.set(func() { w.server.fault = status(400, `{"error":"moon_phase"}`) })
		time.Sleep(50 * time.Minute)
		if n, ok := w.screen.showing(keyUnknown + "one"); ok {
			t.Errorf("after less than an hour it says %+v", n)
		}
		time.Sleep(time.Hour)
		n, ok := w.screen.showing(keyUnknown + "one")
		if !ok || !strings.Contains(n.Body, "moon_phase") {
			t.Errorf("the notice is %+v (shown: %v); want one with the answer's code", n, ok)
		}
		if s := w.session("one"); s.State != Retrying {
			t.Errorf("the session is %s; want %s", s.State, Retrying)
		}
		time.Sleep(3 * time.Hour)
		told := 0
		for _, n := range w.screen.told() {
			if n.Key == keyUnknown+"one" {
				told++
			}
		}
		if told != 1 {
			t.Errorf("it was told %d times; want once", told)
		}
		w.server.set(func() { w.server.fault = nil })
		time.Sleep(2 * maxBackoff)
		if _, ok := w.screen.showing(keyUnknown + "one"); ok {
			t.Error("the notice is still there after a renewal")
		}
	})
}

// A network that wants a login is no fault of the session's setup: it goes on by itself afterwards.
func TestProxyThatWantsALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.server.fault = status(http.StatusProxyAuthRequired, "")
		w.start()
		defer w.stop()
		time.Sleep(2 * time.Minute)
		if s := w.session("one"); s.State != Retrying || s.NextTryAt.IsZero() || !strings.Contains(s.Detail, "log in to the network") {
			t.Errorf("%s, %q", s.State, s.Detail)
		}
		w.server.set(func() { w.server.fault = nil })
		time.Sleep(maxBackoff)
		if s := w.session("one"); s.State != Active {
			t.Errorf("behind the login: %s, %q", s.State, s.Detail)
		}
	})
}
