package strangers

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/stranger"
	"sessionkeeper/session"
	"sessionkeeper/session/config"
)

// zitadel is a keeper on files with a session at the provider on zitadel/oidc, by the real clock.
func zitadel(t *testing.T, o stranger.Options, r session.LoginRequest) (*stranger.Provider, *home) {
	t.Helper()
	t.Parallel()
	p := stranger.StartZitadel(t, o)
	h := newHome(t, time.Now, nil, nil)
	h.add(config.Session{
		Name: work, Issuer: p.Issuer, ClientID: "demo", Scopes: []string{"openid", "email"}, Account: "ada@example.org",
	}, r)
	return p, h
}

// userinfo is what the provider answers to a token.
func (h *home) userinfo(p *stranger.Provider, token string) int {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, p.Issuer+"/userinfo", http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// works asks for a token that the provider takes.
func (h *home) works(p *stranger.Provider) string {
	h.t.Helper()
	token, err := h.token()
	if err != nil {
		h.t.Fatal(err)
	}
	if got := h.userinfo(p, token); got != http.StatusOK {
		h.t.Errorf("the token handed out: %d", got)
	}
	return token
}

// Signed in by code and PKCE, renewed by the timer, and what a refresh does to the token before it is learned.
func TestZitadel(t *testing.T) {
	p, h := zitadel(t, stranger.Options{AccessTTL: 6 * time.Second}, session.LoginRequest{})
	if a := h.session().Account; a.Sub != "ada" || a.Email != "ada@example.org" {
		t.Errorf("the account is %+v", a)
	}
	first := h.works(p)
	for range 3 {
		was := h.session().Generation
		h.until("a renewal", func() bool { return h.session().Generation > was })
		h.works(p)
	}
	if got := h.userinfo(p, first); got != http.StatusForbidden {
		t.Errorf("the first token: %d; want 403", got)
	}
	h.restart()
	was := h.session().Generation
	h.until("a renewal after the restart", func() bool { return h.session().Generation > was })
	h.works(p)

	p.SetAccessTTL(10 * time.Minute)
	h.until("a longer token", func() bool { return time.Until(h.session().AccessExpiresAt) > 5*time.Minute })
	if _, err := h.k.Token(t.Context(), work, session.TokenRequest{Force: true, Wait: session.DefaultWait}); err != nil {
		t.Fatal(err)
	}
	h.until("the lesson that a refresh ends the token before it", func() bool {
		s := h.session()
		left := s.AccessExpiresAt.Sub(s.RenewAt)
		return left > 0 && left < time.Minute
	})
	if log := p.Log(); log.DoubleSends > 0 || len(p.Grants()) != 1 {
		t.Errorf("log %+v", log)
	}
	t.Attr("real", "zitadel-oidc")
}

func TestZitadelDevice(t *testing.T) {
	p, h := zitadel(t, stranger.Options{}, session.LoginRequest{Device: true, NoBrowser: true})
	h.works(p)
	out, err := h.k.Logout(t.Context(), work, false)
	if err != nil || out.Remote != "revoked" || len(p.Grants()) != 0 {
		t.Errorf("signing out: %+v, %v; %d grants left", out, err, len(p.Grants()))
	}
	t.Attr("real", "zitadel-oidc")
}

// A grant that was revoked asks for a sign-in; a client that was deleted is answered with 500, for which nothing is
// given up.
func TestZitadelEnds(t *testing.T) {
	p, h := zitadel(t, stranger.Options{AccessTTL: 6 * time.Second}, session.LoginRequest{})
	h.works(p)
	p.RevokeAll()
	_, err := h.k.Refresh(t.Context(), work, session.DefaultWait)
	if refusal, _ := errors.AsType[*session.Error](err); refusal == nil || refusal.Code != session.CodeSignIn {
		t.Fatalf("after the revocation: %v", err)
	}
	h.login()
	h.works(p)

	p.DeleteClient("demo")
	h.until("a try", func() bool { return h.session().State != session.Active })
	s := h.session()
	if s.State != session.Retrying || s.LastError == nil || s.LastError.Code != "server_error" {
		t.Errorf("after the client was deleted: %+v, %+v", s, s.LastError)
	}
	t.Attr("real", "zitadel-oidc")
}
