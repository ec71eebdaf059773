package keychain

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// probeEvery is the time between looks at a keychain that is away.
const probeEvery = 30 * time.Second

// Run probes the keychain while it is away (every 30 s, and when it is unlocked), moves spilled records, and keeps the
// child alive, until ctx ends; then it returns nil.
func (v *Vault) Run(ctx context.Context) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	var hints <-chan struct{}
	if v.ring != nil {
		hints = v.ring.hints
	}
	for resealed := false; ; {
		v.tend(ctx)
		if !resealed && v.keys.several() { // a key change that a crash cut short
			resealed = true
			if err := v.reseal(ctx); err != nil && ctx.Err() == nil {
				v.log.WarnContext(ctx, "not all records are under the newest key", "error", err)
			}
		}
		for wait := true; wait; {
			select {
			case <-ctx.Done():
				return nil
			case <-hints:
				wait = false
			case <-tick.C:
				wait = v.settled()
			}
		}
	}
}

// settled reports whether nothing waits: the keychain works as far as is known, and the spill is empty.
func (v *Vault) settled() bool {
	if v.fault() != nil {
		return false
	}
	if v.spill == nil {
		return true
	}
	names, err := v.dir.names("", "")
	return err == nil && len(names) == 0
}

// tend looks at the keychain once and does what waited for it.
func (v *Vault) tend(ctx context.Context) {
	if err := v.wake(ctx); err != nil && v.ring != nil {
		v.ring.keepWatch()
	}
	v.publish()
	if v.spill != nil && !v.away() {
		v.move(ctx)
	}
	v.mend()
	v.publish()
}

// mend forgets why a save failed once nothing speaks for it any more: no record waits, and the disk has room.
func (v *Vault) mend() {
	if v.lastSave() == nil || v.dir.room() != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.spilled == 0 {
		v.saveFault = nil
	}
}

// wake finds out whether the backend can be used, and gets its keys where they are not held.
func (v *Vault) wake(ctx context.Context) error {
	unlock, err := v.opening.lock(ctx, "")
	if err != nil {
		return err
	}
	defer unlock()
	if v.spill == nil && v.keys.held() {
		return nil
	}
	if v.ring != nil {
		if err := v.ring.probe(ctx, v.probeAt); err != nil {
			return err
		}
		if v.keys.held() {
			return nil
		}
	} else if v.refused() {
		return v.trouble()
	}
	empty, err := v.empty()
	if err == nil {
		var keys []sealingKey
		if keys, err = v.source.load(ctx, nil, empty); err == nil {
			v.keys.add(keys)
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keyFault = nil
	if errors.Is(err, ErrForeign) {
		err = unusable(faultForeign, err)
	}
	if err != nil {
		v.keyFault = asUnusable(err)
	}
	return err
}

// refused reports whether the passphrase was wrong: it stays so until the user acts.
func (v *Vault) refused() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keyFault != nil && v.keyFault.Reason == ReasonDenied
}

// move brings the spill to the store, until the keychain fails again.
func (v *Vault) move(ctx context.Context) {
	keys, err := v.spill.list()
	if err != nil {
		v.log.WarnContext(ctx, "spill cannot be read", "error", err)
		return
	}
	for _, key := range keys {
		if ctx.Err() != nil || v.away() {
			return
		}
		if err := v.moveOne(ctx, key); err != nil {
			v.log.Log(ctx, v.firstTime(key), "spilled record cannot be moved yet",
				"key", key, "error", err, "cause", errors.Unwrap(asUnusable(err)))
		}
	}
}

// firstTime gives the level to log at that key's record cannot be moved: the same again is of little interest.
func (v *Vault) firstTime(key string) slog.Level {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stuck[key] {
		return slog.LevelDebug
	}
	v.stuck[key] = true
	return slog.LevelWarn
}

func (v *Vault) moveOne(ctx context.Context, key string) error {
	leave, err := v.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	w, err := v.spill.look(key)
	if err != nil {
		return err
	}
	if w.damaged {
		return ErrDamaged
	}
	if w.record == nil {
		if w.tomb == nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, storeLimit)
		defer cancel()
		return v.carryOut(ctx, *w.tomb)
	}
	r, err := v.unseal(key, *w.record)
	if err != nil {
		return err
	}
	err = v.toStore(ctx, key, w, r)
	if !errors.Is(err, ErrStale) {
		return err
	}
	there, err := v.store.Load(ctx, key)
	if err != nil {
		return err
	}
	if there.Generation == r.Generation {
		return ErrStale // two records of one generation: the next generation settles it, none is thrown away
	}
	v.seen(key, there.Generation)
	err = v.spill.drop(key)
	v.count()
	return err
}

// Ready is nil where a record could be made durable right now: the store answers, or the disk takes a record and the
// key to seal it is held. Otherwise it is the *Error that says why not. It asks the keychain, for at most 3 s, unless
// that is known to be away.
func (v *Vault) Ready(ctx context.Context) error {
	defer v.publish()
	if !v.away() {
		if err := v.wake(ctx); err == nil && v.spill != nil && v.lastSave() == nil {
			return nil
		}
	}
	if !v.keys.held() {
		if err := v.trouble(); err != nil {
			return err
		}
		return unusable(faultFresh, nil)
	}
	return v.dir.room()
}

func (v *Vault) lastSave() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.saveFault != nil {
		return v.saveFault
	}
	return nil
}

// note keeps what a save showed of the store, where that is not the record's fault and not known anyway.
func (v *Vault) note(err error) {
	if errors.Is(err, ErrStale) || errors.Is(err, ErrForeign) || err != nil && v.away() {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.saveFault = nil
	if err != nil {
		v.saveFault = asUnusable(err)
	}
}

// away reports whether the OS keychain is needed and known to be away.
func (v *Vault) away() bool {
	return v.ring != nil && (v.spill != nil || !v.keys.held()) && v.ring.usable() != nil
}

// Unlock is an act of the user: the keychain may show its prompt once, or the passphrase is asked for again. It returns
// when the keychain works or says why not; ctx bounds the wait for the user. The prompt stays when ctx ends: its answer
// still counts.
func (v *Vault) Unlock(ctx context.Context) error {
	defer v.publish()
	if v.ring != nil && (v.spill != nil || !v.keys.held()) {
		if err := v.ring.unlock(ctx, v.probeAt); err != nil {
			return err
		}
	}
	v.mu.Lock()
	v.keyFault, v.saveFault = nil, nil
	v.mu.Unlock()
	v.tend(ctx)
	if err := v.trouble(); err != nil {
		return err
	}
	return nil
}

// SetEnv changes variables of the child's environment, "" removing one: where the desktop was not there at the start,
// its bus is found later. It takes effect at the child's next start, which is now if the bus address
// (DBUS_SESSION_BUS_ADDRESS) is another and the keychain is not ok.
func (v *Vault) SetEnv(env map[string]string) {
	if v.ring != nil {
		v.ring.setEnv(env)
	}
}

// trouble is nil where the keychain works, or the *Error that says why not.
func (v *Vault) trouble() error {
	if e := v.fault(); e != nil {
		return e
	}
	return nil
}

func (v *Vault) fault() *Error {
	held := v.keys.held()
	if v.ring != nil && (v.spill != nil || !held) {
		if e := v.ring.reason(); e != nil {
			return e
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case held:
		return v.saveFault
	case v.keyFault != nil:
		return v.keyFault
	default:
		return unusable(faultFresh, nil)
	}
}

// Health gives the state without asking the keychain.
func (v *Vault) Health() Health {
	e := v.fault()
	v.mu.Lock()
	defer v.mu.Unlock()
	h := Health{Backend: v.backend, State: "ok", Spilled: v.spilled}
	if e != nil {
		h.State, h.Detail = string(e.Reason), e.Detail
	}
	return h
}

// Changes gives a value each time Health changes, the last one where nobody took the one before. When it says "ok" the
// records can be read. It is never closed.
func (v *Vault) Changes() <-chan Health { return v.changes }

// publish tells of Health where it has changed.
func (v *Vault) publish() {
	v.telling.Lock()
	defer v.telling.Unlock()
	h := v.Health()
	if h == v.told {
		return
	}
	v.told = h
	select {
	case <-v.changes:
	default:
	}
	v.changes <- h // nobody else sends, and there is room
}

// count brings Health.Spilled up to date.
func (v *Vault) count() {
	if v.spill == nil {
		return
	}
	n, err := v.spill.records()
	if err != nil {
		v.log.Warn("spill cannot be read", "error", err)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.spilled = n
}
