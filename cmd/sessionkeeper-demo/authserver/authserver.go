// Package authserver is a real OAuth 2 and OpenID Connect provider for demonstrations and tests: discovery, code flow
// with PKCE, device flow, rotating refresh tokens with reuse detection, revocation, introspection, userinfo, and
// controls that make its token endpoint misbehave. It keeps everything in memory, trusts everybody who can reach it,
// and must never be reachable from beyond the loopback interface.
package authserver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/luikyv/go-oidc/pkg/goidc"
	"github.com/luikyv/go-oidc/pkg/provider"
)

// What Options leave open.
const (
	DefaultAccessTTL      = time.Minute
	DefaultSessionTTL     = 10 * time.Minute
	DefaultGrace          = 10 * time.Second
	DefaultDeviceInterval = 2 * time.Second
)

// Rotation says what becomes of a refresh token that was used (RFC 9700 section 4.14.2).
type Rotation string

// The ways of rotating.
const (
	// RotationStrict hands out a new token at each refresh; an older one presented again ends the whole grant.
	RotationStrict Rotation = "strict"
	// RotationGrace is strict, but an older token still brings the newest one for Options.Grace after its use.
	RotationGrace Rotation = "grace"
	// RotationOff keeps one refresh token for life and does not repeat it in the answers.
	RotationOff Rotation = "off"
)

// Account is somebody who can sign in.
type Account struct {
	Subject string
	Name    string
	Email   string
}

// Options configures a Server. Only Issuer is required.
type Options struct {
	Issuer string // its own address, scheme and host without a path: "http://127.0.0.1:8080"
	// AccessTTL is the life of an access token, in whole seconds; zero means DefaultAccessTTL.
	AccessTTL time.Duration
	// SessionTTL is the life of a grant, counted from consent, announced as refresh_token_expires_in; zero means
	// DefaultSessionTTL, negative means that grants do not end.
	SessionTTL time.Duration
	Rotation   Rotation      // empty means RotationStrict
	Grace      time.Duration // zero means DefaultGrace
	// DeviceInterval is how often a device may ask for its token; zero means DefaultDeviceInterval.
	DeviceInterval time.Duration
	// AutoApprove answers every consent at once, as the hinted account or the first.
	AutoApprove bool
	Clients     []Client  // nil means DefaultClients
	Accounts    []Account // nil means DefaultAccounts
	// Issued is told every token and code that passes the token endpoint, from any goroutine, for those who look
	// whether one turns up where it should not; nil: nobody is told.
	Issued func(secret string)
}

// DefaultAccounts are the people who can sign in where Options name none.
func DefaultAccounts() []Account {
	return []Account{
		{Subject: "ada", Name: "Ada Lovelace", Email: "ada@example.org"},
		{Subject: "grace", Name: "Grace Hopper", Email: "grace@example.org"},
		{Subject: "katherine", Name: "Katherine Johnson", Email: "katherine@example.org"},
	}
}

// Server is the provider. It is an http.Handler for the root of its Issuer and safe for concurrent use.
type Server struct {
	issuer         string
	host           string
	deviceInterval time.Duration
	autoApprove    bool
	accounts       []Account
	clients        clientList
	store          *store
	journal        *journal
	handler        http.Handler
	issued         func(secret string)
	done           chan struct{} // closed by Close
	closeOnce      sync.Once

	mu    sync.Mutex // guards fault
	fault Fault
}

// New returns a server for o.Issuer with keys of its own. Close it when its listener is closed.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	issuer, err := url.Parse(o.Issuer)
	if err != nil || issuer.Host == "" || issuer.Path != "" {
		return nil, fmt.Errorf("issuer %q: want scheme://host:port and no path", o.Issuer)
	}
	switch o.Rotation {
	case RotationStrict, RotationGrace, RotationOff:
	default:
		return nil, fmt.Errorf("rotation %q: want strict, grace or off", o.Rotation)
	}
	if o.AccessTTL < time.Second {
		return nil, errors.New("the access token's life is below a second")
	}
	clients, err := newClientList(o.Clients)
	if err != nil {
		return nil, err
	}
	s := &Server{
		issuer:         o.Issuer,
		host:           issuer.Host,
		deviceInterval: o.DeviceInterval,
		autoApprove:    o.AutoApprove,
		issued:         o.Issued,
		accounts:       o.Accounts,
		clients:        clients,
		store:          newStore(o),
		journal:        newJournal(),
		done:           make(chan struct{}),
	}
	op, err := s.newProvider()
	if err != nil {
		return nil, err
	}
	s.handler = s.routes(op.Handler())
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.AccessTTL == 0 {
		o.AccessTTL = DefaultAccessTTL
	}
	if o.SessionTTL == 0 {
		o.SessionTTL = DefaultSessionTTL
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	if o.DeviceInterval == 0 {
		o.DeviceInterval = DefaultDeviceInterval
	}
	if o.Rotation == "" {
		o.Rotation = RotationStrict
	}
	if o.Clients == nil {
		o.Clients = DefaultClients()
	}
	if len(o.Accounts) == 0 {
		o.Accounts = DefaultAccounts()
	}
	return o
}

// newProvider configures the library. Clients come through the manager that it has for registered ones, because only a
// manager can allow any port for the name localhost; the registration endpoint itself is not routed.
func (s *Server) newProvider() (*provider.Provider, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the signing key: %w", err)
	}
	keys := goidc.JSONWebKeySet{Keys: []goidc.JSONWebKey{
		{Key: key, KeyID: rand.Text(), Algorithm: string(goidc.ES256), Use: string(goidc.KeyUsageSignature)},
	}}
	allowOwn := func(_ context.Context, c *goidc.Client, info goidc.TokenInfo) bool {
		return !c.IsPublic() || info.ClientID == c.ID || !info.IsActive
	}
	op, err := provider.New(
		s.issuer, s.store,
		func(context.Context) (goidc.JSONWebKeySet, error) { return keys, nil },
		provider.WithScopes(scopes()...),
		provider.WithClaims(goidc.ClaimName, goidc.ClaimEmail, goidc.ClaimEmailVerified),
		provider.WithIDTokenSignatureAlgs(goidc.ES256),
		provider.WithNoneAuthn(), provider.WithSecretBasicAuthn(), provider.WithSecretPostAuthn(),
		// No client signs anything here, so there are no identifiers to remember.
		provider.WithJTIConsumer(func(context.Context, string) error { return nil }),
		provider.WithDCR(s.clients),
		provider.WithAuthCodeGrant(s.store),
		provider.WithPKCERequired(goidc.CodeChallengeMethodSHA256),
		provider.WithIssuerResponseParameter(),
		provider.WithRefreshTokenGrant(s.store),
		provider.WithRefreshTokenRotation(),
		provider.WithRefreshTokenFunc(s.store.nextRefreshToken),
		provider.WithRefreshTokenShouldIssue(func(_ context.Context, _ *goidc.Client, g *goidc.Grant) bool {
			return hasScope(g.Scopes, goidc.ScopeOfflineAccess.ID)
		}),
		provider.WithDeviceGrant(s.store, s.askUserCode, s.confirmDevice),
		provider.WithOpaqueTokens(s.store),
		provider.WithOpaqueTokenFunc(func(context.Context, *goidc.Grant) string { return randomToken() }),
		provider.WithTokenOptions(func(context.Context, *goidc.Grant, *goidc.Client) goidc.TokenOptions {
			return goidc.NewOpaqueTokenOptions(int(s.store.lifetimes().Access / time.Second))
		}),
		provider.WithGrantIDFunc(s.store.nextGrantID),
		provider.WithTokenRevocation(func(context.Context, *goidc.Client) bool { return true }),
		provider.WithTokenIntrospection(allowOwn),
		provider.WithIDTokenClaims(s.claims),
		provider.WithUserInfoClaims(s.claims),
		provider.WithPolicies(goidc.NewPolicy("consent",
			func(*http.Request, *goidc.AuthnSession, *goidc.Client) bool { return true }, s.consent)),
		provider.WithErrorRenderer(renderError),
	)
	if err != nil {
		return nil, fmt.Errorf("configuring the provider: %w", err)
	}
	return op, nil
}

// routes puts the library's endpoints and our own pages on one mux.
func (s *Server) routes(op http.Handler) http.Handler {
	// Forms and controls are for this server's own pages and for programs; other websites' forms are refused.
	own := http.NewCrossOriginProtection()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", s.discovery(op))
	mux.Handle("/jwks", op)
	mux.Handle("/authorize", op)
	mux.Handle("/authorize/{callback}", own.Handler(op))
	mux.Handle("GET /device", op)
	mux.Handle("/device/{callback}", own.Handler(op))
	mux.HandleFunc("POST /device_authorization", s.deviceAuthorization(op))
	mux.HandleFunc("POST /token", s.token(op))
	mux.Handle("POST /revoke", op)
	mux.Handle("POST /introspect", op)
	mux.Handle("/userinfo", op)

	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /style.css", styleSheet)
	mux.Handle("POST /page/{action}", own.Handler(http.HandlerFunc(s.pageAction)))
	mux.HandleFunc("GET /control", s.getControl)
	mux.Handle("POST /control", own.Handler(http.HandlerFunc(s.postControl)))
	mux.HandleFunc("GET /control/grants", s.getGrants)
	mux.HandleFunc("GET /control/log", s.getLog)
	return mux
}

// ServeHTTP serves the provider, its consent pages, its own page and its controls. Requests for a host that is neither
// the issuer's nor a loopback address are refused: they come from a website whose name was rebound to this machine.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != s.host && !isLoopback(r.Host) {
		http.Error(w, "This server answers only to its own address.", http.StatusMisdirectedRequest)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The request cannot be read.", http.StatusBadRequest)
		return
	}
	s.handler.ServeHTTP(w, withRequest(r))
}

// maxBody bounds every request; the largest honest one is a token request of a few kilobytes.
const maxBody = 64 << 10

// Issuer returns the issuer identifier, which is also the address of the server's own page.
func (s *Server) Issuer() string { return s.issuer }

// Close lets go of the requests that a fault keeps hanging. Call it before the listener's own Close, which waits for
// them.
func (s *Server) Close() { s.closeOnce.Do(func() { close(s.done) }) }

// discovery serves the library's metadata (OIDC Discovery 1.0) without the registration endpoint, which is not there.
func (s *Server) discovery(op http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := record(op, r)
		answer.edit(func(fields map[string]json.RawMessage) {
			delete(fields, "registration_endpoint")
		})
		answer.send(w)
	}
}

// deviceAuthorization adds to the library's answer what RFC 8628 section 3.2 offers: the address with the code in it.
func (s *Server) deviceAuthorization(op http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := record(op, r)
		answer.edit(func(fields map[string]json.RawMessage) {
			var code string
			if json.Unmarshal(fields["user_code"], &code) != nil {
				return
			}
			fields["verification_uri_complete"] = jsonOf(s.issuer + "/device?user_code=" + url.QueryEscape(code))
			fields["interval"] = jsonOf(int(max(s.deviceInterval, time.Second) / time.Second))
		})
		answer.send(w)
	}
}

func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
