package apitest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
)

// Giver is a Keeper whose one session has another token in each generation, as a real one has: a rejection of the token
// in hand brings the next.
type Giver struct {
	*Keeper
	name string

	mu         sync.Mutex // guards what follows
	generation uint64
	expiresAt  time.Time
	kind       string
	asked      int
	rejected   []uint64
	claims     []string
	due        bool // the token in hand was rejected
	stingy     bool // a rejection brings nothing newer
	failures   []error
	gate       chan struct{} // Token waits until it is closed
}

// NewGiver returns a Giver with an active session in its first generation.
func NewGiver(name string) *Giver {
	one := session.Session{Name: name, State: session.Active, Generation: 1, Account: session.Account{Sub: "ada", Name: "Ada Lovelace"}}
	return &Giver{Keeper: New(one), name: name, generation: 1, kind: "Bearer", expiresAt: time.Now().Add(time.Hour)}
}

// TokenText is the token of a generation.
func (g *Giver) TokenText(generation uint64) string {
	return fmt.Sprintf("%s-token-%d", g.name, generation)
}

// Renew makes the next generation's token the one in hand and tells the listeners.
func (g *Giver) Renew() {
	g.mu.Lock()
	next := g.next()
	g.mu.Unlock()
	g.Put(next)
}

// next needs mu.
func (g *Giver) next() session.Session {
	g.generation++
	g.due = false
	return session.Session{Name: g.name, State: session.Active, Generation: g.generation}
}

// Set says what tokens are like from now on: of which type, and until when good.
func (g *Giver) Set(kind string, expiresAt time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kind, g.expiresAt = kind, expiresAt
}

// Stint makes rejections bring nothing newer, as where one is asked too often.
func (g *Giver) Stint() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stingy = true
}

// FailNext makes the next calls of Token answer these errors, one each; nil is a token.
func (g *Giver) FailNext(errs ...error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = slices.Clone(errs)
}

// Hold makes Token wait until release is called, as for a renewal in flight.
func (g *Giver) Hold() (release func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := make(chan struct{})
	g.gate = gate
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.gate = nil
		close(gate)
	})
}

// Asked says how often Token was called.
func (g *Giver) Asked() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// Rejected gives the generations that were rejected.
func (g *Giver) Rejected() []uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.rejected)
}

// Token is that of session.Keeper.
func (g *Giver) Token(ctx context.Context, name string, r session.TokenRequest) (session.Token, error) {
	if name != g.name {
		return g.Keeper.Token(ctx, name, r)
	}
	g.mu.Lock()
	g.asked++
	gate := g.gate
	var fail error
	if len(g.failures) > 0 {
		fail, g.failures = g.failures[0], g.failures[1:]
	}
	g.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return session.Token{}, ctx.Err()
		}
	}
	if fail != nil {
		return session.Token{}, fail
	}
	g.mu.Lock()
	renewed := r.Force && g.due && !g.stingy
	var next session.Session
	if renewed {
		next = g.next()
	}
	t := session.Token{
		Access: secret.New(g.TokenText(g.generation)), Type: g.kind, ExpiresAt: g.expiresAt, Generation: g.generation,
	}
	g.mu.Unlock()
	if renewed {
		g.Put(next)
	}
	return t, nil
}

// Reject is that of session.Keeper.
func (g *Giver) Reject(_ context.Context, name string, generation uint64) (session.Session, error) {
	g.mu.Lock()
	g.rejected = append(g.rejected, generation)
	g.due = g.due || generation == g.generation
	g.mu.Unlock()
	return g.Session(name)
}

// Challenge is that of session.Keeper.
func (g *Giver) Challenge(ctx context.Context, name string, generation uint64, claims string) (session.Session, error) {
	g.mu.Lock()
	g.claims = append(g.claims, claims)
	g.mu.Unlock()
	return g.Reject(ctx, name, generation)
}

// Claims gives what resources wanted.
func (g *Giver) Claims() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.claims)
}

// ExpiresAt says until when tokens are good.
func (g *Giver) ExpiresAt() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.expiresAt
}

// TokenNow is that of session.Keeper: there is never one at once.
func (*Giver) TokenNow(string, session.TokenRequest) (session.Token, bool) {
	return session.Token{}, false
}
