package api

import (
	"slices"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// tray is one that listens. What it has not read is kept by key, so that one that does not read at all costs no more
// than what stands.
type tray struct {
	news   chan struct{} // has room for one
	keys   []string      // in the order of their oldest news
	unread map[string]client.Event
}

// join adds a tray; the notices that stand come to it soon.
func (b *Board) join() *tray {
	t := &tray{news: make(chan struct{}, 1), unread: map[string]client.Event{}}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trays = append(b.trays, t)
	poke(b.wake)
	return t
}

// leave takes a tray away; the one before it, or the screen, takes over.
func (b *Board) leave(t *tray) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trays = slices.DeleteFunc(b.trays, func(o *tray) bool { return o == t })
	poke(b.wake)
}

// newest is the tray that is to show; nil: there is none. It needs mu.
func (b *Board) newest() *tray {
	if len(b.trays) == 0 {
		return nil
	}
	return b.trays[len(b.trays)-1]
}

// tell puts a key's news into a tray's queue. It needs mu.
func (b *Board) tell(t *tray, key string, p *post) {
	e := client.Event{Type: client.EventWithdrawn, Notice: &client.Notice{Key: key, ID: p.id}}
	switch {
	case p.notice != nil:
		e = client.Event{Type: client.EventNotice, Session: p.notice.Session(), Notice: noticeOf(*p.notice, p.id)}
	case p.id == 0: // one with an id is kept: the tray may end before it has read this
		delete(b.posts, key)
	}
	e.At = time.Now().UTC()
	if _, waits := t.unread[key]; !waits {
		t.keys = append(t.keys, key)
	}
	t.unread[key] = e
	poke(t.news)
}

// read gives a tray its news.
func (b *Board) read(t *tray) []client.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	events := make([]client.Event, len(t.keys))
	for i, key := range t.keys {
		events[i] = t.unread[key]
	}
	t.keys = nil
	clear(t.unread)
	return events
}

func noticeOf(n session.Notice, id uint32) *client.Notice {
	w := &client.Notice{
		Key: n.Key, Title: n.Title, Body: n.Body, Urgent: n.Urgent, Session: n.Session(), ID: id,
		Actions: make([]client.NoticeAction, len(n.Actions)),
	}
	for i, a := range n.Actions {
		w.Actions[i] = client.NoticeAction(a)
	}
	return w
}
