package provider

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"sessionkeeper/session/secret"
)

// issuer signs ID tokens and serves its keys.
type issuer struct {
	url  string
	wire *Wire
	now  time.Time

	mu      sync.Mutex
	keys    []any // JSON of the key set
	fetches int
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	server, w := serveTLS(t, func(rw http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.fetches++
		_ = json.NewEncoder(rw).Encode(map[string]any{"keys": i.keys})
	})
	w.wall = func() time.Time { return i.now }
	i.url, i.wire = server.URL, w
	return i
}

func (i *issuer) publish(key any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, key)
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

func (i *issuer) provider() *Provider {
	return &Provider{Issuer: i.url, JWKSURL: i.url + "/keys", OIDC: true}
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, kid string, claims map[string]any) secret.Text {
	t.Helper()
	opts := (&jose.SignerOptions{}).WithType("JWT")
	if kid != "" {
		opts = opts.WithHeader("kid", kid)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return secret.New(token)
}

func (i *issuer) claims(changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": i.url, "aud": "app", "sub": "1", "exp": i.now.Add(time.Minute).Unix(), "iat": i.now.Unix(), "nonce": "n",
		"name": "Ada", "email": "ada@example.com",
	}
	maps.Copy(c, changes)
	return c
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestVerify(t *testing.T) {
	i := newIssuer(t)
	key := ecKey(t)
	i.publish(map[string]any{"kty": "unheard of", "kid": "0"})
	i.publish(jose.JSONWebKey{Key: key.Public(), KeyID: "1", Use: "sig"})
	c := Client{ID: "app"}
	for _, v := range []struct {
		name    string
		changes map[string]any
		want    string
	}{
		{"right", nil, ""},
		{"list of audiences", map[string]any{"aud": []string{"x", "app"}, "azp": "app"}, ""},
		{"ended within the leeway", map[string]any{"exp": i.now.Add(-4 * time.Minute).Unix()}, ""},
		{"issued ahead", map[string]any{"iat": i.now.Add(time.Hour).Unix()}, ""},
		{"other issuer", map[string]any{"iss": "https://other.example"}, "other.example"},
		{"issuer with a slash", map[string]any{"iss": i.url + "/"}, "issued by"},
		{"other client", map[string]any{"aud": "other"}, "another client"},
		{"other party", map[string]any{"azp": "other"}, "another client"},
		{"ended", map[string]any{"exp": i.now.Add(-6 * time.Minute).Unix()}, "expired"},
		{"no end", map[string]any{"exp": nil}, "expired"},
		{"other nonce", map[string]any{"nonce": "m"}, "nonce"},
		{"no nonce", map[string]any{"nonce": nil}, "nonce"},
		{"no subject", map[string]any{"sub": ""}, "subject"},
	} {
		token := sign(t, jose.ES256, key, "1", i.claims(v.changes))
		who, err := i.wire.Verify(t.Context(), i.provider(), c, token, "n")
		if v.want == "" && (err != nil || who != (Account{"1", "Ada", "ada@example.com"})) {
			t.Errorf("%s: %+v %v", v.name, who, err)
		}
		if v.want != "" && (err == nil || !strings.Contains(err.Error(), v.want)) {
			t.Errorf("%s: %v; want it to say %q", v.name, err, v.want)
		}
		if err != nil && strings.Contains(err.Error(), token.Reveal()[:20]) {
			t.Errorf("%s: the error holds the token", v.name)
		}
	}
	if i.count() != 1 {
		t.Errorf("the keys were read %d times; want once", i.count())
	}
}

// A clock that a server has shown to be wrong refuses nobody's sign-in, and takes no ID token that both call old.
func TestVerifyWithAWrongClock(t *testing.T) {
	for _, off := range []time.Duration{3 * time.Hour, 10 * year, -3 * time.Hour, -10 * year} {
		i := newIssuer(t)
		key := ecKey(t)
		i.publish(jose.JSONWebKey{Key: key.Public(), KeyID: "1", Use: "sig"})
		right := i.now
		good := sign(t, jose.ES256, key, "1", i.claims(nil))
		old := sign(t, jose.ES256, key, "1", i.claims(map[string]any{"exp": right.Add(-time.Hour).Unix()}))
		i.now = right.Add(off)
		verify := func(token secret.Text) error {
			_, err := i.wire.Verify(t.Context(), i.provider(), Client{ID: "app"}, token, "n")
			return err
		}
		if err := verify(good); (err != nil) != (off > 0) {
			t.Errorf("%v ahead, and nobody has said so: %v", off, err)
		}
		i.wire.saw(&reply{host: "as.example", sentAt: i.now, readAt: i.now, date: right})
		if err := verify(good); err != nil {
			t.Errorf("%v ahead: %v", off, err)
		}
		if err := verify(old); off > 0 && err == nil {
			t.Errorf("%v ahead: an ID token that ended an hour ago was taken", off)
		}
	}
}

func TestVerifySignatures(t *testing.T) {
	i := newIssuer(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.publish(jose.JSONWebKey{Key: rsaKey.Public(), KeyID: "rsa"})
	i.publish(jose.JSONWebKey{Key: public, KeyID: "ed"})
	i.publish(jose.JSONWebKey{Key: rsaKey.Public(), KeyID: "enc", Use: "enc"})
	c := Client{ID: "app", Secret: secret.New("secretsecretsecretsecretsecretsecret")}
	shared := base64.RawURLEncoding.EncodeToString([]byte(c.Secret.Reveal()))
	i.publish(map[string]any{"kty": "oct", "kid": "oct", "k": shared})
	good := sign(t, jose.RS256, rsaKey, "rsa", i.claims(nil)).Reveal()
	for _, v := range []struct {
		name  string
		token secret.Text
		ok    bool
	}{
		{"RS256", secret.New(good), true},
		{"PS384", sign(t, jose.PS384, rsaKey, "rsa", i.claims(nil)), true},
		{"EdDSA", sign(t, jose.EdDSA, edKey, "ed", i.claims(nil)), true},
		{"no key id", sign(t, jose.EdDSA, edKey, "", i.claims(nil)), true},
		{"HS256 with the client secret", sign(t, jose.HS256, []byte(c.Secret.Reveal()), "oct", i.claims(nil)), false},
		{"HS256 with a published key", sign(t, jose.HS256, []byte(c.Secret.Reveal()), "", i.claims(nil)), false},
		{"encryption key", sign(t, jose.RS256, rsaKey, "enc", i.claims(nil)), false},
		{"other key", sign(t, jose.ES256, ecKey(t), "ed", i.claims(nil)), false},
		{"none", secret.New("eyJhbGciOiJub25lIn0." + strings.Split(good, ".")[1] + "."), false},
		{"cut", secret.New(good[:len(good)-9]), false},
		{"not a JWT", secret.New("x"), false},
		{"empty", secret.Text{}, false},
	} {
		if _, err := i.wire.Verify(t.Context(), i.provider(), c, v.token, ""); (err == nil) != v.ok {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

func TestF33VerifyReadsNewKeys(t *testing.T) {
	i := newIssuer(t)
	first, second := ecKey(t), ecKey(t)
	i.publish(jose.JSONWebKey{Key: first.Public(), KeyID: "1"})
	verify := func(key *ecdsa.PrivateKey, kid string) error {
		token := sign(t, jose.ES256, key, kid, i.claims(map[string]any{"exp": i.now.Add(time.Hour).Unix()}))
		_, err := i.wire.Verify(t.Context(), i.provider(), Client{ID: "app"}, token, "")
		return err
	}
	if err := verify(first, "1"); err != nil {
		t.Fatal(err)
	}
	i.publish(jose.JSONWebKey{Key: second.Public(), KeyID: "2"})
	for range 5 {
		if verify(second, "2") == nil {
			t.Fatal("the new key was known within the minute")
		}
	}
	if i.count() != 1 {
		t.Errorf("the keys were read %d times within a minute", i.count())
	}
	i.now = i.now.Add(2 * time.Minute)
	if err := verify(second, "2"); err != nil || i.count() != 2 {
		t.Errorf("after a minute: %v, read %d times", err, i.count())
	}
	i.now = i.now.Add(2 * time.Minute)
	for range 5 {
		if verify(second, "3") == nil {
			t.Fatal("a key id that nobody published was accepted")
		}
	}
	if i.count() != 3 {
		t.Errorf("the keys were read %d times; want once more", i.count())
	}
}

func TestVerifyMicrosoft(t *testing.T) {
	i := newIssuer(t)
	key := ecKey(t)
	i.publish(jose.JSONWebKey{Key: key.Public(), KeyID: "1"})
	p := i.provider()
	p.Issuer = i.url + "/{tenantid}/v2.0"
	for _, v := range []struct {
		iss, tid string
		ok       bool
	}{
		{i.url + "/t1/v2.0", "t1", true},
		{i.url + "/t1/v2.0", "t2", false},
		{i.url + "/{tenantid}/v2.0", "t1", false},
		{"https://other.example/t1/v2.0", "t1", false},
	} {
		token := sign(t, jose.ES256, key, "1", i.claims(map[string]any{"iss": v.iss, "tid": v.tid}))
		if _, err := i.wire.Verify(t.Context(), p, Client{ID: "app"}, token, ""); (err == nil) != v.ok {
			t.Errorf("iss %s tid %s: %v", v.iss, v.tid, err)
		}
	}
}

// TestVerifyFindsTheKeys is about catalogue entries, which name the issuer alone.
func TestVerifyFindsTheKeys(t *testing.T) {
	i := newIssuer(t)
	key := ecKey(t)
	i.publish(jose.JSONWebKey{Key: key.Public(), KeyID: "1"})
	server, w := serveMetadata(t, oidcPath, func(string) map[string]any {
		return map[string]any{"jwks_uri": i.url + "/keys"}
	})
	transport, ok := w.http.Transport.(*http.Transport)
	if !ok {
		t.Fatal("the Wire has another transport")
	}
	transport.TLSClientConfig = i.wire.http.Transport.(*http.Transport).TLSClientConfig
	token := sign(t, jose.ES256, key, "1", map[string]any{
		"iss": server.URL, "aud": "app", "sub": "1", "exp": time.Now().Add(time.Minute).Unix(),
	})
	p := &Provider{Issuer: server.URL, OIDC: true}
	if who, err := w.Verify(t.Context(), p, Client{ID: "app"}, token, ""); err != nil || who.Sub != "1" {
		t.Errorf("%+v %v", who, err)
	}
	p = &Provider{Issuer: "https://127.0.0.1:1", OIDC: true}
	if _, err := w.Verify(t.Context(), p, Client{ID: "app"}, token, ""); err == nil {
		t.Error("verified without keys")
	}
}
