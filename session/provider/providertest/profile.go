package providertest

import (
	"net/http"
	"time"
)

// Profile is how an issuer behaves. The zero value rotates nothing, lets access tokens live an hour and refresh tokens
// for ever. The profiles that are named here are those of real servers, as measured over HTTP.
type Profile struct {
	Name string // for tests' names

	AccessLife time.Duration // in whole seconds; zero: an hour
	// Absolute bounds a grant's life from consent, Idle its time without a refresh; zero: no limit.
	Absolute, Idle time.Duration
	// Announce is the member of the answers that counts the seconds to the nearer of the two, such as
	// refresh_token_expires_in; empty: they are not announced.
	Announce string

	// Rotate gives a new refresh token at each refresh. The one before it is spent then, except that
	Rotate bool
	// Grace takes it for so long after it was spent,
	Grace time.Duration
	// MaxReuse takes it so many times more until its successor is used (Keycloak's Refresh Token Max Reuse),
	MaxReuse int
	// UntilUsed takes it until its successor is used.
	UntilUsed bool
	// ReuseEnds ends the grant when a spent refresh token comes back, with ReuseEndsAccess its access tokens too.
	ReuseEnds, ReuseEndsAccess bool
	// RaceFails answers 500 to whoever presents a token while a request with it is in flight.
	RaceFails bool
	// EndsPrevious ends the access tokens of a grant when it is refreshed.
	EndsPrevious bool
	// RevokeAccessEnds ends the whole grant when an access token is revoked.
	RevokeAccessEnds bool

	Refused       Refusal // what a refresh token that is no good gets; zero: 400 invalid_grant
	RefusedClient Refusal // what an unknown client gets; zero: 401 invalid_client
	RefusedAccess Refusal // what a dead access token gets; zero: 401 invalid_token
	TokenType     string  // empty: Bearer

	// NoOIDC leaves out ID tokens and the OIDC form of the metadata. NoRevocation has no revocation endpoint.
	NoOIDC, NoRevocation bool
	// Clients are the secrets of the clients by id, "" for a public one; nil: any client, with any secret.
	Clients map[string]string
	// Latency is how long the token endpoint takes before it acts.
	Latency time.Duration
	// Edit changes every answer of the token endpoint that carries tokens; nil: as RFC 6749 has them.
	Edit func(answer map[string]any)
}

// Refusal is an error answer.
type Refusal struct {
	Status            int
	Code, Description string
}

func (r Refusal) or(status int, code string) Refusal {
	if r.Status == 0 {
		return Refusal{Status: status, Code: code, Description: r.Description}
	}
	return r
}

func (p Profile) withDefaults() Profile {
	if p.AccessLife == 0 {
		p.AccessLife = time.Hour
	}
	if p.TokenType == "" {
		p.TokenType = "Bearer"
	}
	p.Refused = p.Refused.or(http.StatusBadRequest, "invalid_grant")
	p.RefusedClient = p.RefusedClient.or(http.StatusUnauthorized, "invalid_client")
	p.RefusedAccess = p.RefusedAccess.or(http.StatusUnauthorized, "invalid_token")
	return p
}

// Steady never rotates, like Google.
func Steady() Profile { return Profile{Name: "no rotation"} }

// Strict rotates, and ends the whole grant with its access tokens when a spent token comes back, like oidc-provider.
func Strict() Profile {
	return Profile{
		Name: "strict", Rotate: true, ReuseEnds: true, ReuseEndsAccess: true, RevokeAccessEnds: true,
		Refused: Refusal{http.StatusBadRequest, "invalid_grant", "grant request is invalid"},
	}
}

// Lenient rotates, and refuses a spent token without ending anything.
func Lenient() Profile { return Profile{Name: "reuse refused", Rotate: true} }

// Dex is dex with a reuse interval: within it the spent token brings the newest one.
func Dex(grace time.Duration) Profile {
	return Profile{
		Name: "dex", Rotate: true, Grace: grace, TokenType: "bearer", NoRevocation: true,
		Refused: Refusal{
			http.StatusBadRequest, "invalid_request",
			"Refresh token is invalid or has already been claimed by another client.",
		},
	}
}

// Hydra is Ory Hydra: a refresh ends the access tokens before it, and who loses a race gets 500. The grace period is 0
// unless it is set there.
func Hydra(grace time.Duration) Profile {
	return Profile{
		Name: "hydra", Rotate: true, Grace: grace, ReuseEnds: true, ReuseEndsAccess: true, RaceFails: true,
		EndsPrevious: true, RevokeAccessEnds: true, TokenType: "bearer",
		Refused: Refusal{
			http.StatusBadRequest, "invalid_grant",
			"The provided authorization grant or refresh token is invalid, expired, revoked. " +
				"The refresh token was already used.",
		},
	}
}

// Zitadel is the op package of zitadel/oidc with the storage of its examples.
func Zitadel() Profile {
	return Profile{
		Name: "zitadel", Rotate: true, EndsPrevious: true,
		RefusedClient: Refusal{http.StatusInternalServerError, "server_error", "client not found"},
		RefusedAccess: Refusal{http.StatusForbidden, "", ""},
	}
}

// Fosite is a server built on ory/fosite.
func Fosite() Profile {
	return Profile{
		Name: "fosite", Rotate: true, ReuseEnds: true, ReuseEndsAccess: true, EndsPrevious: true, RevokeAccessEnds: true,
		TokenType: "bearer", NoOIDC: true,
	}
}

// GoOAuth2 is a server built on go-oauth2: it refuses with 401.
func GoOAuth2() Profile {
	return Profile{
		Name: "go-oauth2", Rotate: true, EndsPrevious: true, NoOIDC: true,
		Refused:       Refusal{http.StatusUnauthorized, "invalid_grant", ""},
		RefusedClient: Refusal{http.StatusUnauthorized, "invalid_grant", ""},
	}
}

// Keycloak takes a refresh token reuses times more after its first use, until its successor is used, and announces the
// idle limit of its sessions.
func Keycloak(reuses int) Profile {
	return Profile{
		Name: "keycloak", Rotate: true, MaxReuse: reuses, Idle: 30 * time.Minute, Announce: "refresh_expires_in",
		Refused: Refusal{http.StatusBadRequest, "invalid_grant", "Maximum allowed refresh token reuse exceeded"},
	}
}

// UntilUsed takes a refresh token until the one that it brought is used for the first time.
func UntilUsed() Profile {
	return Profile{Name: "until used", Rotate: true, UntilUsed: true, ReuseEnds: true}
}

// Limited lets grants end a fixed time after consent, and says so.
func Limited(absolute time.Duration, announce string) Profile {
	return Profile{Name: "limited", Rotate: true, ReuseEnds: true, Absolute: absolute, Announce: announce}
}

// Profiles are all of the above, for tables.
func Profiles() []Profile {
	named := func(name string, p Profile) Profile {
		p.Name = name
		return p
	}
	return []Profile{
		Steady(), Strict(), Lenient(), named("dex strict", Dex(0)), named("dex grace", Dex(3*time.Second)),
		Hydra(0), named("hydra grace", Hydra(10*time.Second)), Zitadel(), Fosite(), GoOAuth2(),
		Keycloak(0), named("keycloak reuse", Keycloak(2)), UntilUsed(),
		Limited(30*24*time.Hour, "refresh_token_expires_in"),
		named("limited x", Limited(100*24*time.Hour, "x_refresh_token_expires_in")),
	}
}
