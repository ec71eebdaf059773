package signin_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

func TestTCB5Timeout(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	r := request(srv.provider(), &k)
	f, err := signin.Start(t.Context(), provider.NewWire(nil, nil), r, 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Cancel()
	callback := consent(t, f)
	if got := end(t, f); got != signin.KindTimeout {
		t.Fatalf("ended %s", got)
	}
	if page := finish(t, callback); !strings.Contains(page.body, "has run out") {
		t.Errorf("page %s", page.body)
	}
	if srv.exchanges() != 0 {
		t.Error("exchanged after the end")
	}
}

func TestReplaceAndCancel(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	f.Replace()
	if got := end(t, f); got != signin.KindCancelled {
		t.Fatalf("ended %s", got)
	}
	if page := finish(t, callback); !strings.Contains(page.body, "no longer waits") {
		t.Errorf("page %s", page.body)
	}
	f.Cancel()
	refused(t, callback)
	f.Cancel()

	f = start(t, request(srv.provider(), &k))
	callback = consent(t, f)
	f.Cancel()
	if got := end(t, f); got != signin.KindCancelled {
		t.Errorf("ended %s", got)
	}
	refused(t, callback)
	if srv.exchanges() != 0 || k.count() != 0 {
		t.Error("something was exchanged or accepted")
	}
}

func TestContextEnds(t *testing.T) {
	srv := newServer(t, behaviour{})
	ctx, cancel := context.WithCancel(t.Context())
	var k keeper
	f, err := signin.Start(ctx, provider.NewWire(nil, nil), request(srv.provider(), &k), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	callback := consent(t, f)
	cancel()
	if got := end(t, f); got != signin.KindCancelled {
		t.Errorf("ended %s", got)
	}
	f.Cancel() // returns when the listener is closed
	refused(t, callback)
}

// TestWorkGoesOn: neither a closed tab, nor Cancel, nor the end of the keeper's context takes away what the provider is
// about to give.
func TestWorkGoesOn(t *testing.T) {
	for name, disturb := range map[string]func(f *signin.Flow, tab, keeper context.CancelFunc){
		"tab closed":   func(_ *signin.Flow, tab, _ context.CancelFunc) { tab() },
		"cancelled":    func(f *signin.Flow, _, _ context.CancelFunc) { f.Cancel() },
		"replaced":     func(f *signin.Flow, _, _ context.CancelFunc) { f.Replace() },
		"keeper stops": func(_ *signin.Flow, _, keeper context.CancelFunc) { keeper() },
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, behaviour{hold: make(chan struct{}), holding: make(chan struct{}, 1)})
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var k keeper
			f, err := signin.Start(ctx, provider.NewWire(nil, nil), request(srv.provider(), &k), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Cancel()
			tab, closeTab := context.WithCancel(t.Context())
			defer closeTab()
			req, err := http.NewRequestWithContext(tab, http.MethodGet, consent(t, f), nil)
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				if resp, err := browser.Do(req); err == nil {
					resp.Body.Close()
				}
			})
			<-srv.set.holding
			disturb(f, closeTab, stop)
			close(srv.set.hold)
			if got := end(t, f); got != "" {
				t.Errorf("ended %s: %v", got, f.Err())
			}
			wg.Wait()
			k.only(t)
		})
	}
}
