package keychain

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"slices"

	"filippo.io/age"
)

// keySource is where sealing keys are kept.
type keySource interface {
	// load gives the keys, the current one last. Where there are none it makes one if fresh is true, and else fails
	// with faultKeyGone: a new key would strand the records that are there. The passphrase counts where they lie under
	// one; nil: it is asked for.
	load(ctx context.Context, passphrase []byte, fresh bool) ([]sealingKey, error)
	// write replaces them in one step, and reads them back before anything is sealed under the last of them.
	write(ctx context.Context, passphrase []byte, keys []sealingKey) error
	// keep puts keys back that are not among those that are kept, and gives all of them, the last of keys last.
	keep(ctx context.Context, keys []sealingKey) ([]sealingKey, error)
	// remove takes them away for good.
	remove(ctx context.Context) error
}

// keysVersion stands before the keys, which follow each other.
const keysVersion = 1

func encodeKeys(keys []sealingKey) []byte {
	b := []byte{keysVersion}
	for _, k := range keys {
		b = append(b, k[:]...)
	}
	return b
}

func decodeKeys(b []byte) ([]sealingKey, error) {
	const size = len(sealingKey{})
	if len(b) < 1+size || b[0] != keysVersion || (len(b)-1)%size != 0 {
		return nil, ErrForeign
	}
	var keys []sealingKey
	for chunk := range slices.Chunk(b[1:], size) {
		keys = append(keys, sealingKey(chunk))
	}
	return keys, nil
}

func newKey() (k sealingKey) {
	_, _ = rand.Read(k[:]) // never fails
	return k
}

// keychainKeys keeps sealing keys in the OS keychain, in a record of their own.
type keychainKeys struct {
	records *records
	name    string // key of the record
}

func (s *keychainKeys) load(ctx context.Context, _ []byte, fresh bool) ([]sealingKey, error) {
	r, err := s.records.Load(ctx, s.name)
	lost := errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged)
	switch {
	case err == nil:
		return decodeKeys(r.Data)
	case lost && !fresh:
		return nil, unusable(faultKeyGone, err)
	case !lost:
		return nil, err
	}
	keys := []sealingKey{newKey()}
	err = s.records.Save(ctx, s.name, Record{Generation: 1, Data: encodeKeys(keys)})
	if errors.Is(err, ErrStale) { // an earlier attempt that was given up has landed since
		r, err = s.records.Load(ctx, s.name)
		if err == nil {
			return decodeKeys(r.Data)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("storing a new key: %w", err)
	}
	return keys, nil
}

func (s *keychainKeys) write(ctx context.Context, _ []byte, keys []sealingKey) error {
	generation := uint64(0)
	switch r, err := s.records.Load(ctx, s.name); {
	case err == nil:
		generation = r.Generation
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged):
		return err
	}
	return s.records.Save(ctx, s.name, Record{Generation: generation + 1, Data: encodeKeys(keys)})
}

func (s *keychainKeys) keep(ctx context.Context, keys []sealingKey) ([]sealingKey, error) {
	r, err := s.records.Load(ctx, s.name)
	var kept []sealingKey
	switch {
	case err == nil:
		if kept, err = decodeKeys(r.Data); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged):
		return nil, err
	}
	lost := func(key sealingKey) bool { return !slices.Contains(kept, key) }
	if !slices.ContainsFunc(keys, lost) {
		return kept, nil
	}
	theirs := slices.DeleteFunc(kept, func(key sealingKey) bool { return slices.Contains(keys, key) })
	all := slices.Concat(theirs, keys)
	return all, s.records.Save(ctx, s.name, Record{Generation: r.Generation + 1, Data: encodeKeys(all)})
}

func (s *keychainKeys) remove(ctx context.Context) error { return s.records.Delete(ctx, s.name) }

// passphraseFile is the file of the keys that a passphrase opens, in the format of age with scrypt
// (age-encryption.org/v1).
const passphraseFile = "key.age"

// passphraseKeys keeps sealing keys on disk under a passphrase.
type passphraseKeys struct {
	dir  *folder
	ask  func(ctx context.Context) ([]byte, error)
	work int // see Options
}

// given is the passphrase, asked for where it is empty.
func (s *passphraseKeys) given(ctx context.Context, passphrase []byte) (string, error) {
	if len(passphrase) > 0 {
		return string(passphrase), nil
	}
	if s.ask == nil {
		return "", unusable(faultNoPass, nil)
	}
	passphrase, err := s.ask(ctx)
	if err != nil || len(passphrase) == 0 {
		return "", unusable(faultNoPass, err)
	}
	return string(passphrase), nil
}

func (s *passphraseKeys) load(ctx context.Context, passphrase []byte, fresh bool) ([]sealingKey, error) {
	text, err := s.given(ctx, passphrase)
	if err != nil {
		return nil, err
	}
	file, err := s.dir.read(passphraseFile)
	switch {
	case err == nil:
		return unwrap(file, text)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case !fresh:
		return nil, unusable(faultKeyGone, err)
	}
	keys := []sealingKey{newKey()}
	file, err = s.wrap(keys, text)
	if err != nil {
		return nil, err
	}
	return keys, s.dir.write(passphraseFile, file)
}

func (s *passphraseKeys) write(ctx context.Context, passphrase []byte, keys []sealingKey) error {
	text, err := s.given(ctx, passphrase)
	if err != nil {
		return err
	}
	file, err := s.wrap(keys, text)
	if err != nil {
		return err
	}
	back, err := unwrap(file, text) // before the one that can be opened is gone
	if err == nil && !slices.Equal(back, keys) {
		err = unusable(faultDisk, errors.New("the wrapped keys are others"))
	}
	if err != nil {
		return err
	}
	return s.dir.write(passphraseFile, file)
}

// keep does nothing: what a disk has kept it does not lose.
func (s *passphraseKeys) keep(_ context.Context, keys []sealingKey) ([]sealingKey, error) {
	return keys, nil
}

func (s *passphraseKeys) remove(context.Context) error { return s.dir.remove(passphraseFile) }

func (s *passphraseKeys) wrap(keys []sealingKey, passphrase string) ([]byte, error) {
	defer debug.FreeOSMemory() // the derivation takes 256 MiB for a moment
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	if s.work > 0 {
		recipient.SetWorkFactor(s.work)
	}
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipient)
	if err != nil {
		return nil, fmt.Errorf("wrapping a key: %w", err)
	}
	_, err = w.Write(encodeKeys(keys))
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("wrapping a key: %w", err)
	}
	return file.Bytes(), nil
}

func unwrap(file []byte, passphrase string) ([]sealingKey, error) {
	defer debug.FreeOSMemory() // as above
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(file), identity)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return nil, unusable(faultBadPass, err)
	}
	if err != nil {
		return nil, unusable(faultKeyGone, fmt.Errorf("opening %s: %w", passphraseFile, err))
	}
	keys, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, unusable(faultKeyGone, fmt.Errorf("reading %s: %w", passphraseFile, err))
	}
	return decodeKeys(keys)
}
