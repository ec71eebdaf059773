package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A client cannot have the token taken out again by naming it as a header of its own connection.
func TestTPROXY1ConnectionCannotStripTheToken(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	for _, named := range []string{"Authorization", "authorization, close", "Cookie, Authorization, X-A", "keep-alive, AUTHORIZATION"} {
		got := text(t, b.ask(t, "GET", "/", nil, "Connection", named, "X-A", "b"))
		if !strings.Contains(got, "\nAuthorization: Bearer "+b.keeper.TokenText(1)+"\r\n") {
			t.Errorf("Connection: %s: the target got %s", named, got)
		}
	}
}

// A target that sends its clients elsewhere is passed on as it is; the proxy follows nothing.
func TestTREDIR2RedirectsAreNotFollowed(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var status int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.Header().Set("Location", other.URL+"/there?a=b")
		w.WriteHeader(status)
	}), nil)
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		answer := b.ask(t, "POST", fmt.Sprintf("/%d", status), strings.NewReader("body"))
		if got := answer.Header.Get("Location"); answer.StatusCode != status || got != other.URL+"/there?a=b" {
			t.Errorf("%d: %s to %q", status, answer.Status, got)
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("the other server was asked %d times", n)
	}
}

// first sends bytes and gives the first answer, nil where the connection is closed without one.
func first(t *testing.T, host, request string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(aMoment))
	_, _ = io.WriteString(c, request)
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// Who closes his half before an answer has come is never told that all is well.
func TestF27HalfClosedIsNoSuccess(t *testing.T) {
	b := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), nil)
	got := typed(t, b.host, "GET /"+b.key+"/ HTTP/1.1\r\nHost: "+b.host+"\r\n\r\n")
	if got != "" && !strings.HasPrefix(got, "HTTP/1.1 502 ") {
		t.Errorf("%.200q; want 502 or nothing", got)
	}
}

// Queries pass as they are, however many parameters they have and whatever separates them.
func TestTPROXY4Queries(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	for _, query := range []string{many("p=1", 15_000), "a=1;b=2", "a;b&c", "%", "%zz=&=", "a=%00", strings.Repeat("&", 100)} {
		got := first(t, b.host, "GET /"+b.key+"/x?"+query+" HTTP/1.1\r\nHost: "+b.host+"\r\n\r\n")
		if got == nil || !strings.HasPrefix(text(t, got), "GET /x?"+query+"\n") {
			t.Errorf("%.40q does not arrive as it is", query)
		}
	}
}

// Two ways to read where a request ends never become two requests.
func TestTPROXY8OneRequestStaysOne(t *testing.T) {
	const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, c := range map[string]struct{ head, body string }{
		"both lengths":     {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled},
		"chunked twice":    {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n" + smuggled},
		"odd chunked":      {"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n", smuggled},
		"chunk extension":  {"Transfer-Encoding: chunked\r\n", "4;a=\n\r\nbody\r\n0\r\n\r\n" + smuggled},
		"bare line feeds":  {"Transfer-Encoding: chunked\r\n", "4\nbody\n0\n\n" + smuggled},
		"signed length":    {"Content-Length: +4\r\n", "body" + smuggled},
		"length of spaces": {"Content-Length : 4\r\n", "body" + smuggled},
		"negative chunk":   {"Transfer-Encoding: chunked\r\n", "-1\r\nbody\r\n0\r\n\r\n" + smuggled},
	} {
		asked := make(chan string, 10)
		b := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			asked <- r.URL.Path
		}), nil)
		first(t, b.host, "POST /"+b.key+"/x HTTP/1.1\r\nHost: "+b.host+"\r\n"+c.head+"\r\n"+c.body)
		b.ask(t, "GET", "/marker", nil)
		for path := range asked {
			if path == "/marker" {
				break
			}
			if path != "/x" {
				t.Errorf("%s: the target was asked for %s", name, path)
			}
		}
	}
}

// Streams that clients leave, in the middle of an answer, of a body or of another protocol, leave nothing running.
func TestTPROXY9StreamsLeaveNothing(t *testing.T) {
	arrived := make(chan struct{}, 1)
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			arrived <- struct{}{}
			_, _ = io.Copy(io.Discard, r.Body)
		case r.Header.Get("Upgrade") != "":
			c, both, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
			_, _ = io.Copy(io.Discard, both)
		default:
			_, _ = io.WriteString(w, "data: 1\n\n")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	}), nil)
	at := "/" + b.key + "/ HTTP/1.1\r\nHost: " + b.host + "\r\n"
	for what, leave := range map[string]func(){
		"answer": func() {
			answer := b.ask(t, "GET", "/", nil)
			if _, err := io.ReadFull(answer.Body, make([]byte, 9)); err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
		},
		"body": func() {
			c := begun(t, b.host, "POST "+at+"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n")
			<-arrived
			c.Close()
		},
		"protocol": func() {
			c := begun(t, b.host, "GET "+at+"Connection: Upgrade\r\nUpgrade: shout\r\n\r\n")
			if answer, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
				t.Errorf("%+v, %v", answer, err)
			}
			c.Close()
		},
	} {
		leave()
		b.http.CloseIdleConnections()
		before := runtime.NumGoroutine()
		for range 50 {
			leave()
		}
		b.http.CloseIdleConnections()
		deadline := time.Now().Add(aMoment)
		for runtime.NumGoroutine() > before+5 {
			if time.Now().After(deadline) {
				t.Fatalf("left in the middle (%s): %d goroutines; before there were %d", what, runtime.NumGoroutine(), before)
			}
			runtime.Gosched()
		}
	}
}

// begun begins a request that its client will leave without a word.
func begun(t *testing.T, host, request string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.SetDeadline(time.Now().Add(aMoment))
	_, _ = io.WriteString(c, request)
	return c
}

// A target whose certificate nobody vouches for is sent nothing.
func TestTPROXY10TargetsAreVerified(t *testing.T) {
	var asked atomic.Int64
	target := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer target.Close()
	b := openAt(t, target, "127.0.0.1:0", nil)
	answer := b.ask(t, "GET", "/", nil)
	p := problem(t, answer)
	detail, _ := p["detail"].(string)
	if answer.StatusCode != http.StatusBadGateway || !strings.Contains(detail, "certificate") {
		t.Errorf("%s, %v", answer.Status, p)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the target was asked %d times", n)
	}
}
