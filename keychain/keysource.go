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
	// with faultKeyGone: a new key would strand the records that are there.
	load(ctx context.Context, fresh bool) ([]sealingKey, error)
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

func (s *keychainKeys) load(ctx context.Context, fresh bool) ([]sealingKey, error) {
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

// passphraseFile is the file of the keys that a passphrase opens, in the format of age with scrypt
// (age-encryption.org/v1).
const passphraseFile = "key.age"

// passphraseKeys keeps sealing keys on disk under a passphrase.
type passphraseKeys struct {
	dir *folder
	ask func(ctx context.Context) ([]byte, error)
}

func (s *passphraseKeys) load(ctx context.Context, fresh bool) ([]sealingKey, error) {
	if s.ask == nil {
		return nil, unusable(faultNoPass, nil)
	}
	passphrase, err := s.ask(ctx)
	if err != nil {
		return nil, unusable(faultNoPass, err)
	}
	if len(passphrase) == 0 {
		return nil, unusable(faultNoPass, nil)
	}
	file, err := s.dir.read(passphraseFile)
	switch {
	case err == nil:
		return unwrap(file, string(passphrase))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case !fresh:
		return nil, unusable(faultKeyGone, err)
	}
	keys := []sealingKey{newKey()}
	file, err = wrap(keys, string(passphrase))
	if err != nil {
		return nil, err
	}
	return keys, s.dir.write(passphraseFile, file)
}

func wrap(keys []sealingKey, passphrase string) ([]byte, error) {
	defer debug.FreeOSMemory() // the derivation takes 256 MiB for a moment
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
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
