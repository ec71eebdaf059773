package apitest

import (
	"fmt"
	"time"

	"sessionkeeper/session"
)

// Renew gives a session a new token that runs out at expires, and tells the listeners.
func (k *Keeper) Renew(name string, expires time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sessions[name]
	s.Generation++
	s.AccessExpiresAt = expires
	k.sessions[name] = s
	k.tokens[name] = fmt.Sprintf("token-of-%s-%d", name, s.Generation)
	k.tell(session.Event{Type: session.EventRenewed, Session: name, Generation: s.Generation, ExpiresAt: expires})
}

// Happen tells the listeners of an event.
func (k *Keeper) Happen(ev session.Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tell(ev)
}
