package session

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"sessionkeeper/session/history"
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

// emit tells the history, and subscribers once the loop's work is done.
func (k *Keeper) emit(ev Event) {
	ev.At = k.now()
	k.outbox = append(k.outbox, ev)
	if k.o.History != nil {
		k.o.History.Append(history.Entry{At: ev.At, Session: ev.Session, Type: ev.Type, Detail: ev.details()})
	}
}

// retell shows subscribers a session of which more is known now, where no event of this moment does.
func (k *Keeper) retell(e *entry) {
	if e.provisional || e.removed || slices.ContainsFunc(k.outbox, func(ev Event) bool { return ev.Session == e.def.Name }) {
		return
	}
	s := e.pub.Load().session
	k.outbox = append(k.outbox, Event{
		Type: EventState, Session: s.Name, At: k.now(), State: s.State, Was: s.State, Reason: s.Reason, EndsAt: s.EndsAt,
	})
}

// tellAll tells subscribers what has happened, each time with the session as it is published now: one who draws it needs
// no second question, and never sees the middle of a change.
func (k *Keeper) tellAll() {
	for _, ev := range k.outbox {
		if e := k.entries[ev.Session]; e != nil && !e.provisional {
			ev.Now = &e.pub.Load().session
		}
		k.hub.send(ev)
	}
	clear(k.outbox)
	k.outbox = k.outbox[:0]
}
