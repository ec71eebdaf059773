package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// raw is a target that answers each request with bytes of its own, made from the head that it got.
func raw(t *testing.T, answer func(head string) string) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	ln := server.Listener
	server.URL = "http://" + ln.Addr().String()
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				if head := readHead(c); head != "" {
					_, _ = io.WriteString(c, answer(head))
				}
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		running.Wait()
	})
	return server
}

// readHead reads to the empty line.
func readHead(c net.Conn) string {
	var head strings.Builder
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return ""
		}
		if line == "\r\n" {
			return head.String()
		}
		head.WriteString(line)
	}
}

// An answer that is no HTTP may hold what was sent: none of it is told or logged.
func TestBrokenAnswersAreNotQuoted(t *testing.T) {
	for name, form := range map[string]string{
		"status line": "%s\r\n\r\n",
		"status":      "HTTP/1.1 %s\r\n\r\n",
		"field":       "HTTP/1.1 200 OK\r\n%s\r\n\r\n",
		"length":      "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
		"coding":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n",
	} {
		b := openAt(t, raw(t, func(head string) string {
			_, rest, _ := strings.Cut(head, "Authorization: ")
			token, _, _ := strings.Cut(rest, "\r\n")
			return fmt.Sprintf(form, strings.ReplaceAll(token, "Bearer ", ""))
		}), "127.0.0.1:0", nil)
		answer := b.ask(t, "GET", "/", nil)
		got := text(t, answer)
		t.Log(name, got)
		if answer.StatusCode != http.StatusBadGateway || !strings.Contains(got, "upstream_unreachable") {
			t.Errorf("%s: %s %s", name, answer.Status, got)
		}
		if token := b.keeper.TokenText(1); strings.Contains(got, token) || strings.Contains(b.logs.String(), token) {
			t.Errorf("%s: the token is in %s or in the log %s", name, got, b.logs)
		}
	}
}

// What a client announces to come after its body never names what is ours to send.
func TestTPROXY2TrailersOfClients(t *testing.T) {
	heads := make(chan string, 1)
	b := openAt(t, raw(t, func(head string) string {
		heads <- head
		return "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
	}), "127.0.0.1:0", nil)
	first(t, b.host, strings.NewReplacer("HOST", b.host, "KEY", b.key).Replace("POST /KEY/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n"+
		"Transfer-Encoding: chunked\r\nTrailer: Authorization, X-Forwarded-For\r\n\r\n4\r\nbody\r\n0\r\nAuthorization: mine\r\n\r\n"))
	head := <-heads
	if strings.Contains(head, "Trailer") || strings.Count(head, "Authorization") != 1 {
		t.Errorf("the target got %s", head)
	}
}

// The key stays here also where a client names an address of ours in another header than Referer.
func TestKeyInAnyHeader(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	got := text(t, b.ask(t, "MOVE", "/a", nil, "Destination", b.url+"/b%20c", "X-Page", "see "+b.url, "Link", "<"+b.url+"/>"))
	if strings.Contains(got, b.key) || !strings.Contains(got, "Destination: "+b.target.URL+"/b%20c") {
		t.Errorf("the target got %s", got)
	}
}
