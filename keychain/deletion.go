package keychain

import (
	"context"
	"errors"
	"io/fs"
	"math"
)

// Delete removes a record everywhere. Where the store cannot be reached the deletion is remembered and done later; then
// Load already returns fs.ErrNotExist.
func (v *Vault) Delete(ctx context.Context, key string) error {
	leave, err := v.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	defer v.publish()
	if v.spill == nil {
		return v.store.Delete(ctx, key)
	}
	w, err := v.spill.look(key)
	if err != nil {
		return err
	}
	upTo := v.forget(key, w)
	if err := v.drop(key); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	err = v.store.Delete(limited, key)
	if err == nil {
		return v.spill.unbury(key)
	}
	if _, away := errors.AsType[*Error](err); !away {
		return err
	}
	return v.spill.bury(key, upTo)
}

// forget drops what is known of key and gives the highest generation that a deletion now is meant for.
func (v *Vault) forget(key string, w waiting) uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	upTo := v.known[key]
	delete(v.known, key)
	if w.record != nil {
		upTo = max(upTo, w.record.generation)
	}
	if w.tomb != nil {
		upTo = max(upTo, w.tomb.Generation)
	}
	if upTo == 0 {
		return math.MaxUint64 // whatever it is, the user wants it gone
	}
	return upTo
}

// carryOut does a deletion that waited.
func (v *Vault) carryOut(ctx context.Context, t tomb) error {
	r, err := v.store.Load(ctx, t.Key)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrForeign):
		// Nothing of ours is there.
	case err == nil && r.Generation <= t.Generation, errors.Is(err, ErrDamaged):
		if err := v.store.Delete(ctx, t.Key); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	return v.spill.unbury(t.Key)
}
