package cloudtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Issuer signs ID tokens and publishes its keys, and does nothing else of what a provider does.
type Issuer struct {
	URL    string
	key    *ecdsa.PrivateKey
	signer jose.Signer
}

// StartIssuer serves an issuer until the test ends.
func StartIssuer(tb testing.TB) *Issuer {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "one"),
	)
	if err != nil {
		tb.Fatal(err)
	}
	i := &Issuer{key: key, signer: signer}
	server := httptest.NewServer(i)
	tb.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

// Token signs an ID token.
func (i *Issuer) Token(tb testing.TB, subject, audience string, begin, end time.Time) string {
	tb.Helper()
	text, err := jwt.Signed(i.signer).Claims(jwt.Claims{
		Issuer: i.URL, Subject: subject, Audience: jwt.Audience{audience},
		IssuedAt: jwt.NewNumericDate(begin), Expiry: jwt.NewNumericDate(end), ID: rand.Text(),
	}).Serialize()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		body = map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"}
	case "/keys":
		body = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "one", Algorithm: "ES256", Use: "sig"}}}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

var errExpired = errors.New("the token has expired")

// verify checks a token of issuer with the keys that are published there.
func verify(ctx context.Context, issuer, token string, now time.Time) (jwt.Claims, error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil || len(parsed.Headers) != 1 {
		return jwt.Claims{}, errors.New("no signed JWT")
	}
	var document struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := fetch(ctx, issuer+"/.well-known/openid-configuration", &document); err != nil {
		return jwt.Claims{}, err
	}
	if document.Issuer != issuer {
		return jwt.Claims{}, fmt.Errorf("the issuer calls itself %q", document.Issuer)
	}
	var keys jose.JSONWebKeySet
	if err := fetch(ctx, document.Keys, &keys); err != nil {
		return jwt.Claims{}, err
	}
	found := keys.Key(parsed.Headers[0].KeyID)
	if len(found) != 1 {
		return jwt.Claims{}, errors.New("signed with another key")
	}
	var claims jwt.Claims
	if err := parsed.Claims(found[0], &claims); err != nil {
		return jwt.Claims{}, err
	}
	if claims.Issuer != issuer || claims.Expiry == nil {
		return jwt.Claims{}, errors.New("not of this issuer")
	}
	if !now.Before(claims.Expiry.Time()) {
		return jwt.Claims{}, errExpired
	}
	return claims, nil
}

func fetch(ctx context.Context, address string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}
