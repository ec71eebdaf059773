package helper

import (
	"encoding/base64"
	"slices"

	"sessionkeeper/session/provider/challenge"
	"sessionkeeper/session/secret"
)

// authorization is the value of the Authorization header with a token, the way a binding's host wants it.
func authorization(b Binding, token secret.Text) string {
	switch {
	case b.Options.Scheme == schemeBare:
		return token.Reveal()
	case b.Options.Scheme == schemeBasic, b.Options.Scheme == "" && b.Options.Username != "":
		user := b.Options.Username
		if user == "" {
			user = "oauth2"
		}
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+token.Reveal()))
	}
	return "Bearer " + token.Reveal()
}

// invalidToken reports whether a WWW-Authenticate header says that the token is expired, revoked or malformed
// (RFC 6750 section 3.1). A server that saw no token at all says no error.
func invalidToken(field string) bool {
	return slices.ContainsFunc(challenge.Parse([]string{field}), func(c challenge.Challenge) bool {
		code, _ := c.Error()
		return code == "invalid_token"
	})
}
