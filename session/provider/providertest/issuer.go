package providertest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"time"
)

// Issuer is one authorization server. Its methods are safe from any goroutine.
type Issuer struct {
	URL string

	s    *Server
	name string

	// What follows is guarded by the server's mu.
	profile Profile
	person  Person
	queue   []Fault
	codes   map[string]code
	devices map[string]*device
}

// Person is who sits at the issuer's pages.
type Person struct {
	Account string // who signs in; empty: the login_hint, else "ada"
	Deny    bool   // says no
}

// SetPerson puts somebody else before the issuer's pages.
func (i *Issuer) SetPerson(p Person) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	i.person = p
}

// Next gives the next requests to the token endpoint these faults, one each.
func (i *Issuer) Next(faults ...Fault) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	i.queue = append(i.queue, faults...)
}

// Faults has choose give each request to a token endpoint its fault, where Next has none for it. It is called from many
// goroutines, one at a time, and must not call the server. Nil: none.
func (s *Server) Faults(choose func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.choose = choose
}

// fault chooses the fault of a request.
func (x *exchange) fault() Fault {
	s := x.i.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Requests++
	if len(x.i.queue) > 0 {
		f := x.i.queue[0]
		x.i.queue = x.i.queue[1:]
		return f
	}
	if s.choose == nil {
		return Fault{}
	}
	return s.choose(Call{
		Issuer: x.i.name, GrantType: x.form.grant, Family: x.entry.Family, Generation: x.entry.Generation,
		Number: s.tally.Requests,
	})
}

func (i *Issuer) behaviour() Profile {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.profile
}

func (i *Issuer) discovery(w http.ResponseWriter, r *http.Request, path string) {
	p := i.behaviour()
	if p.NoOIDC && path == "/.well-known/openid-configuration" {
		http.NotFound(w, r)
		return
	}
	document := map[string]any{
		"issuer":                                         i.URL,
		"authorization_endpoint":                         i.URL + "/authorize",
		"token_endpoint":                                 i.URL + "/token",
		"device_authorization_endpoint":                  i.URL + "/device",
		"introspection_endpoint":                         i.URL + "/introspect",
		"userinfo_endpoint":                              i.URL + "/userinfo",
		"scopes_supported":                               []string{"openid", "email", "offline_access"},
		"response_types_supported":                       []string{"code"},
		"grant_types_supported":                          []string{grantCode, grantRefresh, grantDevice},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"none", "client_secret_basic", "client_secret_post"},
		"authorization_response_iss_parameter_supported": true,
	}
	if !p.NoRevocation {
		document["revocation_endpoint"] = i.URL + "/revoke"
	}
	if !p.NoOIDC {
		document["jwks_uri"] = i.URL + "/jwks"
		document["subject_types_supported"] = []string{"public"}
		document["id_token_signing_alg_values_supported"] = []string{"ES256"}
	}
	writeJSON(w, document)
}

func (i *Issuer) jwks(w http.ResponseWriter) {
	point, err := i.s.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		http.Error(w, "no key", http.StatusInternalServerError)
		return
	}
	coordinate := base64.RawURLEncoding.EncodeToString
	writeJSON(w, map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": keyID,
		"x": coordinate(point[1:33]), "y": coordinate(point[33:]),
	}}})
}

// revoke is RFC 7009.
func (i *Issuer) revoke(w http.ResponseWriter, r *http.Request) {
	p := i.behaviour()
	if p.NoRevocation || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	if form := readForm(r); !p.knows(form) {
		p.RefusedClient.answer().write(w)
		return
	}
	token := r.PostForm.Get("token")
	s := i.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, _ := s.familyOf(token); f != nil && f.issuer == i {
		f.over(EndRevoked, true)
	} else if _, f := s.look(token); f != nil && f.issuer == i {
		if p.RevokeAccessEnds {
			f.over(EndRevoked, true)
		}
		f.aliveFrom = f.serial + 1
	}
	w.WriteHeader(http.StatusOK) // also for a token that is unknown (section 2.2)
}

// introspect is RFC 7662.
func (i *Issuer) introspect(w http.ResponseWriter, r *http.Request) {
	p := i.behaviour()
	if form := readForm(r); r.Method != http.MethodPost || !p.knows(form) {
		p.RefusedClient.answer().write(w)
		return
	}
	token := r.PostForm.Get("token")
	s := i.s
	s.mu.Lock()
	f, generation := s.familyOf(token)
	active := f != nil && f.end == "" && generation == f.generation
	if f == nil {
		var access Access
		access, f = s.look(token)
		active = access == AccessGood
	}
	s.mu.Unlock()
	if !active || f.issuer != i {
		writeJSON(w, map[string]any{"active": false})
		return
	}
	writeJSON(w, map[string]any{"active": true, "sub": f.account, "client_id": f.client})
}

// userinfo stands for every resource: it counts which access tokens are used.
func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := bearer(r)
	s := i.s
	s.mu.Lock()
	access, f := s.look(token)
	s.tally.AccessUsed++
	switch access {
	case AccessExpired:
		s.tally.AccessExpired++
	case AccessEnded:
		s.tally.AccessEnded++
	case AccessGood, AccessUnknown:
	}
	refused := i.profile.RefusedAccess
	s.mu.Unlock()
	if access != AccessGood || f.issuer != i {
		if refused.Code != "" { // RFC 6750 section 3
			w.Header().Set("WWW-Authenticate", `Bearer error="`+refused.Code+`"`)
		}
		refused.answer().write(w)
		return
	}
	writeJSON(w, person(f.account))
}

func person(account string) map[string]any {
	return map[string]any{"sub": account, "name": account, "email": account + "@example.org"}
}

func writeJSON(w http.ResponseWriter, body map[string]any) { jsonAnswer(http.StatusOK, body).write(w) }

// write sends an answer that no fault concerns.
func (a *answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	w.Write(a.body) //nolint:gosec // JSON, sent as such
}

func seconds(d time.Duration) int { return int(d / time.Second) }

func decode(r *http.Request, into any) error { return json.NewDecoder(r.Body).Decode(into) }
