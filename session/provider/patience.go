package provider

import (
	"sync"
	"time"
)

// patienceTicks is into how many spans a patience is divided.
const patienceTicks = 10

// patience runs out after a while in which this program ran. One that stood still (stopped, paused with its machine, or
// asleep where clocks go on meanwhile) spends one span of it at most: what has come for it lies in the socket, and a
// rotated refresh token that is read late is still the only one there is.
type patience struct {
	span time.Duration
	gone func()

	mu    sync.Mutex
	timer *time.Timer
	left  int       // spans
	from  time.Time // when the current one began
}

// newPatience calls gone once after d, in a goroutine of its own, unless it is ended before.
func newPatience(d time.Duration, gone func()) *patience {
	p := &patience{span: d / patienceTicks, gone: gone, left: patienceTicks, from: time.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = time.AfterFunc(p.span, p.tick)
	return p
}

// tick ends a span. The last one counts if it was on time, or the one after it.
func (p *patience) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil {
		return
	}
	late := time.Since(p.from) > p.span+p.span/4
	if p.left--; p.left < 0 || p.left == 0 && !late {
		p.timer = nil
		p.gone()
		return
	}
	p.from = time.Now()
	p.timer.Reset(p.span)
}

// end keeps gone from being called from now on.
func (p *patience) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}
