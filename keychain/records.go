package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
)

// items is a keychain's own view: values under user names, all in one service. A missing item is fs.ErrNotExist.
type items interface {
	get(ctx context.Context, user string) ([]byte, error)
	set(ctx context.Context, user string, value []byte) error
	remove(ctx context.Context, user string) error
}

// records is the Store whose records are items of the OS keychain. The user name of a head is HOME-ID/KEY/0, of its
// further parts HOME-ID/KEY/SLOT.N with N from 1 (a point cannot be in a key, so no two names meet).
type records struct {
	items items
	home  string
	limit int // of an item, in bytes
	locks keyLocks
}

// itemLimit is the longest value in bytes that every keychain of a system takes, named as in runtime.GOOS. Windows:
// CRED_MAX_CREDENTIAL_BLOB_SIZE (wincred.h). macOS: go-keyring sends one line of at most 4096 bytes to security(1), the
// value in base64 and our names among them. Secret Services know no limit; this one keeps 64 KiB of data in one item, so
// that a save is one write.
func itemLimit(system string) int {
	switch system {
	case "windows":
		return 2560
	case "darwin":
		return 2800
	default:
		return 96 << 10
	}
}

func (s *records) headUser(key string) string { return s.home + "/" + key + "/0" }

func (s *records) partUser(key string, slot byte, n int) string {
	return s.home + "/" + key + "/" + string(slot) + "." + strconv.Itoa(n)
}

// Load reads the record under key.
func (s *records) Load(ctx context.Context, key string) (Record, error) {
	if !validItemKey(key) {
		return Record{}, errKey
	}
	unlock, err := s.locks.lock(ctx, key)
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	h, data, err := s.head(ctx, key)
	if err != nil {
		return Record{}, err
	}
	return s.whole(ctx, key, h, data)
}

func (s *records) head(ctx context.Context, key string) (head, []byte, error) {
	item, err := s.items.get(ctx, s.headUser(key))
	if err != nil {
		return head{}, nil, err
	}
	return decodeHead(item)
}

// whole reads the parts that h points to after data, which lay in h.
func (s *records) whole(ctx context.Context, key string, h head, data []byte) (Record, error) {
	for n := 1; n < int(h.parts) && len(data) < int(h.size); n++ {
		item, err := s.items.get(ctx, s.partUser(key, h.slot, n))
		if errors.Is(err, fs.ErrNotExist) {
			return Record{}, ErrDamaged
		}
		if err != nil {
			return Record{}, err
		}
		chunk, err := contents(partMark, item)
		if err != nil {
			return Record{}, ErrDamaged
		}
		data = append(data, chunk...)
	}
	return h.record(key, data)
}

// Save writes the parts first, then the head that makes them the record, then removes the parts of the record before.
// A crash between any two writes leaves the old record or the new one.
func (s *records) Save(ctx context.Context, key string, r Record) error {
	if !validItemKey(key) {
		return errKey
	}
	if len(r.Data) > maxRecord {
		return unusable(faultTooBig, nil)
	}
	unlock, err := s.locks.lock(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	old, data, err := s.head(ctx, key)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrDamaged):
		old = head{slot: 'b'}
	case err != nil:
		return err
	default:
		done, err := s.superseded(ctx, key, stored{old, data}, r)
		if done || err != nil {
			return err
		}
	}
	slot := byte('a')
	if old.slot == 'a' {
		slot = 'b'
	}
	encoded := encode(key, r, slot, s.limit)
	for n := 1; n < len(encoded); n++ {
		if err := s.write(ctx, s.partUser(key, slot, n), encoded[n]); err != nil {
			return err
		}
	}
	if err := s.write(ctx, s.headUser(key), encoded[0]); err != nil {
		return err
	}
	for n := int(old.parts) - 1; n >= 1; n-- {
		if s.items.remove(ctx, s.partUser(key, old.slot, n)) != nil {
			break // the record is saved; the next save of this slot or Delete clears what is left
		}
	}
	return nil
}

// stored is a head as it was read, with the data in it.
type stored struct {
	head head
	data []byte
}

// superseded reports whether r need not be written because it is there, or must not because something newer is.
func (s *records) superseded(ctx context.Context, key string, old stored, r Record) (bool, error) {
	if old.head.generation < r.Generation {
		return false, nil
	}
	there, err := s.whole(ctx, key, old.head, old.data)
	switch {
	case errors.Is(err, ErrDamaged):
		return false, nil // what it says of its generation is worth as little as the rest
	case err != nil:
		return false, err
	case there.Generation == r.Generation && bytes.Equal(there.Data, r.Data):
		return true, nil
	default:
		return false, ErrStale
	}
}

// write sets one item and reads it back: a keychain may lose a write that it confirmed, and a write given up earlier
// may have landed after ours.
func (s *records) write(ctx context.Context, user string, value []byte) error {
	if err := s.items.set(ctx, user, value); err != nil {
		return err
	}
	failpoint("item_set")
	back, err := s.items.get(ctx, user)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !bytes.Equal(back, value) {
		return unusable(faultUnkept, err)
	}
	return err
}

// Delete removes the parts and then the head, so that what a crash leaves can still be found and deleted.
func (s *records) Delete(ctx context.Context, key string) error {
	if !validItemKey(key) {
		return errKey
	}
	unlock, err := s.locks.lock(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	_, _, err = s.head(ctx, key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged) {
		return err
	}
	for _, slot := range []byte("ab") {
		if err := s.sweep(ctx, key, slot); err != nil {
			return fmt.Errorf("removing parts: %w", err)
		}
	}
	if err := s.items.remove(ctx, s.headUser(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch _, err := s.items.get(ctx, s.headUser(key)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	default:
		return unusable(faultUnkept, nil)
	}
}

// sweep removes a slot's parts, the last first, so that what is left after a crash has no gap.
func (s *records) sweep(ctx context.Context, key string, slot byte) error {
	n := 0
	for ; ; n++ {
		_, err := s.items.get(ctx, s.partUser(key, slot, n+1))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return err
		}
	}
	for ; n >= 1; n-- {
		if err := s.items.remove(ctx, s.partUser(key, slot, n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Close does nothing: the items belong to whoever opened them.
func (s *records) Close() error { return nil }
