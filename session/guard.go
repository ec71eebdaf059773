package session

import (
	"container/heap"
	"fmt"
	"runtime/debug"
	"time"
)

// guard runs f and reports whether it panicked. What it panicked with is not logged, for it may quote a secret: its type
// and the stack, which holds no text, say where the fault is.
func (k *Keeper) guard(task string, f func()) (broke bool) {
	defer func() {
		if v := recover(); v != nil {
			broke = true
			k.log.Error("a task broke off", "task", task, "panic", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
		}
	}()
	f()
	return false
}

// spawn runs f beside the loop, which waits for it when it stops. A panic ends it alone.
func (k *Keeper) spawn(task string, f func()) {
	k.wg.Go(func() { k.guard(task, f) })
}

// rest is how long a task of the loop is left alone that panicked: the loop comes to it again and again, and would spin.
// It goes by the monotonic clock, for the wall clock may be what is broken.
type rest struct {
	breaks int
	since  time.Time
}

// left is how long the rest lasts still.
func (r *rest) left() time.Duration {
	if r.breaks == 0 {
		return 0
	}
	return max(0, time.Until(r.since.Add(backoff(r.breaks, 1))))
}

// note takes the outcome of the task over.
func (r *rest) note(broke bool) {
	if !broke {
		*r = rest{}
		return
	}
	r.breaks, r.since = r.breaks+1, time.Now()
}

// chore does a task of the loop that is no session's own, unless it rests, and gives how long it rests from now on.
func (k *Keeper) chore(task string, f func()) time.Duration {
	r := k.rests[task]
	if r == nil {
		r = &rest{}
		k.rests[task] = r
	}
	if left := r.left(); left > 0 {
		return left
	}
	r.note(k.guard(task, f))
	return r.left()
}

// forEach does f for every session. One with which it panics keeps it from no other.
func (k *Keeper) forEach(task string, f func(e *entry)) {
	for _, e := range k.entries {
		k.guard(task, func() { f(e) })
	}
}

// attend looks at a session now and says when to look again. One with which that panics rests, each time longer: it goes
// on handing out what is in hand, and says of itself that it cannot be renewed.
func (k *Keeper) attend(e *entry, now time.Time) {
	if left := e.rest.left(); left > 0 {
		k.excuse(e, now.Add(left))
		return
	}
	was := e.rest
	e.rest = rest{}
	if k.guard("session "+e.def.Name, func() {
		k.step(e, now)
		k.schedule(e, now)
	}) {
		was.note(true)
		e.rest = was
		k.excuse(e, now.Add(e.rest.left()))
	}
}

// ownFault is what is said of a session that a fault of this program keeps from being looked after.
const ownFault = "a fault of the keeper's own; its log says more"

// excuse answers those who wait for a session that rests until then.
func (k *Keeper) excuse(e *entry, until time.Time) {
	for _, w := range e.waiters {
		w.reply <- reply{err: &Error{
			Code: CodeUnavailable, Session: e.def.Name, RetryAt: until, Detail: stop(capital(ownFault)),
		}}
	}
	e.waiters = nil
	k.guard("session "+e.def.Name, func() { k.publish(e) })
	e.due = until
	if e.index >= 0 {
		heap.Fix(&k.heap, e.index)
	}
}
