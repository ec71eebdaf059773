package signin_test

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

func TestRedirectHosts(t *testing.T) {
	srv := newServer(t, behaviour{})
	for host, want := range map[string]string{
		"127.0.0.1": "127.0.0.1", "localhost": "localhost", "[::1]": "::1", "::1": "::1",
	} {
		t.Run(host, func(t *testing.T) {
			p := srv.provider()
			p.RedirectHost, p.RedirectPath = host, "/oauth/back/"
			var k keeper
			f := start(t, request(p, &k))
			callback := consent(t, f)
			u, _ := url.Parse(callback)
			if u.Hostname() != want || u.Path != "/oauth/back/" {
				t.Errorf("redirect %s", callback)
			}
			if host == "localhost" { // whichever address the browser takes
				for _, ip := range []string{"127.0.0.1", "::1"} {
					c, err := net.Dial("tcp", net.JoinHostPort(ip, u.Port()))
					if err != nil {
						t.Fatal(err)
					}
					c.Close()
				}
			}
			finish(t, callback)
			if got := end(t, f); got != "" {
				t.Errorf("ended %s", got)
			}
		})
	}
}

// freePort gives a port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestTCB10FixedPortTaken(t *testing.T) {
	srv := newServer(t, behaviour{})
	for _, at := range []struct{ host, taken string }{{"", "127.0.0.1"}, {"localhost", "::1"}} {
		l, err := net.Listen("tcp", net.JoinHostPort(at.taken, "0"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		p := srv.provider()
		p.RedirectHost, p.RedirectPort = at.host, l.Addr().(*net.TCPAddr).Port
		var k keeper
		_, err = signin.Start(t.Context(), provider.NewWire(nil, nil), request(p, &k), time.Minute)
		if got := kind(t, err); got != signin.KindSetup || !strings.Contains(err.Error(), strconv.Itoa(p.RedirectPort)) {
			t.Errorf("%s taken: %v", at.taken, err)
		}
	}
}

func TestFixedPortIsShared(t *testing.T) {
	srv := newServer(t, behaviour{})
	ports := new(signin.Ports)
	p := srv.provider()
	p.RedirectPort = freePort(t)
	other := *p
	other.RedirectHost, other.RedirectPath = "localhost", "/other"
	var flows []*signin.Flow
	var keepers [3]keeper
	for i, p := range []*provider.Provider{p, p, &other} {
		r := request(p, &keepers[i])
		r.Ports = ports
		flows = append(flows, start(t, r))
	}
	callbacks := []string{consent(t, flows[0]), consent(t, flows[1]), consent(t, flows[2])}
	crossed := strings.Replace(callbacks[2], "/other", "/callback", 1)
	if s := get(t, strings.Replace(crossed, "localhost", "127.0.0.1", 1)); s.status != http.StatusBadRequest {
		t.Errorf("an answer on another flow's path: %d", s.status)
	}
	flows[0].Cancel()
	if s := get(t, callbacks[0]); s.status != http.StatusBadRequest {
		t.Errorf("the answer to a flow that has left: %d", s.status)
	}
	for _, i := range []int{2, 1} {
		finish(t, callbacks[i])
		if got := end(t, flows[i]); got != "" {
			t.Fatalf("flow %d ended %s: %v", i, got, flows[i].Err())
		}
		flows[i].Cancel()
	}
	refused(t, callbacks[1])

	r := request(p, &keepers[0])
	r.Ports = ports
	f := start(t, r) // the port can be had again
	finish(t, consent(t, f))
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
}

// refused checks that nothing listens where address points.
func refused(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", u.Host); err == nil {
		c.Close()
		t.Errorf("something still listens at %s", u.Host)
	}
}
