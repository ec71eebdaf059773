// Package api is the local API's server: the keeper's one door for programs, on a unix socket of the user's own, and
// for the web page, on loopback TCP behind a bearer. Nothing that gives a token away is reachable over TCP, and nobody
// of another user gets as far as a request.
package api

import (
	"context"
	"io/fs"
	"log/slog"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/history"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
)

// Keeper is what the API wants of a session.Keeper, whose methods say what these do. Errors are *session.Error.
type Keeper interface {
	Sessions() []session.Session
	States() map[session.State]int
	Session(name string) (session.Session, error)
	Token(ctx context.Context, name string, r session.TokenRequest) (session.Token, error)
	TokenNow(name string, r session.TokenRequest) (t session.Token, ok bool)
	Refresh(ctx context.Context, name string, wait time.Duration) (session.Session, error)
	Reject(ctx context.Context, name string, generation uint64) (session.Session, error)
	Challenge(ctx context.Context, name string, generation uint64, claims string) (session.Session, error)
	Add(ctx context.Context, a session.Addition) (session.Session, *session.Login, error)
	SetSecret(ctx context.Context, name string, s session.Secret) (session.Session, error)
	Remove(ctx context.Context, name string) error
	Pause(ctx context.Context, name string) (session.Session, error)
	Resume(ctx context.Context, name string) (session.Session, error)
	Logout(ctx context.Context, name string, keepRemote bool) (session.Logout, error)
	Related(name string) ([]string, error)
	Login(ctx context.Context, name string, r session.LoginRequest) (session.Login, error)
	LoginStatus(ctx context.Context, name, id string, wait time.Duration) (session.Login, error)
	LoginPaste(ctx context.Context, name, id string, address session.Secret) (session.Login, error)
	LoginCancel(ctx context.Context, name, id string) error
	Subscribe(ctx context.Context) ([]session.Session, <-chan session.Event)
	UnlockKeychain(ctx context.Context) error
	Faults() []config.Fault
	Press(ctx context.Context, key, action string)
	Providers() []session.Provider
	Discover(ctx context.Context, issuer string) (session.Discovery, error)
	Clock() session.Clock
}

// Autostart is what starts at log-in. Its methods may be repeated, and say how it stands afterwards.
type Autostart interface {
	Look() (client.Autostart, error)
	Set(on bool) (client.Autostart, error)
}

// History is what the API wants of a history.Log.
type History interface {
	List(ctx context.Context, session string, limit int) ([]history.Entry, error)
	Tally(t history.Tally)
	Err() error
}

// Keychain is the keychain as it stands; a keychain.Health converts to it.
type Keychain struct {
	Backend string `json:"backend"`
	State   string `json:"state"` // "ok" or the reason why it cannot be used now
	Detail  string `json:"detail,omitempty"`
	Spilled int    `json:"spilled,omitempty"` // records that wait on disk for the keychain
}

// Options is what a Server works with.
type Options struct {
	Keeper    Keeper
	History   History
	Keychain  func() Keychain
	Keys      Keys       // nil: they cannot be changed from here
	Notices   *Board     // where Keeper's notices stand; whoever runs the server runs it as well
	Approvals *Approvals // asks about programs; nil: of none. Whoever runs the server runs it as well
	Autostart Autostart
	Files     Files // nil: none are kept
	AWS       AWS   // nil: it is not traded with
	Version   string

	// Places says where the socket lies. Whoever runs the server holds Places.LockFile: a socket that is found there
	// is stale.
	Places places.Places
	// HTTP is the page's address, "127.0.0.1:PORT", port 0 for any free one; empty for no page.
	HTTP string
	// Page has the page's files, index.html among them; nil for none.
	Page fs.FS
	// Uses are those of a session that are registered elsewhere (token files); nil: there are none.
	Uses func(session string) []client.Use
	// OnEnv gets a client's DISPLAY, WAYLAND_DISPLAY, XAUTHORITY and DBUS_SESSION_BUS_ADDRESS, as far as it has them,
	// when they differ from those of the client before. It must not block; nil: nobody wants them.
	OnEnv func(env map[string]string)
	Log   *slog.Logger
}
