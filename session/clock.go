package session

import (
	"container/heap"
	"context"
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
	for _, e := range k.entries {
		e.failures, e.nextTry = 0, time.Time{}
		e.due = now
		if e.index >= 0 {
			heap.Fix(&k.heap, e.index)
		}
	}
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
	for _, e := range k.entries {
		e.lastStart, e.lastEnd, e.lastDemand = time.Time{}, time.Time{}, time.Time{}
		e.retryAfter, e.checkAt = time.Time{}, time.Time{}
		for _, w := range e.waiters {
			w.until = w.until.Add(-back)
		}
		if e.g != nil && e.g.issuedAt.After(now) {
			e.renewDue = now
		}
	}
}
