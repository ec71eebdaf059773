package keychain

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
)

// sealedSuffix ends the names of sealed records.
const sealedSuffix = ".sealed"

// sealedFiles is the Store whose records are sealed files. It needs its keys only, not the place they are kept in.
type sealedFiles struct {
	dir   *folder
	keys  *keyset
	away  func() error // why the keys are not held
	locks keyLocks
}

// empty reports whether there is no record, so that a new key strands nothing.
func (s *sealedFiles) empty() (bool, error) {
	names, err := s.dir.names("", sealedSuffix)
	return len(names) == 0, err
}

// Load reads and opens the record under key.
func (s *sealedFiles) Load(ctx context.Context, key string) (Record, error) {
	unlock, err := s.enter(ctx, key)
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	return s.load(key)
}

func (s *sealedFiles) enter(ctx context.Context, key string) (unlock func(), err error) {
	if !validKey(key) {
		return nil, errKey
	}
	return s.locks.lock(ctx, key)
}

func (s *sealedFiles) load(key string) (Record, error) {
	box, err := s.look(key)
	if err != nil {
		return Record{}, err
	}
	if !s.keys.held() {
		return Record{}, s.away()
	}
	return s.keys.open(key, box)
}

func (s *sealedFiles) look(key string) (sealed, error) {
	file, err := s.dir.read(fileName(key, sealedSuffix))
	if err != nil {
		return sealed{}, err
	}
	return parseSealed(file)
}

// Save seals r, replaces the file, and opens it again.
func (s *sealedFiles) Save(ctx context.Context, key string, r Record) error {
	unlock, err := s.enter(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	if !s.keys.held() {
		return s.away()
	}
	if len(r.Data) > maxRecord {
		return unusable(faultTooBig, nil)
	}
	// Also an older record is opened: one under a key that is not held must not be replaced.
	switch there, err := s.load(key); {
	case errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, ErrDamaged):
		if err := s.dir.aside(fileName(key, sealedSuffix)); err != nil {
			return err
		}
	case err != nil:
		return err
	case there.Generation == r.Generation && bytes.Equal(there.Data, r.Data):
		return nil
	case there.Generation >= r.Generation:
		return ErrStale
	}
	file, err := s.keys.seal(key, r)
	if err != nil {
		return err
	}
	if err := s.dir.write(fileName(key, sealedSuffix), file); err != nil {
		return err
	}
	there, err := s.load(key)
	if err == nil && (there.Generation != r.Generation || !bytes.Equal(there.Data, r.Data)) {
		err = ErrDamaged
	}
	if err != nil {
		return unusable(faultDisk, err)
	}
	return nil
}

// Delete removes the file. It needs no key.
func (s *sealedFiles) Delete(ctx context.Context, key string) error {
	unlock, err := s.enter(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	switch _, err := s.look(key); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil && !errors.Is(err, ErrDamaged):
		return err
	}
	return s.dir.remove(fileName(key, sealedSuffix))
}

// Close lets go of the folder.
func (s *sealedFiles) Close() error { return s.dir.close() }
