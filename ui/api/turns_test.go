package api_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sessionkeeper/session"
)

// flood sends a request over so many connections and gives the answers' heads; the connections stay open.
func flood(t *testing.T, network, address, request string, many int) (heads map[string]int, end func()) {
	t.Helper()
	conns, answers := make([]net.Conn, many), make([]string, many)
	var asking sync.WaitGroup
	for i := range many {
		c, err := net.Dial(network, address)
		if err != nil {
			t.Fatal(err)
		}
		conns[i] = c
		asking.Go(func() {
			if _, err := io.WriteString(c, request); err != nil {
				t.Error(err)
				return
			}
			answer, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Error(err)
				return
			}
			answers[i] = answer.Status + " " + answer.Header.Get("Retry-After") + answer.Header.Get("Content-Type")
		})
	}
	asking.Wait()
	heads = map[string]int{}
	for _, one := range answers {
		heads[one]++
	}
	return heads, func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}
}

// Of very many requests that wait some are told to come back, and whoever does not wait is served meanwhile.
func TestF27RequestsThatWait(t *testing.T) {
	const socketTurns, pageTurns, more = 1152, 384, 100
	h := open(t, github())
	for _, one := range []struct {
		network, address string
		fields           string
		turns            int
	}{
		{"unix", h.socket, "Host: x\r\n", socketTurns},
		{"tcp", h.tcp(), "Host: " + h.tcp() + "\r\nAuthorization: " + h.bearer(t)[1] + "\r\n", pageTurns},
	} {
		heads, end := flood(t, one.network, one.address, "GET /v1/events?session=github HTTP/1.1\r\n"+one.fields+"\r\n", one.turns+more)
		const served, refused = "200 OK application/x-ndjson", "503 Service Unavailable 1application/problem+json"
		if heads[served] != one.turns || heads[refused] != more {
			t.Errorf("%s: %v; want %d %q and %d %q", one.network, heads, one.turns, served, more, refused)
		}
		short, endShort := flood(t, one.network, one.address, "GET /v1/sessions HTTP/1.1\r\n"+one.fields+"\r\n", 1)
		if short["200 OK application/json"] != 1 {
			t.Errorf("%s: who does not wait got %v", one.network, short)
		}
		endShort()
		end()
	}
}

// One page has all the turns: others get their own all the same.
func TestF27NobodyKeepsOthersFromWaiting(t *testing.T) {
	h := open(t)
	events := func() string {
		return "GET /v1/events HTTP/1.1\r\nHost: " + h.tcp() + "\r\nAuthorization: " + h.bearer(t)[1] + "\r\n\r\n"
	}
	_, end := flood(t, "tcp", h.tcp(), events(), 400)
	defer end()
	for range 20 {
		heads, end := flood(t, "tcp", h.tcp(), events(), 1)
		defer end() //nolint:revive // they stay open meanwhile
		if heads["200 OK application/x-ndjson"] != 1 {
			t.Fatalf("another page got %v", heads)
		}
	}
}

// What is larger than any request of a program's is not read to its end.
func TestF27HugeRequests(t *testing.T) {
	h := open(t, github())
	for _, door := range []struct{ network, address, fields string }{
		{"unix", h.socket, "Host: x\r\n"},
		{"tcp", h.tcp(), "Host: " + h.tcp() + "\r\nAuthorization: " + h.bearer(t)[1] + "\r\n"},
	} {
		body := `{"client_id":"` + strings.Repeat("x", 300<<10) + `"}`
		for what, c := range map[string]struct {
			request string
			want    int
		}{
			"line": {"GET /v1/sessions?x=" + strings.Repeat("x", 40<<10) + " HTTP/1.1\r\n" + door.fields + "\r\n", http.StatusRequestHeaderFieldsTooLarge},
			"head": {"GET /v1/sessions HTTP/1.1\r\n" + door.fields + strings.Repeat("X: y\r\n", 8<<10) + "\r\n", http.StatusRequestHeaderFieldsTooLarge},
			"body": {
				"PUT /v1/sessions/new HTTP/1.1\r\n" + door.fields + "Content-Type: application/json\r\nContent-Length: " +
					strconv.Itoa(len(body)) + "\r\n\r\n" + body, http.StatusRequestEntityTooLarge,
			},
			"chunks": {
				"PUT /v1/sessions/new HTTP/1.1\r\n" + door.fields + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
					strconv.FormatInt(int64(len(body)), 16) + "\r\n" + body + "\r\n0\r\n\r\n", http.StatusRequestEntityTooLarge,
			},
		} {
			c0, err := net.Dial(door.network, door.address)
			if err != nil {
				t.Fatal(err)
			}
			var writing sync.WaitGroup
			writing.Go(func() { _, _ = io.WriteString(c0, c.request) }) // the other end has enough before it is all written
			answer, err := http.ReadResponse(bufio.NewReader(c0), nil)
			if err == nil && answer.StatusCode != c.want {
				t.Errorf("%s: a huge %s: %s; want %d, or nothing", door.network, what, answer.Status, c.want)
			}
			_ = c0.Close()
			writing.Wait()
		}
	}
}

// Who asks for much and does not read is sent away when others ask, and does not take their part.
func TestF27WhoDoesNotRead(t *testing.T) {
	many := make([]session.Session, 200)
	for i := range many {
		many[i] = github()
		many[i].Name, many[i].Detail = "session-"+strconv.Itoa(i), strings.Repeat("x", 10_000)
	}
	h := open(t, many...)
	// Over the socket no answer fits into what the system keeps for one who does not read: all are under way.
	const answers, more = 64, 36
	heads, endSocket := flood(t, "unix", h.socket, "GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n", answers+more)
	defer endSocket()
	const served, refused = "200 OK application/json", "503 Service Unavailable 1application/problem+json"
	if heads[served] != answers || heads[refused] != more {
		t.Errorf("%v; want %d %q and %d %q", heads, answers, served, more, refused)
	}
	list := "GET /v1/sessions HTTP/1.1\r\nHost: " + h.tcp() + "\r\nAuthorization: " + h.bearer(t)[1] + "\r\n\r\n"
	_, end := flood(t, "tcp", h.tcp(), list, 100) // reads the heads alone
	defer end()
	for range 5 {
		got := h.overTCP(t, wireRequest{method: "GET", target: "/v1/sessions", header: [][2]string{h.bearer(t)}})
		if got.StatusCode != http.StatusOK {
			t.Errorf("another page got %d", got.StatusCode)
		}
	}
}
