package session

import (
	"bytes"
	"errors"
	"io/fs"
	"time"

	"sessionkeeper/session/provider"
)

// storeFailed notes why the store cannot be used.
func (k *Keeper) storeFailed(e *entry, err error) {
	e.storeFault, e.storeWords = storeReason(err), ""
	k.log.Warn("the keychain cannot be used", "session", e.def.Name, "reason", e.storeFault, "error", err)
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

// retrySave tries again to make a grant durable that the provider has given already.
func (k *Keeper) retrySave(e *entry) {
	if e.unsaved != nil && !e.busy && !k.now().Before(e.nextTry) {
		k.saveUnsaved(e)
	}
}

func (k *Keeper) saveUnsaved(e *entry) {
	e.busy = true
	old, g, d := e.g, e.unsaved, e.checkpoint()
	k.wg.Go(func() {
		err := k.store(d, g)
		var state *durable
		k.post(func() {
			now := k.now()
			if err != nil {
				e.failures++
				e.nextTry = now.Add(backoff(e.failures, roll()))
				k.storeFailed(e, err)
				return
			}
			e.failures, e.nextTry = 0, time.Time{}
			k.renewed(e, old, g)
			k.publish(e)
			state = new(e.checkpoint())
		})
		if state != nil {
			k.writeDurable(*state)
		}
		k.post(func() { k.release(e, nil) })
	})
}

// load asks the store for a session's grant and client secret.
func (k *Keeper) load(e *entry) {
	if e.loading || e.loaded || e.removed {
		return
	}
	e.loading = true
	k.wg.Go(func() {
		secret, err := k.loadSecret(e.id)
		var g *grant
		if err == nil {
			g, err = k.loadGrant(e.id)
		}
		k.post(func() { k.loadedGrant(e, g, secret, err) })
	})
}

func (k *Keeper) loadGrant(id string) (*grant, error) {
	data, _, err := k.o.Store.Load(k.work, id)
	if err != nil {
		return nil, err
	}
	return decodeGrant(data, k.now())
}

func (k *Keeper) loadSecret(id string) (Secret, error) {
	data, _, err := k.o.Store.Load(k.work, secretKey(id))
	if errors.Is(err, fs.ErrNotExist) {
		return Secret{}, nil
	}
	return newSecret(string(bytes.TrimSpace(data))), err
}

func secretKey(id string) string { return id + "/client" }

// loadedGrant takes over what the store said. A grant that is missing although it should be there needs a sign-in; a
// store that could not be asked is asked again when it is back.
func (k *Keeper) loadedGrant(e *entry, g *grant, secret Secret, err error) {
	e.loading = false
	again := e.loadAgain
	e.loadAgain = false
	if e.removed || e.g != nil && g != nil && e.g.generation >= g.generation {
		return
	}
	switch {
	case errors.Is(err, errFormat):
		e.loaded = true
		e.d.Refused = &refusal{Verdict: provider.VerdictSignIn, Reason: ReasonRefused, At: k.now(), Advice: err.Error()}
	case errors.Is(err, fs.ErrNotExist) && !e.d.SignedOut && e.d.Generation > 0:
		// It is there, but not here: never call that signed out.
		e.client.Secret, e.storeFault, e.storeWords = secret, "absent", words().elsewhere
		e.nextTry = k.now().Add(maxNap)
		k.log.Warn("the keychain does not hold a session's grant", "session", e.def.Name)
	case errors.Is(err, fs.ErrNotExist) || err == nil && e.d.SignedOut && g.generation <= e.d.Generation:
		e.storeFault, e.loaded, e.client.Secret = "", true, secret // a grant that was signed out of does not come back
	case err != nil:
		k.storeFailed(e, err)
		if e.nextTry = k.now().Add(maxNap); again {
			e.nextTry = time.Time{}
		}
	default:
		e.storeFault, e.storeWords, e.loaded, e.client.Secret = "", "", true, secret
		if g != nil {
			k.adopt(e, g)
			k.requeue(e)
			if in := e.d.Intent; in != nil && in.Generation == g.generation && in.Mark == tokenMark(g.refresh) {
				e.demanded = true // the answer was lost: the sooner it is asked for again, the better
			}
		}
	}
	if k.changed(e); e.g != nil {
		k.retell(e)
	}
}
