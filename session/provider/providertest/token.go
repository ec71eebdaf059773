package providertest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"

	keyID   = "the-key"
	maxForm = 64 << 10 // bytes
)

// tokenForm is a request to the token endpoint, from a form or from JSON.
type tokenForm struct {
	grant, refresh, client, secret string
	values                         url.Values
}

// readForm reads the request's form, and leaves it in PostForm.
func readForm(r *http.Request) tokenForm {
	r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var members map[string]string
		_ = decode(r, &members) // what cannot be read is a request without fields, and refused as such
		r.PostForm = url.Values{}
		for name, value := range members {
			r.PostForm.Set(name, value)
		}
	} else {
		_ = r.ParseForm() // the same
	}
	v := r.PostForm
	form := tokenForm{
		grant: v.Get("grant_type"), refresh: v.Get("refresh_token"), client: v.Get("client_id"),
		secret: v.Get("client_secret"), values: v,
	}
	if id, secret, ok := r.BasicAuth(); ok {
		form.client, form.secret = unescape(id), unescape(secret)
	}
	return form
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func bearer(r *http.Request) (string, bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// knows reports whether the client of a request is one of the profile's.
func (p Profile) knows(form tokenForm) bool {
	secret, ok := p.Clients[form.client]
	return p.Clients == nil || ok && (secret == "" || secret == form.secret)
}

// token is the token endpoint, behind its faults.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	x := &exchange{i: i, w: w, r: r, form: readForm(r)}
	x.entry = Entry{At: i.s.Now(), Issuer: i.name, GrantType: x.form.grant, Family: -1}
	defer func() { // a fault may panic on purpose, to close the connection
		x.land(false)
		i.s.told(x.at)
	}()
	x.depart()
	fault := x.fault()
	x.entry.Fault = fault.Name
	switch {
	case fault.spoil == nil:
		x.send(x.act())
	case fault.reaches:
		fault.spoil(x, x.act())
	default:
		fault.spoil(x, nil)
	}
}

// act is what the issuer does with the request.
func (x *exchange) act() *answer {
	p := x.i.behaviour()
	if p.Latency > 0 {
		x.wait(p.Latency) // an issuer acts whether or not its client is still there
	}
	switch {
	case x.r.Method != http.MethodPost:
		x.entry.Outcome = Refused
		return Refusal{http.StatusMethodNotAllowed, "invalid_request", "POST alone"}.answer()
	case !p.knows(x.form):
		x.entry.Outcome = Refused
		return p.RefusedClient.answer()
	}
	switch x.form.grant {
	case grantRefresh:
		return x.refresh(p)
	case grantCode:
		return x.exchangeCode()
	case grantDevice:
		return x.exchangeDevice()
	}
	x.entry.Outcome = Refused
	return Refusal{http.StatusBadRequest, "unsupported_grant_type", ""}.answer()
}

// refresh is RFC 6749 section 6, as the profile has it.
func (x *exchange) refresh(p Profile) *answer {
	s := x.i.s
	s.mu.Lock()
	f, generation := s.familyOf(x.form.refresh)
	if f == nil || f.issuer != x.i || f.client != x.form.client {
		s.mu.Unlock()
		x.entry.Outcome = Refused
		return p.Refused.answer()
	}
	outcome := f.take(p, generation, s.now())
	x.entry.Outcome = outcome
	switch outcome {
	case Renewed, Replayed:
		return x.tokens(f, generation) // unlocks
	case Reused:
		if p.RaceFails && x.entry.InFlight {
			s.mu.Unlock()
			return Refusal{http.StatusInternalServerError, "server_error", ""}.answer()
		}
		if p.ReuseEnds {
			f.over(EndReuse, p.ReuseEndsAccess)
		}
	case Unreached, SignedIn, Ended, Refused:
	}
	f.refuse(generation)
	s.mu.Unlock()
	return p.Refused.answer()
}

// take says what becomes of a refresh token, and moves the family on.
func (f *family) take(p Profile, generation int, now time.Time) Outcome {
	if limit := f.limit(); f.end == "" && !limit.IsZero() && !now.Before(limit) {
		f.over(EndExpired, false)
	}
	if f.end != "" {
		return Ended
	}
	outcome := Renewed
	switch {
	case generation == f.generation:
		if p.Rotate {
			f.generation++
			f.rotatedAt, f.reuses = now, 0
		}
	case generation != f.generation-1:
		return Reused
	case p.UntilUsed, p.Grace > 0 && now.Sub(f.rotatedAt) <= p.Grace, f.reuses < p.MaxReuse:
		f.reuses++
		outcome = Replayed
	default:
		return Reused
	}
	f.usedAt = now
	if p.EndsPrevious {
		f.aliveFrom = f.serial + 1
	}
	return outcome
}

// tokens makes the answer with a family's tokens; it is called with the server's mu held and unlocks it.
func (x *exchange) tokens(f *family, spent int) *answer {
	s, p := x.i.s, f.issuer.profile
	members := map[string]any{
		"access_token": s.accessToken(f), "token_type": p.TokenType, "expires_in": seconds(p.AccessLife),
	}
	if p.Rotate || spent == 0 {
		members["refresh_token"] = s.refreshToken(f, f.generation)
		x.entry.Brought = f.generation
	}
	if limit := f.limit(); p.Announce != "" && !limit.IsZero() {
		members[p.Announce] = seconds(limit.Sub(s.now()).Round(time.Second))
	}
	if f.scope != "" {
		members["scope"] = f.scope
	}
	x.entry.Family = f.id
	now := s.now()
	s.mu.Unlock()
	if x.form.grant != grantRefresh && !p.NoOIDC && strings.Contains(" "+f.scope+" ", " openid ") {
		members["id_token"] = s.idToken(f, x.form.values.Get(nonceField), now)
	}
	if p.Edit != nil {
		p.Edit(members)
	}
	a := jsonAnswer(http.StatusOK, members)
	if p.Rotate && spent > 0 {
		a.family, a.spent = f, spent
	}
	return a
}

// idToken is OIDC Core 2, signed with ES256.
func (s *Server) idToken(f *family, nonce string, now time.Time) string {
	claims := map[string]any{
		"iss": f.issuer.URL, "aud": f.client, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(claims, person(f.account))
	if nonce != "" {
		claims["nonce"] = nonce
	}
	head, _ := json.Marshal(map[string]string{"alg": "ES256", "kid": keyID, "typ": "JWT"}) // texts alone
	body, _ := json.Marshal(claims)                                                        // texts and numbers alone
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	digest := sha256.Sum256([]byte(text))
	r, t, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return ""
	}
	signature := append(r.FillBytes(make([]byte, 32)), t.FillBytes(make([]byte, 32))...)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}
