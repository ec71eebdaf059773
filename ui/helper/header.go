package helper

import (
	"encoding/base64"
	"strings"

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
func invalidToken(challenge string) bool {
	for rest := strings.ToLower(challenge); ; {
		i := strings.Index(rest, "error")
		if i < 0 {
			return false
		}
		before := rest[:i]
		rest = rest[i+len("error"):]
		if before != "" && !strings.ContainsAny(before[len(before)-1:], " \t,") {
			continue // "x_error" is another parameter
		}
		value, found := strings.CutPrefix(strings.TrimLeft(rest, " \t"), "=")
		value, _ = strings.CutPrefix(strings.TrimLeft(value, " \t"), `"`)
		after, is := strings.CutPrefix(value, "invalid_token")
		if found && is && (after == "" || strings.ContainsAny(after[:1], "\", \t")) {
			return true
		}
	}
}
