package signin_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestTCB1StrangersChangeNothing sends what browsers and other pages send to a listener, and then signs in.
func TestTCB1StrangersChangeNothing(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	u, _ := url.Parse(callback)
	base := "http://" + u.Host
	right := u.Query().Get("state")
	for name, c := range map[string]struct {
		method, target string
		status         int
	}{
		"favicon":        {"GET", "/favicon.ico", 404},
		"root":           {"GET", "/", 404},
		"robots":         {"GET", "/robots.txt", 404},
		"longer path":    {"GET", "/callback/?" + u.RawQuery, 404},
		"dots":           {"GET", "/x/../callback?" + u.RawQuery, 404},
		"head":           {"HEAD", "/callback?" + u.RawQuery, 404},
		"options":        {"OPTIONS", "/callback", 404},
		"put":            {"PUT", "/callback?" + u.RawQuery, 404},
		"result page":    {"GET", "/done/AAAAAAAAAAAAAAAAAAAAAAAAAA", 404},
		"no query":       {"GET", "/callback", 400},
		"wrong state":    {"GET", "/callback?code=x&state=wrong", 400},
		"no state":       {"GET", "/callback?code=x", 400},
		"two states":     {"GET", "/callback?code=x&state=" + right + "&state=" + right, 400},
		"wrong error":    {"GET", "/callback?error=access_denied&state=wrong", 400},
		"error alone":    {"GET", "/callback?error=access_denied", 400},
		"code and error": {"GET", "/callback?code=x&error=access_denied&state=" + right, 400},
		"neither":        {"GET", "/callback?state=" + right, 400},
		"two codes":      {"GET", "/callback?code=x&code=y&state=" + right, 400},
		"two errors":     {"GET", "/callback?error=a&error=b&state=" + right, 400},
		"nul":            {"GET", "/callback?code=x%00y&state=" + right, 400},
		"bad escape":     {"GET", "/callback?code=%zz&state=" + right, 400},
		"bad utf-8":      {"GET", "/callback?code=%ff%fe&state=" + right, 400},
		"semicolon":      {"GET", "/callback?code=x;state=" + right, 400},
		"many":           {"GET", "/callback?" + strings.Repeat("a=&", 3000) + "code=x&state=" + right, 400},
		"posted plainly": {"POST", "/callback?" + u.RawQuery, 400},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, base+c.target, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := send(t, req)
			if s.status != c.status {
				t.Errorf("status %d, want %d", s.status, c.status)
			}
			checkGuards(t, s)
			if strings.Contains(s.body, "work") || strings.Contains(s.body, right) {
				t.Errorf("a stranger is told about the sign-in: %s", s.body)
			}
			pending(t, f)
		})
	}
	long := "GET /callback?code=" + strings.Repeat("x", 100<<10) + "&state=" + right + " HTTP/1.1\r\nHost: "
	if answer := raw(t, u.Host, long+u.Host+"\r\n\r\n"); answer != "" && !strings.Contains(answer, " 431 ") {
		t.Errorf("100 KiB: %s", answer)
	}
	pending(t, f)
	if srv.exchanges() != 0 {
		t.Fatal("something was exchanged")
	}
	finish(t, callback)
	if got := end(t, f); got != "" {
		t.Errorf("ended %s: %v", got, f.Err())
	}
}

// TestTCB9Hosts sends names that a rebound page, or another program, would send.
func TestTCB9Hosts(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	u, _ := url.Parse(callback)
	for _, host := range []string{
		"evil.test", "evil.test:P", "localhost:P", "localhost.evil.test:P", "127.0.0.1.evil.test:P", "x.localhost:P",
		"0.0.0.0:P", "[::]:P", "[::1]:P", "127.0.0.2:P", "127.1:P", "2130706433:P", "[::ffff:127.0.0.1]:P", "127.0.0.1",
		"127.0.0.1:1", "127.0.0.1:P.", "127.0.0.1:0P",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, callback, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = strings.Replace(host, "P", u.Port(), 1)
		s := send(t, req)
		if s.status != http.StatusMisdirectedRequest {
			t.Errorf("host %s: %d", req.Host, s.status)
		}
		checkGuards(t, s)
		pending(t, f)
	}
	for name, head := range map[string]string{
		"none":      "GET " + u.RequestURI() + " HTTP/1.0\r\n\r\n",
		"two":       "GET " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nHost: " + u.Host + "\r\n\r\n",
		"absolute":  "GET http://evil.test" + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\n\r\n",
		"tls":       "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"http2":     "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"websocket": "GET / HTTP/1.1\r\nHost: " + u.Host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
	} {
		answer := raw(t, u.Host, head)
		if strings.Contains(answer, " 200 ") || strings.Contains(answer, " 303 ") || strings.Contains(answer, " 101 ") {
			t.Errorf("%s: %s", name, answer)
		}
		pending(t, f)
	}
	finish(t, callback)
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
}

func raw(t *testing.T, host, head string) string {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, head) // the other end may have had enough before it is all written
	_ = c.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(c)
	return string(answer)
}

func TestTCB4Replay(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	s := get(t, callback)
	end(t, f)
	for range 3 {
		again := get(t, callback)
		if again.status != http.StatusConflict || !strings.Contains(again.body, "already used") {
			t.Errorf("replay: %d %s", again.status, again.body)
		}
		checkGuards(t, again)
		if page := get(t, s.location); page.status != http.StatusOK || !strings.Contains(page.body, "You are signed in") {
			t.Errorf("the result page again: %d", page.status)
		}
	}
	denied := with(t, callback, func(q url.Values) {
		q.Del("code")
		q.Set("error", "access_denied")
	})
	if s := get(t, denied); s.status != http.StatusConflict {
		t.Errorf("an error after success: %d", s.status)
	}
	if srv.exchanges() != 1 || k.count() != 1 || f.Err() != nil {
		t.Errorf("%d exchanges, %d results, %v", srv.exchanges(), k.count(), f.Err())
	}
}

func TestTCB4ParallelCallbacks(t *testing.T) {
	srv := newServer(t, behaviour{hold: make(chan struct{}), holding: make(chan struct{}, 1)})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	other := with(t, callback, func(q url.Values) { q.Set("code", "another") })
	first := make(chan string, 1)
	go func() { first <- location(callback) }()
	<-srv.set.holding
	if s := get(t, other); s.status != http.StatusConflict {
		t.Errorf("another code while the first is exchanged: %d", s.status)
	}
	places := make([]string, 8)
	var wg sync.WaitGroup
	for i := range places {
		wg.Go(func() { places[i] = location(callback) })
	}
	close(srv.set.hold)
	want := <-first
	wg.Wait()
	if !strings.Contains(want, "/done/") {
		t.Errorf("sent to %q", want)
	}
	for _, got := range places {
		if got != want && got != "409" {
			t.Errorf("the same answer again is sent to %q, want %q or a page", got, want)
		}
	}
	if n := srv.exchanges(); n != 1 || k.count() != 1 {
		t.Errorf("%d exchanges, %d results", n, k.count())
	}
}

// location gives where a request is sent on to, or its status.
func location(address string) string {
	resp, err := browser.Get(address)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	if to, err := resp.Location(); err == nil {
		return to.String()
	}
	return fmt.Sprint(resp.StatusCode)
}

func TestFormPost(t *testing.T) {
	srv := newServer(t, behaviour{formPost: true})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	action, form := posted(t, f)
	post := func(kind, body string) seen {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, action, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Origin", "null")
		return send(t, req)
	}
	const urlencoded = "application/x-www-form-urlencoded"
	for name, s := range map[string]seen{
		"json":      post("application/json", `{"code":"x"}`),
		"multipart": post("multipart/form-data; boundary=x", form),
		"no type":   post("", form),
		"too long":  post(urlencoded, form+"&pad="+strings.Repeat("x", 70<<10)),
		"stranger":  post(urlencoded, "code=x&state=wrong"),
	} {
		if s.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, s.status)
		}
		pending(t, f)
	}
	s := post(urlencoded+"; charset=utf-8", form+"&pad="+strings.Repeat("x", 40<<10))
	if s.status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", s.status, s.body)
	}
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
}

// TestTCB8SlowVisitors fills the listener with connections that never finish their request.
func TestTCB8SlowVisitors(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	callback := consent(t, f)
	u, _ := url.Parse(callback)
	for range 500 {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		_, _ = io.WriteString(c, "GET /callback HTTP/1.1\r\nHost: ")
	}
	if to := location(callback); !strings.Contains(to, "/done/") {
		t.Errorf("sent to %q", to)
	}
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
}
