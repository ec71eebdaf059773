package session

import (
	"errors"
	"io/fs"
	"slices"
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

// maxLoads is how many sessions are read from the store at a time.
const maxLoads = 8

// load asks the store for a session's grant and client secret, soon.
func (k *Keeper) load(e *entry) {
	if e.loading || e.loaded || e.removed {
		return
	}
	e.loading = true
	k.toLoad = append(k.toLoad, e)
	k.startLoads()
}

// loadNext is load before all others: somebody waits for it.
func (k *Keeper) loadNext(e *entry) {
	if e.loaded || e.removed || e.reading {
		return
	}
	e.loading = true
	k.toLoad = slices.Insert(k.toLoad, 0, e) // what it leaves further down is passed over
	k.startLoads()
}

func (k *Keeper) startLoads() {
	for k.loads < maxLoads {
		e := k.nextLoad()
		if e == nil {
			return
		}
		k.loads++
		k.wg.Go(func() {
			for e != nil {
				s, err := k.loadSecrets(k.work, e.id)
				var g *grant
				if err == nil {
					g, err = k.loadGrant(e.id)
				}
				done := e
				e = nil
				k.post(func() {
					done.reading = false
					k.loadedGrant(done, g, s, err)
					if e = k.nextLoad(); e == nil {
						k.loads--
					}
				})
			}
		})
	}
}

// nextLoad is the next session that is to be read; nil: none is.
func (k *Keeper) nextLoad() *entry {
	for len(k.toLoad) > 0 && !k.stopping.Load() {
		e := k.toLoad[0]
		k.toLoad[0] = nil
		if k.toLoad = k.toLoad[1:]; e.loading && !e.reading && !e.removed {
			e.reading = true
			return e
		}
	}
	k.toLoad = nil
	return nil
}

func (k *Keeper) loadGrant(id string) (*grant, error) {
	data, _, err := k.o.Store.Load(k.work, id)
	if err != nil {
		return nil, err
	}
	return decodeGrant(data, k.now())
}

// loadedGrant takes over what the store said. A grant that is missing although it should be there needs a sign-in; a
// store that could not be asked is asked again when it is back.
func (k *Keeper) loadedGrant(e *entry, g *grant, s secrets, err error) {
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
		e.takeSecrets(s)
		e.storeFault, e.storeWords = "absent", words().elsewhere
		e.nextTry = k.now().Add(maxNap)
		k.log.Warn("the keychain does not hold a session's grant", "session", e.def.Name)
	case errors.Is(err, fs.ErrNotExist) || err == nil && e.d.SignedOut && g.generation <= e.d.taken():
		e.takeSecrets(s)
		e.storeFault, e.loaded = "", true // a grant that was signed out of does not come back
	case err != nil:
		k.storeFailed(e, err)
		if e.nextTry = k.now().Add(maxNap); again {
			e.nextTry = time.Time{}
		}
	default:
		e.takeSecrets(s)
		e.storeFault, e.storeWords, e.loaded = "", "", true
		if g != nil {
			if g.generation < e.d.Generation && e.d.hold() { // an older keychain was put back
				k.log.Warn("the keychain holds an older grant than the last one", "session", e.def.Name, "generation", g.generation)
				k.save(e)
				k.tellCopied()
			}
			k.adopt(e, g.until(e.d, k.now()))
			k.requeue(e)
			if in := e.d.Intent; in != nil && !in.Late && in.Generation == g.generation && in.Mark == tokenMark(g.refresh) {
				e.demanded = true // the answer was lost: the sooner it is asked for again, the better
			} else if now := k.now(); e.timerDue(now) {
				e.nextTry = now.Add(k.turn(0))
			}
		}
	}
	if k.changed(e); e.g != nil {
		k.retell(e)
	}
}
