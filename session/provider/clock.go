package provider

import (
	"sync"
	"time"
)

const (
	// slack is how far two clocks may differ: beyond it lifetimes and signatures are judged wrongly.
	slack = time.Minute
	// agreement is how long one server that agrees with our clock outweighs another that does not.
	agreement = time.Hour
	// jump is how far the wall clock may go its own way without having been set; sleep looks alike.
	jump = 10 * time.Second
)

// Clock is what a server's Date header says of our wall clock.
type Clock struct {
	Ahead time.Duration // of the server's; negative: behind
	Host  string
	Wrong bool // by more than a minute
}

// clockSight is the newest that was heard of our clock.
type clockSight struct {
	mu    sync.Mutex // guards what follows
	last  Clock
	good  string    // the host that agreed last; "" for none
	wall  time.Time // when that was
	begun time.Time // the same, by the monotonic clock
}

// Clock tells what the newest https answer of use said of our clock; not ok before the first.
func (w *Wire) Clock() (c Clock, ok bool) {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	return w.clock.last, w.clock.last.Host != ""
}

// saw takes note of the Date of an answer that proved good. It has whole seconds, and was written at some moment
// between sending and reading: a request that took long proves little.
func (w *Wire) saw(r *reply) {
	took := r.readAt.Round(0).Sub(r.sentAt.Round(0))
	if r.date.IsZero() || took < 0 {
		return
	}
	c := Clock{Host: r.host, Ahead: r.sentAt.Add(took / 2).Sub(r.date.Add(time.Second / 2))}
	c.Wrong = c.Ahead.Abs() > slack+took/2
	s := &w.clock
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !c.Wrong:
		s.good, s.wall, s.begun = r.host, r.readAt.Round(0), time.Now()
	case s.good != "" && s.good != r.host && s.agrees(r.readAt):
		return // it is that server's clock
	}
	s.last = c
}

// agrees reports whether the word of the host that agreed still counts at now: it is young, and nobody set our clock
// since.
func (s *clockSight) agrees(now time.Time) bool {
	since := time.Since(s.begun)
	return since < agreement && (now.Round(0).Sub(s.wall)-since).Abs() < jump
}
