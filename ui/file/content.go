package file

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"time"

	"sessionkeeper/session"
)

// The formats of a file. Neither ends in a newline: many programs take a raw file to the letter.
const (
	Raw  = "raw"  // the bare token
	JSON = "json" // an object of access_token, token_type, expires_at and scopes, or of id_token and expires_at
)

// content is what a file is to hold.
type content struct {
	data      []byte
	mark      string
	expiresAt time.Time // zero: never
}

// body is a file of format JSON. Programs find the token under the name that its kind has in a token answer (RFC 6749
// section 5.1, OpenID Connect Core 3.1.3.3).
type body struct {
	AccessToken string    `json:"access_token,omitempty"`
	IDToken     string    `json:"id_token,omitempty"`
	TokenType   string    `json:"token_type,omitempty"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	Scopes      []string  `json:"scopes,omitempty"`
}

// render makes a file's content of a token. It is one of the few places where a token leaves us. An ID token that has run
// out is refused: a provider may renew the access token alone.
func (f form) render(t session.Token, name string) (content, error) {
	token := t.Access.Reveal()
	c := content{expiresAt: t.ExpiresAt}
	if f.idToken {
		c.expiresAt = jwtEnd(token)
		if !c.expiresAt.IsZero() && !time.Now().Before(c.expiresAt) {
			return content{}, &session.Error{
				Code: session.CodeSignIn, Session: name,
				Detail: "the session's ID token has run out and its provider sends no new one when it renews; " +
					"sign in again, or use the access token",
			}
		}
	}
	c.data = []byte(token)
	if f.format == JSON {
		b := body{ExpiresAt: c.expiresAt.UTC(), IDToken: token}
		if !f.idToken {
			b = body{AccessToken: token, TokenType: t.Type, ExpiresAt: c.expiresAt.UTC(), Scopes: t.Scopes}
		}
		data, err := json.Marshal(b) //nolint:gosec // the file that was asked for
		if err != nil {
			return content{}, &session.Error{Code: session.CodeUnavailable, Session: name, Detail: "the token is no text"}
		}
		c.data = data
	}
	c.mark = markOf(c.data)
	return c, nil
}

// markOf tells a file's content from any other. A token has far too many bits to be guessed from it.
func markOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// jwtEnd is when a JWT ends by its own word (RFC 7519 section 4.1.4), zero where it does not say. Its signature was
// verified when it came.
func jwtEnd(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	const latest = 253402300799 // the last second of the year 9999
	if json.Unmarshal(payload, &claims) != nil || !(claims.Exp > 0 && claims.Exp <= latest) {
		return time.Time{}
	}
	return time.Unix(int64(math.Floor(claims.Exp)), 0)
}
