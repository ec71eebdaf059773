package signin_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// pipeListener serves connections that never leave the process, so that time in a synctest bubble can pass while both
// ends wait.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (l *pipeListener) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// polling runs a device flow against a server that answers polls with the errors in answers, in a bubble of its own
// time, and gives the time that the flow took.
func polling(t *testing.T, b behaviour, timeout time.Duration, check func(t *testing.T, srv *server, f *signin.Flow,
	k *keeper, took time.Duration),
) {
	t.Helper()
	srv := newServer(t, b)
	p := srv.provider()
	p.OIDC = false
	p.Check, p.UserinfoURL = provider.Check{}, ""
	synctest.Test(t, func(t *testing.T) {
		l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
		h := &http.Server{Handler: srv.http.Config.Handler}
		var serving sync.WaitGroup
		serving.Go(func() { _ = h.Serve(l) })
		rt := &http.Transport{DialContext: l.dial, DisableKeepAlives: true}
		began := time.Now()
		var k keeper
		f, err := signin.StartDevice(t.Context(), provider.NewWire(rt, nil), request(p, &k), timeout)
		if err != nil {
			t.Fatal(err)
		}
		<-f.Done()
		check(t, srv, f, &k, time.Since(began))
		synctest.Wait()
		_ = h.Close()
		serving.Wait()
	})
}

func TestDeviceFlow(t *testing.T) {
	for name, c := range map[string]struct {
		set     behaviour
		timeout time.Duration
		kind    signin.Kind
		took    time.Duration
	}{
		"at once": {took: 6 * time.Second},
		"after a while": {
			set: behaviour{device: []string{"authorization_pending", "authorization_pending", ""}}, took: 18 * time.Second,
		},
		"slow down": { // 6 s, then twice 12 s
			set: behaviour{device: []string{"slow_down", "authorization_pending", ""}}, took: 30 * time.Second,
		},
		"network faults": { // 6 s, 12 s, 24 s, and 6 s again after an answer
			set:  behaviour{device: []string{"cut", "500", "authorization_pending", ""}},
			took: 48 * time.Second,
		},
		"denied": {set: behaviour{device: []string{"access_denied"}}, kind: signin.KindDenied, took: 6 * time.Second},
		"declined": {
			set: behaviour{device: []string{"authorization_declined"}}, kind: signin.KindDenied, took: 6 * time.Second,
		},
		"expired":     {set: behaviour{device: []string{"expired_token"}}, kind: signin.KindTimeout, took: 6 * time.Second},
		"bad client":  {set: behaviour{device: []string{"invalid_client"}}, kind: signin.KindSetup, took: 6 * time.Second},
		"bad code":    {set: behaviour{device: []string{"invalid_grant"}}, kind: signin.KindExchange, took: 6 * time.Second},
		"no interval": {set: behaviour{deviceReply: map[string]any{"interval": nil}}, took: 6 * time.Second},
		"long interval": {
			set: behaviour{deviceReply: map[string]any{"interval": 60}}, took: 72 * time.Second,
		},
		"its time runs out": {
			set:  behaviour{device: many("authorization_pending"), deviceReply: map[string]any{"expires_in": 30}},
			kind: signin.KindTimeout, took: 30 * time.Second,
		},
		"our time runs out": {
			set: behaviour{device: many("authorization_pending")}, timeout: 20 * time.Second,
			kind: signin.KindTimeout, took: 20 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.timeout == 0 {
				c.timeout = time.Hour
			}
			polling(t, c.set, c.timeout, func(t *testing.T, srv *server, f *signin.Flow, k *keeper, took time.Duration) {
				t.Helper()
				if got := kind(t, f.Err()); got != c.kind {
					t.Fatalf("ended %q, want %q (%v)", got, c.kind, f.Err())
				}
				if took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if c.kind == "" && k.only(t).Answer.Tokens.Refresh.Empty() {
					t.Error("no refresh token")
				}
				if c.kind != "" && k.count() != 0 {
					t.Error("accepted all the same")
				}
				if got := srv.lastAsked(t).Get("scope"); got != "openid email offline_access" {
					t.Errorf("scope %q", got)
				}
			})
		})
	}
}

func many(code string) []string {
	codes := make([]string, 100)
	for i := range codes {
		codes[i] = code
	}
	return codes
}

func TestDeviceStart(t *testing.T) {
	for name, c := range map[string]struct {
		reply   map[string]any
		change  func(p *provider.Provider)
		url     string
		kind    signin.Kind
		mention string
	}{
		"complete": {url: "https://example.org/device?user_code=WDJB-MJHT"},
		"plain": {
			reply: map[string]any{"verification_uri_complete": nil}, url: "https://example.org/device",
		},
		"unsafe complete": {
			reply: map[string]any{"verification_uri_complete": "http://example.org/x"}, url: "https://example.org/device",
		},
		"on this machine": {
			reply: map[string]any{"verification_uri_complete": "http://localhost:8080/d"}, url: "http://localhost:8080/d",
		},
		"unsafe": {
			reply: map[string]any{"verification_uri_complete": nil, "verification_uri": "http://example.org/x"},
			kind:  signin.KindExchange,
		},
		"no page": {
			reply: map[string]any{"verification_uri_complete": nil, "verification_uri": nil}, kind: signin.KindExchange,
		},
		"no endpoint": {
			change: func(p *provider.Provider) { p.DeviceURL = "" }, kind: signin.KindSetup, mention: "no sign-in on another device",
		},
		"no token endpoint": {
			change: func(p *provider.Provider) { p.TokenURL = "" }, kind: signin.KindSetup, mention: "renewal address is missing",
		},
		"nobody there": {
			change: func(p *provider.Provider) { p.DeviceURL = "http://127.0.0.1:1/device" }, kind: signin.KindExchange,
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, behaviour{deviceReply: c.reply})
			p := srv.provider()
			if c.change != nil {
				c.change(p)
			}
			var k keeper
			f, err := signin.StartDevice(t.Context(), provider.NewWire(nil, nil), request(p, &k), time.Minute)
			if c.kind != "" {
				if got := kind(t, err); got != c.kind || !strings.Contains(err.Error(), c.mention) {
					t.Errorf("%v, want %s", err, c.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Cancel()
			if f.URL() != c.url || f.UserCode() != "WDJB-MJHT" {
				t.Errorf("URL %q, code %q", f.URL(), f.UserCode())
			}
			if left := time.Until(f.ExpiresAt()); left > time.Minute || left <= 0 {
				t.Errorf("gives up in %v", left)
			}
			f.Cancel()
			if got := end(t, f); got != signin.KindCancelled {
				t.Errorf("ended %s", got)
			}
		})
	}
}

func TestDeviceContextEnds(t *testing.T) {
	srv := newServer(t, behaviour{})
	ctx, cancel := context.WithCancel(t.Context())
	var k keeper
	f, err := signin.StartDevice(ctx, provider.NewWire(nil, nil), request(srv.provider(), &k), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if got := end(t, f); got != signin.KindCancelled {
		t.Errorf("ended %s", got)
	}
}
