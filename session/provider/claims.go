package provider

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"sessionkeeper/session/provider/challenge"
)

// ReadClaims reads what a resource wants the next token to hold: the claims parameter of its challenge, a JSON object of
// the form of OIDC Core 5.5, in Base64 as Microsoft's resources write it or as it is. It is not ok where the text is none
// that an authorization server would take, or too long for an address.
func ReadClaims(text string) (claims string, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > 2*maxClaims {
		return "", false
	}
	if !strings.HasPrefix(text, "{") {
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		raw, err := base64.RawStdEncoding.DecodeString(plain)
		if err != nil {
			return "", false
		}
		text = string(raw)
	}
	claims = MergeClaims("{}", object{"claims": json.RawMessage(text)}.claims()) // in one spelling
	return claims, claims != "{}"
}

// ChallengedClaims is the claims parameter of a challenge that says insufficient_claims, as Microsoft's resources send it;
// "" where there is none. ReadClaims reads it.
func ChallengedClaims(status int, header http.Header, scheme string) string {
	if status != http.StatusUnauthorized && status != http.StatusForbidden {
		return ""
	}
	for _, c := range challenge.Parse(header.Values("WWW-Authenticate")) {
		if code, _ := c.Error(); code == "insufficient_claims" && (c.Scheme == "bearer" || c.Scheme == strings.ToLower(scheme)) {
			return c.Params["claims"]
		}
	}
	return ""
}

// MergeClaims asks for what both texts ask for, each "" or a JSON object. Where they differ the newer one counts, and it
// alone where both together are too long for an address.
func MergeClaims(older, newer string) string {
	var into, from map[string]any
	if older == "" || json.Unmarshal([]byte(older), &into) != nil || into == nil {
		return newer
	}
	if newer == "" || json.Unmarshal([]byte(newer), &from) != nil {
		return older
	}
	merge(into, from)
	both, err := json.Marshal(into)
	if err != nil || len(both) > maxClaims {
		return newer
	}
	return string(both)
}

func merge(into, from map[string]any) {
	for name, value := range from {
		inner, ok := value.(map[string]any)
		if was, nested := into[name].(map[string]any); ok && nested {
			merge(was, inner)
			continue
		}
		into[name] = value
	}
}

// WithClaims is p with claims in its token requests: a refresh may bring a token that holds them without the user.
func (p *Provider) WithClaims(claims string) *Provider {
	if claims == "" {
		return p
	}
	with := *p
	with.TokenParams = maps.Clone(p.TokenParams)
	if with.TokenParams == nil {
		with.TokenParams = map[string]string{}
	}
	with.TokenParams["claims"] = claims
	return &with
}

// strayClaims reports whether an answer asks for claims in a form that cannot be passed on.
func (d *document) strayClaims() bool {
	for _, in := range []object{d.fields, d.fields.object("error")} {
		raw := bytes.TrimSpace(in["claims"])
		if len(raw) > 0 && string(raw) != "null" && string(raw) != `""` && in.claims() == "" {
			return true
		}
	}
	return false
}
