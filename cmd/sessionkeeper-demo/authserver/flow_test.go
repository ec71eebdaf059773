package authserver_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
)

const redirect = "http://127.0.0.1:49152/callback"

// client is the independent client: x/oauth2 against the endpoints that discovery names.
func client(t *testing.T, s *authserver.Server) *oauth2.Config {
	t.Helper()
	status, meta := get(t, s.Issuer()+"/.well-known/openid-configuration", "")
	if status != http.StatusOK {
		t.Fatalf("discovery: status %d", status)
	}
	text := func(name string) string { v, _ := meta[name].(string); return v }
	if text("issuer") != s.Issuer() {
		t.Fatalf("issuer %q; want %q", text("issuer"), s.Issuer())
	}
	if _, there := meta["registration_endpoint"]; there {
		t.Error("discovery names a registration endpoint, which is not there")
	}
	return &oauth2.Config{
		ClientID:    "demo",
		RedirectURL: redirect,
		Scopes:      []string{"openid", "profile", "email", "offline_access"},
		Endpoint: oauth2.Endpoint{
			AuthURL:       text("authorization_endpoint"),
			TokenURL:      text("token_endpoint"),
			DeviceAuthURL: text("device_authorization_endpoint"),
			AuthStyle:     oauth2.AuthStyleInParams,
		},
	}
}

// signIn runs the code flow through the consent page.
func signIn(t *testing.T, c *oauth2.Config, b authservertest.Browser) *oauth2.Token {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	b.Stay = true
	landed, _, _ := b.Open(t, c.AuthCodeURL("the-state", oauth2.S256ChallengeOption(verifier)))
	q := landed.Query()
	if q.Get("state") != "the-state" || q.Get("code") == "" {
		t.Fatalf("the redirect brought state %q, error %q", q.Get("state"), q.Get("error"))
	}
	if iss := q.Get("iss"); !strings.HasPrefix(c.Endpoint.TokenURL, iss) || iss == "" {
		t.Errorf("iss %q (RFC 9207) is not the issuer", iss)
	}
	token, err := c.Exchange(t.Context(), q.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatalf("exchanging the code: %v", err)
	}
	return token
}

// refresh uses the token once.
func refresh(ctx context.Context, c *oauth2.Config, refreshToken string) (*oauth2.Token, error) {
	return c.TokenSource(ctx, &oauth2.Token{RefreshToken: refreshToken}).Token()
}

// get fetches a JSON object.
func get(t *testing.T, address, bearer string) (status int, fields map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	return do(t, request)
}

// post sends a form.
func post(t *testing.T, address string, form url.Values) (status int, fields map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, request)
}

func do(t *testing.T, request *http.Request) (status int, fields map[string]any) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(body, &fields) // not every answer is JSON
	return response.StatusCode, fields
}

func userinfo(t *testing.T, s *authserver.Server, token *oauth2.Token) (status int, claims map[string]any) {
	t.Helper()
	return get(t, s.Issuer()+"/userinfo", token.AccessToken)
}

func only(t *testing.T, s *authserver.Server) authserver.Grant {
	t.Helper()
	grants := s.Grants()
	if len(grants) != 1 {
		t.Fatalf("%d grants; want 1", len(grants))
	}
	return grants[0]
}

func TestCodeFlow(t *testing.T) {
	for _, redirect := range []string{
		"http://127.0.0.1:1025/callback", "http://127.0.0.1:65535/", "http://localhost:8000/callback",
		"http://[::1]:4711/some/where", "http://127.0.0.1/callback",
	} {
		t.Run(strings.TrimPrefix(redirect, "http://"), func(t *testing.T) {
			s := authservertest.Start(t, authserver.Options{})
			c := client(t, s)
			c.RedirectURL = redirect
			token := signIn(t, c, authservertest.Browser{Account: "grace"})
			if token.RefreshToken == "" || token.TokenType != "Bearer" {
				t.Errorf("refresh token there: %t, type %q", token.RefreshToken != "", token.TokenType)
			}
			if idToken, _ := token.Extra("id_token").(string); strings.Count(idToken, ".") != 2 {
				t.Error("no ID token")
			}
			status, claims := userinfo(t, s, token)
			if status != http.StatusOK || claims["sub"] != "grace" || claims["email"] != "grace@example.org" {
				t.Errorf("userinfo: %d %v", status, claims)
			}
			if g := only(t, s); g.State != authserver.StateActive || g.Account != "grace@example.org" || g.Generation != 1 {
				t.Errorf("grant %+v", g)
			}
		})
	}
}

func TestRedirectsElsewhereAreRefused(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	for _, redirect := range []string{
		"https://example.org/callback", "http://127.0.0.1.example.org/callback", "http://localhost@example.org/",
		"http://192.168.1.2:80/callback", "https://127.0.0.1/callback", "myapp:/callback", "http://127.0.0.1/#part", "",
	} {
		c := client(t, s)
		c.RedirectURL = redirect
		landed, status, _ := authservertest.Browser{Stay: true}.Open(t,
			c.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
		if status != http.StatusBadRequest || landed.Path != "/authorize" {
			t.Errorf("redirect %q: status %d at %s; want 400 and to stay", redirect, status, landed.Host)
		}
	}
}

func TestConsent(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{})
	c := client(t, s)
	address := func(more ...oauth2.AuthCodeOption) string {
		return c.AuthCodeURL("s", append(more, oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))...)
	}
	stay := authservertest.Browser{Stay: true}

	t.Run("deny", func(t *testing.T) {
		landed, _, _ := authservertest.Browser{Stay: true, Deny: true}.Open(t, address())
		if got := landed.Query().Get("error"); got != "access_denied" {
			t.Errorf("error %q; want access_denied", got)
		}
	})
	t.Run("prompt none", func(t *testing.T) {
		landed, _, _ := stay.Open(t, address(oauth2.SetAuthURLParam("prompt", "none")))
		if got := landed.Query().Get("error"); got != "login_required" {
			t.Errorf("error %q; want login_required", got)
		}
	})
	t.Run("login hint", func(t *testing.T) {
		hinted := oauth2.SetAuthURLParam("login_hint", "katherine@example.org")
		landed, _, _ := stay.Open(t, address(hinted, oauth2.SetAuthURLParam("prompt", "consent")))
		if landed.Query().Get("code") == "" || s.Grants()[0].Account != "katherine@example.org" {
			t.Errorf("error %q, account %s", landed.Query().Get("error"), s.Grants()[0].Account)
		}
	})
	t.Run("no challenge", func(t *testing.T) {
		landed, _, _ := stay.Open(t, c.AuthCodeURL("s"))
		if got := landed.Query().Get("error"); got != "invalid_request" {
			t.Errorf("error %q; want invalid_request", got)
		}
	})
	t.Run("without offline_access", func(t *testing.T) {
		plain := *c
		plain.Scopes = []string{"openid"}
		if token := signIn(t, &plain, authservertest.Browser{}); token.RefreshToken != "" {
			t.Error("a refresh token came without offline_access")
		}
	})
}

func TestCodeIsGoodOnce(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	verifier := oauth2.GenerateVerifier()
	landed, _, _ := authservertest.Browser{Stay: true}.Open(t, c.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
	code := landed.Query().Get("code")
	token, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if errorCode(err) != "invalid_grant" {
		t.Errorf("second exchange: %q; want invalid_grant", errorCode(err))
	}
	if status, _ := userinfo(t, s, token); status != http.StatusUnauthorized {
		t.Errorf("userinfo after the code came back: %d; want 401 (RFC 6749 section 4.1.2)", status)
	}
}

func TestDeviceFlow(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{DeviceInterval: authserver.DefaultDeviceInterval / 2})
	c := client(t, s)
	for _, deny := range []bool{false, true} {
		device, err := c.DeviceAuth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"demo"},
			"device_code": {device.DeviceCode},
		}
		if _, answer := post(t, c.Endpoint.TokenURL, form); answer["error"] != "authorization_pending" {
			t.Fatalf("before consent: %v; want authorization_pending", answer["error"])
		}
		_, status, page := authservertest.Browser{Account: "ada", Deny: deny}.Open(t, device.VerificationURIComplete)
		if deny {
			if _, answer := post(t, c.Endpoint.TokenURL, form); answer["error"] != "access_denied" {
				t.Errorf("after denial: %v; want access_denied", answer["error"])
			}
			continue
		}
		if status != http.StatusOK || !strings.Contains(page, "signed in") {
			t.Fatalf("verification page: status %d", status)
		}
		token, err := c.DeviceAccessToken(t.Context(), device)
		if err != nil {
			t.Fatal(err)
		}
		if _, claims := userinfo(t, s, token); claims["sub"] != "ada" {
			t.Errorf("userinfo %v", claims)
		}
		if _, err := refresh(t.Context(), c, token.RefreshToken); err != nil {
			t.Errorf("refreshing a device's token: %v", err)
		}
	}
}

func TestDeviceCodeAsTyped(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	device, err := client(t, s).DeviceAuth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	typed := strings.ToLower(device.UserCode[:4] + " - " + device.UserCode[4:])
	entry := device.VerificationURI + "?user_code=" + url.QueryEscape(typed)
	if _, _, page := (authservertest.Browser{}).Open(t, entry); !strings.Contains(page, "signed in") {
		t.Error("the code was not recognised as typed")
	}
	if _, _, page := (authservertest.Browser{}).Open(t, entry); !strings.Contains(page, "no open request") {
		t.Error("a used code was accepted again")
	}
}

func TestConfidentialClient(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{})
	for name, style := range map[string]oauth2.AuthStyle{
		"post": oauth2.AuthStyleInParams, "basic": oauth2.AuthStyleInHeader,
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, s)
			c.ClientID, c.ClientSecret, c.Endpoint.AuthStyle = "demo-secret", "demo-secret", style
			token := signIn(t, c, authservertest.Browser{})
			stolen := *c
			stolen.ClientSecret = "wrong"
			if _, err := refresh(t.Context(), &stolen, token.RefreshToken); errorCode(err) != "invalid_client" {
				t.Errorf("wrong secret: %q; want invalid_client", errorCode(err))
			}
			stolen.ClientID, stolen.ClientSecret = "demo", ""
			if _, err := refresh(t.Context(), &stolen, token.RefreshToken); errorCode(err) != "invalid_grant" {
				t.Errorf("another client's token: %q; want invalid_grant", errorCode(err))
			}
			if _, err := refresh(t.Context(), c, token.RefreshToken); err != nil {
				t.Errorf("the token was lost to somebody else's attempts: %v", err)
			}
		})
	}
}

func TestRevocationAndIntrospection(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{})
	introspect := func(value string) any {
		_, info := post(t, s.Issuer()+"/introspect", url.Values{"client_id": {"demo"}, "token": {value}})
		return info["active"]
	}
	if introspect(token.AccessToken) != true || introspect(token.RefreshToken) != true || introspect("none") != false {
		t.Fatal("introspection does not tell living tokens from others")
	}
	renewed, err := refresh(t.Context(), c, token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if introspect(token.RefreshToken) != false || introspect(renewed.RefreshToken) != true {
		t.Error("looking at a superseded refresh token is taken for its use")
	}
	revoke := url.Values{"client_id": {"demo"}, "token": {renewed.RefreshToken}, "token_type_hint": {"refresh_token"}}
	if status, _ := post(t, s.Issuer()+"/revoke", revoke); status != http.StatusOK {
		t.Fatalf("revocation: status %d", status)
	}
	if introspect(renewed.AccessToken) != false {
		t.Error("the access token outlived its grant")
	}
	if _, err := refresh(t.Context(), c, renewed.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Errorf("refresh after revocation: %q; want invalid_grant", errorCode(err))
	}
	if g := only(t, s); g.State != authserver.StateRevoked || g.Reason != authserver.ReasonClient {
		t.Errorf("grant %s %q", g.State, g.Reason)
	}
}
