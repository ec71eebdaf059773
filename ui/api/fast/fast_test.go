package fast_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
)

func github() session.Session {
	return session.Session{
		Name: "github", State: session.Active, Scopes: []string{"repo"}, Generation: 3,
		AccessExpiresAt: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func TestToken(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	a, err := fast.Token(t.Context(), o.Places.Socket(), "github", fast.Request{
		MinTTL: time.Minute, Wait: time.Second, Force: true, IDToken: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.Token.Reveal() != "id-token-of-github-4" || a.Type != "Bearer" || a.Generation != 4 ||
		len(a.Scopes) != 1 || !a.ExpiresAt.Equal(github().AccessExpiresAt) {
		t.Errorf("got %+v", a)
	}
	if !strings.HasPrefix(a.Body.Reveal(), `{"access_token":"id-token-of-github-4",`) {
		t.Error("the body is not the keeper's answer")
	}
	if text := fmt.Sprintf("%+v", a); strings.Contains(text, "token-of-") {
		t.Errorf("a printed answer shows the token: %s", text)
	}
}

func TestProblem(t *testing.T) {
	k := apitest.New(github())
	retryAt := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	k.Fail("github", &session.Error{
		Code: session.CodeUnavailable, Reason: "x", Session: "github", Detail: "try later",
		RetryAt: retryAt, LoginURL: "https://x/",
	})
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	_, err := fast.Token(t.Context(), o.Places.Socket(), "github", fast.Request{})
	p, ok := errors.AsType[*fast.Problem](err)
	if !ok || p.Status != 503 || p.Code != "unavailable" || p.Detail != "try later" || p.Reason != "x" ||
		p.Session != "github" || !p.RetryAt.Equal(retryAt) || p.LoginURL != "https://x/" || p.Title == "" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestNoKeeper(t *testing.T) {
	p := apitest.Home(t)
	if _, err := fast.Token(t.Context(), p.Socket(), "github", fast.Request{}); !errors.Is(err, fast.ErrNoKeeper) {
		t.Errorf("without a socket: %v; want ErrNoKeeper", err)
	}
	if err := p.Make(); err != nil {
		t.Fatal(err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: p.Socket(), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	ln.Close()
	if _, err := fast.Token(t.Context(), p.Socket(), "github", fast.Request{}); !errors.Is(err, fast.ErrNoKeeper) {
		t.Errorf("with a stale socket: %v; want ErrNoKeeper", err)
	}
	if err := os.Remove(p.Socket()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.Socket(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fast.Find(t.Context(), p); err == nil {
		t.Error("a plain file is no keeper")
	}
}

func TestFindOtherLogin(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, nil)
	_, stop := apitest.Serve(t, o)
	elsewhere := o.Places
	elsewhere.Run = filepath.Join(filepath.Dir(o.Places.Run), "other")
	for _, p := range []struct{ run, want string }{{o.Places.Run, o.Places.Socket()}, {elsewhere.Run, o.Places.Socket()}} {
		q := o.Places
		q.Run = p.run
		if got, err := fast.Find(t.Context(), q); err != nil || got != p.want {
			t.Errorf("from %s: %q, %v; want %q", p.run, got, err, p.want)
		}
	}
	stop()
	if _, err := fast.Find(t.Context(), elsewhere); !errors.Is(err, fast.ErrNoKeeper) {
		t.Errorf("after the keeper stopped: %v; want ErrNoKeeper", err)
	}
	if _, err := o.Places.Announced(); errors.Is(err, fs.ErrNotExist) {
		t.Error("the announcement was not written")
	}
}

// listening has a socket at which answer gets each connection, the first as number 1, once something has come.
func listening(t *testing.T, answer func(nth int, c net.Conn)) (socket string) {
	t.Helper()
	p := apitest.Home(t)
	if err := p.Make(); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("unix", p.Socket())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for nth := 1; ; nth++ {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			answer(nth, c)
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return p.Socket()
}

// answering answers each connection with the same bytes; where there are none it keeps silent.
func answering(t *testing.T, answer string) (socket string) {
	t.Helper()
	return listening(t, func(_ int, c net.Conn) {
		_, _ = io.WriteString(c, answer)
		if answer != "" {
			c.Close()
		}
	})
}

func TestStrangeAnswers(t *testing.T) {
	for _, answer := range []string{
		"\n",
		"SSH-2.0-x\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\nsecret-token",
		"HTTP/1.1 200 OK\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":\"secret-token\"}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
		"HTTP/1.1 20x OK\r\n\r\n{}",
		"HTTP/1.1 503 x\r\n\r\n{\"detail\":\"secret-token\"}",
		"HTTP/1.1 503 x\r\n\r\n<p>secret-token",
		"HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"secret-token\",\"expires_at\":\"soon secret-token\"}",
		"HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"" + strings.Repeat("x", 1<<20) + "\"}",
	} {
		a, err := fast.Token(t.Context(), answering(t, answer), "github", fast.Request{})
		if err == nil {
			t.Errorf("%.80q was taken for %+v", answer, a)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%.80q: the error shows the token: %v", answer, err)
		}
	}
}

// A keeper that goes away while it is asked is told from one that answers nonsense.
func TestKeeperEnds(t *testing.T) {
	socket := listening(t, func(_ int, c net.Conn) { c.Close() })
	if _, err := fast.Token(t.Context(), socket, "github", fast.Request{}); !errors.Is(err, fast.ErrEnded) {
		t.Errorf("a token: %v; want ErrEnded", err)
	}
	if _, err := client.New(socket).Session(t.Context(), "github"); !errors.Is(err, fast.ErrEnded) {
		t.Errorf("a session: %v; want ErrEnded", err)
	}
}

// Who is sent away before the answer, because others wait for the place or because the keeper is replaced, asks once more.
func TestAsksOnceMore(t *testing.T) {
	const body = `{"access_token":"ours","token_type":"Bearer","expires_at":"2030-01-02T03:04:05Z","scopes":[],"generation":7}`
	answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	socket := listening(t, func(nth int, c net.Conn) {
		if nth%2 == 0 {
			_, _ = io.WriteString(c, answer)
		}
		c.Close()
	})
	if a, err := fast.Token(t.Context(), socket, "github", fast.Request{}); err != nil || a.Generation != 7 {
		t.Errorf("the small client: %+v, %v", a, err)
	}
	c := client.New(socket)
	defer c.Close()
	if a, err := c.Token(t.Context(), "github", client.TokenRequest{}); err != nil || a.Generation != 7 {
		t.Errorf("the client: %+v, %v", a, err)
	}
}

func TestContextEndsTheWait(t *testing.T) {
	socket := answering(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if _, err := fast.Token(ctx, socket, "github", fast.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want context.Canceled", err)
	}
}

func TestPost(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	status, answer, err := fast.Post(t.Context(), o.Places.Socket(), "/v1/sessions/github/refresh", []byte(`{}`))
	if err != nil || status != 200 || !strings.Contains(string(answer), `"generation":4`) {
		t.Errorf("got %d %q, %v", status, answer, err)
	}
	status, answer, err = fast.Post(t.Context(), o.Places.Socket(), "/v1/sessions/none/refresh", nil)
	if err != nil || status != 404 || !strings.Contains(string(answer), `"code":"not_found"`) {
		t.Errorf("got %d %q, %v", status, answer, err)
	}
	for _, path := range []string{"", "v1/x", "/v1/a b", "/v1/a HTTP/1.1\r\nX: y", "/v1/\n", "/v1/é"} {
		if _, _, err := fast.Post(t.Context(), o.Places.Socket(), path, nil); err == nil {
			t.Errorf("the path %q was sent", path)
		}
	}
}

func TestReject(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	if err := fast.Reject(t.Context(), o.Places.Socket(), "github", 3); err != nil {
		t.Error(err)
	}
	if s, err := k.Session("github"); err != nil || s.Generation != 4 {
		t.Errorf("the session has generation %d, %v; want 4", s.Generation, err)
	}
	for name, generation := range map[string]uint64{"github": 0, "no such session/../x": 3} {
		err := fast.Reject(t.Context(), o.Places.Socket(), name, generation)
		if _, refused := errors.AsType[*fast.Problem](err); !refused {
			t.Errorf("generation %d of %q: %v; want a *fast.Problem", generation, name, err)
		}
	}
	if err := fast.Reject(t.Context(), o.Places.Socket()+"x", "github", 3); !errors.Is(err, fast.ErrNoKeeper) {
		t.Errorf("without a keeper: %v; want ErrNoKeeper", err)
	}
}

func TestLongNamesAndAnswers(t *testing.T) {
	name := strings.Repeat("ü/ ?#%", 300)
	k := apitest.New(session.Session{Name: name, State: session.Active, Scopes: []string{strings.Repeat("s", 100<<10)}})
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	a, err := fast.Token(t.Context(), o.Places.Socket(), name, fast.Request{})
	if err != nil || a.Token.Empty() || len(a.Scopes) != 1 || len(a.Scopes[0]) != 100<<10 {
		t.Errorf("got %d scopes, %v", len(a.Scopes), err)
	}
}

func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := fast.Token(ctx, answering(t, ""), "github", fast.Request{})
	if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v; want a deadline", err)
	}
}
