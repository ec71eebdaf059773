package session

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"time"

	"sessionkeeper/session/provider"
)

// SetSecret replaces the client secret. The session is tried again with it at once where the old one was refused.
func (k *Keeper) SetSecret(ctx context.Context, name string, s Secret) (Session, error) {
	var e *entry
	if _, err := k.on(ctx, name, func(found *entry) error { e = found; return nil }); err != nil {
		return Session{}, err
	}
	if err := k.saveSecret(ctx, e, s); err != nil {
		return Session{}, err
	}
	return k.on(ctx, name, func(e *entry) error {
		e.client.Secret = s
		if ref := e.d.Refused; ref != nil && ref.Verdict == provider.VerdictSetup {
			e.d.Refused, e.demanded = nil, true
			k.withdraw(keySession + name)
		}
		k.save(e)
		return nil
	})
}

func (k *Keeper) saveSecret(ctx context.Context, e *entry, s Secret) error {
	key := secretKey(e.id)
	_, generation, err := k.o.Store.Load(ctx, key)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		_, err = k.o.Store.Save(ctx, key, []byte(s.Reveal()), generation+1)
	}
	if err != nil {
		reason := Reason(storeReason(err))
		return &Error{Code: CodeKeychain, Reason: reason, Session: e.def.Name, Detail: cmp.Or(words().keychain[reason], err.Error())}
	}
	return nil
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
