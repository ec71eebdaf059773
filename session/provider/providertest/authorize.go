package providertest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	codeLife   = time.Minute
	deviceLife = 10 * time.Minute
	// nonceField carries the nonce from the code to the ID token; no client sends a field of that name.
	nonceField = "\x00nonce"
)

// code is an authorization that was given, ready for exchange.
type code struct {
	account, client, scope, redirect, challenge, nonce string
	until                                              time.Time
}

// device is an authorization that a device waits for.
type device struct {
	client, scope, userCode string
	account                 string // who approved; empty: nobody yet
	denied                  bool
	until                   time.Time
}

// authorize is the page that answers by itself, as its Person does (RFC 6749 section 4.1, RFC 7636, RFC 9207).
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Host == "" {
		http.Error(w, "no redirect_uri to go back to", http.StatusBadRequest)
		return
	}
	answer := url.Values{"iss": {i.URL}}
	if state := q.Get("state"); state != "" {
		answer.Set("state", state)
	}
	s := i.s
	s.mu.Lock()
	_, known := i.profile.Clients[q.Get("client_id")]
	switch {
	case i.profile.Clients != nil && !known:
		s.mu.Unlock()
		http.Error(w, "no such client", http.StatusBadRequest)
		return
	case i.person.Deny:
		answer.Set("error", "access_denied")
	case q.Get("response_type") != "code":
		answer.Set("error", "unsupported_response_type")
	case q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "":
		answer.Set("error", "invalid_request")
		answer.Set("error_description", "PKCE with S256 is required")
	default:
		id := s.canary + ".code." + hex.EncodeToString(random(12))
		i.codes[id] = code{
			account: i.who(q.Get("login_hint")), client: q.Get("client_id"), scope: q.Get("scope"),
			redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), nonce: q.Get("nonce"),
			until: s.now().Add(codeLife),
		}
		answer.Set("code", id)
	}
	s.mu.Unlock()
	back.RawQuery = strings.TrimPrefix(back.RawQuery+"&"+answer.Encode(), "&")
	w.Header().Set("Location", back.String())
	w.WriteHeader(http.StatusFound)
}

// who signs in; it is called with mu held.
func (i *Issuer) who(hint string) string {
	account, _, _ := strings.Cut(hint, "@")
	switch {
	case i.person.Account != "":
		return i.person.Account
	case account != "":
		return account
	}
	return "ada"
}

func (x *exchange) exchangeCode() *answer {
	s, v := x.i.s, x.form.values
	s.mu.Lock()
	id := v.Get("code")
	c, ok := x.i.codes[id]
	delete(x.i.codes, id)
	sum := sha256.Sum256([]byte(v.Get("code_verifier")))
	proved := base64.RawURLEncoding.EncodeToString(sum[:]) == c.challenge
	if !ok || !proved || s.now().After(c.until) || c.client != x.form.client || c.redirect != v.Get("redirect_uri") {
		s.mu.Unlock()
		x.entry.Outcome = Refused
		return Refusal{http.StatusBadRequest, "invalid_grant", "no such code"}.answer()
	}
	v.Set(nonceField, c.nonce)
	x.entry.Outcome = SignedIn
	return x.tokens(x.i.newFamily(c.account, c.client, c.scope), 0) // unlocks
}

// startDevice is RFC 8628 section 3.1.
func (i *Issuer) startDevice(w http.ResponseWriter, r *http.Request) {
	p, form := i.behaviour(), readForm(r)
	if r.Method != http.MethodPost || !p.knows(form) {
		p.RefusedClient.answer().write(w)
		return
	}
	id := i.s.canary + ".device." + hex.EncodeToString(random(12))
	userCode := strings.ToUpper(hex.EncodeToString(random(4)))
	i.s.mu.Lock()
	i.devices[id] = &device{
		client: form.client, scope: form.values.Get("scope"), userCode: userCode, until: i.s.now().Add(deviceLife),
	}
	i.s.mu.Unlock()
	writeJSON(w, map[string]any{
		"device_code": id, "user_code": userCode, "verification_uri": i.URL + "/verify",
		"verification_uri_complete": i.URL + "/verify?user_code=" + userCode,
		"expires_in":                seconds(deviceLife), "interval": 1,
	})
}

// verifyDevice is the page where the Person answers for a device.
func (i *Issuer) verifyDevice(w http.ResponseWriter, r *http.Request) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	for _, d := range i.devices {
		if d.userCode == r.URL.Query().Get("user_code") {
			d.account, d.denied = i.who(""), i.person.Deny
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	http.NotFound(w, r)
}

func (x *exchange) exchangeDevice() *answer {
	s := x.i.s
	s.mu.Lock()
	id := x.form.values.Get("device_code")
	d := x.i.devices[id]
	refusal := Refusal{Status: http.StatusBadRequest}
	switch {
	case d == nil || d.client != x.form.client || s.now().After(d.until):
		refusal.Code = "expired_token"
	case d.denied:
		refusal.Code = "access_denied"
	case d.account == "":
		refusal.Code = "authorization_pending"
	default:
		delete(x.i.devices, id)
		x.entry.Outcome = SignedIn
		return x.tokens(x.i.newFamily(d.account, d.client, d.scope), 0) // unlocks
	}
	s.mu.Unlock()
	x.entry.Outcome = Refused
	return refusal.answer()
}
