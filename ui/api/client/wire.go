package client

import (
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/fast"
)

// Account is who signed in.
type Account struct {
	Sub   string `json:"sub,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// LastError is the last thing that went wrong at the provider.
type LastError struct {
	Verdict    string    `json:"verdict"`
	Code       string    `json:"code"`
	HTTPStatus int       `json:"http_status,omitempty"`
	At         time.Time `json:"at"`
	Message    string    `json:"message,omitempty"`
	Known      bool      `json:"known"`
}

// Session is a session as the keeper shows it. Zero times are unknown.
type Session struct {
	Name            string     `json:"name"`
	Provider        string     `json:"provider"`
	Issuer          string     `json:"issuer,omitempty"`
	Account         Account    `json:"account"`
	ClientID        string     `json:"client_id"`
	Scopes          []string   `json:"scopes"`
	ScopesMissing   []string   `json:"scopes_missing,omitempty"` // that it needs and does not get
	State           string     `json:"state"`                    // active, retrying, expiring, sign_in_needed, setup_needed …
	Reason          string     `json:"reason,omitempty"`
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

// TokenRequest says what token is wanted; the zero TokenRequest takes the one that is there.
type TokenRequest struct {
	MinTTL  Duration `json:"min_ttl,omitzero"` // capped at half of the token's life
	Wait    Duration `json:"wait,omitzero"`    // for a renewal; 0: 10 s, negative: not at all
	Force   bool     `json:"force,omitempty"`
	IDToken bool     `json:"id_token,omitempty"`
}

// Token is a token that is valid now.
type Token struct {
	Access     secret.Text // the ID token where that was asked for
	Type       string
	ExpiresAt  time.Time
	Scopes     []string
	Generation uint64
}

// TokenBody is a Token on the wire, in clear.
type TokenBody struct {
	AccessToken string    `json:"access_token"`
	TokenType   string    `json:"token_type"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	Scopes      []string  `json:"scopes"`
	Generation  uint64    `json:"generation"`
}

// Definition is a session to be added or changed.
type Definition struct {
	Provider     string            `json:"provider,omitempty"` // catalogue id
	Issuer       string            `json:"issuer,omitempty"`
	AuthorizeURL string            `json:"authorize_url,omitempty"`
	TokenURL     string            `json:"token_url,omitempty"`
	DeviceURL    string            `json:"device_url,omitempty"`
	CheckURL     string            `json:"check_url,omitempty"`
	Vars         map[string]string `json:"vars,omitempty"`
	ClientID     string            `json:"client_id"`
	Scopes       []string          `json:"scopes,omitempty"`
	Account      string            `json:"account,omitempty"` // login hint
	MaxAge       Duration          `json:"max_age,omitzero"`
	WarnBefore   *Duration         `json:"warn_before,omitempty"` // nil: the setting
	AutoOpen     *bool             `json:"auto_open,omitempty"`   // nil: the setting
	Confirm      bool              `json:"confirm,omitempty"`     // programs are asked about before they get a token
}

// PutBody is the body of PUT /v1/sessions/{name}, in clear. Name, where it is set, is the path's.
type PutBody struct {
	Name string `json:"name,omitempty"`
	Definition
	ClientSecret string        `json:"client_secret,omitempty"`
	RefreshToken string        `json:"refresh_token,omitempty"`
	SignIn       *LoginRequest `json:"sign_in,omitempty"`
}

// Addition is a session to be added, with what it starts from.
type Addition struct {
	Definition   Definition
	ClientSecret secret.Text
	RefreshToken secret.Text   // one that the user has already
	SignIn       *LoginRequest // signs in at once; the session is kept only when that succeeds
}

// LoginRequest says how to sign in.
type LoginRequest struct {
	Device    bool     `json:"device,omitempty"`
	NoBrowser bool     `json:"no_browser,omitempty"`
	AsOther   bool     `json:"as_other,omitempty"` // another account than before is welcome
	Scopes    []string `json:"scopes,omitempty"`   // more than the definition says
}

// LoginBody is the body of POST …/login: a request for a new sign-in, or with ID one thing about a running one.
type LoginBody struct {
	LoginRequest
	ID     string   `json:"id,omitempty"`
	Wait   Duration `json:"wait,omitzero"`
	Paste  string   `json:"paste,omitempty"`
	Cancel bool     `json:"cancel,omitempty"`
}

// Login is a sign-in, running or ended.
type Login struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"` // pending, done or failed
	URL       string    `json:"login_url,omitempty"`
	UserCode  string    `json:"user_code,omitempty"`
	Opened    bool      `json:"opened"`          // the browser was opened
	Paste     bool      `json:"paste,omitempty"` // the address that the browser ends on must be pasted
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Failure   string    `json:"failure,omitempty"`
	Field     string    `json:"field,omitempty"` // what of the definition made it fail, by its JSON name
	Detail    string    `json:"detail,omitempty"`
	Declined  []string  `json:"declined,omitempty"` // scopes that were asked for and not given
	Session   *Session  `json:"session,omitempty"`  // once done
}

// Put is how an addition stands: Session is set once it is there, Login while somebody must sign in first.
type Put struct {
	Session *Session
	Login   *Login
}

// PendingBody is the answer 202 to PUT.
type PendingBody struct {
	Login Login `json:"login"`
}

// LogoutBody is the body of POST …/logout.
type LogoutBody struct {
	KeepRemote bool `json:"keep_remote,omitempty"`
}

// Logout is how a sign-out went.
type Logout struct {
	Session Session  `json:"session"`
	Remote  string   `json:"remote"` // revoked, kept, unsupported, unreachable or nothing
	Detail  string   `json:"detail,omitempty"`
	Related []string `json:"related,omitempty"` // other sessions that it may end
}

// RefreshBody is the body of POST …/refresh.
type RefreshBody struct {
	Wait Duration `json:"wait,omitzero"`
}

// RejectBody is the body of POST …/rejected.
type RejectBody struct {
	Generation uint64 `json:"generation"`
	Claims     string `json:"claims,omitempty"` // of a challenge that says insufficient_claims, as it came
}

// SecretBody is the body of POST …/secret, in clear.
type SecretBody struct {
	ClientSecret string `json:"client_secret"`
}

// Entry is one thing that happened.
type Entry struct {
	At      time.Time         `json:"at"`
	Session string            `json:"session"`
	Type    string            `json:"type"`
	Detail  map[string]string `json:"detail,omitempty"`
}

// Use is a program that uses a session now.
type Use struct {
	Face    string    `json:"face"`            // exec, proxy, program or file
	Label   string    `json:"label,omitempty"` // by the program's own word
	PID     int       `json:"pid,omitempty"`
	Program string    `json:"program,omitempty"` // its executable
	Since   time.Time `json:"since"`
}

// Keychain is the keychain as it stands.
type Keychain struct {
	Backend string `json:"backend"`
	State   string `json:"state"` // ok, locked, denied, absent, slow or full
	Detail  string `json:"detail,omitempty"`
	Spilled int    `json:"spilled,omitempty"` // records that wait on disk for the keychain
}

// Part is a part of the keeper that can fail by itself: the history, a listener.
type Part struct {
	State  string `json:"state"` // ok, off or down
	Detail string `json:"detail,omitempty"`
}

// Fault is a definition that cannot be used.
type Fault struct {
	Name   string `json:"name,omitempty"` // empty for config.toml
	Detail string `json:"detail"`
}

// Health is how the keeper is.
type Health struct {
	Status   string         `json:"status"` // ok, degraded or down
	Version  string         `json:"version"`
	PID      int            `json:"pid"`
	Keychain Keychain       `json:"keychain"`
	History  Part           `json:"history"`
	Socket   Part           `json:"socket"`
	HTTP     Part           `json:"http"`
	Page     string         `json:"page,omitempty"` // the page's address
	Sessions map[string]int `json:"sessions"`       // by state
	Faults   []Fault        `json:"faults,omitempty"`
	Clock    Clock          `json:"clock"`
}

// Code is a one-time code for the page.
type Code struct {
	URL       string    `json:"url"` // the page with the code in its fragment
	Code      string    `json:"code"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Event is something that happened. What is set belongs to Type.
type Event struct {
	Type       string    `json:"type"`
	Session    string    `json:"session,omitempty"`
	At         time.Time `json:"at"`
	State      string    `json:"state,omitempty"`
	Was        string    `json:"was,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Kind       string    `json:"kind,omitempty"` // of session.warning: end, ahead or outage
	Code       string    `json:"code,omitempty"`
	Message    string    `json:"message,omitempty"`
	Status     int       `json:"http_status,omitempty"`
	Generation uint64    `json:"generation,omitempty"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	EndsAt     time.Time `json:"ends_at,omitzero"`
	RetryAt    time.Time `json:"retry_at,omitzero"`
	Outcome    string    `json:"outcome,omitempty"`
	Sessions   []Session `json:"sessions,omitempty"` // of snapshot
	Now        *Session  `json:"now,omitempty"`      // the session after it, where the keeper has one of that name
	Notice     *Notice   `json:"notice,omitempty"`   // of notice.shown and notice.withdrawn, which a tray alone gets
}

// The events that only a stream with the face "tray" has. Each notice that stands comes once after the snapshot.
const (
	EventNotice    = "notice.shown"
	EventWithdrawn = "notice.withdrawn"
)

// EventApproval says that what GET /v1/approvals tells is other than before; a stream of named sessions does not have it.
const EventApproval = "approval.changed"

// Notice is a notification that the tray is to show; one with the same Key replaces the one before.
type Notice struct {
	Key     string         `json:"key"`
	Title   string         `json:"title,omitempty"`
	Body    string         `json:"body,omitempty"` // plain text; makes sense without buttons
	Urgent  bool           `json:"urgent,omitempty"`
	Actions []NoticeAction `json:"actions,omitempty"`
	Session string         `json:"session,omitempty"` // where it concerns one alone
	ID      uint32         `json:"id,omitempty"`      // on the screen already, under this id of the notification service
}

// NoticeAction is a button of a notice.
type NoticeAction struct {
	ID    string `json:"id"` // sign_in, later or open
	Label string `json:"label"`
}

// PressBody is the body of POST /v1/notices/press. What was dismissed does not come back, whoever shows the notices.
type PressBody struct {
	Key    string `json:"key"`
	Action string `json:"action"` // a button's id, "default" for the notice itself, "closed" where the user dismissed it
}

// ShownBody is the body of POST /v1/notices/shown.
type ShownBody struct {
	Key string `json:"key"`
	ID  uint32 `json:"id"`
}

// Provider is one of the catalogue.
type Provider struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Issuer       string   `json:"issuer,omitempty"`
	AuthorizeURL string   `json:"authorize_url,omitempty"`
	TokenURL     string   `json:"token_url,omitempty"`
	RefreshURL   string   `json:"refresh_url,omitempty"` // where it is another than TokenURL
	DeviceURL    string   `json:"device_url,omitempty"`
	RevokeURL    string   `json:"revoke_url,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
	Vars         []Var    `json:"vars,omitempty"`
	PasteOnly    bool     `json:"paste_only,omitempty"`
	RedirectURI  string   `json:"redirect_uri,omitempty"`  // what to register
	RedirectRule string   `json:"redirect_rule,omitempty"` // any_port, exact or unknown; empty where nothing is registered
	Secret       string   `json:"secret,omitempty"`        // of the client: required, optional or none; empty: unknown
	AuthStyle    string   `json:"auth_style"`              // basic, post, none or unknown

	// What is known of its sessions, "unknown" where nothing is.
	OfflineNeeds string   `json:"offline_needs"` // nothing, request, setting, never
	OfflineScope string   `json:"offline_scope,omitempty"`
	Rotation     string   `json:"rotation"` // never, sometimes, always
	Replay       string   `json:"replay"`   // safe, grace, until_first_use, conditional, unsafe
	ReplayGrace  Duration `json:"replay_grace,omitzero"`
	AccessLife   Duration `json:"access_life,omitzero"`
	EndsAfter    Duration `json:"ends_after,omitzero"` // counted from the sign-in
	IdleAfter    Duration `json:"idle_after,omitzero"` // counted from the last renewal
	Defaults     bool     `json:"defaults,omitempty"`  // these durations are defaults that a server may change
	EndsWhen     []string `json:"ends_when,omitempty"` // what ends a session beside that; each goes after "when"
	Facts        []Fact   `json:"facts,omitempty"`     // the same as lines for people

	ConsoleURL string   `json:"console_url,omitempty"`
	Note       string   `json:"note,omitempty"`
	Sources    []string `json:"sources,omitempty"`
}

// Fact is a line about a provider, for people. One that is not known is a line too.
type Fact struct {
	About string `json:"about"` // redirect, refresh_token, access_token, session, renewal or lost_answer
	Label string `json:"label"`
	Text  string `json:"text"`
	Known bool   `json:"known"`
}

// Var is a part of a provider's addresses that the user fills in.
type Var struct {
	Name    string `json:"name"`
	Default string `json:"default,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// DiscoverBody is the body of POST /v1/discover.
type DiscoverBody struct {
	Issuer string `json:"issuer"`
}

// Discovery is what an issuer says of itself.
type Discovery struct {
	Issuer       string   `json:"issuer"`
	AuthorizeURL string   `json:"authorize_url,omitempty"`
	TokenURL     string   `json:"token_url"`
	DeviceURL    string   `json:"device_url,omitempty"`
	RevokeURL    string   `json:"revoke_url,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
	Offline      bool     `json:"offline"`  // it knows a way to give refresh tokens
	Provider     string   `json:"provider"` // the catalogue's id where its entry knows this issuer
	RedirectURI  string   `json:"redirect_uri"`
}

// Autostart says what starts at log-in.
type Autostart struct {
	On     bool   `json:"on"`
	Kind   string `json:"kind,omitempty"`   // systemd, xdg, launchd or run-key
	Path   string `json:"path,omitempty"`   // what was installed, or would be
	Detail string `json:"detail,omitempty"` // why it cannot be, or what else is to be known
}

// AutostartBody is the body of PUT /v1/autostart.
type AutostartBody struct {
	On bool `json:"on"`
}

// Clock is how the clock of this machine stands against the providers'.
type Clock struct {
	State string   // ok, wrong or unknown
	Skew  Duration // how far it goes ahead; negative: behind
	Seen  string   // the host that told
}

// Problem is the keeper's refusal, an error.
type Problem = fast.Problem
