package api

import (
	"crypto/sha256"
	"time"

	"sessionkeeper/session"
)

const (
	lookEvery = 3 * time.Second // in the long run
	lookBurst = 5               // that may follow each other
)

// look is what one page has asked of the network.
type look struct {
	busy bool
	free time.Time // when all it has asked counts no more
}

// look lets a page ask something of the network: one thing at a time, and not many. Whoever was let in calls done.
func (p *pages) look(bearer string) (done func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, at := sha256.Sum256([]byte(bearer)), now()
	for other, l := range p.looks {
		if !l.busy && !at.Before(l.free) {
			delete(p.looks, other)
		}
	}
	l := p.looks[key]
	most := at.Add(lookBurst * lookEvery)
	if l.free.Before(at) || l.free.After(most) { // after: the clock was put back
		l.free = at
	}
	next := l.free.Add(lookEvery)
	if l.busy || next.After(most) {
		return nil, &session.Error{
			Code: session.CodeUnavailable, RetryAt: at.Add(max(time.Second, next.Sub(most))),
			Detail: "this page asks too much at once; wait for the answer, then try again",
		}
	}
	p.looks[key] = look{busy: true, free: next}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.looks[key]
		l.busy = false
		p.looks[key] = l
	}, nil
}
