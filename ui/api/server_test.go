package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// page stands for the real page's files.
func page() fstest.MapFS {
	return fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html><title>page</title>")},
		"app.js":     {Data: []byte("export {};")},
	}
}

// house is a server with its keeper and ways in.
type house struct {
	keeper *apitest.Keeper
	server *api.Server
	socket string
	client *client.Client
	stop   func()
}

func open(tb testing.TB, sessions ...session.Session) *house {
	tb.Helper()
	k := apitest.New(sessions...)
	o := apitest.Options(tb, k, page())
	o.AWS = new(trade)
	return openWith(tb, k, o)
}

func openWith(tb testing.TB, k *apitest.Keeper, o api.Options) *house {
	tb.Helper()
	s, stop := apitest.Serve(tb, o)
	c := client.New(o.Places.Socket())
	tb.Cleanup(c.Close)
	return &house{keeper: k, server: s, socket: o.Places.Socket(), client: c, stop: stop}
}

func github() session.Session {
	return session.Session{
		Name: "github", Provider: "github", ClientID: "cid", Scopes: []string{"repo"}, State: session.Active, Generation: 3,
		Account:         session.Account{Email: "me@example.org"},
		AccessExpiresAt: time.Date(2030, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)),
	}
}

// wireRequest is a request as it goes over the wire; "" headers are sent empty, nil Host is the right one.
type wireRequest struct {
	method, target string
	host           *string
	header         [][2]string
	body           string
}

// reply is what came back.
type reply struct {
	*http.Response
	body string
}

func (r reply) problem(t *testing.T) client.Problem {
	t.Helper()
	var p client.Problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatalf("answer %d %q is no problem: %v", r.StatusCode, r.body, err)
	}
	return p
}

// raw sends a request byte by byte over a connection of its own, so that nothing of it is tidied up.
func raw(tb testing.TB, network, address string, q wireRequest) reply {
	tb.Helper()
	var d net.Dialer
	c, err := d.DialContext(tb.Context(), network, address)
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	host := address
	if network == "unix" {
		host = "sessionkeeper"
	}
	if q.host != nil {
		host = *q.host
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", q.method, q.target)
	if host != "-" {
		fmt.Fprintf(&b, "Host: %s\r\n", host)
	}
	for _, h := range q.header {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	if q.body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(q.body))
	}
	fmt.Fprintf(&b, "Connection: close\r\n\r\n%s", q.body)
	if _, err := io.WriteString(c, b.String()); err != nil {
		tb.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: q.method})
	if err != nil {
		tb.Fatalf("%s %s: %v", q.method, q.target, err)
	}
	if response.Header.Get("Content-Type") == "application/x-ndjson" {
		return reply{response, ""} // does not end by itself; closing the body would read it to its end
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	answer := reply{response, string(body)}
	asDescribed(tb, q, answer)
	return answer
}

func (h *house) overSocket(tb testing.TB, q wireRequest) reply {
	tb.Helper()
	return raw(tb, "unix", h.socket, q)
}

func (h *house) tcp() string { return strings.TrimPrefix(h.server.PageAddress(), "http://") }

func (h *house) overTCP(tb testing.TB, q wireRequest) reply {
	tb.Helper()
	return raw(tb, "tcp", h.tcp(), q)
}

var asJSON = [2]string{"Content-Type", "application/json"}

// bearer opens a page.
func (h *house) bearer(tb testing.TB) [2]string {
	tb.Helper()
	code, err := h.client.PageCode(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	r := h.overTCP(tb, wireRequest{
		method: "POST", target: "/v1/ui/session", header: [][2]string{asJSON}, body: `{"code":"` + code.Code + `"}`,
	})
	var answer struct{ Bearer string }
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil || answer.Bearer == "" {
		tb.Fatalf("exchanging a code: %d %s", r.StatusCode, r.body)
	}
	return [2]string{"Authorization", "Bearer " + answer.Bearer}
}

func TestTSOCK1SocketIsPrivate(t *testing.T) {
	h := open(t)
	for path, want := range map[string]os.FileMode{
		h.socket:               0o600 | os.ModeSocket,
		filepath.Dir(h.socket): 0o700 | os.ModeDir,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v; want %v", path, info.Mode(), want)
		}
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	k := apitest.New()
	o := apitest.Options(t, k, nil)
	if err := o.Places.Make(); err != nil {
		t.Fatal(err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: o.Places.Socket(), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	ln.Close()
	h := openWith(t, k, o)
	if _, err := h.client.Health(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFileInTheWayIsKept(t *testing.T) {
	o := apitest.Options(t, apitest.New(), nil)
	if err := o.Places.Make(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.Places.Socket(), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := api.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Listen(); err == nil {
		t.Error("a file was replaced by the socket")
	}
	if data, err := os.ReadFile(o.Places.Socket()); string(data) != "precious" {
		t.Errorf("the file is now %q, %v", data, err)
	}
}

func TestTBIND2OnlyLiteralLoopback(t *testing.T) {
	for _, address := range []string{
		"0", ":0", "0x0:0", "0.0.0.0:0", "[::]:0", "[::1]:0", "localhost:0", "127.0.0.2:0", "127.1:0",
		"１27.0.0.1:0", "[::ffff:127.0.0.1]:0", "127.0.0.1", "127.0.0.1:70000", "192.168.0.1:80",
	} {
		o := apitest.Options(t, apitest.New(), nil)
		o.HTTP = address
		if _, err := api.NewServer(o); err == nil {
			t.Errorf("address %q was accepted", address)
		}
	}
}

func TestEveryListenerIsLoopback(t *testing.T) {
	h := open(t)
	addr, err := netip.ParseAddrPort(h.tcp())
	if err != nil || addr.Addr().String() != "127.0.0.1" {
		t.Errorf("the page listens on %v, %v", addr, err)
	}
}

func TestTakenPageAddress(t *testing.T) {
	first := open(t)
	k := apitest.New()
	o := apitest.Options(t, k, page())
	o.HTTP = first.tcp()
	h := openWith(t, k, o)
	health, err := h.client.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if health.Status != "down" || health.HTTP.State != "down" || health.HTTP.Detail == "" {
		t.Errorf("health is %+v; want down because of the page's address", health)
	}
	if _, err := h.client.PageCode(t.Context()); err == nil {
		t.Error("a code was given for a page that is not there")
	}
}

// TestLostSocketComesBack empties the run folder under a running server, as a log-in manager does.
func TestLostSocketComesBack(t *testing.T) {
	h := open(t)
	if err := os.RemoveAll(filepath.Dir(h.socket)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := h.client.Health(ctx); err == nil {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the socket did not come back")
		}
	}
}

func TestLongWaitEndsAtShutdown(t *testing.T) {
	h := open(t, github())
	l, err := h.client.Login(t.Context(), "github", client.LoginRequest{NoBrowser: true})
	if err != nil {
		t.Fatal(err)
	}
	go h.stop()
	if _, err := h.client.LoginStatus(t.Context(), "github", l.ID, time.Hour); err == nil {
		t.Error("a wait for a sign-in outlived the server")
	}
}

func TestEnvironmentIsToldOnce(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, page())
	told := make(chan map[string]string, 10)
	o.OnEnv = func(env map[string]string) { told <- env }
	t.Setenv("DISPLAY", ":7")
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("XAUTHORITY", "/home/jürgen/.Xauthority")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/bus\r\nEvil: header")
	h := openWith(t, k, o)
	for range 3 {
		if _, err := h.client.Sessions(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	h.overTCP(t, wireRequest{
		method: "GET", target: "/v1/health", header: [][2]string{h.bearer(t), {"Sessionkeeper-Display", ":666"}},
	})
	h.stop()
	close(told)
	var all []map[string]string
	for env := range told {
		all = append(all, env)
	}
	want := map[string]string{"DISPLAY": ":7", "XAUTHORITY": "/home/jürgen/.Xauthority"}
	if len(all) != 1 || !maps.Equal(all[0], want) {
		t.Errorf("the desktop was told %v; want %v once", all, want)
	}
}

// TestF27PlacesOfTheSilent fills every place with callers that say nothing, half of a request, or that a body comes which
// does not: the next one is served all the same, at both doors. Those whose request is being answered keep their places.
func TestF27PlacesOfTheSilent(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	next, stop := iter.Pull2(h.client.Events(t.Context(), ""))
	defer stop()
	if e, err, ok := next(); !ok || err != nil {
		t.Fatalf("the snapshot: %+v, %v", e, err)
	}
	for _, door := range [][2]string{{"unix", h.socket}, {"tcp", h.tcp()}} {
		for _, start := range []string{
			"", "POST /v1/ses", "POST /v1/sessions/github/token HTTP/1.1\r\nHost: " + door[1] + "\r\n",
			"POST /v1/ui/session HTTP/1.1\r\nHost: " + door[1] + "\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n",
			"POST /v1/none HTTP/1.1\r\nHost: " + door[1] + "\r\nContent-Length: 9\r\n\r\n",
		} {
			var d net.Dialer
			for range 600 {
				c, err := d.DialContext(t.Context(), door[0], door[1])
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close() //nolint:revive // all are held to the end
				_, _ = io.WriteString(c, start)
			}
			q := wireRequest{method: "GET", target: "/v1/sessions", header: [][2]string{bearer}}
			if got := raw(t, door[0], door[1], q); got.StatusCode != http.StatusOK {
				t.Errorf("%s, beside those who said %q: %d", door[0], start, got.StatusCode)
			}
		}
	}
	if _, err := h.keeper.Pause(t.Context(), "github"); err != nil {
		t.Fatal(err)
	}
	if e, err, ok := next(); !ok || err != nil || e.Session != "github" {
		t.Errorf("who listens lost its place: %+v, %v", e, err)
	}
}
