package session

import "time"

// unwritten are sessions whose states could not be saved: the disk is full, or must not be written. What they say is in
// hand, and is saved when that works again.
type unwritten struct {
	entries map[*entry]bool
	tryAt   time.Time // zero: there are none, or they are being tried
}

// notWritten: a session's state could not be saved.
func (k *Keeper) notWritten(d durable, err error) {
	level := k.log.Debug
	if len(k.unwritten.entries) == 0 { // a disk that is full is so for all
		level = k.log.Error
	}
	level("could not save a session's state", "session", d.Name, "error", err)
	if e := k.entries[d.Name]; e != nil && e.id == d.ID {
		k.unwritten.entries[e] = true
	}
	if k.unwritten.tryAt.IsZero() {
		k.unwritten.tryAt = k.now().Add(maxNap)
	}
}

// writeAgain saves, when it is time, the states that could not be saved before.
func (k *Keeper) writeAgain(now time.Time) {
	if at := k.unwritten.tryAt; at.IsZero() || now.Before(at) && at.Sub(now) <= maxNap {
		return
	}
	k.unwritten.tryAt = time.Time{}
	var states []durable
	for e := range k.unwritten.entries {
		if !e.removed && !e.provisional {
			states = append(states, e.checkpoint())
		}
	}
	k.spawn("states", func() {
		for _, d := range states {
			if err := k.journal.write(d); err != nil { // so it is for the others
				k.post(func() { k.notWritten(d, err) })
				return
			}
		}
		k.post(func() {
			clear(k.unwritten.entries)
			k.log.Info("the states of sessions are saved again", "sessions", len(states))
		})
	})
}
