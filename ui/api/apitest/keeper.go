// Package apitest has a keeper for tests of what lies in front of one: it behaves like the real one towards its
// callers, without a provider, a keychain or a clock behind it.
package apitest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/history"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/client"
)

// Keeper is a keeper with sessions in memory. The zero Keeper is not usable; see New.
type Keeper struct {
	mu       sync.Mutex // guards all
	sessions map[string]session.Session
	tokens   map[string]string // access tokens, by session
	logins   map[string]login  // by id
	declined []string          // scopes that nobody gives
	faults   []config.Fault
	entries  []history.Entry
	histErr  error
	errs     map[string]error // what Token says, by session
	locked   error            // why the keychain cannot be used; nil: it can
	added    []session.Addition
	last     int // the newest login's number

	listeners map[chan session.Event]<-chan struct{} // with the end of each
	calls     []string

	board     *api.Board
	screen    *Screen
	presses   []client.PressBody
	providers []session.Provider
	issuers   map[string]session.Discovery
	autostart client.Autostart
	clock     session.Clock
}

// Session lets a face that knows nothing of the domain's packages fill a Keeper.
type Session = session.Session

// LastError is what a Session went wrong with last.
type LastError = session.LastError

// New returns a Keeper with these sessions, each with a token.
func New(sessions ...session.Session) *Keeper {
	k := &Keeper{
		sessions: map[string]session.Session{}, tokens: map[string]string{}, logins: map[string]login{},
		errs: map[string]error{}, listeners: map[chan session.Event]<-chan struct{}{},
		screen: new(Screen), issuers: map[string]session.Discovery{}, clock: session.Clock{State: "unknown"},
		autostart: client.Autostart{Kind: "xdg", Path: "/home/ada/.config/autostart/sessionkeeper.desktop"},
	}
	k.board = api.NewBoard(k.screen, slog.New(slog.DiscardHandler))
	for _, s := range sessions {
		k.Put(s)
	}
	return k
}

// Put sets a session and tells the listeners, as if something had happened to it.
func (k *Keeper) Put(s session.Session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.Scopes == nil {
		s.Scopes = []string{}
	}
	was := k.sessions[s.Name].State
	k.sessions[s.Name] = s
	if k.tokens[s.Name] == "" {
		k.tokens[s.Name] = fmt.Sprintf("token-of-%s-%d", s.Name, s.Generation)
	}
	k.tell(session.Event{Type: session.EventState, Session: s.Name, State: s.State, Was: was, Reason: s.Reason})
}

// Fail makes Token of a session answer err.
func (k *Keeper) Fail(name string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.errs[name] = err
}

// Lock makes the keychain unusable until it is unlocked.
func (k *Keeper) Lock(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.locked = err
	k.tell(session.Event{Type: session.EventKeychain, Code: "locked"})
}

// Locked says why the keychain cannot be used.
func (k *Keeper) Locked() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.locked
}

// AddFault adds a definition that cannot be used.
func (k *Keeper) AddFault(f config.Fault) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = append(k.faults, f)
}

// Added gives what Add was asked for.
func (k *Keeper) Added() []session.Addition {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.added)
}

// Changes gives the calls so far that change something, as "Method name".
func (k *Keeper) Changes() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.calls)
}

// tell needs mu.
func (k *Keeper) tell(e session.Event) {
	e.At = time.Now().UTC()
	if s, ok := k.sessions[e.Session]; ok {
		e.Now = &s
	}
	k.entries = append(k.entries, history.Entry{At: e.At, Session: e.Session, Type: e.Type})
	for c, gone := range k.listeners {
		select {
		case c <- e:
		case <-gone:
			delete(k.listeners, c)
		default:
			delete(k.listeners, c)
			close(c)
		}
	}
}

func (k *Keeper) missing(name string) error {
	return &session.Error{
		Code: session.CodeNotFound, Session: name,
		Detail: fmt.Sprintf("there is no session %q; see: sessionkeeper list", name),
	}
}

// change runs f on a session and stores what it leaves.
func (k *Keeper) change(call, name string, f func(s *session.Session)) (session.Session, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, call+" "+name)
	s, ok := k.sessions[name]
	if !ok {
		return session.Session{}, k.missing(name)
	}
	was := s.State
	f(&s)
	k.sessions[name] = s
	k.tell(session.Event{Type: session.EventState, Session: name, State: s.State, Was: was})
	return s, nil
}

// Sessions is that of session.Keeper.
func (k *Keeper) Sessions() []session.Session {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all()
}

// States counts the sessions by their states.
func (k *Keeper) States() map[session.State]int {
	n := map[session.State]int{}
	for _, s := range k.Sessions() {
		n[s.State]++
	}
	return n
}

func (k *Keeper) all() []session.Session {
	return slices.SortedFunc(maps.Values(k.sessions), func(a, b session.Session) int {
		return cmp.Compare(a.Name, b.Name)
	})
}

// Session is that of session.Keeper.
func (k *Keeper) Session(name string) (session.Session, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.sessions[name]
	if !ok {
		return session.Session{}, k.missing(name)
	}
	return s, nil
}

// Token is that of session.Keeper; it never waits.
func (k *Keeper) Token(_ context.Context, name string, r session.TokenRequest) (session.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.sessions[name]
	if !ok {
		return session.Token{}, k.missing(name)
	}
	if err := k.errs[name]; err != nil {
		return session.Token{}, err
	}
	if r.Force {
		s.Generation++
		k.sessions[name] = s
		k.tokens[name] = fmt.Sprintf("token-of-%s-%d", name, s.Generation)
	}
	text := k.tokens[name]
	if r.IDToken {
		text = "id-" + text
	}
	return session.Token{
		Access: secret.New(text), Type: "Bearer", ExpiresAt: s.AccessExpiresAt, Scopes: s.Scopes, Generation: s.Generation,
	}, nil
}

// Refresh is that of session.Keeper; it always succeeds.
func (k *Keeper) Refresh(_ context.Context, name string, _ time.Duration) (session.Session, error) {
	return k.change("Refresh", name, func(s *session.Session) {
		s.Generation++
		s.State, s.LastRefreshAt, s.LastError = session.Active, time.Now().UTC(), nil
	})
}

// Reject is that of session.Keeper.
func (k *Keeper) Reject(_ context.Context, name string, generation uint64) (session.Session, error) {
	return k.change("Reject", name, func(s *session.Session) {
		if s.Generation == generation {
			s.Generation++
		}
	})
}

// Challenge is that of session.Keeper.
func (k *Keeper) Challenge(ctx context.Context, name string, generation uint64, _ string) (session.Session, error) {
	return k.Reject(ctx, name, generation)
}

// Add is that of session.Keeper: it needs a client id.
func (k *Keeper) Add(ctx context.Context, a session.Addition) (session.Session, *session.Login, error) {
	d := a.Definition
	if d.ClientID == "" {
		return session.Session{}, nil, &session.Error{
			Code: session.CodeInvalid, Session: d.Name, Field: "client_id", Detail: "client_id is missing; take it from the provider's console",
		}
	}
	k.mu.Lock()
	k.added = append(k.added, a)
	k.calls = append(k.calls, "Add "+d.Name)
	s, known := k.sessions[d.Name]
	s.Name, s.Provider, s.Issuer, s.ClientID = d.Name, d.Provider, d.Issuer, d.ClientID
	s.Scopes = append([]string{}, d.Scopes...)
	if !known {
		s.State = session.SignedOut
	}
	if !a.RefreshToken.Empty() {
		s.State, s.Generation = session.Active, s.Generation+1
	}
	k.sessions[d.Name] = s
	k.tell(session.Event{Type: session.EventAdded, Session: d.Name})
	k.mu.Unlock()
	if a.SignIn == nil {
		return s, nil, nil
	}
	l, err := k.start(ctx, d.Name, *a.SignIn, !known)
	return s, &l, err
}

// SetSecret is that of session.Keeper.
func (k *Keeper) SetSecret(_ context.Context, name string, _ session.Secret) (session.Session, error) {
	return k.change("SetSecret", name, func(s *session.Session) {
		if s.State == session.SetupNeeded {
			s.State, s.Reason = session.Active, ""
		}
	})
}

// Remove is that of session.Keeper.
func (k *Keeper) Remove(_ context.Context, name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, "Remove "+name)
	if _, ok := k.sessions[name]; !ok {
		return k.missing(name)
	}
	delete(k.sessions, name)
	delete(k.tokens, name)
	k.tell(session.Event{Type: session.EventRemoved, Session: name})
	return nil
}

// Pause is that of session.Keeper.
func (k *Keeper) Pause(_ context.Context, name string) (session.Session, error) {
	return k.change("Pause", name, func(s *session.Session) { s.State = session.Paused })
}

// Resume is that of session.Keeper.
func (k *Keeper) Resume(_ context.Context, name string) (session.Session, error) {
	return k.change("Resume", name, func(s *session.Session) { s.State = session.Active })
}

// Logout is that of session.Keeper.
func (k *Keeper) Logout(_ context.Context, name string, keepRemote bool) (session.Logout, error) {
	s, err := k.change("Logout", name, func(s *session.Session) { s.State, s.Reason = session.SignedOut, "" })
	if err != nil {
		return session.Logout{}, err
	}
	related, err := k.Related(name)
	remote := "revoked"
	if keepRemote {
		remote = "kept"
	}
	return session.Logout{Session: s, Remote: remote, Related: related}, err
}

// Related is that of session.Keeper.
func (k *Keeper) Related(name string) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one, ok := k.sessions[name]
	if !ok {
		return nil, k.missing(name)
	}
	var names []string
	for _, s := range k.all() {
		if s.Name != name && s.ClientID == one.ClientID && s.Account == one.Account {
			names = append(names, s.Name)
		}
	}
	return names, nil
}

// Subscribe is that of session.Keeper.
func (k *Keeper) Subscribe(ctx context.Context) ([]session.Session, <-chan session.Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := make(chan session.Event, 64)
	k.listeners[c] = ctx.Done()
	return k.all(), c
}

// UnlockKeychain is that of session.Keeper; the user knows the password.
func (k *Keeper) UnlockKeychain(context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, "UnlockKeychain")
	k.locked = nil
	k.tell(session.Event{Type: session.EventKeychain, Code: "ok"})
	return nil
}

// Faults is that of session.Keeper.
func (k *Keeper) Faults() []config.Fault {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.faults)
}

// List is that of history.Log.
func (k *Keeper) List(_ context.Context, name string, limit int) ([]history.Entry, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var found []history.Entry
	for _, e := range slices.Backward(k.entries) {
		if (name == "" || e.Session == name) && (limit == 0 || len(found) < limit) {
			found = append(found, e)
		}
	}
	return found, nil
}

// Tally is that of history.Log; each is an entry of its own.
func (k *Keeper) Tally(t history.Tally) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries = append(k.entries, t.Entry())
}

// Err is that of history.Log.
func (k *Keeper) Err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.histErr
}

// BreakHistory makes the history fail; nil repairs it.
func (k *Keeper) BreakHistory(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.histErr = err
}
