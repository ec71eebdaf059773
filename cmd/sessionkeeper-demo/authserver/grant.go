package authserver

import (
	"sync"
	"time"

	"github.com/luikyv/go-oidc/pkg/goidc"
)

// State is what became of a grant.
type State string

// The states of a grant.
const (
	StatePending State = "pending" // consent was given, no token was fetched yet
	StateActive  State = "active"
	StateEnded   State = "ended"   // its time is over
	StateRevoked State = "revoked" // Grant.Reason says by whom
)

// Why a grant was revoked.
const (
	ReasonControl  = "revoked here"
	ReasonClient   = "revoked by the client"
	ReasonReuse    = "an old refresh token came back"
	ReasonCodeUsed = "its code was refused or came back"
)

// Grant is a snapshot of what one account allowed one client.
type Grant struct {
	ID            string    `json:"id"`
	Account       string    `json:"account"` // e-mail address
	Client        string    `json:"client"`
	Scopes        string    `json:"scopes"`
	State         State     `json:"state"`
	Reason        string    `json:"reason,omitempty"` // only with StateRevoked
	Generation    int       `json:"generation"`       // of the newest refresh token; the first is 1, none is 0
	Refreshes     int       `json:"refreshes"`        // answered with tokens, also where the answer was then lost
	CreatedAt     time.Time `json:"created_at"`       // consent
	LastRefreshAt time.Time `json:"last_refresh_at,omitzero"`
	EndsAt        time.Time `json:"ends_at,omitzero"` // as announced last; zero: it does not end
}

// entry is a grant as the store keeps it. The store's mutex guards all but id and gate.
type entry struct {
	id string
	// gate is held for the length of a token request, so that the library's load and save of one grant do not overlap.
	gate sync.Mutex

	grant         *goidc.Grant
	createdAt     time.Time
	endsAt        time.Time
	lastRefreshAt time.Time
	refreshes     int
	generation    int
	current       string // the newest refresh token
	reason        string // why it was revoked; empty: it was not
	started       bool   // tokens were fetched
}

// refreshToken says which refresh token of which grant a digest belongs to.
type refreshToken struct {
	entry        *entry
	generation   int
	supersededAt time.Time
}

func (t *refreshToken) superseded() bool { return t.generation != t.entry.generation }

type accessToken struct {
	token     *goidc.Token
	expiresAt time.Time
}

func (e *entry) ended(now time.Time) bool { return !e.endsAt.IsZero() && !now.Before(e.endsAt) }

func (e *entry) state(now time.Time) State {
	switch {
	case e.reason != "":
		return StateRevoked
	case e.ended(now):
		return StateEnded
	case !e.started:
		return StatePending
	default:
		return StateActive
	}
}

// setEnd counts the life from consent. A grant that has ended stays so.
func (e *entry) setEnd(life time.Duration, now time.Time) {
	switch {
	case e.ended(now):
	case life < 0:
		e.endsAt = time.Time{}
	default:
		e.endsAt = e.createdAt.Add(life)
	}
}

func (e *entry) snapshot(now time.Time) Grant {
	return Grant{
		ID:            e.id,
		Account:       e.grant.Username,
		Client:        e.grant.ClientID,
		Scopes:        e.grant.Scopes,
		State:         e.state(now),
		Reason:        e.reason,
		Generation:    e.generation,
		Refreshes:     e.refreshes,
		CreatedAt:     e.createdAt,
		LastRefreshAt: e.lastRefreshAt,
		EndsAt:        e.endsAt,
	}
}

// revoke ends the grant for the reason given; the first reason stays.
func (e *entry) revoke(reason string, now time.Time) {
	if e.reason == "" {
		e.reason = reason
		e.grant.RevokedAt = int(now.Unix())
	}
}
