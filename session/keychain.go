package session

import (
	"cmp"
	"context"
	"time"
)

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
		for _, e := range k.entries {
			if state == "ok" {
				k.unlocked(e, was, wasDetail)
			}
			k.changed(e)
		}
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
