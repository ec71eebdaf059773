package api_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/fast"
)

// ask is a request for a token, with more fields and a body.
func ask(fields, body string) string {
	return "POST /v1/sessions/github/token HTTP/1.1\r\nHost: sessionkeeper\r\n" + fields + "\r\n" + body
}

const (
	jsonType = "Content-Type: application/json\r\n"
	ending   = "Connection: close\r\n"
	twoTo    = "Content-Length: 2\r\n"
)

// hotRequests are answered on the hot path.
var hotRequests = map[string]string{
	"plain":            ask(jsonType+twoTo, "{}"),
	"close":            ask(jsonType+ending+twoTo, "{}"),
	"kept by its word": ask("Connection: Keep-Alive\r\n"+jsonType+twoTo, "{}"),
	"no body":          ask("", ""),
	"empty body":       ask("Content-Length: 0\r\n", ""),
	"lower case":       ask("content-type:application/json\r\ncontent-length:   2  \r\naccept:*/*\r\nuser-agent: curl/8\r\n", "{}"),
	"encodings":        ask("Accept-Encoding: gzip, br\r\n"+ending, ""),
	"wishes":           ask(jsonType+"Content-Length: 48\r\n", `{"min_ttl":"5m","wait":"2s","id_token":true}    `),
	"not forced":       ask(jsonType+"Content-Length: 15\r\n", `{"force":false}`),
	"desktop":          ask("Sessionkeeper-Display: :7\r\nSessionkeeper-Dbus: unix:path=/run/x\r\nSessionkeeper-Face: exec\r\n", ""),
}

// coldRequests are left to net/http.
var coldRequests = map[string]string{
	"forced":                ask(jsonType+ending+"Content-Length: 14\r\n", `{"force":true}`),
	"nothing there":         strings.Replace(ask(ending, ""), "github", "nobody", 1),
	"escaped name":          strings.Replace(ask(ending, ""), "github", "git%68ub", 1),
	"another route":         "GET /v1/sessions/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"query":                 strings.Replace(ask(ending, ""), "/token", "/token?x=1", 1),
	"HTTP/1.0":              strings.Replace(ask("", ""), "HTTP/1.1", "HTTP/1.0", 1),
	"absolute":              strings.Replace(ask(ending, ""), "POST ", "POST http://x", 1),
	"bare line feeds":       strings.ReplaceAll(ask(ending, ""), "\r\n", "\n"),
	"no host":               strings.Replace(ask(ending, ""), "Host: sessionkeeper\r\n", "", 1),
	"two hosts":             ask("Host: other\r\n"+ending, ""),
	"odd host":              strings.Replace(ask(ending, ""), "Host: sessionkeeper", "Host: a b", 1),
	"space before colon":    ask("Accept : x\r\n"+ending, ""),
	"folded field":          ask("Accept: x\r\n y\r\n"+ending, ""),
	"browser":               ask("Origin: http://evil.example\r\n"+ending, ""),
	"fetched":               ask("Sec-Fetch-Site: cross-site\r\n"+ending, ""),
	"cookie":                ask("Cookie: a=b\r\n"+ending, ""),
	"upgrade":               ask("Upgrade: h2c\r\nConnection: Upgrade, close\r\n", ""),
	"chunked":               ask("Transfer-Encoding: chunked\r\n"+jsonType+ending, "2\r\n{}\r\n0\r\n\r\n"),
	"chunked and length":    ask("Transfer-Encoding: chunked\r\n"+jsonType+ending+twoTo, "2\r\n{}\r\n0\r\n\r\n"),
	"expects":               ask("Expect: 100-continue\r\n"+jsonType+ending+twoTo, "{}"),
	"two lengths":           ask(jsonType+ending+twoTo+"Content-Length: 2\r\n", "{}"),
	"signed length":         ask(jsonType+ending+"Content-Length: +2\r\n", "{}"),
	"length of nothing":     ask(ending+"Content-Length: \r\n", ""),
	"wrong type":            ask("Content-Type: text/plain\r\n"+ending+twoTo, "{}"),
	"no JSON":               ask(jsonType+ending+twoTo, "{{"),
	"unknown key":           ask(jsonType+ending+"Content-Length: 7\r\n", `{"x":1}`),
	"bad duration":          ask(jsonType+ending+"Content-Length: 14\r\n", `{"wait":"now"}`),
	"large body":            ask(jsonType+ending+"Content-Length: 5000\r\n", "{}"+strings.Repeat(" ", 4998)),
	"large field":           ask("User-Agent: "+strings.Repeat("x", 9000)+"\r\n"+ending, ""),
	"control in a field":    ask("User-Agent: a\x01b\r\n"+ending, ""),
	"pipelined":             ask("", "") + ask(ending, ""),
	"unknown face of ASCII": ask("Sessionkeeper-Face: \xff\r\n"+ending, ""),
}

var dates = regexp.MustCompile(`Date: [^\r]+\r\n`)

// ordinary serves s's routes without the hot path, at a socket of its own.
func ordinary(tb testing.TB, s *api.Server) (socket string) {
	tb.Helper()
	socket = filepath.Join(apitest.Home(tb).Run, "..", "o.sock")
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "unix", socket)
	if err != nil {
		tb.Fatal(err)
	}
	server := s.Ordinary()
	var running sync.WaitGroup
	running.Go(func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			tb.Errorf("serving: %v", err)
		}
	})
	tb.Cleanup(func() {
		server.Close()
		running.Wait()
	})
	return socket
}

// said sends bytes and gives all that comes back until the other end closes, which an ordinary last request brings about.
func said(tb testing.TB, socket string, pieces ...string) string {
	tb.Helper()
	c := dial(tb, socket)
	defer c.Close()
	for _, piece := range pieces {
		if _, err := io.WriteString(c, piece); err != nil {
			tb.Fatal(err)
		}
	}
	all, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
		tb.Fatal(err)
	}
	return dates.ReplaceAllString(string(all), "Date: now\r\n")
}

// kept sends a request twice over one connection, each time when the answer before has come, and gives the answers.
func kept(tb testing.TB, socket string, pieces ...string) string {
	tb.Helper()
	c := dial(tb, socket)
	defer c.Close()
	r := bufio.NewReader(c)
	request := strings.Join(pieces, "")
	return exchange(tb, c, r, request) + exchange(tb, c, r, request)
}

func dial(tb testing.TB, socket string) net.Conn {
	tb.Helper()
	var d net.Dialer
	c, err := d.DialContext(context.Background(), "unix", socket)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// exchange sends one request and reads one answer, and leaves the connection open.
func exchange(tb testing.TB, c net.Conn, r *bufio.Reader, request string) string {
	tb.Helper()
	if _, err := io.WriteString(c, request); err != nil {
		tb.Fatal(err)
	}
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer answer.Body.Close()
	var b bytes.Buffer
	if err := answer.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return dates.ReplaceAllString(b.String(), "Date: now\r\n")
}

// bye ends a connection that was kept.
var bye = ask(ending, "")

// The hot path and net/http's handler give the same bytes for the same bytes, and leave the connection alike.
func TestHotAnswersAsTheOrdinaryPath(t *testing.T) {
	h := open(t, github())
	other := ordinary(t, h.server)
	for name, request := range hotRequests {
		if _, _, hot := h.server.Hot([]byte(request)); !hot {
			t.Errorf("%s: left to net/http", name)
		}
		answered := said
		if !strings.Contains(request, ending) {
			answered = kept
		}
		if got, want := answered(t, h.socket, request), answered(t, other, request); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	for name, request := range coldRequests {
		h.keeper.Put(github())
		if _, _, hot := h.server.Hot([]byte(request)); hot {
			t.Errorf("%s: not left to net/http", name)
		}
		got := said(t, h.socket, request)
		h.keeper.Put(github())
		if want := said(t, other, request); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// A connection goes on after whatever else was asked, and where a request comes in pieces.
func TestHotHandsOver(t *testing.T) {
	h := open(t, github())
	plain := hotRequests["plain"]
	for name, pieces := range map[string][]string{
		"hot, then another route": {plain, "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n", plain, bye},
		"another route first":     {"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n", plain, plain, bye},
		"body apart":              {plain, strings.TrimSuffix(plain, "{}"), "{}", plain, bye},
		"byte by byte":            append(strings.Split(plain, ""), bye),
		"pipelined":               {plain + plain + bye},
	} {
		all := said(t, h.socket, pieces...)
		want := strings.Count(strings.Join(pieces, ""), " HTTP/1.1\r\n")
		if got := strings.Count(all, "HTTP/1.1 200 OK\r\n"); got != want || strings.Contains(all, "HTTP/1.1 4") {
			t.Errorf("%s: %d of %d were answered:\n%s", name, got, want, all)
		}
	}
}

// A session whose programs the user is asked about is never answered on the hot path, nor is one that has no token.
func TestHotLeavesOutWhatIsNotPlain(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, nil)
	confirm := false
	o.Approvals = api.NewApprovals(api.ApprovalsOptions{
		Confirm: func(string) (uint64, bool) { return 1, confirm }, Keeper: k, Notices: o.Notices, Log: o.Log,
	})
	s, err := api.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	hot := func() bool {
		_, _, hot := s.Hot([]byte(hotRequests["plain"]))
		return hot
	}
	if !hot() {
		t.Error("with nothing in the way it is left to net/http")
	}
	if confirm = true; hot() {
		t.Error("the user was not asked")
	}
	confirm = false
	k.Fail("github", &session.Error{Code: session.CodePaused})
	if hot() {
		t.Error("a token without a token")
	}
}

// Programs that connect all at once wait for their turn; none is refused.
func TestNoneIsRefused(t *testing.T) {
	h := open(t, github())
	const programs = 700 // more than may be connected at a time
	start := make(chan struct{})
	var running sync.WaitGroup
	for range programs {
		running.Go(func() {
			<-start
			a, err := fast.Token(t.Context(), h.socket, "github", fast.Request{})
			if err != nil || a.Token.Reveal() != "token-of-github-3" {
				t.Errorf("got %v", err)
			}
		})
	}
	close(start)
	running.Wait()
}

// Buffers go from one connection to the next: nobody ever gets what was another's, whatever the length of it.
func TestHotKeepsConnectionsApart(t *testing.T) {
	var all []session.Session
	for i := range 8 {
		one := github()
		// The token has the name in it. The scopes make answers of all sizes, beyond a buffer as well.
		one.Name, one.Scopes = fmt.Sprintf("s%d%s", i, strings.Repeat("x", 15*i)), []string{strings.Repeat("y", i*i*130+1)}
		all = append(all, one)
	}
	h := open(t, all...)
	var running sync.WaitGroup
	for i := range 32 {
		running.Go(func() {
			one := all[i%len(all)]
			request := strings.Replace(hotRequests["plain"], "github", one.Name, 1)
			want := fmt.Sprintf(`{"access_token":"token-of-%s-3"`, one.Name)
			for range 20 {
				var got string
				if i%3 == 0 {
					got = said(t, h.socket, strings.Replace(request, jsonType, jsonType+ending, 1))
				} else {
					got = kept(t, h.socket, request)
				}
				if n := strings.Count(got, "access_token"); n == 0 || n != strings.Count(got, want) || n != strings.Count(got, one.Scopes[0]+`"`) {
					t.Errorf("%s got %s", one.Name, got)
					return
				}
			}
		})
	}
	running.Wait()
}

// Whatever becomes of a connection, it gives its place back: far more of them than there are places come and go.
func TestEveryConnectionGivesItsPlaceBack(t *testing.T) {
	h := open(t, github())
	plain := hotRequests["plain"]
	ends := map[string]func(c net.Conn){
		"silent":          func(net.Conn) {},
		"half a request":  func(c net.Conn) { _, _ = io.WriteString(c, plain[:20]) },
		"no answer read":  func(c net.Conn) { _, _ = io.WriteString(c, plain) },
		"kept":            func(c net.Conn) { exchange(t, c, bufio.NewReader(c), plain) },
		"closed by them":  func(c net.Conn) { _, _ = io.WriteString(c, bye); _, _ = io.Copy(io.Discard, c) },
		"cold":            func(c net.Conn) { exchange(t, c, bufio.NewReader(c), "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n") },
		"garbage":         func(c net.Conn) { _, _ = io.WriteString(c, "\x16\x03\x01\r\n\r\n"); _, _ = io.Copy(io.Discard, c) },
		"hot, then cold":  func(c net.Conn) { _, _ = io.WriteString(c, plain+"GET / HTTP/1.1\r\nHost: x\r\n\r\n") },
		"nothing more":    halfClosed(t, ""),
		"asked, no more":  halfClosed(t, plain),
		"cut, no more":    halfClosed(t, plain[:30]),
		"gone while held": func(c net.Conn) { _, _ = io.WriteString(c, strings.Replace(plain, "{}", "{", 1)) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			for range 600 {
				c := dial(t, h.socket)
				end(c)
				c.Close()
			}
			if got := said(t, h.socket, bye); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") {
				t.Errorf("got %s", got)
			}
		})
	}
}

// halfClosed sends a request, says that nothing follows, and reads to the end.
func halfClosed(tb testing.TB, request string) func(net.Conn) {
	tb.Helper()
	return func(c net.Conn) {
		_, _ = io.WriteString(c, request)
		if u, ok := c.(*net.UnixConn); !ok || u.CloseWrite() != nil {
			tb.Error("the connection cannot be closed by half")
		}
		_, _ = io.Copy(io.Discard, c)
	}
}

// Connections on which nothing was asked, or only hot things, end with the server, which waits for nobody.
func TestHotEndsWithTheServer(t *testing.T) {
	h := open(t, github())
	silent, busy := dial(t, h.socket), dial(t, h.socket)
	defer silent.Close()
	defer busy.Close()
	exchange(t, busy, bufio.NewReader(busy), hotRequests["plain"])
	h.stop()
	for _, c := range []net.Conn{silent, busy} {
		if n, err := c.Read(make([]byte, 1)); err == nil {
			t.Errorf("%d more bytes", n)
		}
	}
}

// FuzzHot holds the hot path against net/http: what the one answers, the other answers in the same way.
func FuzzHot(f *testing.F) {
	for _, requests := range []map[string]string{hotRequests, coldRequests} {
		for _, request := range requests {
			f.Add([]byte(request))
		}
	}
	k := apitest.New(github())
	o := apitest.Options(f, k, nil)
	o.Log = slog.New(slog.DiscardHandler)
	s, err := api.NewServer(o)
	if err != nil {
		f.Fatal(err)
	}
	other := ordinary(f, s)
	f.Fuzz(func(t *testing.T, request []byte) {
		answer, last, hot := s.Hot(request)
		if !hot {
			return
		}
		c := dial(t, other)
		defer c.Close()
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		if !last {
			// A second request shows that the first has ended where we think that it does.
			if _, err := io.WriteString(c, "GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
		}
		all, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		got := dates.ReplaceAllString(string(answer), "Date: now\r\n")
		rest, same := strings.CutPrefix(dates.ReplaceAllString(string(all), "Date: now\r\n"), got)
		if !same || last != (rest == "") || !last && !strings.HasPrefix(rest, "HTTP/1.1 404 ") {
			t.Errorf("%q: got\n%s\nnet/http answers\n%s", request, answer, all)
		}
	})
}
