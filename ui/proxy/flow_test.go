package proxy_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/proxy"
)

// typed sends bytes and gives what comes back.
func typed(tb testing.TB, host, request string) string {
	tb.Helper()
	var d net.Dialer
	c, err := d.DialContext(tb.Context(), "tcp", host)
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(aMoment))
	_, _ = io.WriteString(c, request)
	if half, ok := c.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
	answer, _ := io.ReadAll(c)
	return string(answer)
}

// TestEventsAreNotHeldUp has a target that says its second event when the first has arrived.
func TestEventsAreNotHeldUp(t *testing.T) {
	next := make(chan struct{})
	gone := make(chan struct{})
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", n)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-next:
			case <-r.Context().Done():
			}
		}
		<-r.Context().Done()
		close(gone)
	}), nil)
	answer := b.ask(t, "GET", "/events", nil, "Accept", "text/event-stream")
	lines := bufio.NewReader(answer.Body)
	for n := range 3 {
		line, err := lines.ReadString('\n')
		if err != nil || line != fmt.Sprintf("data: %d\n", n) {
			t.Fatalf("%q, %v", line, err)
		}
		_, _ = lines.ReadString('\n')
		next <- struct{}{}
	}
	answer.Body.Close()
	<-gone // the target hears that the client went away
}

func TestWebSocket(t *testing.T) {
	auth := make(chan string, 1)
	ended := make(chan struct{})
	ws := websocket.Server{Handler: func(c *websocket.Conn) {
		defer close(ended)
		auth <- c.Request().Header.Get("Authorization")
		_, _ = io.Copy(c, c)
	}}
	b := open(t, ws, nil)
	c, err := websocket.Dial("ws"+strings.TrimPrefix(b.url, "http")+"/socket", "", "http://"+b.host)
	if err != nil {
		t.Fatal(err)
	}
	if got := <-auth; got != "Bearer "+b.keeper.TokenText(1) {
		t.Errorf("the target got %q", got)
	}
	for _, word := range []string{"hello", strings.Repeat("big", 100_000)} {
		if err := websocket.Message.Send(c, word); err != nil {
			t.Fatal(err)
		}
		var echo string
		for len(echo) < len(word) {
			var part []byte
			if err := websocket.Message.Receive(c, &part); err != nil {
				t.Fatal(err)
			}
			echo += string(part)
		}
		if echo != word {
			t.Errorf("%d bytes came back other than they were", len(echo))
		}
	}
	c.Close()
	<-ended
	if _, err := websocket.Dial("ws"+strings.TrimPrefix(b.url, "http")+"/socket", "", "https://evil.example"); err == nil {
		t.Error("a page of another site opened a WebSocket")
	}
}

// upgrade is a target that speaks another protocol, with a half-closed connection at its end.
func upgrade(t *testing.T) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "shout" {
			t.Errorf("upgrade %q", r.Header.Get("Upgrade"))
		}
		c, both, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
		words, err := io.ReadAll(both) // to the client's end
		if err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(c, strings.ToUpper(string(words)))
	})
}

func TestAnyUpgradeAndHalfClose(t *testing.T) {
	plain := httptest.NewServer(upgrade(t))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(upgrade(t))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	for _, target := range []*httptest.Server{plain, secure} {
		b := openAt(t, target, "127.0.0.1:0", func(o *proxy.Options) {
			if target == secure {
				o.Base = proxy.UpstreamTrusting(target.Client())
			}
		})
		if got := whisper(t, b); got != "WHISPER" {
			t.Errorf("%s: %q; want WHISPER", target.URL, got)
		}
	}
}

// whisper changes the protocol, says a word and closes its half.
func whisper(t *testing.T, b *bench) string {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", b.host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /%s/ HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n", b.key, b.host)
	r := bufio.NewReader(c)
	head, err := textproto.NewReader(r).ReadLine()
	if err != nil || head != "HTTP/1.1 101 Switching Protocols" {
		t.Fatalf("%q, %v", head, err)
	}
	if _, err := textproto.NewReader(r).ReadMIMEHeader(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "whisper")
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return string(answer)
}

// TestStrangersAreNotWaitedFor has one without the key promise a body that never comes.
func TestStrangersAreNotWaitedFor(t *testing.T) {
	b := open(t, http.NotFoundHandler(), nil)
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", b.host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(aMoment))
	fmt.Fprintf(c, "POST /x HTTP/1.1\r\nHost: %s\r\nContent-Length: 100000\r\n\r\n", b.host)
	if answer, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 404") {
		t.Errorf("%q, %v; want an answer and the end of the connection", answer, err)
	}
}

// TestStreamsBothWays has client and target speak in turn.
func TestStreamsBothWays(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		flow := http.NewResponseController(w)
		_ = flow.EnableFullDuplex()
		w.WriteHeader(http.StatusOK)
		_ = flow.Flush()
		buf := make([]byte, 64)
		for {
			n, err := r.Body.Read(buf)
			_, _ = w.Write(buf[:n])
			_ = flow.Flush()
			if err != nil {
				return
			}
		}
	}), nil)
	reader, writer := io.Pipe()
	answer := b.ask(t, "POST", "/", reader)
	for _, word := range []string{"one", "two", "three"} {
		if _, err := io.WriteString(writer, word); err != nil {
			t.Fatal(err)
		}
		echo := make([]byte, len(word))
		if _, err := io.ReadFull(answer.Body, echo); err != nil || string(echo) != word {
			t.Fatalf("%q, %v; want %q", echo, err, word)
		}
	}
	writer.Close()
}

func TestBigBodiesBothWays(t *testing.T) {
	const size = 32 << 20
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if n != size || err != nil {
			t.Errorf("%d bytes arrived, %v", n, err)
		}
		_, _ = io.CopyN(w, zeros{}, size)
	}), nil)
	answer := b.ask(t, "PUT", "/", io.LimitReader(zeros{}, size))
	if n, err := io.Copy(io.Discard, answer.Body); n != size || err != nil {
		t.Errorf("%d bytes came back, %v", n, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestTrailersAndHead(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "Checksum")
		w.Header().Set("Content-Type", "text/plain")
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", "12345")
			return
		}
		_, _ = io.Copy(w, r.Body)
		w.Header().Set("Checksum", "42")
	}), nil)
	answer := b.ask(t, "POST", "/", io.MultiReader(strings.NewReader("body")))
	if got := text(t, answer); got != "body" || answer.Trailer.Get("Checksum") != "42" {
		t.Errorf("%q with trailer %v", got, answer.Trailer)
	}
	head := b.ask(t, "HEAD", "/", nil)
	if head.ContentLength != 12345 || text(t, head) != "" {
		t.Errorf("HEAD gives a length of %d", head.ContentLength)
	}
}

// TestContinue has a target that refuses before the body is sent.
func TestContinue(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refuse" {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		_, _ = io.Copy(w, r.Body)
	}), nil)
	b.http.Transport.(*http.Transport).ExpectContinueTimeout = aMoment
	answer := b.ask(t, "POST", "/take", strings.NewReader("body"), "Expect", "100-continue")
	if got := text(t, answer); got != "body" {
		t.Errorf("%s %q", answer.Status, got)
	}
	body := &touched{Reader: strings.NewReader("body")}
	answer = b.ask(t, "POST", "/refuse", body, "Expect", "100-continue")
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%s", answer.Status)
	}
	if body.read {
		t.Error("the body was sent all the same")
	}
}

type touched struct {
	io.Reader
	read bool
}

func (t *touched) Read(p []byte) (int, error) {
	t.read = true
	return t.Reader.Read(p)
}

func TestTPROXY9ClientGone(t *testing.T) {
	arrived, gone := make(chan struct{}), make(chan struct{})
	b := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(gone)
	}), nil)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", b.url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := b.http.Do(r); err == nil {
		t.Error("an answer came")
	}
	<-gone
}

func TestStopEndsStreams(t *testing.T) {
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}), nil)
	answer := b.ask(t, "GET", "/", nil)
	b.end()
	if _, err := io.ReadAll(answer.Body); err == nil {
		t.Error("a stream that was cut looks whole")
	}
}

func TestUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "sk") //nolint:usetesting // a test's own folder has too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "proxy.sock")
	target := httptest.NewServer(http.HandlerFunc(echo))
	defer target.Close()
	b := openAt(t, target, "unix:"+path, nil)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.url != "unix:"+path || info.Mode().Perm() != 0o600 || b.key != "" {
		t.Errorf("%s with %v", b.url, info.Mode())
	}
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}}
	defer c.CloseIdleConnections()
	answer, err := c.Get("http://anything/x?y")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got := text(t, answer); !strings.HasPrefix(got, "GET /x?y\n") || !strings.Contains(got, b.keeper.TokenText(1)) {
		t.Errorf("the target got %s", got)
	}
	if _, err := proxy.Listen(t.Context(), "unix:"+path); err == nil {
		t.Error("two proxies listen on one socket")
	}
	b.end()
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket stays after the end")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := proxy.Listen(t.Context(), "unix:"+file); err == nil {
		t.Error("a file was taken for a socket")
	}
	if data, _ := os.ReadFile(file); string(data) != "precious" {
		t.Error("a file was overwritten")
	}
	// A socket that a crash left behind is in nobody's way.
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	l, err := proxy.Listen(t.Context(), "unix:"+path)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestAddressesThatAreNotLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:0", ":0", "localhost:0", "[::]:0", "127.0.0.1", "unix:", ""} {
		if l, err := proxy.Listen(t.Context(), address); err == nil {
			l.Close()
			t.Errorf("%q is listened on", address)
		}
	}
}

func TestUseIsRegistered(t *testing.T) {
	b := open(t, http.NotFoundHandler(), nil)
	for {
		uses, err := b.client.Uses(t.Context(), "work")
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(uses, func(u client.Use) bool { return u.Face == "proxy" && u.Label == b.target.URL }) {
			return
		}
		runtime.Gosched()
	}
}
