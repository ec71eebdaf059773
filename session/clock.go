package session

import (
	"container/heap"
	"context"
	"slices"
	"time"
)

// keyClock is the key of the notice that this machine's clock is wrong.
const keyClock = "clock"

// Clock is how the clock of this machine stands against the providers', of whom the one heard last decides.
type Clock struct {
	State string        // "ok", "wrong" or "unknown"
	Skew  time.Duration // how far it goes ahead, in seconds; negative: behind
	Seen  string        // the host that told
}

// Clock says how this machine's clock stands. Nothing is reckoned with it: a wrong clock makes no token live longer.
func (k *Keeper) Clock() Clock {
	seen, ok := k.o.Wire.Clock()
	switch {
	case !ok:
		return Clock{State: "unknown"}
	case seen.Wrong:
		return Clock{State: "wrong", Skew: seen.Ahead.Round(time.Second), Seen: seen.Host}
	}
	return Clock{State: "ok", Skew: seen.Ahead.Round(time.Second), Seen: seen.Host}
}

// lookAtClock tells the user when the clock has turned out wrong, and takes that back when it is right again.
func (k *Keeper) lookAtClock() {
	c := k.Clock()
	wrong := c.State == "wrong"
	if wrong == k.clockWrong {
		return
	}
	k.clockWrong = wrong
	if !wrong {
		k.withdraw(keyClock)
		k.log.Info("the clock is right again", "seen", c.Seen)
		return
	}
	k.notify(clockNotice(c))
	k.log.Warn("the clock of this machine is wrong", "ahead", c.Skew, "seen", c.Seen)
}

// Woke says that the machine slept or the network is back: the waits between tries end, every deadline is looked at.
func (k *Keeper) Woke(ctx context.Context, source string, slept time.Duration) {
	_ = k.call(ctx, func() { k.woke(source, slept, k.now()) })
}

func (k *Keeper) woke(source string, slept time.Duration, now time.Time) {
	k.log.Info("woke up", "source", source, "slept", slept)
	k.emit(Event{Type: EventWake, Kind: source, Message: slept.Round(time.Second).String()})
	for _, i := range k.issuers {
		i.reset()
	}
	k.forEach("wake", func(e *entry) {
		e.failures, e.nextTry = 0, time.Time{}
		if e.timerDue(now) {
			e.nextTry = now.Add(k.turn(0))
		}
		e.due = now
		if e.index >= 0 {
			heap.Fix(&k.heap, e.index)
		}
	})
}

// turnedBack forgets the instants that a clock wrote down which has been put back since: they lie too far ahead. A token
// from then is renewed at once, because its end is not to be trusted.
func (k *Keeper) turnedBack(now time.Time, back time.Duration) {
	k.nextCheck = time.Time{}
	if !k.queueAt.IsZero() {
		k.queueAt = now
	}
	for _, i := range k.issuers {
		i.retryAfter, i.heardAt = time.Time{}, time.Time{}
	}
	k.forEach("clock", func(e *entry) {
		e.lastStart, e.lastEnd, e.lastDemand = time.Time{}, time.Time{}, time.Time{}
		e.retryAfter, e.checkAt = time.Time{}, time.Time{}
		for _, w := range e.waiters {
			w.until = w.until.Add(-back)
		}
		told := len(e.d.Warned)
		rebased, unwound := k.regrant(e, now), e.unwind(now)
		if told > len(e.d.Warned) && e.refusedNow() == nil { // the end lies farther ahead than was said
			k.withdraw(keySession + e.def.Name)
			k.emit(Event{Type: EventCured, Session: e.def.Name, EndsAt: e.d.EndsAt})
		}
		if rebased || unwound {
			k.save(e)
			k.publish(e)
		}
	})
}

// renewOver is the longest time over which tokens are renewed that a wrong clock was read for: all sessions have some.
const renewOver = 5 * time.Minute

// regrant brings the times of the grant in hand into agreement with a clock that was put back, and reports whether they
// were not.
func (k *Keeper) regrant(e *entry, now time.Time) bool {
	if e.g == nil {
		return false
	}
	was := e.g
	if e.g = was.putBack(now); e.g == was {
		return false
	}
	e.d.ExpiresAt, e.d.ConsentAt = e.g.expiresAt, e.g.consentAt
	e.plan(roll())
	if left := e.g.expiresAt.Sub(now); was.issuedAt.After(now) { // of a time that the monotonic clock may have slept through
		soon := now.Add(time.Duration(roll() * float64(max(0, min(renewOver, left/2)))))
		if e.renewDue.IsZero() || soon.Before(e.renewDue) {
			e.renewDue = soon
		}
	}
	k.retell(e) // who holds the token holds a time that is wrong
	return true
}

// unwind forgets what a clock wrote down that went ahead of the present one, and reports whether there was something:
// marks that are still to come are announced when they do. A minute is left to clocks that are put right by a little.
func (e *entry) unwind(now time.Time) bool {
	before := len(e.d.Warned)
	e.d.Warned = slices.DeleteFunc(slices.Clone(e.d.Warned), func(w time.Time) bool { return w.Sub(now) > time.Minute })
	changed := len(e.d.Warned) < before
	for _, at := range []*time.Time{&e.d.FailingSince, &e.d.LastRefreshAt} {
		if at.After(now) {
			*at, changed = now, true
		}
	}
	if ref := e.d.Refused; ref != nil && ref.At.After(now) {
		e.d.Refused, changed = new(*ref), true // copies of the durable part are read elsewhere
		e.d.Refused.At, e.d.Refused.Since = now, now
	}
	return changed
}
