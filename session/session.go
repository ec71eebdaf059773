// Package session is the domain: sessions, their states and deadlines, the renewal transaction, and the keeper that
// owns them all. One goroutine owns the sessions; others send it requests and read immutable snapshots. A refresh token
// never leaves this package except to its provider and to the store, and only the user deletes one.
package session

import (
	"time"

	"sessionkeeper/session/history"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/secret"
)

// Secret is a secret text; it prints as [redacted] everywhere.
type Secret = secret.Text

func newSecret(s string) Secret { return secret.New(s) }

// Account is who signed in.
type Account = provider.Account

// State is how a session stands. Faces show these words.
type State string

// The states. Where several hold, the one that comes first in the order of rank wins.
const (
	Active         State = "active"          // renewal goes as planned
	Retrying       State = "retrying"        // the last refresh failed for a passing reason
	Expiring       State = "expiring"        // ends within the warning time and cannot be extended
	SignInNeeded   State = "sign_in_needed"  // the provider refused for good, or wants the user
	SetupNeeded    State = "setup_needed"    // the client is wrong: signing in again cannot help
	KeychainLocked State = "keychain_locked" // the secret cannot be read or written now
	Paused         State = "paused"          // by the user
	SignedOut      State = "signed_out"      // no grant; the definition is kept
)

// Reason says why a session is in its state.
type Reason string

// The reasons.
const (
	ReasonRevoked      Reason = "revoked"
	ReasonExpired      Reason = "expired"
	ReasonReused       Reason = "reused"
	ReasonRefused      Reason = "refused" // the provider said no and not why
	ReasonInterrupted  Reason = "interrupted_rotation"
	ReasonInteraction  Reason = "interaction_required"
	ReasonDisabled     Reason = "account_disabled"
	ReasonWrongAccount Reason = "wrong_account"
	ReasonNoRefresh    Reason = "no_refresh_token"
	ReasonScope        Reason = "scope_changed"

	ReasonSetupClient   Reason = "client"
	ReasonSetupRedirect Reason = "redirect"
	ReasonSetupScope    Reason = "scope"
	ReasonSetupConfig   Reason = "config"
)

// LastError is the last thing that went wrong at the provider. It holds no secret and no raw answer.
type LastError struct {
	Verdict    provider.Verdict `json:"verdict"`
	Code       string           `json:"code"`
	HTTPStatus int              `json:"http_status,omitempty"`
	At         time.Time        `json:"at"`
	Message    string           `json:"message,omitempty"`
	Known      bool             `json:"known"`
}

// Session is a snapshot of a session, as every face shows it. It is never changed once published, and holds no secret.
type Session struct {
	Name            string     `json:"name"`
	Provider        string     `json:"provider"`
	Issuer          string     `json:"issuer,omitempty"`
	Account         Account    `json:"account"`
	ClientID        string     `json:"client_id"`
	Scopes          []string   `json:"scopes"`
	ScopesMissing   []string   `json:"scopes_missing,omitempty"` // that it had or asked for, needs, and does not get
	State           State      `json:"state"`
	Reason          Reason     `json:"reason,omitempty"`
	Detail          string     `json:"detail,omitempty"`
	AccessExpiresAt time.Time  `json:"access_expires_at,omitzero"`
	UsableUntil     time.Time  `json:"usable_until,omitzero"`
	RenewAt         time.Time  `json:"renew_at,omitzero"`
	EndsAt          time.Time  `json:"ends_at,omitzero"`
	EndsFirm        bool       `json:"ends_firm,omitempty"` // renewals do not move EndsAt, or it was announced
	WarnAt          time.Time  `json:"warn_at,omitzero"`
	LastRefreshAt   time.Time  `json:"last_refresh_at,omitzero"`
	NextTryAt       time.Time  `json:"next_try_at,omitzero"`
	SignedInAt      time.Time  `json:"signed_in_at,omitzero"`
	Generation      uint64     `json:"generation"`
	LastError       *LastError `json:"last_error,omitempty"`
}

// Token is what a caller gets.
type Token struct {
	Access     Secret // the ID token where that was asked for
	Type       string // "Bearer" where the provider said nothing
	ExpiresAt  time.Time
	Scopes     []string
	Generation uint64
}

// TokenRequest says what a caller wants.
type TokenRequest struct {
	MinTTL  time.Duration // capped at half of the token's lifetime
	Wait    time.Duration // how long to wait for a renewal; see DefaultWait
	Force   bool          // a new token, as often as the floor allows
	IDToken bool
}

// DefaultWait is how long a caller waits for a renewal who did not say.
const DefaultWait = 10 * time.Second

// Code is an error's code, as the local API sends it.
type Code string

// The codes.
const (
	CodeSignIn      Code = "sign_in_needed"
	CodeUnavailable Code = "unavailable"
	CodeKeychain    Code = "keychain_locked"
	CodeSetup       Code = "setup_needed"
	CodePaused      Code = "paused"
	CodeNotFound    Code = "not_found"
	CodeInvalid     Code = "invalid_request"
	CodeConflict    Code = "conflict"
)

// Error is what a face tells its caller. Detail is one sentence that ends with what to do next.
type Error struct {
	Code     Code
	Reason   Reason
	Session  string
	Detail   string
	RetryAt  time.Time // zero where waiting does not help
	LoginURL string    // a sign-in that is open already
	Field    string    // what of an Addition is wrong, by its JSON name ("issuer", "vars.tenant"); empty where no one thing is
}

func (e *Error) Error() string { return e.Detail }

// Event is something that happened, as /v1/events and the history tell it.
type Event struct {
	Type       string    `json:"type"`
	Session    string    `json:"session,omitempty"`
	At         time.Time `json:"at"`
	State      State     `json:"state,omitempty"`
	Was        State     `json:"was,omitempty"`
	Reason     Reason    `json:"reason,omitempty"`
	Kind       string    `json:"kind,omitempty"` // of session.warning: "end", "ahead" or "outage"
	Code       string    `json:"code,omitempty"`
	Message    string    `json:"message,omitempty"`
	Status     int       `json:"http_status,omitempty"`
	Generation uint64    `json:"generation,omitempty"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	EndsAt     time.Time `json:"ends_at,omitzero"`
	RetryAt    time.Time `json:"retry_at,omitzero"`
	Outcome    string    `json:"outcome,omitempty"`  // of consent.done: "done" or the kind of failure
	Sessions   []Session `json:"sessions,omitempty"` // of snapshot
	Now        *Session  `json:"now,omitempty"`      // the session as it is published, so that nobody has to ask for it
}

// The event types.
const (
	EventSnapshot      = "snapshot"
	EventAdded         = "session.added"
	EventRemoved       = "session.removed"
	EventState         = "session.state"
	EventRenewed       = "token.renewed"
	EventRefreshFailed = "refresh.failed"
	EventWarning       = "session.warning"
	EventCured         = "session.cured"
	EventConsentOpened = "consent.opened"
	EventConsentDone   = "consent.done"
	EventKeychain      = "keychain.state"
	EventWake          = "keeper.wake"
	EventHandedOut     = history.HandedOut // in the history alone, where it is counted
)
