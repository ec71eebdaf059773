package session

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
)

// habits are how the three providers of the week treat refresh tokens.
var habits = []struct {
	host   string
	keeps  bool
	grace  time.Duration
	replay provider.Replay
}{
	{host: "strict.test"},
	{host: "grace.test", grace: 30 * time.Second, replay: provider.ReplayGrace},
	{host: "none.test", keeps: true, replay: provider.ReplaySafe},
}

// A week of a thousand sessions at three providers, whose tokens live from a minute to a day. Every day has sixteen hours
// of use and a night through which the machine sleeps. Each provider fails at some time, and all of them at another; some
// answers are lost; the keychain is away for an hour; the keeper is started anew each day. Every minute somebody asks for
// a token of every session and has one that works: at once, or after a wait where the machine or a provider has just come
// back. None is had only while a provider or the keychain is away, where the provider never gave one that works still.
func TestWeekOf1000Sessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeek(t)
		w.start()
		defer func() { w.stop() }()
		for day := range 7 {
			for minute := range 16 * 60 {
				w.happens(day, minute)
				time.Sleep(time.Minute)
				w.askAll()
			}
			w.slept.Add(int64(8 * time.Hour))
			w.askAll()
		}
		seen := w.server.seen()
		t.Logf("%d refreshes, %d answers lost, %d requests for a token, %d of them in vain while something was away",
			seen.calls, w.lost, w.asked, w.excused)
		if seen.doubles > 0 || seen.reuses > 0 || w.gaps > 0 {
			t.Errorf("%d gaps, %d double sends, %d reuses; want none", w.gaps, seen.doubles, seen.reuses)
		}
		if most := len(habits) * maxInFlight; seen.together > most {
			t.Errorf("%d refreshes at a time; want %d at the most", seen.together, most)
		}
		if w.lost == 0 || w.excused == 0 {
			t.Errorf("%d answers were lost and %d requests excused: nothing of note happened", w.lost, w.excused)
		}
		for _, name := range w.names {
			if s := w.session(name); s.State != Active {
				t.Errorf("%s is %s at the end; want %s", name, s.State, Active)
			}
		}
	})
}

// week is a world through which a week goes.
type week struct {
	*world
	names []string
	hosts map[string]string // by session
	slept atomic.Int64

	mu    sync.Mutex      // guards what follows
	down  map[string]bool // hosts that fail
	lossy bool            // answers get lost
	lost  int

	locked               bool // the keychain is away
	asked, gaps, excused int
}

func newWeek(t *testing.T) *week {
	t.Helper()
	w := &week{world: newWorld(t, time.Hour), hosts: map[string]string{}, down: map[string]bool{}}
	w.wall = func() time.Time { return time.Now().Add(time.Duration(w.slept.Load())) }
	for _, h := range habits {
		w.prov.TokenURL, w.prov.Replay = "https://"+h.host+"/token", h.replay
		for _, of := range []struct {
			life time.Duration
			n    int
		}{{time.Minute, 1}, {5 * time.Minute, 2}, {time.Hour, 60}, {8 * time.Hour, 135}, {24 * time.Hour, 136}} {
			var names []string
			for n := range of.n {
				names = append(names, fmt.Sprintf("%v %d at %s", of.life, n, strings.TrimSuffix(h.host, ".test")))
			}
			w.server.life = of.life
			w.have(names...)
			for _, name := range names {
				f := w.server.families[name]
				f.life, f.grace, f.keeps = of.life, h.grace, h.keeps
				w.hosts[name] = h.host
			}
			w.names = append(w.names, names...)
		}
	}
	w.server.fault, w.server.damage = w.fail, w.damage
	return w
}

// alter changes what the server's faults go by.
func (w *week) alter(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// happens brings about what comes at this minute of a day.
func (w *week) happens(day, minute int) {
	switch hosts := []string{habits[day%len(habits)].host}; {
	case minute == 200+37*day: // each of them, for an hour
		w.alter(func() { w.fails(hosts, true) })
	case minute == 260+37*day:
		w.alter(func() { w.fails(hosts, false) })
	case minute == 400+day: // the network, for five minutes
		w.alter(func() { w.fails(allHosts(), true) })
	case minute == 405+day:
		w.alter(func() { w.fails(allHosts(), false) })
	case minute == 600 || minute == 660:
		w.alter(func() { w.lossy = minute == 600 })
	case minute == 700 && day%2 == 1:
		w.keychain(&storeError{"locked"}, "locked")
	case minute == 760 && day%2 == 1:
		w.keychain(nil, "ok")
	case minute == 800+23*day:
		w.stop()
		w.start()
	}
}

func allHosts() (hosts []string) {
	for _, h := range habits {
		hosts = append(hosts, h.host)
	}
	return hosts
}

// fails has hosts fail, or work again.
func (w *week) fails(hosts []string, fail bool) {
	for _, host := range hosts {
		w.down[host] = fail
	}
}

// keychain has the store fail, or work again, when no answer is on its way that nobody could see then.
func (w *week) keychain(fault error, state string) {
	for w.server.busy() {
		time.Sleep(100 * time.Millisecond)
	}
	w.store.set(func() { w.store.fault, w.store.ready = fault, fault })
	w.locked = fault != nil
	w.k.KeychainChanged(w.t.Context(), state, "")
}

// fail is the fault of hosts that fail.
func (w *week) fail(_ *server, r *http.Request, _ url.Values) (*http.Response, error, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.down[r.URL.Host]:
		return nil, nil, false
	case rand.IntN(2) == 0:
		return answer(http.StatusBadGateway, "<html>bad gateway</html>"), nil, true
	default:
		return nil, io.ErrUnexpectedEOF, true // whether it was heard is not known
	}
}

// damage loses answers of the providers that stand a replay.
func (w *week) damage(form url.Values) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	lose := w.lossy && !strings.Contains(form.Get("refresh_token"), "at strict") && rand.IntN(10) == 0
	if lose {
		w.lost++
	}
	return lose
}

// askAll asks for a token of every session.
func (w *week) askAll() {
	for _, name := range w.names {
		w.ask(name)
	}
}

// ask takes what a session gives at this moment. It is a gap where that is nothing, or does not work, although a token
// that works is there or can be had.
func (w *week) ask(name string) {
	r := TokenRequest{Wait: DefaultWait}
	away := w.away(name)
	if away {
		r.Wait = 0 // nothing comes of it
	}
	w.asked++
	tok, err := w.k.Token(context.Background(), name, r)
	switch {
	case err == nil && w.server.valid(tok.Access.Reveal()):
	case err != nil && away && !w.server.gave(name):
		w.excused++
	default:
		if w.gaps++; w.gaps <= 10 {
			w.t.Errorf("%v: no token of %s: %v", w.wall().UTC(), name, err)
		}
	}
}

// away reports whether what a session is renewed with is away.
func (w *week) away(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.locked || w.down[w.hosts[name]]
}

func (s *server) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.together > 0
}

// gave reports whether the server has given a session an access token that may be handed out still: one that is not about
// to end.
func (s *server) gave(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.wall()
	for _, end := range s.families[name].atExpires {
		if end.Sub(now) > skewMargin+time.Second {
			return true
		}
	}
	return false
}
