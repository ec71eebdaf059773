package authserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/luikyv/go-oidc/pkg/goidc"
)

// Client is a registered client. Loopback redirect addresses are allowed with any port and path (RFC 8252 section 7.3),
// for the IP literals and for the name localhost.
type Client struct {
	ID           string   `json:"id"`
	Name         string   `json:"name,omitempty"`          // shown on the consent page; empty means ID
	Secret       string   `json:"secret,omitempty"`        // empty: a public client
	RedirectURIs []string `json:"redirect_uris,omitempty"` // besides loopback ones
}

// DefaultClients are a public client "demo" and a confidential one "demo-secret" with the secret "demo-secret".
func DefaultClients() []Client {
	return []Client{
		{ID: "demo", Name: "Demo client"},
		{ID: "demo-secret", Name: "Demo client with a secret", Secret: "demo-secret"},
	}
}

func scopes() []goidc.Scope {
	return []goidc.Scope{
		goidc.ScopeOpenID, goidc.ScopeProfile, goidc.ScopeEmail, goidc.ScopeOfflineAccess,
		goidc.NewScope("read"), goidc.NewScope("write"),
	}
}

func scopeIDs() string {
	var ids []string
	for _, s := range scopes() {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}

func hasScope(scopes, scope string) bool {
	return slices.Contains(strings.Fields(scopes), scope)
}

// clientList gives the library its clients, each shaped for the request at hand.
type clientList map[string]Client

func newClientList(clients []Client) (clientList, error) {
	l := make(clientList, len(clients))
	for _, c := range clients {
		if c.ID == "" {
			return nil, errors.New("a client has no id")
		}
		if _, twice := l[c.ID]; twice {
			return nil, fmt.Errorf("client %s is there twice", c.ID)
		}
		l[c.ID] = c
	}
	return l, nil
}

func (l clientList) name(id string) string {
	if c := l[id]; c.Name != "" {
		return c.Name
	}
	return id
}

// Client implements goidc.DCRManager. The request's redirect address is added where it is a loopback one, and a
// confidential client authenticates in whichever of the two ways of RFC 6749 section 2.3.1 it chose.
func (l clientList) Client(ctx context.Context, id string) (*goidc.Client, error) {
	c, ok := l[id]
	if !ok {
		return nil, goidc.ErrNotFound
	}
	asked := requestOf(ctx)
	g := &goidc.Client{ID: c.ID, Secret: c.Secret, ClientMeta: goidc.ClientMeta{
		Name:             l.name(id),
		ApplicationType:  goidc.ApplicationTypeWeb, // native would strip the port before it looks the address up
		TokenAuthnMethod: goidc.AuthnMethodNone,
		RedirectURIs:     slices.Clone(c.RedirectURIs),
		ScopeIDs:         scopeIDs(),
		GrantTypes: []goidc.GrantType{
			goidc.GrantAuthorizationCode, goidc.GrantRefreshToken, goidc.GrantDeviceCode,
		},
		ResponseTypes: []goidc.ResponseType{goidc.ResponseTypeCode},
	}}
	if asked != nil && isLoopbackRedirect(asked.FormValue("redirect_uri")) {
		g.RedirectURIs = append(g.RedirectURIs, asked.FormValue("redirect_uri"))
	}
	if c.Secret != "" {
		g.TokenAuthnMethod = goidc.AuthnMethodSecretPost
		if asked != nil && asked.Header.Get("Authorization") != "" {
			g.TokenAuthnMethod = goidc.AuthnMethodSecretBasic
		}
	}
	return g, nil
}

var errFixedClients = errors.New("clients are fixed")

// SaveClient implements goidc.DCRManager; it refuses.
func (clientList) SaveClient(context.Context, *goidc.Client) error { return errFixedClients }

// DeleteClient implements goidc.DCRManager; it refuses.
func (clientList) DeleteClient(context.Context, string) error { return errFixedClients }

func isLoopbackRedirect(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && u.Scheme == "http" && u.User == nil && u.Fragment == "" && isLoopback(u.Host)
}

type requestKey struct{}

// withRequest lets the library's callbacks see the request that they serve.
func withRequest(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, r))
}

func requestOf(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey{}).(*http.Request)
	return r
}
