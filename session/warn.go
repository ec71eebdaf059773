package session

import (
	"context"
	"slices"
	"time"
)

// warnBefore is how long before its end a session is warned about.
func (k *Keeper) warnBefore(e *entry) time.Duration {
	if e.def.WarnBefore != nil {
		return time.Duration(*e.def.WarnBefore)
	}
	return time.Duration(k.o.Settings.WarnBefore)
}

// warnable reports whether the end of the session is something to warn about.
func (k *Keeper) warnable(e *entry) bool {
	return !e.removed && !e.provisional && e.fault == nil && !e.d.Paused && !e.d.SignedOut && e.refusedNow() == nil &&
		!e.d.EndsAt.IsZero()
}

// warnTimes are the instants at which warn has something to do.
func (k *Keeper) warnTimes(e *entry, now time.Time) []time.Time {
	var at []time.Time
	if k.warnable(e) {
		if e.endCertain() {
			mark, _ := nextMark(k.marks(e), e.doneMarks())
			at = append(at, mark)
		}
		if e.ends.ours && !e.ends.at.IsZero() {
			at = append(at, e.ends.at)
		}
		if begin := e.d.EndsAt.Add(-k.warnBefore(e)); begin.After(now) {
			at = append(at, begin)
		}
	}
	if k.failing(e) && !e.d.OutageWarned {
		at = append(at, outageAt(e.d.FailingSince, e.d.ExpiresAt))
	}
	return at
}

func (k *Keeper) marks(e *entry) []time.Time {
	return marks(e.d.EndsAt, e.endKnownAt(), k.warnBefore(e))
}

// doneMarks are the marks of the present deadline that were announced; a deadline that moved by seconds, as rounding
// does, is the same one.
func (e *entry) doneMarks() []time.Time {
	moved := e.d.EndsAt.Sub(e.d.WarnedFor)
	if moved.Abs() > sameDeadline {
		return nil
	}
	done := make([]time.Time, len(e.d.Warned))
	for i, w := range e.d.Warned {
		done[i] = w.Add(moved)
	}
	return done
}

// sameDeadline is how far two answers may differ about one and the same end: whole seconds are announced.
const sameDeadline = 3 * time.Second

func (k *Keeper) failing(e *entry) bool {
	return !e.d.FailingSince.IsZero() && e.refusedNow() == nil && !e.d.Paused && !e.d.SignedOut && !e.provisional
}

// warn announces what is due: the end of the session, once per deadline, and an outage, once.
func (k *Keeper) warn(e *entry, now time.Time) {
	if k.warnable(e) {
		k.warnEnd(e, now)
	}
	if k.failing(e) && !e.d.OutageWarned && !now.Before(outageAt(e.d.FailingSince, e.d.ExpiresAt)) {
		e.d.OutageWarned = true
		k.save(e)
		k.publish(e)
		k.emit(Event{
			Type: EventWarning, Session: e.def.Name, Kind: "outage", ExpiresAt: e.d.ExpiresAt,
			RetryAt: k.nextTimerTry(e),
		})
		k.beginOutage(e)
	}
}

func (k *Keeper) warnEnd(e *entry, now time.Time) {
	if !e.endCertain() {
		return
	}
	ms := k.marks(e)
	done := e.doneMarks()
	var due []time.Time
	for _, m := range ms {
		if !m.After(now) && !slices.ContainsFunc(done, m.Equal) {
			due = append(due, m)
		}
	}
	if len(due) == 0 {
		return
	}
	final := due[len(due)-1].Equal(ms[len(ms)-1])
	e.d.WarnedFor, e.d.Warned = e.d.EndsAt, append(done, due...)
	k.save(e)
	k.publish(e)
	s := e.pub.Load().session
	ev := Event{Type: EventWarning, Session: e.def.Name, Kind: "ahead", EndsAt: e.d.EndsAt}
	if final {
		ev.Kind = "end"
		k.notify(endNotice(s, now))
	} else {
		k.notify(aheadNotice(s, now))
	}
	k.emit(ev)
	k.log.Warn("a session comes to its end", "session", e.def.Name, "ends_at", e.d.EndsAt, "kind", ev.Kind)
}

// cured takes back what was said about a session that works again; told says that the user was asked to act.
func (k *Keeper) cured(e *entry, told bool) {
	rearmed := len(e.d.Warned) > 0 && e.doneMarks() == nil // a new deadline arms the warning anew
	if rearmed {
		e.d.WarnedFor, e.d.Warned = time.Time{}, nil
	}
	if told || rearmed {
		k.withdraw(keySession + e.def.Name)
		k.queue.Cured(e.def.Name)
		k.askSoon()
	}
	if (told || rearmed || e.d.OutageWarned) && !e.provisional {
		k.emit(Event{Type: EventCured, Session: e.def.Name, EndsAt: e.d.EndsAt})
	}
	e.d.FailingSince, e.d.OutageWarned = time.Time{}, false
	k.endOutage(e)
}

// notify shows a notice without waiting for the desktop.
func (k *Keeper) notify(n Notice) {
	k.desktop(func(ctx context.Context) {
		if err := k.o.Desktop.Notify(ctx, n); err != nil {
			k.log.DebugContext(ctx, "could not show a notice", "key", n.Key, "error", err)
		}
	})
}

func (k *Keeper) withdraw(key string) {
	k.desktop(func(ctx context.Context) { k.o.Desktop.Withdraw(ctx, key) })
}

// desktop queues f for the goroutine that talks to the desktop, so that a hung one holds nothing up. What does not fit
// any more is dropped: the page and the command line say the same.
func (k *Keeper) desktop(f func(ctx context.Context)) {
	select {
	case k.notices <- f:
	default:
		k.log.Warn("the desktop does not keep up; a notice was dropped")
	}
}

func (k *Keeper) sendNotices(ctx context.Context) {
	for {
		select {
		case f := <-k.notices:
			k.guard("notice", func() { f(ctx) })
		case <-ctx.Done():
			return
		}
	}
}
