package session

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// crowdOf gives the world many sessions at several issuers.
func (w *world) crowdOf(issuers, sessions int) (names []string) {
	w.t.Helper()
	for i := range issuers {
		host := fmt.Sprintf("host%d.test", i)
		w.prov.TokenURL, w.prov.Issuer = "https://"+host+"/token", "https://"+host
		var here []string
		for n := range sessions {
			here = append(here, fmt.Sprintf("%d-%d", i, n))
		}
		w.have(here...)
		names = append(names, here...)
	}
	return names
}

// An outage that stops a thousand sessions is told to the desktop now and then, and not with each of them; nor is its end.
func TestOutageOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		names := w.crowdOf(10, 100)
		w.start()
		defer func() { w.stop() }()
		var hosts []string
		for i := range 10 {
			hosts = append(hosts, fmt.Sprintf("host%d.test", i))
		}
		w.server.set(func() { w.server.fault = unplugged(hosts...) })
		const span = 4 * time.Minute
		time.Sleep(span)
		if _, ok := w.screen.showing(keyNetwork); !ok {
			t.Errorf("the notices %q stand; want the one of the network", w.screen.keys())
		}
		if most, n := int(span/toldPace), len(w.screen.told()); n > most {
			t.Errorf("%d notices; want %d at the most", n, most)
		}
		w.server.set(func() { w.server.fault = nil })
		w.k.Woke(t.Context(), "network", 0)
		time.Sleep(15 * time.Second)
		if keys := w.screen.keys(); len(keys) > 0 {
			t.Errorf("the notices %q stand although the network is back", keys)
		}
		for _, name := range names {
			w.token(name, TokenRequest{})
		}
	})
}

// A provider that revokes a thousand sessions is told of now and then, in a notice that speaks of them all in the end.
func TestRevocationOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		names := w.crowdOf(1, 1000)
		w.start()
		defer func() { w.stop() }()
		for _, name := range names {
			w.server.revoke(name)
		}
		time.Sleep(2 * time.Minute)
		for _, name := range names {
			if s := w.session(name); s.State != SignInNeeded {
				t.Fatalf("%s is %s; want %s", name, s.State, SignInNeeded)
			}
		}
		if n := len(w.screen.told()); n > 10 {
			t.Errorf("%d notices; want 10 at the most", n)
		}
		if n, _ := w.screen.showing(keyGroup); n.Title != groupNotice(names).Title {
			t.Errorf("the last notice is %q; want %q", n.Title, groupNotice(names).Title)
		}
	})
}
