package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"sessionkeeper/session/secret"
)

const (
	idLeeway      = 5 * time.Minute
	keysRefetch   = time.Minute
	maxKeySources = 256
)

// idAlgorithms are asymmetric alone: with a shared secret anyone who holds the client could sign.
func idAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// idClaims are the claims of an ID token that are looked at (OIDC Core 2).
type idClaims struct {
	jwt.Claims
	AuthorizedParty   string `json:"azp"`
	Nonce             string `json:"nonce"`
	Name              string `json:"name"`
	Email             string `json:"email"`
	PreferredUsername string `json:"preferred_username"`
	Tenant            string `json:"tid"`
}

// Verify checks an ID token (OIDC Core 3.1.3.7: signature, iss, aud, azp, exp, nonce) and says who it is about. An
// empty nonce is not compared. The error never holds the token.
func (w *Wire) Verify(ctx context.Context, p *Provider, c Client, id secret.Text, nonce string) (Account, error) {
	token, err := jwt.ParseSigned(id.Reveal(), idAlgorithms())
	if err != nil || len(token.Headers) != 1 {
		return Account{}, errors.New("checking the ID token: not a JWT with one of the signatures that are accepted")
	}
	target := p.JWKSURL
	if target == "" {
		found, err := w.discovered(ctx, p)
		if err != nil {
			return Account{}, fmt.Errorf("checking the ID token: %w", err)
		}
		target = found.JWKSURL
	}
	if target == "" {
		return Account{}, errors.New("checking the ID token: the provider's keys are not known")
	}
	claims, err := w.verifySignature(ctx, target, token)
	if err != nil {
		return Account{}, fmt.Errorf("checking the ID token: %w", err)
	}
	err = claims.check(p, c, nonce, w.wall())
	if at, ok := w.serverTime(); err != nil && ok {
		err = claims.check(p, c, nonce, at)
	}
	if err != nil {
		return Account{}, fmt.Errorf("checking the ID token: %w", err)
	}
	name := claims.Name
	if name == "" {
		name = claims.PreferredUsername
	}
	return Account{Sub: cleanName(claims.Subject), Name: cleanName(name), Email: cleanName(claims.Email)}, nil
}

// serverTime is the time that a server has shown, where ours differs from it: a sign-in is not refused for a clock that
// was set badly, be it ours or that of a front server.
func (w *Wire) serverTime() (now time.Time, ok bool) {
	c, known := w.Clock()
	return w.wall().Add(-c.Ahead), known && c.Wrong
}

// check compares the claims with what was asked for.
func (k *idClaims) check(p *Provider, c Client, nonce string, now time.Time) error {
	issuer := strings.ReplaceAll(p.Issuer, tenantMark, k.Tenant)
	if p.Issuer == "" || k.Issuer != issuer {
		return fmt.Errorf("issued by %q instead of %q", CleanLine(k.Issuer), issuer)
	}
	if !k.Audience.Contains(c.ID) {
		return errors.New("issued for another client")
	}
	if k.AuthorizedParty != "" && k.AuthorizedParty != c.ID {
		return errors.New("authorized for another client")
	}
	if k.Expiry == nil || now.After(k.Expiry.Time().Add(idLeeway)) {
		return errors.New("expired; check this computer's clock")
	}
	if nonce != "" && k.Nonce != nonce {
		return errors.New("answers another sign-in (nonce)")
	}
	if k.Subject == "" {
		return errors.New("names no subject")
	}
	return nil
}

// verifySignature finds the key that signed, reading the key set anew at most once a minute for a key it lacks.
func (w *Wire) verifySignature(ctx context.Context, target string, token *jwt.JSONWebToken) (idClaims, error) {
	set, fresh, err := w.keySet(ctx, target, false)
	if err != nil {
		return idClaims{}, err
	}
	claims, err := matchKey(set, token)
	if err == nil || fresh {
		return claims, err
	}
	set, fresh, refetchErr := w.keySet(ctx, target, true)
	if refetchErr != nil || !fresh {
		return claims, err
	}
	return matchKey(set, token)
}

var errNoKey = errors.New("no key of the provider's matches the signature")

// matchKey tries the key of that id, or every key where the token names none.
func matchKey(set *jose.JSONWebKeySet, token *jwt.JSONWebToken) (idClaims, error) {
	keys := set.Keys
	if kid := token.Headers[0].KeyID; kid != "" {
		keys = set.Key(kid)
	}
	for i := range keys {
		if keys[i].Use == "enc" || !keys[i].IsPublic() || !keys[i].Valid() {
			continue
		}
		var claims idClaims
		if token.Claims(keys[i].Key, &claims) == nil {
			return claims, nil
		}
	}
	return idClaims{}, errNoKey
}

// keyCache holds the key sets of providers.
type keyCache struct {
	mu   sync.Mutex
	sets map[string]cachedKeys
}

type cachedKeys struct {
	set    *jose.JSONWebKeySet
	readAt time.Time
}

// keySet returns the keys at target and whether they were read just now. With anew a cached set is replaced, unless it
// is less than keysRefetch old.
func (w *Wire) keySet(ctx context.Context, target string, anew bool) (set *jose.JSONWebKeySet, fresh bool, err error) {
	w.keys.mu.Lock()
	c, ok := w.keys.sets[target]
	w.keys.mu.Unlock()
	age := w.wall().Sub(c.readAt).Abs()
	if ok && age < metadataLife && (!anew || age < keysRefetch) {
		return c.set, false, nil
	}
	r, err := w.getDocument(ctx, target)
	if err != nil {
		return nil, false, fmt.Errorf("reading the provider's keys: %w", err)
	}
	set, err = parseKeys(r.body)
	if err != nil {
		return nil, false, err
	}
	w.keys.mu.Lock()
	defer w.keys.mu.Unlock()
	if w.keys.sets == nil || len(w.keys.sets) >= maxKeySources {
		w.keys.sets = map[string]cachedKeys{}
	}
	w.keys.sets[target] = cachedKeys{set: set, readAt: w.wall()}
	return set, true, nil
}

// parseKeys reads a key set and leaves out keys of a kind that is not known, which must not spoil the others.
func parseKeys(body []byte) (*jose.JSONWebKeySet, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, errors.New("the provider's keys are not a JSON key set")
	}
	set := &jose.JSONWebKeySet{}
	for _, b := range raw.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(b) == nil {
			set.Keys = append(set.Keys, k)
		}
	}
	return set, nil
}
