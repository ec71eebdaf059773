package session

import (
	"context"
	"slices"
)

// StoreKeys gives the keys of all records that the store may hold, also those of sessions whose definition is gone.
func (k *Keeper) StoreKeys(ctx context.Context) ([]string, error) {
	var keys []string
	err := k.call(ctx, func() {
		for _, e := range k.entries {
			keys = append(keys, e.id, secretKey(e.id))
		}
		for _, d := range k.parked {
			keys = append(keys, d.ID, secretKey(d.ID))
		}
	})
	slices.Sort(keys)
	return keys, err
}
