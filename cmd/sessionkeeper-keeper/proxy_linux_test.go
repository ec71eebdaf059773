package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"sessionkeeper/ui/cloud/cloudtest"
	"sessionkeeper/ui/helper"
)

// signedIn adds a session without a browser on the desktop: nobody sits at the one that opens by itself.
func (b *bench) signedIn(name string) {
	b.t.Helper()
	b.env = append(b.env, "BROWSER_IDLE=1")
	add := b.add(name, "--no-browser")
	if err := visit(add.line()); err != nil {
		b.t.Fatal(err)
	}
	add.ends(helper.ExitDone)
}

// asked gives an answer's status, the code in it where it has one, and its text.
func asked(t *testing.T, c *http.Client, address string) (status int, code, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Sessionkeeper-Error"), string(body)
}

// control tells the provider what to do.
func (b *bench) control(body string) {
	b.t.Helper()
	answer, err := http.Post(b.issuer+"/control", "application/json", strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		b.t.Fatal(answer.Status)
	}
}

// TestProxy has the provider's own userinfo behind the proxy: it takes real tokens alone.
func TestProxy(t *testing.T) {
	b := newBench(t)
	b.signedIn("work")
	p := b.start("proxy", "work", "--target", b.issuer, "--json")
	var said struct{ URL string }
	if err := json.Unmarshal([]byte(p.line()), &said); err != nil || !strings.HasPrefix(said.URL, "http://127.0.0.1:") {
		t.Fatalf("%q, %v", said.URL, err)
	}
	c := new(http.Client)
	defer c.CloseIdleConnections()
	if status, _, text := asked(t, c, said.URL+"/userinfo"); status != http.StatusOK || !strings.Contains(text, `"ada"`) {
		t.Errorf("userinfo: %d %s", status, text)
	}
	status, _, text := asked(t, c, said.URL+"/-/health")
	if status != http.StatusOK || !strings.Contains(text, `"sub":"ada"`) || !strings.Contains(text, `"proven":true`) {
		t.Errorf("health: %d %s", status, text)
	}
	if uses := b.run("status", "work"); strings.Contains(uses, "/"+strings.Split(said.URL, "/")[3]) {
		t.Errorf("status tells the key:\n%s", uses)
	}

	b.control(`{"revoke":"all"}`)
	if status, code, text := asked(t, c, said.URL+"/userinfo"); status != http.StatusUnauthorized || code != "TOKEN_EXPIRED" {
		t.Errorf("after the revocation: %d %q %s", status, code, text)
	}
	if status, code, text := asked(t, c, said.URL+"/-/health"); status != http.StatusServiceUnavailable || code != "TOKEN_EXPIRED" {
		t.Errorf("health after the revocation: %d %q %s", status, code, text)
	}
	login := b.start("login", "work", "--no-browser")
	if err := visit(login.line()); err != nil {
		t.Fatal(err)
	}
	login.ends(helper.ExitDone)
	if status, code, text := asked(t, c, said.URL+"/userinfo"); status != http.StatusOK {
		t.Errorf("after the sign-in: %d %q %s", status, code, text)
	}
	p.signal(os.Interrupt)
	if rest := p.ends(helper.ExitDone); rest != "" {
		t.Errorf("more than the address on stdout: %q", rest)
	}
}

// The environment's proxy, where there is one, is told of and sees TLS alone; who answers in the target's place without a
// certificate of its name gets nothing.
func TestTPROXY10ThroughTheEnvironmentsProxy(t *testing.T) {
	b := newBench(t)
	b.signedIn("api")
	var reached atomic.Int64
	network := cloudtest.StartNetwork(t, map[string]http.Handler{
		"api.example": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reached.Add(1)
			if r.TLS == nil || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
				w.WriteHeader(http.StatusForbidden)
			}
		}),
	})
	before := b.env
	for _, trusted := range []bool{true, false} {
		b.env = slices.Concat(before, network.Env())
		if !trusted {
			b.env = append(b.env, "SSL_CERT_FILE=/dev/null", "SSL_CERT_DIR=/dev/null")
		}
		reached.Store(0)
		p := b.start("proxy", "api", "--target", "https://api.example")
		address := p.line()
		c := new(http.Client)
		want, times := http.StatusOK, int64(1)
		if !trusted {
			want, times = http.StatusBadGateway, 0
		}
		if status, _, text := asked(t, c, address); status != want || reached.Load() != times {
			t.Errorf("trusted: %v: status %d, asked %d times: %s", trusted, status, reached.Load(), text)
		}
		c.CloseIdleConnections()
		p.signal(os.Interrupt)
		p.ends(helper.ExitDone)
		if said := p.stderr.String(); !strings.Contains(said, "through the proxy") || !strings.Contains(said, "proxy=127.0.0.1:") {
			t.Errorf("the proxy between is not told of:\n%s", said)
		}
	}
}

// A service refuses the first token that it sees; the keeper gets another from the provider.
func TestProxyOfARefusedToken(t *testing.T) {
	b := newBench(t)
	b.signedIn("work")
	var mu sync.Mutex
	var first string
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		token := r.Header.Get("Authorization")
		if first == "" {
			first = token
		}
		if token == first {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, "welcome")
	}))
	defer service.Close()
	socket := filepath.Join(b.home, "proxy.sock")
	p := b.start("proxy", "work", "--target", service.URL, "--listen", "unix:"+socket)
	if got := p.line(); got != "unix:"+socket {
		t.Errorf("address %q", got)
	}
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}}
	defer c.CloseIdleConnections()
	for range 2 {
		if status, code, text := asked(t, c, "http://service/"); status != http.StatusOK || text != "welcome" {
			t.Errorf("%d %q %q", status, code, text)
		}
	}
	p.signal(os.Interrupt)
	p.ends(helper.ExitDone)
}

// A proxy outlives its keeper: it answers that there is none, and goes on with the next.
func TestProxyWithoutAKeeper(t *testing.T) {
	b := newBench(t)
	b.signedIn("work")
	p := b.start("proxy", "work", "--target", b.issuer)
	address := p.line()
	c := new(http.Client)
	defer c.CloseIdleConnections()
	endKeeper(b.home, syscall.SIGKILL)
	if status, code, text := asked(t, c, address+"/userinfo"); status != http.StatusServiceUnavailable || code != "unavailable" {
		t.Errorf("without a keeper: %d %q %s", status, code, text)
	}
	if status, code, text := asked(t, c, address+"/-/health"); status != http.StatusServiceUnavailable || code != "CONNECTION_FAILED" {
		t.Errorf("health without a keeper: %d %q %s", status, code, text)
	}
	b.run("list")
	if status, code, text := asked(t, c, address+"/userinfo"); status != http.StatusOK {
		t.Errorf("with the next keeper: %d %q %s", status, code, text)
	}
	p.signal(os.Interrupt)
	p.ends(helper.ExitDone)
}
