package authserver

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/luikyv/go-oidc/pkg/goidc"
)

// Lifetimes are how long tokens and grants live.
type Lifetimes struct {
	Access  time.Duration // of an access token, in whole seconds
	Session time.Duration // of a grant, counted from consent; negative: it does not end
}

// digest is what tokens are found by, so that nothing that prints the store prints a token.
type digest [sha256.Size]byte

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

// randomToken returns a token of 260 random bits.
func randomToken() string { return rand.Text() + rand.Text() }

// store keeps grants, sign-ins in progress and access tokens, as the managers of the library that ask for them. It
// gives copies away and takes copies, because the library changes what it loaded before it saves it.
type store struct {
	rotation Rotation
	grace    time.Duration

	mu        sync.Mutex // guards everything below
	times     Lifetimes
	reused    int      // grants that a returning refresh token ended
	grants    []*entry // by age
	byID      map[string]*entry
	byCode    map[digest]*entry
	byDevice  map[digest]*entry
	refresh   map[digest]*refreshToken
	access    map[digest]accessToken
	signIns   map[string]*goidc.AuthnSession
	answered  map[string]bool // sign-ins that were approved or denied
	lastGrant int
	sweepAt   time.Time
}

func newStore(o Options) *store {
	return &store{
		rotation: o.Rotation,
		grace:    o.Grace,
		times:    Lifetimes{Access: o.AccessTTL, Session: o.SessionTTL},
		byID:     make(map[string]*entry),
		byCode:   make(map[digest]*entry),
		byDevice: make(map[digest]*entry),
		refresh:  make(map[digest]*refreshToken),
		access:   make(map[digest]accessToken),
		signIns:  make(map[string]*goidc.AuthnSession),
		answered: make(map[string]bool),
	}
}

func (s *store) lifetimes() Lifetimes {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times
}

func (s *store) setLifetimes(l Lifetimes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times = l
}

func (s *store) nextGrantID(context.Context) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastGrant++
	return fmt.Sprintf("g%d", s.lastGrant)
}

// snapshots returns the grants, newest first.
func (s *store) snapshots() []Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	list := make([]Grant, 0, len(s.grants))
	for i := range s.grants {
		list = append(list, s.grants[len(s.grants)-1-i].snapshot(now))
	}
	return list
}

// revokeGrant ends one grant; fs.ErrNotExist where there is none of that id.
func (s *store) revokeGrant(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byID[id]
	if !ok {
		return fmt.Errorf("grant %s: %w", id, fs.ErrNotExist)
	}
	e.revoke(ReasonControl, time.Now())
	return nil
}

// revokeAll ends every grant and returns how many were alive.
func (s *store) revokeAll() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, n := time.Now(), 0
	for _, e := range s.grants {
		if st := e.state(now); st == StateActive || st == StatePending {
			e.revoke(ReasonControl, now)
			n++
		}
	}
	return n
}

// SaveGrant implements goidc.GrantManager. What revoked a grant in the meantime is not undone.
func (s *store) SaveGrant(ctx context.Context, g *goidc.Grant) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	e, known := s.byID[g.ID]
	if !known {
		e = &entry{id: g.ID, createdAt: now}
		s.byID[g.ID] = e
		s.grants = append(s.grants, e)
		if g.AuthCode != "" {
			s.byCode[digestOf(g.AuthCode)] = e
		}
		if g.DeviceCode != "" {
			s.byDevice[digestOf(g.DeviceCode)] = e
		}
		e.setEnd(s.times.Session, now)
	}
	saved := cloneGrant(g)
	x := exchangeOf(ctx)
	switch {
	case e.reason != "":
		saved.RevokedAt = e.grant.RevokedAt
	case g.RevokedAt != 0 && x != nil:
		e.reason = ReasonCodeUsed
	case g.RevokedAt != 0:
		e.reason = ReasonClient
	}
	e.grant = saved
	if g.RefreshToken != "" && g.RefreshToken != e.current {
		s.rotate(e, g.RefreshToken, now)
	}
	if x != nil && g.RevokedAt == 0 {
		s.noteAnswer(e, x, now)
	}
	return nil
}

// rotate makes token the newest of the grant.
func (s *store) rotate(e *entry, token string, now time.Time) {
	if old := s.refresh[digestOf(e.current)]; e.current != "" {
		old.supersededAt = now
	}
	e.generation++
	e.current = token
	s.refresh[digestOf(token)] = &refreshToken{entry: e, generation: e.generation}
}

// noteAnswer writes down that the token request x is about to be answered with tokens of e.
func (s *store) noteAnswer(e *entry, x *exchange, now time.Time) {
	e.started = true
	if x.grantType == goidc.GrantRefreshToken {
		e.refreshes++
		e.lastRefreshAt = now
	} else {
		e.setEnd(s.times.Session, now)
	}
	x.issued = e.generation
	x.endsAt = e.endsAt
}

// Grant implements goidc.GrantManager.
func (s *store) Grant(_ context.Context, id string) (*goidc.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copyOf(s.byID[id])
}

// GrantByAuthCode implements goidc.AuthManager.
func (s *store) GrantByAuthCode(_ context.Context, code string) (*goidc.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byCode[digestOf(code)]
	if e != nil && e.reason != "" {
		// The library would say expired_token, which belongs to the device flow.
		return nil, goidc.ErrNotFound
	}
	return copyOf(e)
}

// GrantByDeviceCode implements goidc.DeviceAuthManager.
func (s *store) GrantByDeviceCode(_ context.Context, code string) (*goidc.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copyOf(s.byDevice[digestOf(code)])
}

// GrantByRefreshToken implements goidc.RefreshTokenManager. In a token request, which the library has authenticated by
// now, this is where an old token either ends its grant or is forgiven; revocation and introspection only look.
func (s *store) GrantByRefreshToken(ctx context.Context, token string) (*goidc.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	t, ok := s.refresh[digestOf(token)]
	if !ok {
		return nil, goidc.ErrNotFound
	}
	e, x := t.entry, exchangeOf(ctx)
	if x == nil {
		if t.superseded() || e.ended(now) {
			return nil, goidc.ErrNotFound
		}
		return copyOf(e)
	}
	if x.client != e.grant.ClientID || e.reason != "" {
		return copyOf(e) // the library refuses
	}
	if e.setEnd(s.times.Session, now); e.ended(now) {
		return nil, goidc.ErrNotFound
	}
	forgiven := s.rotation == RotationGrace && now.Sub(t.supersededAt) <= s.grace
	if t.superseded() && !forgiven {
		e.revoke(ReasonReuse, now)
		s.reused++
		return nil, goidc.ErrNotFound
	}
	if t.superseded() || s.rotation == RotationOff {
		x.keep = e.current
	}
	return copyOf(e)
}

// nextRefreshToken is what the library calls for a new refresh token.
func (s *store) nextRefreshToken(ctx context.Context) string {
	if x := exchangeOf(ctx); x != nil && x.keep != "" {
		return x.keep
	}
	return randomToken()
}

// entryFor returns the grant that a token request is about, nil where there is none.
func (s *store) entryFor(x *exchange) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch x.grantType {
	case goidc.GrantRefreshToken:
		if t := s.refresh[x.credential]; t != nil {
			return t.entry
		}
		return nil
	case goidc.GrantAuthorizationCode:
		return s.byCode[x.credential]
	case goidc.GrantDeviceCode:
		return s.byDevice[x.credential]
	default:
		return nil
	}
}

// standing says how the refresh token of a token request stands, and its generation.
func (s *store) standing(x *exchange) (Presented, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.refresh[x.credential]
	switch {
	case x.grantType != goidc.GrantRefreshToken:
		return "", 0
	case t == nil:
		return PresentedUnknown, 0
	case t.superseded():
		return PresentedSuperseded, t.generation
	default:
		return PresentedCurrent, t.generation
	}
}

// SaveToken implements goidc.OpaqueTokenManager.
func (s *store) SaveToken(_ context.Context, t *goidc.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	d := digestOf(t.ID)
	saved, known := s.access[d]
	if !known {
		saved.expiresAt = time.Now().Add(time.Duration(t.LifetimeSecs()) * time.Second)
	}
	saved.token = new(*t)
	s.access[d] = saved
	return nil
}

// Token implements goidc.OpaqueTokenManager. The library counts in whole seconds and would let a token die up to a
// second before the time it announced; the store knows better.
func (s *store) Token(_ context.Context, id string) (*goidc.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	saved, ok := s.access[digestOf(id)]
	if !ok {
		return nil, goidc.ErrNotFound
	}
	t := new(*saved.token)
	t.ExpiresAt = 0
	if time.Now().Before(saved.expiresAt) {
		t.ExpiresAt = int(saved.expiresAt.Add(time.Second).Unix())
	}
	return t, nil
}

// SaveSession implements goidc.AuthManager and goidc.DeviceAuthManager.
func (s *store) SaveSession(_ context.Context, as *goidc.AuthnSession) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	s.signIns[as.ID] = cloneSignIn(as)
	return nil
}

// Session implements goidc.AuthManager and goidc.DeviceAuthManager. A sign-in that was answered cannot be opened again.
func (s *store) Session(_ context.Context, id string) (*goidc.AuthnSession, error) {
	return s.signIn(func(as *goidc.AuthnSession) bool { return as.ID == id && !s.answered[id] })
}

// SessionByUserCode implements goidc.DeviceAuthManager; people may type the code in small letters and with spaces.
func (s *store) SessionByUserCode(_ context.Context, code string) (*goidc.AuthnSession, error) {
	code = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(code))
	return s.signIn(func(as *goidc.AuthnSession) bool { return as.UserCode == code && !s.answered[as.ID] })
}

// SessionByDeviceCode implements goidc.DeviceAuthManager.
func (s *store) SessionByDeviceCode(_ context.Context, code string) (*goidc.AuthnSession, error) {
	return s.signIn(func(as *goidc.AuthnSession) bool { return as.DeviceCode == code })
}

func (s *store) signIn(wanted func(*goidc.AuthnSession) bool) (*goidc.AuthnSession, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, as := range s.signIns {
		if wanted(as) {
			return cloneSignIn(as), nil
		}
	}
	return nil, goidc.ErrNotFound
}

// answerOnce reports whether the sign-in is still open, and closes it: of two clicks only one makes a grant.
func (s *store) answerOnce(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := !s.answered[id]
	s.answered[id] = true
	return open
}

// sweep forgets, at most once a minute, the access tokens and sign-ins whose time is over.
func (s *store) sweep() {
	now := time.Now()
	if now.Before(s.sweepAt) {
		return
	}
	s.sweepAt = now.Add(time.Minute)
	maps.DeleteFunc(s.access, func(_ digest, t accessToken) bool { return now.After(t.expiresAt) })
	maps.DeleteFunc(s.signIns, func(id string, as *goidc.AuthnSession) bool {
		over := int(now.Unix()) > as.ExpiresAt
		if over {
			delete(s.answered, id)
		}
		return over
	})
}

func copyOf(e *entry) (*goidc.Grant, error) {
	if e == nil {
		return nil, goidc.ErrNotFound
	}
	c := cloneGrant(e.grant)
	if !e.endsAt.IsZero() {
		c.RefreshTokenExpiresAt = int(e.endsAt.Add(time.Second).Unix()) // the next whole second
	}
	return c, nil
}

func cloneGrant(g *goidc.Grant) *goidc.Grant {
	c := new(*g)
	c.Store = maps.Clone(g.Store)
	return c
}

func cloneSignIn(as *goidc.AuthnSession) *goidc.AuthnSession {
	c := new(*as)
	c.Store = maps.Clone(as.Store)
	return c
}
