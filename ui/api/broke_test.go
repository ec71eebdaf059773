package api_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
)

// shaky is a keeper that panics over one session.
type shaky struct{ *apitest.Keeper }

func (s shaky) met(name string) {
	if name == "shaky" {
		panic("a secret")
	}
}

func (s shaky) Session(name string) (session.Session, error) {
	s.met(name)
	return s.Keeper.Session(name)
}

func (s shaky) TokenNow(name string, r session.TokenRequest) (session.Token, bool) {
	s.met(name)
	return s.Keeper.TokenNow(name, r)
}

// A request that panics ends its own connection: all others are served, and what it panicked with is told nowhere.
func TestF36RequestThatPanics(t *testing.T) {
	var log bytes.Buffer
	k := apitest.New(github())
	o := apitest.Options(t, k, page())
	o.Keeper, o.Log = shaky{k}, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := openWith(t, k, o)
	bearer := h.bearer(t)
	onPage := "Host: " + h.tcp() + "\r\n" + bearer[0] + ": " + bearer[1] + "\r\n"
	for _, c := range []struct{ network, address, request string }{
		{"unix", h.socket, "POST /v1/sessions/shaky/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"},
		{"unix", h.socket, "GET /v1/sessions/shaky HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"tcp", h.tcp(), "GET /v1/sessions/shaky HTTP/1.1\r\n" + onPage + "\r\n"},
	} {
		conn, err := net.Dial(c.network, c.address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, c.request)
		if answer, _ := io.ReadAll(conn); len(answer) > 0 {
			t.Errorf("%.40q is answered with %q", c.request, answer)
		}
		conn.Close()
		q := wireRequest{method: "GET", target: "/v1/sessions/github", header: [][2]string{bearer}}
		if got := raw(t, c.network, c.address, q); got.StatusCode != http.StatusOK {
			t.Errorf("after %.40q another request gets %d", c.request, got.StatusCode)
		}
	}
	h.stop()
	if text := log.String(); strings.Count(text, "a request broke off") != 3 || strings.Contains(text, "a secret") {
		t.Errorf("the log says %s", text)
	}
}
