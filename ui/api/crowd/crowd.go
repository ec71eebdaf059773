// Package crowd bounds how many connections a listener serves at a time, so that those who keep silent never keep others
// out. Nobody who asks is refused: who finds no place waits in the system's queue until one is free.
package crowd

import (
	"container/list"
	"net"
	"net/http"
	"sync"
	"time"
)

// patience is how long a connection may keep silent while others wait for its place: far longer than a program of this
// machine needs between connecting and asking.
const patience = 250 * time.Millisecond

// Crowd are the connections at one listener.
type Crowd struct {
	most int
	stir chan struct{} // a place may be had; room for one
	done chan struct{}
	once sync.Once

	mu    sync.Mutex // guards what follows, and what a Member says of itself
	taken int        // places, also those that are reserved
	here  list.List  // of *Member, in the order of their last words
}

// New returns a Crowd of so many places.
func New(most int) *Crowd {
	return &Crowd{most: most, stir: make(chan struct{}, 1), done: make(chan struct{})}
}

// Reserve waits for a place for the next connection. Where all are taken, whoever has been silent for the longest time
// is sent away. ok is false where the Crowd was closed meanwhile.
func (c *Crowd) Reserve() (ok bool) {
	for {
		ok, due := c.take()
		if ok {
			return true
		}
		select {
		case <-c.stir:
		case <-due:
		case <-c.done:
			return false
		}
	}
}

// take takes a place. Where there is none it takes that of whoever has been silent for too long, or says when that will
// be worth another try; nil: when something stirs.
func (c *Crowd) take() (ok bool, due <-chan time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken < c.most {
		c.taken++
		return true, nil
	}
	m, since := c.silent()
	switch {
	case m != nil:
		c.here.Remove(m.place)
		m.sent = true
		_ = m.conn.Close() // its server notices
		return true, nil
	case since.IsZero():
		return false, nil
	}
	return false, time.After(patience - time.Since(since))
}

// silent is who goes first: the oldest one that never asked for anything, else the one whose last question is longest ago.
// Where none has been silent for long enough, since is when the first to go spoke last; zero: all are at work.
func (c *Crowd) silent() (first *Member, since time.Time) {
	enough := time.Now().Add(-patience)
	for e := c.here.Front(); e != nil; e = e.Next() {
		m, ok := e.Value.(*Member)
		switch {
		case !ok || m.busy:
		case m.since.After(enough): // so are all behind it
			if since.IsZero() {
				since = m.since
			}
			return first, since
		case !m.asked:
			return m, m.since
		case first == nil:
			first, since = m, m.since
		}
	}
	return first, since
}

// Release gives a place back that was reserved and not entered.
func (c *Crowd) Release() {
	c.mu.Lock()
	c.taken--
	c.mu.Unlock()
	c.wake()
}

func (c *Crowd) wake() {
	select {
	case c.stir <- struct{}{}:
	default:
	}
}

// Close ends Reserve; connections stay.
func (c *Crowd) Close() { c.once.Do(func() { close(c.done) }) }

// Enter gives a connection the place that was reserved for it.
func (c *Crowd) Enter(conn net.Conn) *Member {
	m := &Member{crowd: c, conn: conn, since: time.Now()}
	c.mu.Lock()
	defer c.mu.Unlock()
	m.place = c.here.PushBack(m)
	return m
}

// Member is one connection.
type Member struct {
	crowd *Crowd
	conn  net.Conn
	once  sync.Once

	place *list.Element
	asked bool      // a whole request came
	busy  bool      // one is being answered
	sent  bool      // away; its place is another's
	since time.Time // of its last words
}

// Busy says that a request came, which will be answered.
func (m *Member) Busy() {
	m.crowd.mu.Lock()
	m.asked, m.busy = true, true
	m.crowd.mu.Unlock()
}

// Idle says that it is the connection's turn to say something.
func (m *Member) Idle() { m.Pause() }

// Pause says that it is the connection's turn to do something, and reports whether a request of it was being answered.
func (m *Member) Pause() (busy bool) {
	m.crowd.mu.Lock()
	busy = m.busy
	m.asked, m.busy, m.since = true, false, time.Now()
	m.crowd.here.MoveToBack(m.place)
	full := m.crowd.taken >= m.crowd.most
	m.crowd.mu.Unlock()
	if full {
		m.crowd.wake()
	}
	return busy
}

// Leave gives the place back; it may be called again.
func (m *Member) Leave() {
	m.once.Do(func() {
		m.crowd.mu.Lock()
		m.crowd.here.Remove(m.place)
		sent := m.sent
		m.crowd.mu.Unlock()
		if !sent {
			m.crowd.Release()
		}
	})
}

// Note is for a server's ConnState: it tells how far a connection is.
func Note(c net.Conn, s http.ConnState) {
	m, ok := c.(interface {
		Busy()
		Idle()
	})
	switch {
	case !ok:
	case s == http.StateActive:
		m.Busy()
	case s == http.StateIdle:
		m.Idle()
	}
}
