package provider

import (
	"net/http"
	"strings"

	"sessionkeeper/session/provider/challenge"
)

// Refusal is what a resource's answer says of the access token that it was shown (RFC 6750 section 3).
type Refusal int

// The refusals.
const (
	RefusesNothing Refusal = iota
	RefusesToken           // it is expired, revoked or malformed, or its account is no more: another one may do
	RefusesScope           // it may not do that: another one with the same scopes helps nothing
)

// MayRefuse reports whether an answer of that status can refuse a token at all.
func MayRefuse(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden
}

// Refused says what an answer to a request with a token of that scheme refuses, and which scopes it names. Challenges
// go before the body, which body gives where it is needed. The codes are those of token endpoints and of the proof of
// life.
func Refused(status int, header http.Header, scheme string, body func() []byte) (r Refusal, scopes string) {
	if !MayRefuse(status) {
		return RefusesNothing, ""
	}
	if r, scopes = challenged(status, header, scheme); r != RefusesNothing {
		return r, scopes
	}
	f := parseBody(body()).fault(nil)
	if f.refusesToken(status) {
		return RefusesToken, ""
	}
	return RefusesNothing, ""
}

// challenged is what the challenges alone refuse. One without a code speaks of the token only where the status does.
func challenged(status int, header http.Header, scheme string) (r Refusal, scopes string) {
	if status < 400 {
		return RefusesNothing, ""
	}
	for _, c := range challenge.Parse(header.Values("WWW-Authenticate")) {
		if c.Scheme != "bearer" && c.Scheme != strings.ToLower(scheme) {
			continue
		}
		code, coded := c.Error()
		f := fault{main: code, codes: []string{code}}
		switch {
		case code == "insufficient_scope":
			return RefusesScope, c.Params["scope"]
		case coded && f.refusesToken(status), !coded && status == http.StatusUnauthorized:
			r = RefusesToken
		}
	}
	return r, ""
}

// refusesToken reports whether a resource refuses the token that it was shown.
func (f *fault) refusesToken(status int) bool {
	return MayRefuse(status) && f.has("invalid_token") || status >= 400 && f.ends()
}

// ends reports whether the leading code says of the account or the token that it is over, whoever says it.
func (f *fault) ends() bool {
	o, ok := codeTable[f.main]
	return ok && o.verdict == VerdictSignIn && o.reason != "" && o.reason != reasonRefused
}
