package tokens

import "net/http"

// Refused is refused, with its findings as a word.
func Refused(status int, header http.Header, scheme string) (why, scopes string) {
	r, scopes := refused(status, header, scheme)
	return map[refusal]string{noRefusal: "", tokenBad: "token", scopeTooFew: "scope"}[r], scopes
}
