package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sessionkeeper/session/provider"
)

// grant is what a session holds now. It is never changed once made: a renewal makes a new one of the next generation.
type grant struct {
	generation          uint64
	refresh, access, id Secret
	kind                string // token_type
	scopes              []string
	issuedAt, expiresAt time.Time // wall clock; expiresAt is zero for a token that does not end
	refreshEndsAt       time.Time // as the provider announced it
	consentAt           time.Time
	account             Account

	idEndsAt time.Time     // of the ID token by its own word; zero: it tells none
	idLife   time.Duration // its whole life
	idStale  bool          // the renewal that led here brought no ID token that is any good
	idSame   bool          // it brought the one that was in hand

	// seen is a reading of the monotonic clock at which the token had left to live: a wall clock that is put back does
	// not make it live longer.
	seen   time.Time
	seenAt time.Time // by the wall clock
	left   time.Duration
	idLeft time.Duration
}

// life is the whole life of the access token; 0 where it does not end.
func (g *grant) life() time.Duration {
	if g.expiresAt.IsZero() {
		return 0
	}
	return g.expiresAt.Sub(g.issuedAt)
}

// usable reports whether the access token may be handed out at wall time now.
func (g *grant) usable(now time.Time) bool {
	if g.access.Empty() || !usable(now, g.issuedAt, g.expiresAt) {
		return false
	}
	return g.expiresAt.IsZero() || g.seen.IsZero() || time.Since(g.seen) < g.left
}

// renewsNever reports whether there is nothing to renew a token with that ends.
func (g *grant) renewsNever() bool { return g.refresh.Empty() && !g.expiresAt.IsZero() }

// watch starts the monotonic count of what the tokens have left at wall time now.
func (g *grant) watch(now time.Time) *grant {
	g.seen, g.seenAt, g.left, g.idLeft = time.Now(), now, g.expiresAt.Sub(now), g.idEndsAt.Sub(now)
	return g
}

// putBack is g as the wall clock tells it that was put back to now: the tokens have no more left than the monotonic clock
// says. Of what the clock wrote down before, only what lies in the future is surely wrong.
func (g *grant) putBack(now time.Time) *grant {
	back := g.seenAt.Add(time.Since(g.seen)).Sub(now)
	if g.seen.IsZero() || back < time.Second {
		return g
	}
	n := g.earlier(back)
	if g.issuedAt.After(now) && !g.refreshEndsAt.IsZero() {
		n.refreshEndsAt = g.refreshEndsAt.Add(-back)
	}
	if g.consentAt.After(now) {
		n.consentAt = g.consentAt.Add(-back)
	}
	return n.watch(now)
}

// earlier is g with tokens that were given, and end, so much earlier.
func (g *grant) earlier(by time.Duration) *grant {
	n := *g
	n.issuedAt = g.issuedAt.Add(-by)
	if !g.expiresAt.IsZero() {
		n.expiresAt = g.expiresAt.Add(-by)
	}
	if !g.idEndsAt.IsZero() {
		n.idEndsAt = g.idEndsAt.Add(-by)
	}
	return &n
}

// until is g as it was last known to end, where that is earlier than it says itself: the clock was put back since.
func (g *grant) until(d durable, now time.Time) *grant {
	by := g.expiresAt.Sub(d.ExpiresAt)
	if d.Generation != g.generation || d.ExpiresAt.IsZero() || by <= 0 {
		return g
	}
	return g.earlier(by).watch(now)
}

// offered is the refresh token that comes in the place of g's, empty where none does. A number may stand for none, and
// replaces nothing but what is of digits as well.
func (g *grant) offered(t provider.Tokens) Secret {
	if t.RefreshNumber && !g.refresh.Empty() && !g.refresh.Digits() {
		return Secret{}
	}
	return t.Refresh
}

// renewed is the grant that follows g after an answer with tokens. What the answer leaves out stays as it was
// (RFC 6749 section 6). taken is the highest generation that was ever given to this session.
func (g *grant) renewed(p *provider.Provider, a provider.Answer, wall time.Time, taken uint64) *grant {
	n := &grant{
		generation: max(g.generation, taken) + 1, refresh: g.refresh, id: g.id, access: a.Tokens.Access,
		kind: a.Tokens.Type, scopes: g.scopes, issuedAt: a.SentAt.Round(0), consentAt: g.consentAt, account: g.account,
		refreshEndsAt: g.refreshEndsAt, idEndsAt: g.idEndsAt, idLife: g.idLife,
	}
	if n.issuedAt.IsZero() {
		n.issuedAt = wall
	}
	if next := g.offered(a.Tokens); !next.Empty() {
		n.refresh = next
	}
	if !a.Tokens.ID.Empty() {
		n.id, n.idSame = a.Tokens.ID, a.Tokens.ID.Equal(g.id)
		n.timeID(n.issuedAt)
	} else if g.idEndsAt.IsZero() && !g.id.Empty() {
		n.idEndsAt, n.idLife = g.expiresAt, g.life() // of the access token that it came with
	}
	if a.Tokens.Scopes != nil {
		n.scopes = a.Tokens.Scopes
	}
	switch {
	case a.Tokens.ExpiresIn > 0:
		n.expiresAt = n.issuedAt.Add(a.Tokens.ExpiresIn)
	case p.AccessLife > 0:
		n.expiresAt = n.issuedAt.Add(p.AccessLife)
	case g.life() > 0: // the end of this answer may have been cut off
		n.expiresAt = n.issuedAt.Add(g.life())
	case !n.refresh.Empty():
		n.expiresAt = n.issuedAt.Add(assumedLife)
	}
	if a.Tokens.RefreshExpiresIn > 0 {
		// Whole seconds are announced: the same end comes back a second earlier or later.
		if at := n.issuedAt.Add(a.Tokens.RefreshExpiresIn); at.Sub(n.refreshEndsAt).Abs() > sameDeadline {
			n.refreshEndsAt = at
		}
	}
	n.watch(wall)
	n.idStale = a.Tokens.ID.Empty() || !n.good(wall, true)
	return n
}

// extends reports whether the refresh that led from g to n moved the announced end ahead: an idle limit, which use
// beats, as long as the provider has no other limit behind it. ok is false where there is nothing to compare.
func (g *grant) extends(n *grant) (yes, ok bool) {
	if g.refreshEndsAt.IsZero() || n.refreshEndsAt.IsZero() {
		return false, false
	}
	// Whole seconds are announced: an absolute end comes back within a few of them, and one that moved by less between
	// two refreshes that lie close together proves nothing.
	yes = n.refreshEndsAt.Sub(g.refreshEndsAt) > sameDeadline
	return yes, yes || n.issuedAt.Sub(g.issuedAt) > 2*sameDeadline
}

const recordFormat = 1

// record is a grant as it lies in the store.
type record struct {
	Format        int       `json:"format"`
	Generation    uint64    `json:"generation"`
	Refresh       string    `json:"refresh,omitempty"`
	Access        string    `json:"access,omitempty"`
	ID            string    `json:"id,omitempty"`
	IDEndsAt      time.Time `json:"id_ends_at,omitzero"` // earlier than the token's own word where clocks differ
	IDStale       bool      `json:"id_stale,omitempty"`
	Type          string    `json:"type,omitempty"`
	Scopes        []string  `json:"scopes,omitempty"`
	IssuedAt      time.Time `json:"issued_at"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	RefreshEndsAt time.Time `json:"refresh_ends_at,omitzero"`
	ConsentAt     time.Time `json:"consent_at,omitzero"`
	Account       Account   `json:"account"`
}

// encode is the only place where a grant's secrets become bytes, for the store alone.
func (g *grant) encode() ([]byte, error) {
	b, err := json.Marshal(record{
		Format: recordFormat, Generation: g.generation,
		Refresh: g.refresh.Reveal(), Access: g.access.Reveal(), ID: g.id.Reveal(), Type: g.kind,
		Scopes: g.scopes, IssuedAt: g.issuedAt, ExpiresAt: g.expiresAt, RefreshEndsAt: g.refreshEndsAt,
		ConsentAt: g.consentAt, Account: g.account, IDEndsAt: g.idEndsAt, IDStale: g.idStale,
	})
	if err != nil {
		return nil, fmt.Errorf("encoding a grant: %w", err)
	}
	return b, nil
}

var errFormat = errors.New("the stored grant has a format that this version does not know")

// decodeGrant reads a stored grant. A record whose clock lies ahead of now was written before the clock was put back:
// its tokens count as spent.
func decodeGrant(data []byte, now time.Time) (*grant, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, errFormat // the cause could quote the record
	}
	if r.Format != recordFormat {
		return nil, errFormat
	}
	g := &grant{
		generation: r.Generation, refresh: newSecret(r.Refresh), access: newSecret(r.Access), id: newSecret(r.ID),
		kind: r.Type, scopes: r.Scopes, issuedAt: r.IssuedAt, expiresAt: r.ExpiresAt, refreshEndsAt: r.RefreshEndsAt,
		consentAt: r.ConsentAt, account: r.Account, idStale: r.IDStale,
	}
	g.timeID(time.Time{})
	if !r.IDEndsAt.IsZero() && (g.idEndsAt.IsZero() || r.IDEndsAt.Before(g.idEndsAt)) {
		g.idEndsAt = r.IDEndsAt
	}
	if g.consentAt.After(now) {
		g.consentAt = now
	}
	if ahead := g.issuedAt.Sub(now); ahead > time.Minute {
		if !g.refreshEndsAt.IsZero() {
			g.refreshEndsAt = g.refreshEndsAt.Add(-ahead)
		}
		if !g.idEndsAt.IsZero() {
			g.idEndsAt = now
		}
		if !g.expiresAt.IsZero() {
			g.issuedAt, g.expiresAt = now.Add(-time.Hour), now
		}
	}
	return g.watch(now), nil
}
