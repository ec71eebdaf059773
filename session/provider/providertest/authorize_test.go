package providertest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sessionkeeper/session/provider/providertest"
)

// signIn is a code flow as a person sees it; it gives the redirect's query.
func (c *client) signIn(verifier, hint string) url.Values {
	c.t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	r := c.send(http.MethodGet, c.i.URL+"/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {"desk"}, "redirect_uri": {"http://127.0.0.1:1/callback"}, "state": {"s"},
		"scope": {"openid email"}, "nonce": {"n"}, "login_hint": {hint}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}.Encode(), nil)
	at, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.status != http.StatusFound || at.Query().Get("state") != "s" || at.Query().Get("iss") != c.i.URL {
		c.t.Fatalf("authorize: %d %s, %v", r.status, r.header.Get("Location"), err)
	}
	return at.Query()
}

func (c *client) exchange(code, verifier string) reply {
	c.t.Helper()
	return c.send(http.MethodPost, c.i.URL+"/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "client_id": {"desk"},
		"redirect_uri": {"http://127.0.0.1:1/callback"},
	})
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{TLS: true}, providertest.Strict())
	if !strings.HasPrefix(c.i.URL, "https://") || !bytes.Contains(c.s.Certificate(), []byte("BEGIN CERTIFICATE")) {
		t.Fatalf("the issuer is %s", c.i.URL)
	}
	for _, at := range []string{
		c.i.URL + "/.well-known/openid-configuration", c.s.URL + "/.well-known/oauth-authorization-server/one",
	} {
		if r := c.send(http.MethodGet, at, nil); r.Members["issuer"] != c.i.URL {
			t.Errorf("%s: %d %s", at, r.status, r.body)
		}
	}
	code := c.signIn("the-verifier", "grace@example.org").Get("code")
	token := c.exchange(code, "the-verifier")
	parts := strings.Split(token.TokenID, ".")
	if token.status != http.StatusOK || token.Refresh == "" || len(parts) != 3 {
		t.Fatalf("exchange: %d %s", token.status, token.body)
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !bytes.Contains(claims, []byte(`"nonce":"n"`)) || !bytes.Contains(claims, []byte(`"sub":"grace"`)) {
		t.Errorf("claims %s, %v", claims, err)
	}
	for what, secret := range map[string]string{
		"code": code, "access token": token.Access, "refresh token": token.Refresh,
	} {
		if !strings.Contains(secret, c.s.Canary()) {
			t.Errorf("the %s does not hold the canary", what)
		}
	}
	if r := c.exchange(code, "the-verifier"); r.Error != "invalid_grant" {
		t.Errorf("a code a second time: %d %s", r.status, r.body)
	}
	if r := c.exchange(c.signIn("the-verifier", "").Get("code"), "another"); r.Error != "invalid_grant" {
		t.Errorf("another verifier: %d %s", r.status, r.body)
	}
	c.i.SetPerson(providertest.Person{Account: "eve"})
	if r := c.exchange(c.signIn("v", "grace").Get("code"), "v"); r.status != http.StatusOK {
		t.Errorf("as somebody else: %d", r.status)
	}
	if g := c.s.Grants(); len(g) != 2 || g[0].Account != "grace" || g[1].Account != "eve" {
		t.Errorf("grants %+v", g)
	}
	c.i.SetPerson(providertest.Person{Deny: true})
	if q := c.signIn("v", ""); q.Get("error") != "access_denied" || q.Has("code") {
		t.Errorf("denied: %v", q)
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Strict())
	d := c.send(http.MethodPost, c.i.URL+"/device", url.Values{"client_id": {"desk"}, "scope": {"openid"}})
	id, _ := d.Members["device_code"].(string)
	poll := func() reply {
		return c.send(http.MethodPost, c.i.URL+"/token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {id}, "client_id": {"desk"},
		})
	}
	if r := poll(); r.Error != "authorization_pending" {
		t.Errorf("before anybody looked: %d %s", r.status, r.body)
	}
	page, _ := d.Members["verification_uri_complete"].(string)
	if r := c.send(http.MethodGet, page, nil); r.status != http.StatusNoContent {
		t.Errorf("the page: %d", r.status)
	}
	if r := poll(); r.status != http.StatusOK || r.Refresh == "" {
		t.Errorf("approved: %d %s", r.status, r.body)
	}
	if r := poll(); r.Error != "expired_token" {
		t.Errorf("a device code a second time: %d %s", r.status, r.body)
	}
}
