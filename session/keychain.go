package session

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// storeFailed notes why the store cannot be used.
func (k *Keeper) storeFailed(e *entry, err error) {
	k.barred(e, storeReason(err), err)
	detailed, ok := errors.AsType[interface {
		error
		KeychainDetail() string
	}](err)
	switch {
	case ok: // of this session alone: the keychain itself is well
		e.storeWords = detailed.KeychainDetail()
	case ofDisk(err):
		e.storeWords = words().folder
	}
}

// whyBarred says why the store takes nothing of a session.
func (k *Keeper) whyBarred(e *entry) string {
	return cmp.Or(e.storeWords, k.keychainDetail, words().keychain[Reason(e.storeFault)])
}

// ofDisk reports whether it was the state folder that failed, and not the store.
func ofDisk(err error) bool {
	_, barred := errors.AsType[interface {
		error
		KeychainReason() string
	}](err)
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	return !barred && (path || link)
}

// storeReason is why a store failed; a full or read-only disk counts as full.
func storeReason(err error) string {
	if r, ok := errors.AsType[interface {
		error
		KeychainReason() string
	}](err); ok {
		return r.KeychainReason()
	}
	return "full"
}

// barred notes why the store cannot be used for a session. It is tried again and again, and there may be thousands: what
// is new is logged together, what is known already is not.
func (k *Keeper) barred(e *entry, reason string, err error) {
	known := e.storeFault == reason
	e.storeFault, e.storeWords = reason, ""
	if k.askStoreAt.IsZero() {
		k.askStoreAt = k.now().Add(maxNap)
	}
	if known {
		k.log.Debug("the keychain still cannot be used", "session", e.def.Name, "reason", reason, "error", err)
		return
	}
	if k.bars.n++; k.bars.n == 1 {
		k.bars.about = []any{"session", e.def.Name, "reason", reason, "error", err}
		k.bars.tellAt = time.Now().Add(barsTogether)
		if next := k.bars.toldAt.Add(barsApart); !k.bars.toldAt.IsZero() && next.After(k.bars.tellAt) {
			k.bars.tellAt = next
		}
	}
}

const (
	barsTogether = time.Second // in which sessions that are barred are told together
	barsApart    = time.Minute // between two lines about them
)

// bars are sessions that came to be barred from the store and were not logged yet.
type bars struct {
	n              int
	about          []any     // the first
	tellAt, toldAt time.Time // by the monotonic clock
}

// tellBars logs them when it is time, and gives how long it is until then.
func (k *Keeper) tellBars() time.Duration {
	if k.bars.n == 0 {
		return maxNap
	}
	if left := time.Until(k.bars.tellAt); left > 0 {
		return left
	}
	about := append(k.bars.about, "sessions", k.bars.n)
	k.bars = bars{toldAt: time.Now()}
	k.log.Warn("the keychain cannot be used", about...)
	return maxNap
}

// askStore asks the store, when it is time, whether it works again: for sessions that nothing else is about to find that
// out for, because they need no renewal soon. While the keychain itself is away it will say when it is back.
func (k *Keeper) askStore(now time.Time) {
	if k.askStoreAt.IsZero() || now.Before(k.askStoreAt) && k.askStoreAt.Sub(now) <= maxNap {
		return
	}
	if k.askStoreAt = now.Add(maxNap); k.keychain != "ok" {
		return
	}
	k.spawn("store", func() {
		if k.o.Store.Ready(k.work) == nil {
			k.post(k.storeWorks)
		}
	})
}

// storeWorks: the store takes records again.
func (k *Keeper) storeWorks() {
	k.askStoreAt = time.Time{}
	k.forEach("store", func(e *entry) {
		switch {
		case e.storeFault == "":
		case !e.loaded || e.unsaved != nil: // it is asked for them soon
			k.askStoreAt = k.now().Add(maxNap)
		default:
			e.storeFault, e.storeWords, e.failures, e.nextTry = "", "", 0, time.Time{}
			k.changed(e)
		}
	})
}

// KeychainChanged says how the keychain stands: "ok" or a reason.
func (k *Keeper) KeychainChanged(ctx context.Context, state, detail string) {
	_ = k.call(ctx, func() {
		if k.keychain != state {
			k.emit(Event{Type: EventKeychain, Code: state, Message: detail})
			k.log.InfoContext(ctx, "the keychain changed", "state", state)
		}
		same := k.keychain == state
		was, wasDetail := k.keychain, k.keychainDetail
		k.keychain, k.keychainDetail = state, detail
		switch {
		case same:
		case state == "ok":
			k.withdraw(keyKeychain)
		case state == "locked": // as it is after log-in: everyone waits quietly
		default:
			k.notify(keychainNotice(Reason(state), detail))
		}
		k.forEach("keychain", func(e *entry) {
			if state == "ok" {
				k.unlocked(e, was, wasDetail)
			}
			k.changed(e)
		})
	})
}

// unlocked goes on with a session whose store works again. One that was not read yet stays as it was until it is.
func (k *Keeper) unlocked(e *entry, was, detail string) {
	unread := e.g == nil && !e.provisional && !e.d.SignedOut
	if unread || e.storeFault != "" {
		e.nextTry, e.lastEnd = time.Time{}, time.Time{}
	}
	switch {
	case !unread:
		e.storeFault, e.storeWords = "", ""
	case was != "ok":
		e.storeFault, e.storeWords = cmp.Or(e.storeFault, was), cmp.Or(e.storeWords, detail)
		fallthrough
	default:
		e.loaded = false
	}
	e.loadAgain = e.loading // what is asked now may still be refused
	k.load(e)
}

// UnlockKeychain is an act of the user: the keychain may prompt. ctx bounds the wait for the user.
func (k *Keeper) UnlockKeychain(ctx context.Context) error {
	if err := k.o.Store.Unlock(ctx); err != nil {
		return keychainError("", err)
	}
	return nil
}
