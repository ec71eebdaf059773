package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
)

// storeLimit is what the store may take of a save before the record is left to the spill.
const storeLimit = 3 * time.Second

// Save makes a record durable: in the store, or in the spill where the store fails. spilled tells which. An error means
// that it is in neither; ErrStale and ErrForeign are those of Store. It takes at most 3 s for the store beside the disk's
// time, and no time for a store that is known to be away. What it began it ends also when ctx ends: the record may be
// one that cannot be had again.
func (v *Vault) Save(ctx context.Context, key string, data []byte, generation uint64) (spilled bool, err error) {
	if len(data) > maxRecord {
		return false, unusable(faultTooBig, nil)
	}
	ctx = context.WithoutCancel(ctx)
	leave, err := v.enter(ctx, key)
	if err != nil {
		return false, err
	}
	defer leave()
	defer v.publish()
	r := Record{Generation: generation, Data: data}
	if v.spill == nil {
		err := v.store.Save(ctx, key, r)
		v.note(err)
		if err == nil {
			v.saved(key, generation, v.backend)
		}
		return false, err
	}
	w, err := v.spill.look(key)
	if errors.Is(err, ErrForeign) {
		return false, err
	}
	w.damaged = w.damaged || err != nil
	if err := v.precedes(key, w, r); err != nil {
		return false, err
	}
	return v.saveBoth(ctx, key, w, r)
}

// precedes is ErrStale where r is not newer than what waits in the spill, or older than what was seen of the store.
func (v *Vault) precedes(key string, w waiting, r Record) error {
	if v.seen(key, 0) > r.Generation {
		return ErrStale
	}
	if w.record == nil || w.record.generation < r.Generation {
		return nil
	}
	there, err := v.unseal(key, *w.record)
	switch {
	case errors.Is(err, ErrDamaged):
		return nil
	case err != nil:
		return err
	case there.Generation > r.Generation || !bytes.Equal(there.Data, r.Data):
		return ErrStale
	default:
		return nil
	}
}

// saveBoth seals r to the disk and then saves it in the store: whatever becomes of the keychain, of its answer or of us,
// one of the two has it. A disk that fails must not keep it from the store.
func (v *Vault) saveBoth(ctx context.Context, key string, w waiting, r Record) (spilled bool, err error) {
	copied := v.copies.has(key)
	v.copies.add(key)
	kept := ErrDamaged
	if !w.damaged { // what cannot be read may be newer than the store's, and goes when r is durable
		kept = v.spill.put(key, r)
	}
	err = v.toStore(ctx, key, w, r)
	if errors.Is(err, ErrStale) || errors.Is(err, ErrForeign) {
		return false, errors.Join(err, v.takeBack(key, w, r, copied, errors.Is(err, ErrStale)))
	}
	if kept != nil {
		kept = v.spill.put(key, r)
	}
	if err != nil {
		return v.leftToSpill(ctx, key, r, err, kept)
	}
	if kept != nil {
		v.log.DebugContext(ctx, "record stored without a copy", "key", key, "error", kept)
		if err := v.drop(key); err != nil { // what is there is older
			v.log.WarnContext(ctx, "spilled record cannot be removed", "key", key, "error", err)
		}
	}
	if !copied {
		v.count()
	}
	return false, nil
}

// takeBack undoes what saveBoth did to the disk, where the store has another record than r.
func (v *Vault) takeBack(key string, w waiting, r Record, copied, stale bool) error {
	if !w.damaged && (w.record == nil || stale && w.record.generation < r.Generation) {
		return v.drop(key)
	}
	if !copied {
		v.copies.remove(key)
		v.count()
	}
	return nil
}

// leftToSpill ends a save that the store did not take.
func (v *Vault) leftToSpill(ctx context.Context, key string, r Record, err, kept error) (spilled bool, _ error) {
	if !v.away() {
		v.log.WarnContext(ctx, "keychain refused a record", "key", key, "error", err, "cause", errors.Unwrap(asUnusable(err)))
	}
	v.copies.remove(key)
	v.count()
	switch {
	case kept != nil && v.keys.held(): // it is the disk that the user can mend at once
		return false, errors.Join(fmt.Errorf("spilling: %w", kept), err)
	case kept != nil:
		return false, errors.Join(err, fmt.Errorf("spilling: %w", kept))
	}
	v.saved(key, r.Generation, "spill")
	if !v.away() {
		v.ring.hint() // the keychain was only slow or full for once
	}
	return true, nil
}

// toStore saves r in the store, after a deletion that waited.
func (v *Vault) toStore(ctx context.Context, key string, w waiting, r Record) error {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	if w.tomb != nil {
		if err := v.carryOut(ctx, *w.tomb); err != nil {
			return err
		}
	}
	err := v.store.Save(ctx, key, r)
	v.note(err)
	if err == nil {
		v.saved(key, r.Generation, v.backend)
	}
	return err
}

func (v *Vault) saved(key string, generation uint64, backend string) {
	v.seen(key, generation)
	v.log.Info("record saved", "key", key, "generation", generation, "backend", backend)
}
