package api

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"sessionkeeper/session/history"
	"sessionkeeper/ui/api/peer"
)

const (
	// faceHeader is where a client may say what a token is for. It is a label in the history and trusted for nothing.
	faceHeader = "Sessionkeeper-Face"

	maxFace       = 32
	handoutsDelay = 5 * time.Second // from the first hand-out to its writing
	maxHandouts   = 1024            // rows are held back at most
)

// handout is what tells one row of the history from the others. Rows are of one hour.
type handout struct {
	session, face     string
	program, via, dad string
	uid               int
	hour              int64
}

// handed is how often.
type handed struct {
	count       int
	pid         int // the last
	first, last time.Time
}

// handouts counts the tokens that go out, by session, program and hour, and hands the sums to the history now and then:
// no hand-out waits for a disk.
type handouts struct {
	keep func(history.Tally)
	wake chan struct{} // has a value when something waits

	mu     sync.Mutex // guards what follows
	counts map[handout]*handed
	newest handout // the row of the hand-out before, which is mostly that of the next
	at     *handed // nil: none
}

func newHandouts(keep func(history.Tally)) *handouts {
	return &handouts{keep: keep, wake: make(chan struct{}, 1), counts: map[handout]*handed{}}
}

// handedOut is told of every token that goes out: of which session, to whom, and what for by the client's own word
// (the header Sessionkeeper-Face; empty where it says nothing). It takes some 100 ns and never waits for a disk.
func (s *Server) handedOut(session string, p peer.Program, face string) {
	s.handouts.add(session, p, face, time.Now())
}

func (h *handouts) add(session string, p peer.Program, face string, now time.Time) {
	now = now.Round(0) // the wall's clock counts, which may be put back
	key := handout{
		session: session, face: faceLabel(face), program: p.Path, via: p.Via, dad: p.Parent, uid: p.UID,
		hour: now.Unix() / int64(time.Hour/time.Second),
	}
	h.mu.Lock()
	row := h.at
	if row == nil || key != h.newest {
		row = h.counts[key]
	}
	fresh := row == nil
	if fresh {
		row = &handed{first: now, last: now}
		h.counts[key] = row
	}
	h.newest, h.at = key, row
	row.count++
	row.pid = p.PID
	switch {
	case now.After(row.last):
		row.last = now
	case now.Before(row.first):
		row.first = now
	}
	first, full := fresh && len(h.counts) == 1, len(h.counts) >= maxHandouts
	h.mu.Unlock()
	if full {
		h.flush()
	}
	if first {
		select {
		case h.wake <- struct{}{}:
		default:
		}
	}
}

// faceLabel is what a client says that a token is for, as far as it is a plain word or two.
func faceLabel(said string) string {
	if said == "" || len(said) > maxFace {
		return "socket"
	}
	for i, c := range []byte(said) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', i > 0 && (c == ' ' || c == '-'):
		default:
			return "socket"
		}
	}
	return said
}

// run hands the counts on until ctx ends; what is left then is the caller's to flush.
func (h *handouts) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-h.wake:
			select {
			case <-ctx.Done():
			case <-time.After(handoutsDelay):
			}
			h.flush()
		}
	}
}

// flush hands to the history what has been counted since the last time.
func (h *handouts) flush() {
	h.mu.Lock()
	counts := h.counts
	if len(counts) > 0 {
		h.counts, h.at = make(map[handout]*handed, len(counts)), nil
	}
	h.mu.Unlock()
	for key, row := range counts {
		h.keep(key.tally(*row))
	}
}

func (k handout) tally(n handed) history.Tally {
	who := map[string]string{"face": k.face}
	put := func(key, value string) {
		if value != "" {
			who[key] = strings.ToValidUTF8(value, "�")
		}
	}
	put("program", k.program)
	put("parent", k.dad)
	put("via", k.via)
	if k.uid >= 0 {
		who["uid"] = strconv.Itoa(k.uid)
	}
	return history.Tally{Session: k.session, Who: who, PID: n.pid, Count: n.count, First: n.first, Last: n.last}
}

// connection is what is known of a request's connection; its program is asked for once, when somebody wants it.
type connection struct {
	conn net.Conn
	once sync.Once
	who  peer.Program
}

type connectionKey struct{}

// withConnection lets a request's handler ask who is at the other end.
func withConnection(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{conn: c})
}

// programOf says which program a request comes from; the zero Program but for its UID where that is not known.
func programOf(r *http.Request) peer.Program {
	c, ok := r.Context().Value(connectionKey{}).(*connection)
	if !ok {
		return peer.Program{UID: -1}
	}
	c.once.Do(func() {
		c.who = peer.Program{UID: -1}
		conn := c.conn
		if g, ok := conn.(*guardedConn); ok {
			conn = g.Conn
		}
		if u, ok := conn.(*net.UnixConn); ok {
			if p, err := peer.Who(u); err == nil {
				c.who = p
			}
		}
	})
	return c.who
}
