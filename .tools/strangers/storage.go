package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// grant is something allowed: the refresh token that is good now, and the access token that came with it.
type grant struct {
	id, account, client string
	scopes              []string
	authAt, until       time.Time
	refresh, access     string
}

// access is an access token.
type access struct {
	grant *grant
	until time.Time
}

// storage is everything that the provider knows, in memory. It is what op.Storage asks for.
type storage struct {
	journal journal
	key     *rsa.PrivateKey

	mu       sync.Mutex // guards what follows
	options  options
	clients  map[string]*client
	requests map[string]*authRequest
	codes    map[string]string // to the requests' ids
	grants   []*grant
	accesses map[string]access
	devices  map[string]*op.DeviceAuthorizationState
	users    map[string]string // user codes to device codes
}

var (
	_ op.Storage                    = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest  = (*storage)(nil)
	_ op.DeviceAuthorizationStorage = (*storage)(nil)
)

var errUnknown = errors.New("there is no such thing")

func newStorage(o options) (*storage, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	s := &storage{
		journal: journal{sent: map[string]bool{}}, key: key, options: o, clients: map[string]*client{},
		requests: map[string]*authRequest{}, codes: map[string]string{}, accesses: map[string]access{},
		devices: map[string]*op.DeviceAuthorizationState{}, users: map[string]string{},
	}
	for _, c := range []*client{{id: "demo"}, {id: "demo-secret", secret: "demo-secret"}} {
		s.clients[c.id] = c
	}
	return s, nil
}

// authRequest is an authorization request on its way through the pages.
type authRequest struct {
	*oidc.AuthRequest

	id, account string
	at          time.Time
}

func (a *authRequest) GetID() string          { return a.id }
func (a *authRequest) GetACR() string         { return "" }
func (a *authRequest) GetAMR() []string       { return nil }
func (a *authRequest) GetAudience() []string  { return []string{a.ClientID} }
func (a *authRequest) GetAuthTime() time.Time { return a.at }
func (a *authRequest) GetClientID() string    { return a.ClientID }
func (a *authRequest) GetNonce() string       { return a.Nonce }
func (a *authRequest) GetScopes() []string    { return a.Scopes }
func (a *authRequest) GetSubject() string     { return a.account }
func (a *authRequest) Done() bool             { return a.account != "" }

func (a *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	if a.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: a.CodeChallenge, Method: a.CodeChallengeMethod}
}

func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &authRequest{AuthRequest: r, id: rand.Text()}
	s.requests[a.id] = a
	return a, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.requests[id]; a != nil {
		return a, nil
	}
	return nil, errUnknown
}

func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	for code, of := range s.codes {
		if of == id {
			delete(s.codes, code)
		}
	}
	return nil
}

// approve is the person at the login page.
func (s *storage) approve(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.requests[id]
	if a == nil {
		return errUnknown
	}
	hint, _, _ := strings.Cut(a.LoginHint, "@")
	a.account, a.at = cmp.Or(hint, s.options.Account), time.Now()
	return nil
}

// renewal is a refresh on its way.
type renewal struct {
	grant  *grant
	scopes []string
}

func (r *renewal) GetAMR() []string                 { return nil }
func (r *renewal) GetAudience() []string            { return []string{r.grant.client} }
func (r *renewal) GetAuthTime() time.Time           { return r.grant.authAt }
func (r *renewal) GetClientID() string              { return r.grant.client }
func (r *renewal) GetScopes() []string              { return r.scopes }
func (r *renewal) GetSubject() string               { return r.grant.account }
func (r *renewal) SetCurrentScopes(scopes []string) { r.scopes = scopes }

// issue makes an access token; it is called with mu held.
func (s *storage) issue(g *grant) (string, time.Time) {
	id, until := rand.Text(), time.Now().Add(time.Duration(s.options.AccessTTL)*time.Second)
	s.accesses[id] = access{grant: g, until: until}
	g.access = id
	return id, until
}

// begin makes the grant of a request that was approved; it is called with mu held.
func (s *storage) begin(r op.TokenRequest) (*grant, error) {
	from, ok := r.(op.IDTokenRequest)
	if !ok {
		return nil, errUnknown
	}
	g := &grant{
		id: rand.Text(), account: from.GetSubject(), client: from.GetClientID(), scopes: from.GetScopes(),
		authAt: from.GetAuthTime(), until: time.Now().Add(time.Duration(s.options.SessionTTL) * time.Second),
	}
	s.grants = append(s.grants, g)
	return g, nil
}

func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.begin(r)
	if err != nil {
		return "", time.Time{}, err
	}
	id, until := s.issue(g)
	return id, until, nil
}

// CreateAccessAndRefreshTokens rotates: the refresh token and the access token before are over.
func (s *storage) CreateAccessAndRefreshTokens(
	_ context.Context, r op.TokenRequest, current string,
) (accessID, refresh string, until time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var g *grant
	if current == "" {
		g, err = s.begin(r)
	} else if g = s.holder(current); g == nil {
		err = errUnknown
	} else {
		delete(s.accesses, g.access)
	}
	if err != nil {
		return "", "", time.Time{}, err
	}
	g.refresh = rand.Text()
	accessID, until = s.issue(g)
	return accessID, g.refresh, until, nil
}

// holder finds the grant of a refresh token that is good; it is called with mu held.
func (s *storage) holder(refresh string) *grant {
	at := slices.IndexFunc(s.grants, func(g *grant) bool {
		return refresh != "" && g.refresh == refresh && time.Now().Before(g.until)
	})
	if at < 0 {
		return nil
	}
	return s.grants[at]
}

func (s *storage) TokenRequestByRefreshToken(_ context.Context, refresh string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.holder(refresh)
	if g == nil {
		return nil, op.ErrInvalidRefreshToken
	}
	return &renewal{grant: g, scopes: g.scopes}, nil
}

func (s *storage) GetRefreshTokenInfo(_ context.Context, _, token string) (account, id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.holder(token)
	if g == nil {
		return "", "", op.ErrInvalidRefreshToken
	}
	return g.account, g.refresh, nil
}

func (s *storage) RevokeToken(_ context.Context, token, _, clientID string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, isAccess := s.accesses[token]
	g := s.holder(token)
	switch {
	case isAccess && a.grant.client == clientID:
		delete(s.accesses, token)
	case g != nil && g.client == clientID:
		s.end(g)
	case isAccess, g != nil:
		return oidc.ErrInvalidClient()
	}
	return nil
}

func (s *storage) TerminateSession(_ context.Context, account, clientID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range slices.Clone(s.grants) {
		if g.account == account && g.client == clientID {
			s.end(g)
		}
	}
	return nil
}

// end is called with mu held.
func (s *storage) end(g *grant) {
	delete(s.accesses, g.access)
	s.grants = slices.DeleteFunc(s.grants, func(o *grant) bool { return o == g })
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[id]; c != nil {
		return c, nil
	}
	return nil, errors.New("client not found") // in the words of the library's example
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[id]; c == nil || c.secret == "" || c.secret != secret {
		return errUnknown
	}
	return nil
}

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (s *storage) SetUserinfoFromRequest(
	_ context.Context, u *oidc.UserInfo, r op.IDTokenRequest, scopes []string,
) error {
	describe(u, r.GetSubject(), scopes)
	return nil
}

func (s *storage) SetUserinfoFromToken(_ context.Context, u *oidc.UserInfo, id, _, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.accesses[id]
	if !ok || time.Now().After(a.until) {
		return errUnknown
	}
	describe(u, a.grant.account, a.grant.scopes)
	return nil
}

func describe(u *oidc.UserInfo, account string, scopes []string) {
	u.Subject = account
	if slices.Contains(scopes, oidc.ScopeEmail) {
		u.Email, u.EmailVerified = account+"@example.org", true
	}
	if slices.Contains(scopes, oidc.ScopeProfile) {
		u.Name = account
	}
}

func (s *storage) SetIntrospectionFromToken(
	_ context.Context, r *oidc.IntrospectionResponse, id, _, clientID string,
) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.accesses[id]
	if !ok || time.Now().After(a.until) || a.grant.client != clientID {
		return errUnknown
	}
	r.Subject, r.ClientID, r.Scope = a.grant.account, clientID, a.grant.scopes
	return nil
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// Clients prove themselves with secrets alone.
func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnknown
}

func (s *storage) Health(context.Context) error { return nil }

// control changes options, deletes a client, and revokes one grant, or "all".
func (s *storage) control(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	command := struct {
		*options

		Revoke       string `json:"revoke"`
		DeleteClient string `json:"delete_client"`
	}{options: &s.options}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&command); err != nil {
		http.Error(w, "no command", http.StatusBadRequest)
		return
	}
	delete(s.clients, command.DeleteClient)
	revoked := 0
	for _, g := range slices.Clone(s.grants) {
		if command.Revoke == g.id || command.Revoke == "all" {
			s.end(g)
			revoked++
		}
	}
	writeJSON(w, map[string]int{"revoked": revoked})
}

func (s *storage) showGrants(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	grants := []map[string]string{}
	for _, g := range s.grants {
		if time.Now().Before(g.until) {
			grants = append(grants, map[string]string{"id": g.id, "account": g.account, "client": g.client})
		}
	}
	writeJSON(w, grants)
}
