package authserver_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
)

// errorCode returns the OAuth error code that x/oauth2 read, empty for any other error.
func errorCode(err error) string {
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return refusal.ErrorCode
	}
	return ""
}

func TestRotation(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{})
	for want := 2; want <= 4; want++ {
		next, err := refresh(t.Context(), c, token.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		if next.RefreshToken == token.RefreshToken || next.AccessToken == token.AccessToken {
			t.Fatal("a token was handed out twice")
		}
		if status, _ := userinfo(t, s, token); status != http.StatusOK {
			t.Errorf("a refresh killed the access token in hand: %d", status)
		}
		if g := only(t, s); g.Generation != want || g.Refreshes != want-1 {
			t.Errorf("generation %d after %d refreshes; want %d", g.Generation, g.Refreshes, want)
		}
		token = next
	}
	log := s.Log()
	if log.DoubleSends != 0 || log.ReuseDetected != 0 || len(log.Requests) != 4 {
		t.Errorf("%d requests, %d double, %d reused", len(log.Requests), log.DoubleSends, log.ReuseDetected)
	}
	last := log.Requests[3]
	if last.Presented != authserver.PresentedCurrent || last.Generation != 3 || last.Issued != 4 ||
		last.Status != http.StatusOK {
		t.Errorf("last request %+v", last)
	}
}

func TestReuseKillsTheGrant(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	first := signIn(t, c, authservertest.Browser{})
	other := signIn(t, c, authservertest.Browser{})
	second, err := refresh(t.Context(), c, first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	for _, used := range []*oauth2.Token{first, second} {
		if _, err := refresh(t.Context(), c, used.RefreshToken); errorCode(err) != "invalid_grant" {
			t.Errorf("after reuse: %q; want invalid_grant", errorCode(err))
		}
	}
	if status, _ := userinfo(t, s, second); status != http.StatusUnauthorized {
		t.Errorf("userinfo after reuse: %d; want 401", status)
	}
	if _, err := refresh(t.Context(), c, other.RefreshToken); err != nil {
		t.Errorf("the other grant of the same account died too: %v", err)
	}
	if log := s.Log(); log.DoubleSends != 1 || log.ReuseDetected != 1 {
		t.Errorf("%d double, %d reused; want 1, 1", log.DoubleSends, log.ReuseDetected)
	}
}

// TestConcurrentRefreshes repeats the race, because one round alone seldom meets the moment between load and save.
func TestConcurrentRefreshes(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	const rounds, n = 30, 8
	for range rounds {
		token := signIn(t, c, authservertest.Browser{})
		var wg sync.WaitGroup
		renewed := make([]*oauth2.Token, n)
		start := make(chan struct{})
		for i := range n {
			wg.Go(func() {
				<-start
				renewed[i], _ = refresh(t.Context(), c, token.RefreshToken)
			})
		}
		close(start)
		wg.Wait()
		renewed = slices.DeleteFunc(renewed, func(r *oauth2.Token) bool { return r == nil })
		if len(renewed) != 1 {
			t.Fatalf("%d of %d got tokens; want 1", len(renewed), n)
		}
		if status, _ := userinfo(t, s, renewed[0]); status != http.StatusUnauthorized {
			t.Fatalf("the winner's access token: %d; want 401", status)
		}
		if g := s.Grants()[0]; g.State != authserver.StateRevoked || g.Generation != 2 {
			t.Fatalf("grant %+v", g)
		}
	}
	if log := s.Log(); log.DoubleSends != rounds*(n-1) || log.ReuseDetected != rounds {
		t.Errorf("%d double, %d reused; want %d, %d", log.DoubleSends, log.ReuseDetected, rounds*(n-1), rounds)
	}
}

func TestGrace(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{
		AutoApprove: true, Rotation: authserver.RotationGrace, Grace: time.Minute,
	})
	c := client(t, s)
	first := signIn(t, c, authservertest.Browser{})
	second, err := refresh(t.Context(), c, first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	again, err := refresh(t.Context(), c, first.RefreshToken)
	if err != nil {
		t.Fatalf("inside the window: %v", err)
	}
	if again.RefreshToken != second.RefreshToken {
		t.Error("the replay did not bring the newest refresh token")
	}
	if _, err := refresh(t.Context(), c, second.RefreshToken); err != nil {
		t.Errorf("the newest token after a replay: %v", err)
	}
	if log := s.Log(); log.DoubleSends != 1 || log.ReuseDetected != 0 {
		t.Errorf("%d double, %d reused; want 1, 0", log.DoubleSends, log.ReuseDetected)
	}
}

func TestGraceIsOver(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{
		AutoApprove: true, Rotation: authserver.RotationGrace, Grace: time.Nanosecond,
	})
	c := client(t, s)
	first := signIn(t, c, authservertest.Browser{})
	if _, err := refresh(t.Context(), c, first.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if _, err := refresh(t.Context(), c, first.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Errorf("after the window: %q; want invalid_grant", errorCode(err))
	}
}

func TestRotationOff(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true, Rotation: authserver.RotationOff})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{})
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"demo"}, "refresh_token": {token.RefreshToken}}
	for range 2 {
		status, answer := post(t, c.Endpoint.TokenURL, form)
		if _, there := answer["refresh_token"]; status != http.StatusOK || there {
			t.Errorf("status %d, refresh token repeated: %t", status, there)
		}
		if answer["refresh_token_expires_in"] == nil {
			t.Error("no refresh_token_expires_in")
		}
	}
	if log := s.Log(); log.DoubleSends != 0 {
		t.Errorf("%d double sends; want 0", log.DoubleSends)
	}
}

func TestSessionEndCountsDown(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true, SessionTTL: time.Hour})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{})
	left, _ := token.Extra("refresh_token_expires_in").(float64)
	if left < 3590 || left > 3600 {
		t.Fatalf("refresh_token_expires_in %v after sign-in; want 3600", left)
	}
	before := only(t, s).EndsAt
	token, err := refresh(t.Context(), c, token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if later, _ := token.Extra("refresh_token_expires_in").(float64); later > left || !only(t, s).EndsAt.Equal(before) {
		t.Errorf("a refresh moved the end: %v, then %v", left, later)
	}
	if err := s.SetLifetimes(authserver.Lifetimes{Session: 10 * time.Minute, Access: 7 * time.Second}); err != nil {
		t.Fatal(err)
	}
	token, err = refresh(t.Context(), c, token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if left, _ = token.Extra("refresh_token_expires_in").(float64); left < 590 || left > 600 || token.ExpiresIn != 7 {
		t.Errorf("after the change: session %v, access %d; want 600, 7", left, token.ExpiresIn)
	}
	if err := s.SetLifetimes(authserver.Lifetimes{Session: time.Nanosecond}); err != nil {
		t.Fatal(err)
	}
	if _, err := refresh(t.Context(), c, token.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Errorf("refresh after the end: %q; want invalid_grant", errorCode(err))
	}
	if g := only(t, s); g.State != authserver.StateEnded {
		t.Errorf("state %s; want ended", g.State)
	}
	if err := s.SetLifetimes(authserver.Lifetimes{Session: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err := refresh(t.Context(), c, token.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Error("an ended session came back to life")
	}
}

func TestEndlessSession(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true, SessionTTL: -1})
	if token := signIn(t, client(t, s), authservertest.Browser{}); token.Extra("refresh_token_expires_in") != nil {
		t.Error("an end was announced")
	}
}

func TestRevokeHere(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	first, second := signIn(t, c, authservertest.Browser{}), signIn(t, c, authservertest.Browser{})
	if err := s.Revoke(s.Grants()[1].ID); err != nil {
		t.Fatal(err)
	}
	if status, _ := userinfo(t, s, first); status != http.StatusUnauthorized {
		t.Errorf("userinfo of the revoked grant: %d; want 401", status)
	}
	if status, _ := userinfo(t, s, second); status != http.StatusOK {
		t.Errorf("userinfo of the other grant: %d; want 200", status)
	}
	if n := s.RevokeAll(); n != 1 {
		t.Errorf("%d revoked; want the 1 that was left", n)
	}
	if _, err := refresh(t.Context(), c, second.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Errorf("refresh after revocation: %q; want invalid_grant", errorCode(err))
	}
	if s.Revoke("g99") == nil {
		t.Error("a grant that is not there was revoked")
	}
}

// exchange sends one refresh and returns what arrived: status 0 where nothing did.
func exchange(
	t *testing.T, c *oauth2.Config, refreshToken string,
) (status int, body string, header http.Header, err error) {
	t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ClientID}, "refresh_token": {refreshToken}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.Endpoint.TokenURL,
		strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), response.Header, err
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		fault  string
		status int
		body   string // contained
		broken bool   // the transport failed
		spent  bool   // the refresh token was rotated
	}{
		{fault: "500", status: 500, body: "Internal"},
		{fault: "500-after", status: 500, body: "Internal", spent: true},
		{fault: "429", status: 429, body: "temporarily_unavailable"},
		{fault: "html-200", status: 200, body: "<!doctype"},
		{fault: "html-200-after", status: 200, body: "<!doctype", spent: true},
		{fault: "html-502", status: 502, body: "<!doctype"},
		{fault: "invalid_client", status: 401, body: "invalid_client"},
		{fault: "cut", broken: true},
		{fault: "cut-after", broken: true, spent: true},
		{fault: "truncate", status: 200, body: `{"access_token`, broken: true, spent: true},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			s := authservertest.Start(t, authserver.Options{AutoApprove: true})
			c := client(t, s)
			token := signIn(t, c, authservertest.Browser{})
			fault, err := authserver.ParseFault(tt.fault)
			if err != nil {
				t.Fatal(err)
			}
			fault.Count, fault.RetryAfter, fault.Only = 1, "17", "refresh_token"
			s.SetFault(fault)
			status, body, header, err := exchange(t, c, token.RefreshToken)
			if status != tt.status || !strings.Contains(body, tt.body) || err != nil != tt.broken {
				t.Errorf("status %d, broken %t; want %d, %t", status, err != nil, tt.status, tt.broken)
			}
			if wait := header.Get("Retry-After"); tt.status == 429 && wait != "17" {
				t.Errorf("Retry-After %q; want 17", wait)
			}
			seen := s.Log().Requests[1]
			if seen.Status != tt.status || seen.Fault != tt.fault || seen.Generation != 1 || (seen.Issued == 2) != tt.spent {
				t.Errorf("log %+v", seen)
			}
			if got := s.Fault().Kind; got != authserver.FaultNone {
				t.Errorf("the fault %s outlived its count", got)
			}
			_, err = refresh(t.Context(), c, token.RefreshToken)
			if spent := errorCode(err) == "invalid_grant"; spent != tt.spent || !spent && err != nil {
				t.Errorf("sent again: %v; want spent %t", err, tt.spent)
			}
		})
	}
}

func TestHang(t *testing.T) {
	for _, name := range []string{"hang", "hang-after"} {
		t.Run(name, func(t *testing.T) {
			s := authservertest.Start(t, authserver.Options{AutoApprove: true, Rotation: authserver.RotationGrace})
			c := client(t, s)
			token := signIn(t, c, authservertest.Browser{})
			fault, err := authserver.ParseFault(name)
			if err != nil {
				t.Fatal(err)
			}
			fault.Count = 1
			s.SetFault(fault)
			hung := make(chan error, 1)
			go func() {
				_, _, _, err := exchange(t, c, token.RefreshToken)
				hung <- err
			}()
			for seen := ""; !strings.Contains(seen, `"fault":"`+name+`"`); {
				_, seen = send(t, http.MethodGet, s.Issuer()+"/control/log", "", "", nil)
			}
			if _, err := refresh(t.Context(), c, token.RefreshToken); err != nil {
				t.Errorf("another request while one hangs: %v", err)
			}
			if last := s.Log().Requests[2]; !last.InFlight {
				t.Error("the same token in two requests at once was not noticed")
			}
			s.Close()
			if err := <-hung; err == nil {
				t.Error("the hanging request was answered")
			}
		})
	}
}

func TestGivenUpIsNotInFlight(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{})
	s.SetFault(authserver.Fault{Kind: authserver.FaultHang, Count: 1})
	impatient := &http.Client{Transport: new(http.Transport), Timeout: 50 * time.Millisecond}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"demo"}, "refresh_token": {token.RefreshToken}}
	if response, err := impatient.PostForm(c.Endpoint.TokenURL, form); err == nil {
		response.Body.Close()
		t.Fatal("the hanging request was answered")
	}
	if _, err := refresh(t.Context(), c, token.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if log := s.Log(); log.DoubleSends != 0 {
		t.Errorf("%d double sends; want 0: the first request was given up before", log.DoubleSends)
	}
}

func TestClientGoneBeforeTheAnswer(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{})
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"demo"}, "refresh_token": {token.RefreshToken}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint.TokenURL, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.ServeHTTP(httptest.NewRecorder(), request)
	if last := s.Log().Requests[1]; last.Status != http.StatusOK || last.Issued != 2 {
		t.Errorf("log %+v", last)
	}
}
