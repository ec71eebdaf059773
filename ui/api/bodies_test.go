package api_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Of those who send long bodies and never finish so many are let begin as memory is for, whoever asks for little is
// served meanwhile, and so is another page that sends as much.
func TestF27LongBodies(t *testing.T) {
	const places, more = 64, 36
	const served, refused = "200 OK application/json", "503 Service Unavailable 1application/problem+json"
	h := open(t, github())
	host := "Host: " + h.tcp() + "\r\nAuthorization: "
	for _, door := range []struct {
		network, address string
		fields, others   string
		sent             int // away, for others
	}{
		{"unix", h.socket, "Host: x\r\n", "", 0},
		{"tcp", h.tcp(), host + h.bearer(t)[1] + "\r\n", host + h.bearer(t)[1] + "\r\n", 1},
	} {
		const length = 20 << 10
		head := func(fields string, length int) string {
			return "POST /v1/sessions/github/pause HTTP/1.1\r\n" + fields +
				"Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(length) + "\r\n\r\n"
		}
		conns, answers := make([]net.Conn, places+more), make(chan string, places+more)
		for i := range conns {
			c, err := net.Dial(door.network, door.address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close() //nolint:revive // they stay open meanwhile
			conns[i] = c
			go func() {
				answer, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					answers <- ""
					return
				}
				answers <- answer.Status + " " + answer.Header.Get("Retry-After") + answer.Header.Get("Content-Type")
			}()
			if _, err := io.WriteString(c, head(door.fields, length)); err != nil {
				t.Fatal(err)
			}
		}
		for range more {
			if answer := <-answers; answer != refused {
				t.Fatalf("%s: %q; want %q", door.network, answer, refused)
			}
		}
		ask := func(request string) {
			t.Helper()
			heads, end := flood(t, door.network, door.address, request, 1)
			defer end()
			if heads[served] != 1 {
				t.Errorf("%s: %v while others send long bodies; want %q", door.network, heads, served)
			}
		}
		ask(head(door.fields, 2) + "{}")
		if door.others != "" {
			ask(head(door.others, length) + "{}" + strings.Repeat(" ", length-2))
		}
		for _, c := range conns {
			_, _ = io.WriteString(c, "{}"+strings.Repeat(" ", length-2)) // those who were refused are not read any more
		}
		got := map[string]int{}
		for range places {
			got[<-answers]++
		}
		if got[served] != places-door.sent || got[""] != door.sent {
			t.Errorf("%s: %v; want %d %q and %d sent away", door.network, got, places-door.sent, served, door.sent)
		}
	}
}
