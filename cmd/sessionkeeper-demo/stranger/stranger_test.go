package stranger_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"sessionkeeper/cmd/sessionkeeper-demo/stranger"
)

func config(p *stranger.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID:    "demo",
		RedirectURL: "http://127.0.0.1:49152/callback",
		Scopes:      []string{"openid", "email", "offline_access"},
		Endpoint: oauth2.Endpoint{
			AuthURL: p.Issuer + "/auth", TokenURL: p.Issuer + "/token", DeviceAuthURL: p.Issuer + "/device/auth",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

func signIn(t *testing.T, p *stranger.Provider, c *oauth2.Config, more ...oauth2.AuthCodeOption) *oauth2.Token {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	more = append(more, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "consent"))
	landed := p.Visit(c.AuthCodeURL("the-state", more...), true).Query()
	if landed.Get("state") != "the-state" || landed.Get("error") != "" {
		t.Fatalf("the redirect brought state %q, error %q", landed.Get("state"), landed.Get("error"))
	}
	token, err := c.Exchange(t.Context(), landed.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if token.RefreshToken == "" {
		t.Fatal("no refresh token")
	}
	return token
}

func refresh(t *testing.T, c *oauth2.Config, token *oauth2.Token) (*oauth2.Token, error) {
	t.Helper()
	return c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
}

func userinfo(t *testing.T, address string, token *oauth2.Token) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	token.SetAuthHeader(request)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// post sends a refresh token to an endpoint that takes one.
func post(t *testing.T, address string, token *oauth2.Token) int {
	t.Helper()
	response, err := http.DefaultClient.PostForm(address, url.Values{"client_id": {"demo"}, "token": {token.RefreshToken}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func code(err error) string {
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return refusal.ErrorCode
	}
	return ""
}

func TestRefreshes(t *testing.T) {
	p := stranger.Start(t, stranger.Options{AccessTTL: 9 * time.Second})
	c := config(p)
	first := signIn(t, p, c)
	if first.ExpiresIn != 9 {
		t.Errorf("expires_in %d; want 9", first.ExpiresIn)
	}
	token := first
	for range 3 {
		next, err := refresh(t, c, token)
		if err != nil {
			t.Fatal(err)
		}
		token = next
	}
	log := p.Log()
	if len(log.Requests) != 4 || log.DoubleSends != 0 || log.ReuseDetected != 0 || log.GrantsRevoked != 0 {
		t.Fatalf("log %+v", log)
	}
	for i, r := range log.Requests[1:] {
		if r.RefreshToken != log.Requests[i].Issued || r.Grant == "" || r.Status != http.StatusOK ||
			r.EndedAt.Before(r.At) {
			t.Errorf("refresh %d: %+v", i+1, r)
		}
	}
	if got := userinfo(t, p.Issuer+"/me", token); got != http.StatusOK {
		t.Errorf("userinfo: %d", got)
	}

	if _, err := refresh(t, c, first); code(err) != "invalid_grant" {
		t.Errorf("an old token: %q; want invalid_grant", code(err))
	}
	if log := p.Log(); log.DoubleSends != 1 || log.ReuseDetected != 1 || log.GrantsRevoked != 1 {
		t.Errorf("after reuse: %d double, %d reused, %d revoked; want 1 each",
			log.DoubleSends, log.ReuseDetected, log.GrantsRevoked)
	}
	if got := userinfo(t, p.Issuer+"/me", token); got != http.StatusUnauthorized {
		t.Errorf("userinfo after reuse: %d; want 401", got)
	}
}

func TestRevoke(t *testing.T) {
	p := stranger.Start(t, stranger.Options{Account: "grace"})
	c := config(p)
	c.ClientID, c.ClientSecret, c.Endpoint.AuthStyle = "demo-secret", "demo-secret", oauth2.AuthStyleInHeader
	c.RedirectURL = "http://[::1]:5000/callback"
	first := signIn(t, p, c)
	second := signIn(t, p, c, oauth2.SetAuthURLParam("login_hint", "ada@example.org"))
	grants := p.Grants()
	if len(grants) != 2 || grants[0].Account != "grace" || grants[1].Account != "ada" {
		t.Fatalf("grants %+v", grants)
	}
	p.Revoke(grants[0].ID)
	me := p.Issuer + "/me"
	if a, b := userinfo(t, me, first), userinfo(t, me, second); a != http.StatusUnauthorized || b != http.StatusOK {
		t.Errorf("userinfo %d, %d; want 401, 200", a, b)
	}
	if n := p.RevokeAll(); n != 1 {
		t.Errorf("%d revoked; want 1", n)
	}
	if _, err := refresh(t, c, second); code(err) != "invalid_grant" {
		t.Errorf("refresh: %q; want invalid_grant", code(err))
	}
	p.SetAccessTTL(5 * time.Second)
	if third := signIn(t, p, c); third.ExpiresIn != 5 {
		t.Errorf("expires_in %d; want 5", third.ExpiresIn)
	}
}

func signInByDevice(t *testing.T, p *stranger.Provider, c *oauth2.Config, more ...oauth2.AuthCodeOption) {
	t.Helper()
	device, err := c.DeviceAuth(t.Context(), more...)
	if err != nil {
		t.Fatal(err)
	}
	p.Visit(device.VerificationURIComplete, true)
	device.Interval = 1
	token, err := c.DeviceAccessToken(t.Context(), device)
	if err != nil || token.RefreshToken == "" {
		t.Fatalf("no refresh token: %v", err)
	}
	if _, err := refresh(t, c, token); err != nil {
		t.Error(err)
	}
}

func TestDevice(t *testing.T) {
	p := stranger.Start(t, stranger.Options{})
	signInByDevice(t, p, config(p), oauth2.SetAuthURLParam("prompt", "consent"))
}

func TestOtherEndpoints(t *testing.T) {
	p := stranger.Start(t, stranger.Options{})
	token := signIn(t, p, config(p))
	for _, path := range []string{"/token/introspection", "/token/revocation"} {
		if got := post(t, p.Issuer+path, token); got != http.StatusOK {
			t.Errorf("%s: %d", path, got)
		}
	}
	if got := userinfo(t, p.Issuer+"/me", token); got != http.StatusUnauthorized {
		t.Errorf("userinfo after revocation: %d; want 401", got)
	}
}
