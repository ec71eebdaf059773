package session

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// subscriberLag is how many events a subscriber may fall behind before it loses its channel.
const subscriberLag = 1024

// hub hands events to subscribers without ever waiting for one.
type hub struct {
	mu   sync.Mutex // guards subs
	subs map[chan Event]struct{}
}

func (h *hub) send(ev Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.subs {
		select {
		case c <- ev:
		default: // too slow: it starts again with a fresh snapshot
			delete(h.subs, c)
			close(c)
		}
	}
}

func (h *hub) add() chan Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subs == nil {
		h.subs = map[chan Event]struct{}{}
	}
	c := make(chan Event, subscriberLag)
	h.subs[c] = struct{}{}
	return c
}

func (h *hub) drop(c chan Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subs[c]; ok {
		delete(h.subs, c)
		close(c)
	}
}

// Subscribe gives the sessions as they stand and then every event, until ctx ends. A subscriber that does not keep up
// loses its channel, closed, and starts again.
func (k *Keeper) Subscribe(ctx context.Context) ([]Session, <-chan Event) {
	var now []Session
	var c chan Event
	if k.call(ctx, func() { now, c = k.Sessions(), k.hub.add() }) != nil {
		c = make(chan Event)
		close(c)
		return nil, c
	}
	context.AfterFunc(ctx, func() { k.hub.drop(c) })
	return now, c
}

// details is what the history keeps of an event, without what a column says already.
func (ev Event) details() map[string]string {
	d := map[string]string{}
	put := func(key, value string) {
		if value != "" {
			d[key] = value
		}
	}
	at := func(key string, t time.Time) {
		if !t.IsZero() {
			d[key] = t.UTC().Format(time.RFC3339)
		}
	}
	put("state", string(ev.State))
	put("was", string(ev.Was))
	put("reason", string(ev.Reason))
	put("kind", ev.Kind)
	put("code", ev.Code)
	put("message", ev.Message)
	put("outcome", ev.Outcome)
	if ev.Status != 0 {
		put("http_status", strconv.Itoa(ev.Status))
	}
	if ev.Generation != 0 {
		put("generation", strconv.FormatUint(ev.Generation, 10))
	}
	at("expires_at", ev.ExpiresAt)
	at("ends_at", ev.EndsAt)
	at("retry_at", ev.RetryAt)
	return d
}
