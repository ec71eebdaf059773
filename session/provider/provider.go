// Package provider knows authorization servers: the catalogue of them as data, discovery of the rest, the wire to
// their token endpoints, and the verdict on every answer. It never stores a token and never follows a redirect.
package provider

import (
	"time"

	"sessionkeeper/session/secret"
)

// AuthStyle says how the client proves itself at the token endpoint (RFC 6749 section 2.3).
type AuthStyle string

// The styles. AuthAuto stands for basic where a secret exists and the metadata allows it, else post, else none; it is
// decided before sending, never by trying: a second try would present a refresh token twice.
const (
	AuthAuto  AuthStyle = ""
	AuthBasic AuthStyle = "basic"
	AuthPost  AuthStyle = "post"
	AuthNone  AuthStyle = "none"
)

// Rotation says whether a refresh brings a new refresh token.
type Rotation string

// What is known of rotation.
const (
	RotationUnknown   Rotation = ""
	RotationNever     Rotation = "never"
	RotationSometimes Rotation = "sometimes"
	RotationAlways    Rotation = "always"
)

// Replay says whether the same refresh token may be sent again when the answer to it was lost.
type Replay string

// What is known of replays. Unknown is treated as unsafe.
const (
	ReplayUnknown Replay = ""
	ReplaySafe    Replay = "safe"            // reusable: send again at will
	ReplayGrace   Replay = "grace"           // accepted for Provider.ReplayGrace
	ReplayUntil   Replay = "until_first_use" // the old token lives until the new one is used
	ReplayUnsafe  Replay = "unsafe"
	// ReplayConditional: it depends on how the server is set up, so it counts as unsafe. Provider.ReplayGrace is the
	// server's default then, where that is known.
	ReplayConditional Replay = "conditional"
)

// OfflineNeeds says what it takes for a sign-in to bring a refresh token.
type OfflineNeeds string

// What is known of it.
const (
	OfflineUnknown OfflineNeeds = ""
	OfflineNothing OfflineNeeds = "nothing" // every sign-in brings one
	OfflineRequest OfflineNeeds = "request" // it is asked for, which is done: Provider.OfflineScope and its neighbours
	OfflineSetting OfflineNeeds = "setting" // something is set at the provider: Provider.OfflineNote
	OfflineNever   OfflineNeeds = "never"   // there are none
)

// RedirectRule says which loopback addresses a provider takes beside the one that is registered.
type RedirectRule string

// What is known of it.
const (
	RedirectAnyPort RedirectRule = "any_port" // registered without a port, taken with any (RFC 8252 section 7.3)
	RedirectExact   RedirectRule = "exact"
)

// ConsentPrompt says when an authorization request must carry prompt=consent.
type ConsentPrompt string

// The values of ConsentPrompt.
const (
	ConsentNever  ConsentPrompt = ""
	ConsentAlways ConsentPrompt = "always"
	// ConsentAgain is for servers that give a refresh token on the first consent alone: ask again where the session
	// signed in before, or where the last sign-in brought no refresh token.
	ConsentAgain ConsentPrompt = "again"
)

// The values of Provider.AccountPrompt.
const (
	PromptLogin   = "login"          // which every OpenID provider understands (OIDC Core 15.1)
	PromptAccount = "select_account" // which some OpenID providers refuse
)

// RevokeStyle says how a token is revoked.
type RevokeStyle string

// The styles of revocation.
const (
	RevokeStandard RevokeStyle = ""       // RFC 7009
	RevokeBearer   RevokeStyle = "bearer" // a POST with the access token itself as the bearer
	RevokeDelete   RevokeStyle = "delete" // DELETE, Basic client credentials, the access token in JSON (GitHub)
)

// CheckKind says how proof of life is asked for.
type CheckKind string

// The kinds of check.
const (
	CheckNone       CheckKind = ""
	CheckUserinfo   CheckKind = "userinfo"   // OIDC Core 5.3: GET with the bearer token
	CheckIntrospect CheckKind = "introspect" // RFC 7662
	CheckGet        CheckKind = "get"        // any URL that answers 401 to a dead token
)

// Check is a provider's proof of life: a request that shows whether an access token still works. The fields after
// DeadText concern CheckGet alone.
type Check struct {
	Kind CheckKind
	URL  string
	// DeadStatus are further statuses that speak of a dead token, beside 401 and 403 invalid_token.
	DeadStatus []int
	// DeadCodes are error codes in a JSON body that speak of a dead token, whatever the status; lower case.
	DeadCodes []string
	// DeadText are lower-case pieces of an error message that speak of a dead token.
	DeadText []string

	Method  string            // "" is GET
	Scheme  string            // of the Authorization header; "" is Bearer
	Headers map[string]string // sent with the request, such as an API version
}

// Var is a variable in a catalogue entry's URLs, written {name} there.
type Var struct {
	Name    string
	Default string // "" where the user must give one
	Note    string // what to fill in
}

// Provider is an authorization server and how it behaves. A zero field means unknown.
type Provider struct {
	ID, Name string
	Issuer   string // exact, as in the discovery document; empty where there is none

	AuthorizeURL, TokenURL, RefreshURL, DeviceURL string
	RevokeURL, IntrospectURL, UserinfoURL         string
	JWKSURL, PARURL                               string

	RevokeStyle    RevokeStyle
	AuthStyle      AuthStyle
	NeedsSecret    string   // whether a client has one: "required", "optional" or "none"; "" unknown
	AuthMethods    []string // token_endpoint_auth_methods_supported, as discovered
	Scopes         []string // asked for where the user names none
	ScopeSeparator string   // "" is a space

	// ScopeParam is the parameter of the authorization request that carries the scopes; "" is scope.
	ScopeParam string

	// OfflineScope is added to the scopes where it is what brings a refresh token ("offline_access").
	OfflineScope string
	// OfflineParams go into every authorization request. access_type=offline is in here unless the provider is known
	// to refuse it.
	OfflineParams map[string]string
	// DeviceParams go into every device authorization request.
	DeviceParams map[string]string `json:",omitempty"`
	OfflineNeeds OfflineNeeds
	OfflineNote  string // what to set at the provider for a refresh token to come
	// Offline says that the metadata name a way to refresh tokens.
	Offline bool
	// ConsentPrompt says when prompt=consent is needed for a refresh token to come.
	ConsentPrompt ConsentPrompt
	// AccountPrompt is the prompt that lets the user choose another account; "" where none is known to.
	AccountPrompt string
	// MoreParams go into an authorization request for more scopes than the session has.
	MoreParams map[string]string

	RedirectFree bool // any loopback address is taken: none has to be registered
	RedirectRule RedirectRule
	RedirectHost string // "" is 127.0.0.1
	RedirectPort int    // 0 is any free port
	RedirectPath string // "" is /callback
	PasteOnly    bool   // only https redirects are allowed: the user pastes the final address
	RedirectURL  string // what is registered, where PasteOnly

	Rotation    Rotation
	Replay      Replay
	ReplayGrace time.Duration
	// RefreshEndsAccess says that a refresh kills the access token already handed out.
	RefreshEndsAccess bool

	RefreshAbsolute time.Duration // from consent, cannot be extended; 0 unknown or none
	RefreshIdle     time.Duration // since the last use; 0 unknown or none
	AccessLife      time.Duration // where the answer does not say
	LifetimesVary   bool          // these three, and ReplayGrace, are a server's defaults, which whoever runs it may change

	// These say that there is no such limit, where 0 alone would say that none is known.
	EndlessAbsolute, EndlessIdle, EndlessAccess bool

	Check       Check
	PARRequired bool // require_pushed_authorization_requests
	IssRequired bool // authorization_response_iss_parameter_supported (RFC 9207)
	OIDC        bool // issues ID tokens: a nonce is sent and checked

	// ScopeOnRefresh says that a refresh must name the scopes again.
	ScopeOnRefresh bool
	// JSONBody says that the token endpoint takes JSON instead of a form.
	JSONBody bool
	// PublicBasic says that a client without a secret sends Basic with an empty password.
	PublicBasic bool
	// TokenParams go into every token request.
	TokenParams map[string]string
	Request     Request // how else its token requests differ
	Members     Members // how its answers to them differ

	Vars []Var // what Resolve fills into the URLs; empty afterwards

	ConsoleURL string   // where a client is registered
	Note       string   // what to know before registering one
	EndsWhen   []string // what ends a session there, beside time and revocation; plain words
	Sources    []string

	rules []rule // how this provider's errors differ from the general table
}

// Client is a registered OAuth client.
type Client struct {
	ID     string
	Secret secret.Text
	// AuthStyle overrides the provider's where it is not AuthAuto.
	AuthStyle AuthStyle
}

// Account is who signed in.
type Account struct {
	Sub   string `json:"sub,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// Verdict is what an answer means for the session.
type Verdict string

// The verdicts. Anything that is not understood is VerdictPassing.
const (
	VerdictOK          Verdict = "ok"
	VerdictPassing     Verdict = "passing"
	VerdictSignIn      Verdict = "sign_in"
	VerdictInteraction Verdict = "interaction"
	VerdictSetup       Verdict = "setup"
)

// Tokens is what a token endpoint gave.
type Tokens struct {
	Access, Refresh, ID secret.Text // Refresh and ID are empty where the answer had none
	// RefreshNumber says that Refresh came as a number, where a string belongs (RFC 6749 section 5.1).
	RefreshNumber bool
	Type          string   // as sent; "" where absent
	Scopes        []string // nil: unchanged
	// ExpiresIn is how long the access token lives, counted from before the request was sent; 0: not said.
	ExpiresIn time.Duration
	// RefreshExpiresIn is the refresh token's own life; 0: not said (a literal 0 in the answer means "never" and is
	// not said either).
	RefreshExpiresIn time.Duration
}

// Answer is a token endpoint's answer, judged. It holds no raw text of the provider except Message, which is cleaned
// of control characters, cut to a line, and never holds a token.
type Answer struct {
	Verdict Verdict
	// Code is the provider's code in lower case, or one of ours: network, timeout, cancelled, tls_untrusted, tls_failed,
	// insecure_url, proxy_auth_required, redirect_refused, captive_portal, html_page, response_too_large, truncated,
	// malformed_answer, malformed_token, no_token, inactive_token, unsupported, or http_ and the status.
	Code string
	// Reason is that of the state, for sign_in, interaction and setup: revoked, expired, reused, refused,
	// interaction_required, account_disabled, client, redirect, scope, config.
	Reason  string
	Advice  string // one sentence: what to do
	Message string
	Known   bool // false: a code or shape that no table names
	Status  int  // HTTP status; 0 where no answer came

	RetryAfter time.Duration // as the provider asked, at most 15 min; 0: it did not
	// Unsent says that nothing of the request can have reached the provider (refused connection, DNS, TLS handshake).
	Unsent bool
	// OutcomeUnknown says that the provider may have acted although no usable answer came: cut, time-out, 5xx, HTML,
	// a truncated 2xx.
	OutcomeUnknown bool
	// Claims is what Microsoft wants passed to the next interactive request. ClaimsIgnored says that there were some, in a
	// form that nobody would take back.
	Claims        string
	ClaimsIgnored bool

	SentAt time.Time // wall clock just before sending
	Date   time.Time // the Date header of an https answer; else zero

	// Tokens is set where Verdict is VerdictOK. With VerdictPassing it holds what can be saved of an answer that is of no
	// use otherwise, and that must be stored: with Code "malformed_token" the new refresh token alone, with "truncated" the
	// refresh token or the access token, whichever came whole.
	Tokens Tokens
}
