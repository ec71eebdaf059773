package keychain

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// errNoKeys says that a store's keys cannot be changed yet.
var errNoKeys = errors.New("keychain: the keys are not held")

// Rotate makes a new key, keeps it beside the old ones, and seals every record on disk under it, while the store is in
// use. Old keys stay for good, so that a backup of the records can still be opened; what Rotate seals cannot be opened
// with them. passphrase is that of the "file" backend and nil with the others. An error after the new key was kept
// leaves records under an old key: Run seals them anew, also after a crash.
func (v *Vault) Rotate(ctx context.Context, passphrase []byte) error {
	return v.changeKeys(ctx, passphrase, passphrase)
}

// ChangePassphrase puts the keys of the "file" backend under another passphrase and rotates them, so that who has the
// old passphrase and an old copy of the folder can open nothing that is stored from now on. A backup from before
// needs the old passphrase.
func (v *Vault) ChangePassphrase(ctx context.Context, old, changed []byte) error {
	if v.backend != "file" {
		return errors.New("only the store file has a passphrase: the OS keychain has a password of its own")
	}
	if len(changed) == 0 {
		return unusable(faultNoPass, nil)
	}
	return v.changeKeys(ctx, old, changed)
}

func (v *Vault) changeKeys(ctx context.Context, old, changed []byte) error {
	leave, err := v.use()
	if err != nil {
		return err
	}
	defer leave()
	defer v.publish()
	unlock, err := v.opening.lock(ctx, "")
	if err != nil {
		return err
	}
	// What is kept counts, not what is in hand: it may have been restored meanwhile.
	keys, err := v.source.load(ctx, old, false)
	if err == nil {
		keys = append(keys, newKey())
		err = v.source.write(ctx, changed, keys)
	}
	if err == nil {
		v.keys.add(keys)
		v.mu.Lock()
		v.keyFault = nil
		v.mu.Unlock()
	}
	unlock()
	if err != nil {
		return fmt.Errorf("changing the keys: %w", err)
	}
	v.log.InfoContext(ctx, "keys changed", "backend", v.backend, "keys", len(keys))
	return v.reseal(ctx)
}

// reseal brings the records on disk under the current key, one at a time. What cannot be opened is left as it is.
func (v *Vault) reseal(ctx context.Context) error {
	if !v.keys.held() {
		return errNoKeys
	}
	keys, err := sealedKeys(v.dir)
	if err != nil {
		return err
	}
	var faults []error
	for _, key := range keys {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := v.resealOne(ctx, key); err != nil {
			faults = append(faults, fmt.Errorf("sealing %s anew: %w", key, err))
		}
	}
	return errors.Join(faults...)
}

func (v *Vault) resealOne(ctx context.Context, key string) error {
	leave, err := v.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	return reseal(v.dir, v.keys, key)
}

// reseal seals the record of key under the current key. The caller holds the key's lock.
func reseal(dir *folder, keys *keyset, key string) error {
	name := fileName(key, sealedSuffix)
	file, err := dir.read(name)
	if err != nil {
		return err
	}
	box, err := parseSealed(file)
	if err != nil || keys.isCurrent(box.keyID) {
		return err
	}
	r, err := keys.open(key, box)
	if err != nil {
		return err
	}
	if file, err = keys.seal(key, r); err != nil {
		return err
	}
	if box, err = parseSealed(file); err == nil { // it is opened before it takes the place of one that can be
		_, err = keys.open(key, box)
	}
	if err != nil {
		return unusable(faultDisk, err)
	}
	return dir.write(name, file)
}

// sealedKeys gives the keys of the records in a folder that are legible.
func sealedKeys(dir *folder) ([]string, error) {
	names, err := dir.names("", sealedSuffix)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, name := range names {
		file, err := dir.read(name)
		if err != nil {
			continue
		}
		if box, err := parseSealed(file); err == nil && fileName(box.key, sealedSuffix) == name {
			keys = append(keys, box.key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// heldKeys gives the keys in hand, the current one last.
func (v *Vault) heldKeys() ([]sealingKey, error) {
	if keys := v.keys.list(); len(keys) > 0 {
		return keys, nil
	}
	return nil, errNoKeys
}

// adoptKeys keeps keys that come from another store where this one looks for its own.
func (v *Vault) adoptKeys(ctx context.Context, passphrase []byte, keys []sealingKey) error {
	unlock, err := v.opening.lock(ctx, "")
	if err != nil {
		return err
	}
	defer unlock()
	if v.ring != nil {
		if err := v.ring.probe(ctx, v.probeAt); err != nil {
			return err
		}
	}
	return v.source.write(ctx, passphrase, keys)
}

// forgetKeys removes the keys from where they are kept, unless records may still need them.
func (v *Vault) forgetKeys(ctx context.Context) error {
	unlock, err := v.opening.lock(ctx, "")
	if err != nil {
		return err
	}
	defer unlock()
	if v.spill != nil {
		if left, err := v.dir.names("", ""); err != nil || len(left) > 0 {
			return errors.Join(err, unusable(faultWaits, nil))
		}
	}
	return v.source.remove(ctx)
}
