package keychain

import (
	"context"
	"errors"
	"slices"
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

// settled reports whether nothing waits: the keychain works as far as is known, and the spill has nothing to move.
func (v *Vault) settled() bool {
	if v.fault() != nil {
		return false
	}
	if v.spill == nil {
		return true
	}
	names, err := v.dir.names("", "")
	return err == nil && !slices.ContainsFunc(names, v.copies.due)
}

// tend looks at the keychain once and does what waited for it.
func (v *Vault) tend(ctx context.Context) {
	err := v.wake(ctx)
	if err == nil {
		err = v.tendKeys(ctx)
	}
	if err != nil && v.ring != nil {
		v.ring.keepWatch()
	}
	v.publish()
	if v.spill != nil && !v.away() {
		v.move(ctx)
	}
	v.mend()
	v.publish()
}

// mend forgets why a save failed, or what there was no room for, once nothing speaks for it any more: no record waits,
// and the disk has room.
func (v *Vault) mend() {
	v.mu.Lock()
	well := v.saveFault == nil && v.roomFault == nil
	v.mu.Unlock()
	if well || v.room() != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.spilled == 0 {
		v.saveFault = nil
	}
}

// room is nil where the disk takes a record.
func (v *Vault) room() error {
	err := v.dir.room()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.roomFault = nil
	if err != nil {
		v.roomFault = asUnusable(err)
	}
	return err
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

// tendKeys puts the keys in hand back where the keychain has lost them, as one does that dies before it has saved: the
// next keeper could not open what is sealed under them.
func (v *Vault) tendKeys(ctx context.Context) error {
	if v.ring == nil || !v.keys.held() {
		return nil
	}
	unlock, err := v.opening.lock(ctx, "")
	if err != nil {
		return err
	}
	defer unlock()
	if v.spill == nil { // else it was asked already
		if err := v.ring.probe(ctx, v.probeAt); err != nil {
			return err
		}
	}
	kept, err := v.source.keep(ctx, v.keys.list())
	if err != nil {
		v.log.Log(ctx, v.firstTime(v.probeAt), "the keychain does not hold the keys", "error", err)
		return err
	}
	v.keys.add(kept)
	return nil
}

// refused reports whether the passphrase was wrong: it stays so until the user acts.
func (v *Vault) refused() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keyFault != nil && v.keyFault.Reason == ReasonDenied
}

// Ready is nil where a record could be made durable right now, and what belongs to it: the disk has room, and the store
// answers or the key to seal the record is held. Otherwise it is the *Error that says why not. It asks the keychain, for
// at most 3 s, unless that is known to be away.
func (v *Vault) Ready(ctx context.Context) error {
	defer v.publish()
	if !v.away() {
		if err := v.wake(ctx); err == nil && v.spill != nil && v.lastSave() == nil {
			return v.room()
		}
	}
	if !v.keys.held() {
		if err := v.trouble(); err != nil {
			return err
		}
		return unusable(faultFresh, nil)
	}
	return v.room()
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
	switch {
	case err != nil:
		v.saveFault = asUnusable(err)
	case v.spill == nil:
		v.roomFault = nil // the store is the disk
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
	var away *Error
	if v.ring != nil && (v.spill != nil || !held) {
		away = v.ring.reason()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case held && v.roomFault != nil: // without a disk nothing helps; without a keychain the spill does
		return v.roomFault
	case away != nil:
		return away
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
