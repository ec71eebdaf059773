package main

import (
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// client is a native application; with a secret it is confidential.
type client struct{ id, secret string }

func (c *client) GetID() string { return c.id }

// RedirectURIs are taken with any port (RFC 8252 section 7.3).
func (c *client) RedirectURIs() []string { return []string{"http://127.0.0.1/callback"} }

func (c *client) PostLogoutRedirectURIs() []string { return nil }

func (c *client) ApplicationType() op.ApplicationType { return op.ApplicationTypeNative }

func (c *client) AuthMethod() oidc.AuthMethod {
	if c.secret == "" {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}

func (c *client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

func (c *client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken, oidc.GrantTypeDeviceCode}
}

func (c *client) LoginURL(id string) string { return "/login?id=" + id }

func (c *client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }

func (c *client) IDTokenLifetime() time.Duration { return 10 * time.Minute }

func (c *client) DevMode() bool { return false }

//nolint:staticcheck // the library's name
func (c *client) RestrictAdditionalIdTokenScopes() func([]string) []string { return all }

func (c *client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return all }

func all(scopes []string) []string { return scopes }

func (c *client) IsScopeAllowed(string) bool { return false }

func (c *client) IDTokenUserinfoClaimsAssertion() bool { return false }

func (c *client) ClockSkew() time.Duration { return 0 }
