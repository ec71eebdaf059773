package session

import "time"

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
