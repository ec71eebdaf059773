package session

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// Whatever happens at once, no refresh token is sent while a request with it is in flight, nor after an answer to it
// was read that brought tokens.
func TestNoRefreshTokenIsSentTwice(t *testing.T) {
	var calls atomic.Int64
	t.Cleanup(func() {
		if n := calls.Load(); n < 1000 {
			t.Errorf("%d refreshes in all: too few to prove anything", n)
		}
	})
	for seed := range uint64(200) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel() // they wait for the disk more than they work
			synctest.Test(t, func(t *testing.T) {
				f := &flurry{r: rand.New(rand.NewPCG(seed, 1)), alive: make(chan struct{}, actors)}
				f.run(t)
				calls.Add(int64(f.calls))
			})
		})
	}
}

// actors is how many do something at once.
const actors = 5

// flurry is a keeper on which everything is done at random, by several at once.
type flurry struct {
	w     *world
	mu    sync.Mutex // guards r and added
	r     *rand.Rand
	alive chan struct{} // one for each that may act; all are taken while the keeper is started anew
	calls int
	added int // refresh tokens of the user's own; guarded by mu
}

func (f *flurry) luck(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.r.IntN(n)
}

func (f *flurry) pause(most time.Duration) { time.Sleep(time.Duration(f.luck(int(most)))) }

func (f *flurry) run(t *testing.T) {
	t.Helper()
	w := newWorld(t, time.Duration(10+f.luck(60))*time.Second)
	f.w = w
	w.set.CheckEvery = config.Duration(time.Minute)
	w.prov.Check = provider.Check{Kind: provider.CheckUserinfo, URL: "https://fake.test/userinfo"}
	w.prov.Replay = []provider.Replay{provider.ReplayGrace, provider.ReplayUnknown, provider.ReplayUnsafe}[f.luck(3)]
	w.server.grace = time.Hour // so that what is lost ends nothing: the sending goes on
	w.server.kills = f.luck(2) == 0
	w.confidential("old", "new")
	w.server.fault = f.fault
	w.server.damage = func(url.Values) bool { return f.luck(12) == 0 }
	w.have("one", "two")
	w.haveSecret("old", "one", "two")
	w.start()
	defer func() { w.stop() }()
	var doing sync.WaitGroup
	for range actors {
		doing.Go(func() {
			for range 8 {
				f.pause(6 * time.Second)
				f.act(t, []string{"one", "two"}[f.luck(2)], f.luck(24))
			}
		})
	}
	doing.Go(func() {
		for range 2 {
			f.pause(25 * time.Second)
			f.restart()
		}
	})
	doing.Wait()
	n := w.server.seen()
	if n.doubles > 0 {
		t.Errorf("the server saw %+v", n)
	}
	f.calls = n.calls
}

// fault lets requests fail before the server acts, and take their time; all end before a keeper that stops gives up.
func (f *flurry) fault(s *server, _ *http.Request, _ url.Values) (*http.Response, error, bool) {
	switch f.luck(10) {
	case 0:
		return answer(503, "busy"), nil, true
	case 1:
		return nil, io.ErrUnexpectedEOF, true
	case 2:
		return answer(401, `{"error":"invalid_client"}`), nil, true
	}
	latency, lag := time.Duration(f.luck(2500))*time.Millisecond, time.Duration(f.luck(2000))*time.Millisecond
	s.set(func() { s.latency, s.lag = latency, lag })
	return nil, nil, false
}

// restart stops the keeper as a log-out does, and starts it.
func (f *flurry) restart() {
	for range actors {
		f.alive <- struct{}{}
	}
	defer func() {
		for range actors {
			<-f.alive
		}
	}()
	f.w.store.set(func() { f.w.store.fault = nil })
	f.w.stop()
	f.w.start()
}

// act does one thing. What it answers is of no interest here.
func (f *flurry) act(t *testing.T, name string, what int) {
	t.Helper()
	f.alive <- struct{}{}
	defer func() { <-f.alive }()
	w, k, ctx := f.w, f.w.k, t.Context()
	switch what {
	case 0, 1, 2:
		_, _ = k.Refresh(ctx, name, time.Duration(f.luck(5))*time.Second)
	case 3, 4, 5:
		_, _ = k.Token(ctx, name, TokenRequest{Force: true, Wait: time.Second})
	case 6, 7, 8:
		if s, err := k.Session(name); err == nil {
			_, _ = k.Reject(ctx, name, s.Generation)
		}
	case 9, 10:
		k.Woke(ctx, "network", time.Minute)
	case 11, 12:
		_, _ = k.SetSecret(ctx, name, newSecret([]string{"old", "new", "wrong"}[f.luck(3)]))
	case 13, 14:
		warn := config.Duration(f.luck(300)) * config.Duration(time.Second)
		f.edit(name, func(def *config.Session) { def.WarnBefore = &warn })
		k.Reload(ctx)
	case 15:
		_, _ = k.Pause(ctx, name)
		f.pause(3 * time.Second)
		_, _ = k.Resume(ctx, name)
	case 16:
		w.store.set(func() { w.store.fault = &storeError{"slow"} })
		f.pause(10 * time.Second)
		w.store.set(func() { w.store.fault = nil })
		k.KeychainChanged(ctx, "locked", "")
		k.KeychainChanged(ctx, "ok", "")
	case 17:
		if f.luck(3) == 0 {
			_, _ = k.Logout(ctx, name, f.luck(2) == 0)
			f.again(t, name)
		}
	default:
		_, _ = k.Token(ctx, name, TokenRequest{MinTTL: time.Duration(f.luck(60)) * time.Second, Wait: 2 * time.Second})
	}
}

func (f *flurry) edit(name string, change func(*config.Session)) {
	dir, err := config.Open(f.w.dir + "/config")
	if err != nil {
		return
	}
	defs, _ := dir.Sessions()
	if def, ok := defs[name]; ok { // it may be gone for a moment
		change(&def)
		_ = dir.Save(def)
	}
}

// again adds a session that was signed out of with a refresh token of its own.
func (f *flurry) again(t *testing.T, name string) {
	t.Helper()
	_, defs := f.w.files()
	def, ok := defs[name]
	if !ok || f.w.k.Remove(t.Context(), name) != nil {
		return
	}
	f.mu.Lock()
	f.added++
	own := fmt.Sprintf("added%d", f.added)
	f.mu.Unlock()
	f.w.server.set(func() {
		f.w.server.families[own] = &family{n: 1, consentAt: f.w.wall(), atExpires: map[string]time.Time{}}
	})
	_, _, _ = f.w.k.Add(t.Context(), Addition{
		Definition: def, ClientSecret: newSecret("old"), RefreshToken: newSecret(own + ".rt1"),
	})
}
