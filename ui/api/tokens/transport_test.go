package tokens_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/tokens"
)

func TestTransportSendsTheToken(t *testing.T) {
	b := open(t)
	s := newResource(t, b.keeper.TokenText(1))
	c := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}})
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header["authorization"] = []string{"Bearer mine"}
	r.Header.Set("Authorization", "Basic mine")
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s with %q", answer.Status, s.sent())
	}
	if got := r.Header.Get("Authorization"); got != "Basic mine" {
		t.Errorf("the caller's request was changed: %q", got)
	}
}

func TestTransportKeepsTheTokenFromOthers(t *testing.T) {
	b := open(t)
	foreign := newResource(t, "nothing")
	s := newResource(t, b.keeper.TokenText(1))
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, foreign.URL+"/there", http.StatusTemporaryRedirect)
		return true
	}
	c := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}})
	if status, _ := do(t, c, "POST", s.URL, strings.NewReader("body")); status != http.StatusUnauthorized {
		t.Errorf("status %d; want the stranger's 401", status)
	}
	if got := foreign.sent(); !slices.Equal(got, []string{""}) {
		t.Errorf("the stranger got %q", got)
	}
	if got := b.keeper.Rejected(); len(got) != 0 {
		t.Errorf("the stranger's 401 rejected %v", got)
	}
}

func TestTransportReplaysOnce(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 65_536) // 1 MiB
	for name, c := range map[string]struct {
		body    func() io.Reader
		want    string
		replays bool
	}{
		"none":             {body: func() io.Reader { return nil }, replays: true},
		"GetBody":          {body: func() io.Reader { return strings.NewReader(big + big) }, want: big + big, replays: true},
		"stream":           {body: func() io.Reader { return io.MultiReader(strings.NewReader("a stream")) }, want: "a stream", replays: true},
		"stream of 1 MiB":  {body: func() io.Reader { return io.MultiReader(strings.NewReader(big)) }, want: big, replays: true},
		"stream of 2 MiB":  {body: func() io.Reader { return io.MultiReader(strings.NewReader(big + big)) }},
		"stream of 1 byte": {body: func() io.Reader { return io.MultiReader(strings.NewReader("x")) }, want: "x", replays: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			s := newResource(t, b.keeper.TokenText(2))
			s.answer = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Authorization") != s.wants {
					_, _ = io.Copy(io.Discard, r.Body)
				}
				return false
			}
			status, _ := do(t, b.http(t, tokens.TransportOptions{Origins: []string{s.URL}}), "POST", s.URL, c.body())
			sent := []string{"Bearer " + b.keeper.TokenText(1)}
			want := http.StatusUnauthorized
			if c.replays {
				sent, want = append(sent, s.wants), http.StatusOK
			}
			if got := s.sent(); status != want || !slices.Equal(got, sent) {
				t.Errorf("status %d, sent %q; want %d, %q", status, got, want, sent)
			}
			if c.replays && (len(s.bodies) != 1 || s.bodies[0] != c.want) {
				t.Errorf("%d bodies arrived, not the one that was sent", len(s.bodies))
			}
			if !c.replays { // but the next request has a newer token
				if status, _ := do(t, b.http(t, tokens.TransportOptions{Origins: []string{s.URL}}), "GET", s.URL, nil); status != http.StatusOK {
					t.Errorf("status %d of the next request", status)
				}
			}
		})
	}
}

// TestTransportReplaysWhatWasNotSentYet has a resource that refuses before it has read the body, which is still being
// written by the caller at that moment.
func TestTransportReplaysWhatWasNotSentYet(t *testing.T) {
	b := open(t)
	s := newResource(t, b.keeper.TokenText(2))
	reader, writer := io.Pipe()
	refused := make(chan struct{})
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == s.wants {
			return false
		}
		defer close(refused)
		one := make([]byte, 5)
		if _, err := io.ReadFull(r.Body, one); err != nil {
			t.Error(err)
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	go func() {
		_, _ = writer.Write([]byte("first"))
		<-refused
		_, _ = writer.Write([]byte(", second"))
		_, _ = writer.Write([]byte(", third"))
		_ = writer.Close()
	}()
	c := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}})
	if status, _ := do(t, c, "PUT", s.URL, reader); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if want := "first, second, third"; len(s.bodies) != 1 || s.bodies[0] != want {
		t.Errorf("bodies %q; want %q", s.bodies, want)
	}
}

// TestTransportDoesNotHoldStreamsUp has both sides speak in turn.
func TestTransportDoesNotHoldStreamsUp(t *testing.T) {
	b := open(t)
	s := newResource(t, b.keeper.TokenText(1))
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		flow := http.NewResponseController(w)
		if err := flow.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusOK)
		_ = flow.Flush()
		buf := make([]byte, 64)
		for {
			n, err := r.Body.Read(buf)
			_, _ = w.Write(buf[:n])
			_ = flow.Flush()
			if err != nil {
				return true
			}
		}
	}
	reader, writer := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, reader)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
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

// TestRefusalInTheBody has services that say in the body alone what is wrong with the token.
func TestRefusalInTheBody(t *testing.T) {
	large := `{"error":"other","pad":"` + strings.Repeat("x", 40_000) + `"}`
	for name, c := range map[string]struct {
		status     int // 0 is 401
		kind, body string
		header     []string
		again      bool
	}{
		"code":      {kind: "application/json", body: `{"error":"invalid_token"}`, again: true},
		"problem":   {kind: "application/problem+json; charset=utf-8", body: `{"error":"invalid_token"}`, again: true},
		"nested":    {kind: "application/json", body: `{"error":{"code":"invalid_token"}}`, again: true},
		"in a list": {kind: "application/json", body: `{"errors":[{"code":"token_expired"}]}`, again: true},
		"beside a challenge": {
			kind: "application/json", body: `{"error":"invalid_token"}`, header: []string{"Www-Authenticate", "Basic"}, again: true,
		},
		"forbidden":          {status: 403, kind: "application/json", body: `{"error":"invalid_token"}`, again: true},
		"bad request":        {status: 400, kind: "application/json", body: `{"error":"token_expired"}`, again: true},
		"other bad request":  {status: 400, kind: "application/json", body: `{"error":"invalid_request"}`},
		"a token endpoint's": {status: 400, kind: "application/json", body: `{"error":"invalid_grant"}`},
		"not allowed":        {status: 403, kind: "application/json", body: `{"error":"forbidden"}`},
		"other code":         {kind: "application/json", body: `{"error":"no_such_user"}`},
		"no JSON":            {kind: "text/html", body: `{"error":"invalid_token"}`},
		"broken":             {kind: "application/json", body: `{"error":"invalid_token"`},
		"large":              {kind: "application/json", body: large},
		"compressed, says":   {kind: "application/json", body: `{"error":"invalid_token"}`, header: []string{"Content-Encoding", "br"}},
	} {
		b := open(t)
		s := newResource(t, b.keeper.TokenText(2))
		s.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Authorization") == s.wants {
				return false
			}
			w.Header().Set("Content-Type", c.kind)
			for i := 0; i < len(c.header); i += 2 {
				w.Header().Set(c.header[i], c.header[i+1])
			}
			w.WriteHeader(cmp.Or(c.status, http.StatusUnauthorized))
			_, _ = io.WriteString(w, c.body)
			return true
		}
		status, text := do(t, b.http(t, tokens.TransportOptions{Origins: []string{s.URL}}), "GET", s.URL, nil)
		switch {
		case c.again && status != http.StatusOK:
			t.Errorf("%s: status %d; want the request sent again", name, status)
		case !c.again && (status != cmp.Or(c.status, http.StatusUnauthorized) || text != c.body || len(s.sent()) != 1):
			t.Errorf("%s: %d with %d bytes after %d requests; want the service's own answer", name, status, len(text), len(s.sent()))
		}
	}
}

// A refusal whose body never ends does not hold up the request with the newer token.
func TestTransportDoesNotWaitForARefusalToEnd(t *testing.T) {
	b := open(t)
	s := newResource(t, b.keeper.TokenText(2))
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == s.wants {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		w.WriteHeader(http.StatusUnauthorized)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // for a test that fails
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("got %s", answer.Status)
	}
}

func TestTransportStopsAfterOneReplay(t *testing.T) {
	b := open(t)
	s := newResource(t, "no token that there is")
	c := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}})
	status, text := do(t, c, "GET", s.URL, nil)
	if status != http.StatusUnauthorized || text != "that token is over\n" {
		t.Errorf("%d %q; want the resource's own answer", status, text)
	}
	if got := s.sent(); len(got) != 2 {
		t.Errorf("sent %q; want two", got)
	}
}

func TestTransportPassesTheAnswerOnWhereNothingNewerIs(t *testing.T) {
	b := open(t)
	b.keeper.Stint()
	s := newResource(t, "another")
	c := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}})
	status, text := do(t, c, "GET", s.URL, nil)
	if status != http.StatusUnauthorized || text != "that token is over\n" || len(s.sent()) != 1 {
		t.Errorf("%d %q after %d requests; want the resource's own answer to one", status, text, len(s.sent()))
	}
}

func TestTransportSaysThatASignInIsNeeded(t *testing.T) {
	b := open(t)
	s := newResource(t, "another")
	c := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}})
	b.keeper.FailNext(nil, &session.Error{Code: session.CodeSignIn, Session: "work", Detail: "sign in again"})
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(r)
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != "sign_in_needed" {
		t.Errorf("error %v; want sign_in_needed", err)
	}
	if e, ok := errors.AsType[*tokens.Error](err); !ok || e.Session != "work" {
		t.Errorf("error %v; want an *Error", err)
	}
}

func TestManyRefusalsOneRenewal(t *testing.T) {
	b := open(t)
	b.held(t)
	s := newResource(t, b.keeper.TokenText(2))
	c := b.http(t, tokens.TransportOptions{Origins: []string{s.URL}})
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if status, _ := do(t, c, "GET", s.URL, nil); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
	}
	all.Wait()
	for _, header := range s.sent() {
		if header != "Bearer "+b.keeper.TokenText(1) && header != s.wants {
			t.Errorf("a token of another generation was sent: %s", header)
		}
	}
}

func TestMissingScopeIsToldAndNotRetried(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		b := open(t)
		s := newResource(t, b.keeper.TokenText(1))
		s.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="mail.send"`)
			http.Error(w, "more, please", status)
			return true
		}
		var told []tokens.MissingScope
		c := b.http(t, tokens.TransportOptions{
			Origins: []string{s.URL},
			OnScope: func(_ context.Context, m tokens.MissingScope) { told = append(told, m) },
		})
		got, text := do(t, c, "GET", s.URL, nil)
		if got != status || text != "more, please\n" || len(s.sent()) != 1 || len(b.keeper.Rejected()) != 0 {
			t.Errorf("%d %q after %d requests, %v rejected", got, text, len(s.sent()), b.keeper.Rejected())
		}
		want := tokens.MissingScope{Session: "work", Origin: s.URL, Scopes: "mail.send"}
		if len(told) != 1 || told[0] != want {
			t.Errorf("told %+v; want %+v", told, want)
		}
	}
}

func TestTransportTakesTheTokensOwnScheme(t *testing.T) {
	b := open(t)
	b.keeper.Set("Zoho-oauthtoken", b.keeper.ExpiresAt())
	s := newResource(t, "")
	s.wants = "Zoho-oauthtoken " + b.keeper.TokenText(1)
	if status, _ := do(t, b.http(t, tokens.TransportOptions{Origins: []string{s.URL}}), "GET", s.URL, nil); status != http.StatusOK {
		t.Errorf("status %d; sent %q", status, s.sent())
	}
}

func TestTransportRefusesOriginsInClear(t *testing.T) {
	b := open(t)
	for _, origins := range [][]string{nil, {"http://api.example.com"}, {"https://api.example.com/v1"}} {
		if _, err := b.tokens.Transport("work", tokens.TransportOptions{Origins: origins}); err == nil {
			t.Errorf("%q are taken", origins)
		}
	}
}
