package session

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"sessionkeeper/session/provider"
)

// retrySave tries again to make a grant durable that the provider has given already.
func (k *Keeper) retrySave(e *entry) {
	if e.unsaved != nil && !e.busy && !k.now().Before(e.nextTry) {
		k.saveUnsaved(e)
	}
}

func (k *Keeper) saveUnsaved(e *entry) {
	e.busy = true
	old, g, c, name := e.g, e.unsaved, e.consent, e.def.Name
	k.spawn("grant of "+name, func() {
		err := errBroke
		k.guard("store", func() {
			if err = k.storeSurely(k.work, e.id, g); err != nil && c != nil {
				g, err = k.storeAbove(e.id, g, err)
			} else if err != nil {
				if newer := k.newerStored(e.id, g); newer != nil {
					k.log.Info("found a newer grant in the store", "session", name, "generation", newer.generation)
					g, c, err = newer, nil, nil
				}
			}
			if err == nil {
				err = k.commit(k.work, e, g, c)
			}
		})
		var state *durable
		k.post(func() {
			e.failures++
			e.nextTry = k.now().Add(min(maxNap, backoff(e.failures, roll())))
			switch {
			case err != nil:
				k.storeFailed(e, err)
				return
			case c != nil:
				k.signedIn(e, g, c)
			default:
				k.renewed(e, old, g)
			}
			e.failures, e.nextTry = 0, time.Time{}
			k.publish(e)
			state = new(e.checkpoint())
		})
		if state != nil {
			k.writeDurable(*state)
			if c != nil {
				k.nameScopes(e, c.given)
			}
		}
		k.post(func() { k.release(e, nil) })
	})
}

// storeAbove stores what a sign-in brought in place of a grant that the store was not known to hold, and that is older
// whatever its generation. It gives what is stored then; err is why g was not.
func (k *Keeper) storeAbove(id string, g *grant, err error) (*grant, error) {
	held, lerr := k.loadGrant(id)
	if lerr != nil || held.generation < g.generation {
		return g, err
	}
	above := *g
	above.generation = held.generation + 1
	return &above, k.store(id, &above)
}

// newerStored is a grant that the store holds and that is newer than g, which it does not take: one that a sign-in brought
// landed there late.
func (k *Keeper) newerStored(id string, g *grant) *grant {
	held, err := k.loadGrant(id)
	if err != nil || held.generation <= g.generation || held.refresh.Empty() {
		return nil
	}
	return held
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
				g, s, err := k.loadStored(e.id)
				done := e
				e = nil
				k.post(func() {
					done.reading = false
					if k.guard("load", func() { k.loadedGrant(done, g, s, err) }) {
						done.loading, done.nextTry = false, k.now().Add(maxNap)
					}
					if e = k.nextLoad(); e == nil {
						k.loads--
					}
				})
			}
		})
	}
}

// loadStored gives what the store holds of a session.
func (k *Keeper) loadStored(id string) (g *grant, s secrets, err error) {
	if k.guard("load", func() {
		if s, err = k.loadSecrets(k.work, id); err == nil {
			g, err = k.loadGrant(id)
		}
	}) {
		err = errBroke
	}
	return g, s, err
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
	if e.removed {
		return
	}
	if e.g != nil && (g == nil || e.g.generation >= g.generation || e.consent != nil) { // a sign-in has brought what is newer
		if e.loaded = err == nil || errors.Is(err, fs.ErrNotExist); e.loaded {
			e.takeSecrets(s)
		} else { // nor was its client secret read
			e.nextTry = k.now().Add(waiterPace)
		}
		k.changed(e)
		return
	}
	switch {
	case errors.Is(err, errFormat):
		e.loaded = true
		e.d.Refused = &refusal{Verdict: provider.VerdictSignIn, Reason: ReasonRefused, At: k.now(), Advice: err.Error()}
	case errors.Is(err, fs.ErrNotExist) && !e.d.SignedOut && e.d.Generation > 0:
		// It is there, but not here: never call that signed out.
		e.takeSecrets(s)
		k.barred(e, "absent", err)
		e.storeWords, e.nextTry = words().elsewhere, k.now().Add(maxNap)
	case errors.Is(err, fs.ErrNotExist) || err == nil && e.d.SignedOut && g.generation <= e.d.taken():
		e.takeSecrets(s)
		e.storeFault, e.loaded = "", true // a grant that was signed out of does not come back
		if g != nil {
			k.spawn("grant of "+e.def.Name, func() { k.forgetStored(e) })
		}
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
