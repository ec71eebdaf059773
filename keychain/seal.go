package keychain

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"
)

// A sealed record on disk: sealMark, the format's version, the id of the key it is sealed under, the generation, the
// record's key after its length in one byte, the nonce, and the data in XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha)
// with all that stands before the nonce as additional data.
const (
	sealMark    = "sksealed"
	sealVersion = 1
	sealFixed   = len(sealMark) + 1 + len(keyID{}) + 8 + 1
)

// keyID names a key without giving it away: the start of its SHA-256.
type keyID [8]byte

type sealingKey [chacha20poly1305.KeySize]byte

func (k sealingKey) id() keyID {
	sum := sha256.Sum256(k[:])
	return keyID(sum[:])
}

// sealed is a sealed record taken apart, not opened yet.
type sealed struct {
	keyID      keyID
	generation uint64
	key        string
	bound      []byte // the additional data
	box        []byte // nonce and ciphertext
}

// parseSealed reads what is legible without the key: nothing of it is certain before the box is open.
func parseSealed(file []byte) (sealed, error) {
	if !bytes.HasPrefix(file, []byte(sealMark)) || len(file) > len(sealMark) && file[len(sealMark)] != sealVersion {
		return sealed{}, ErrForeign
	}
	if len(file) < sealFixed {
		return sealed{}, ErrDamaged
	}
	at := len(sealMark) + 1
	s := sealed{keyID: keyID(file[at:]), generation: binary.BigEndian.Uint64(file[at+len(keyID{}):])}
	end := sealFixed + int(file[sealFixed-1])
	if len(file) < end+chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead {
		return sealed{}, ErrDamaged
	}
	s.key, s.bound, s.box = string(file[sealFixed:end]), file[:end], file[end:]
	return s, nil
}

// keyset holds the keys that records are sealed under: the current one seals, all of them open. A key change adds one.
type keyset struct {
	mu      sync.Mutex
	current *sealingKey
	all     map[keyID]sealingKey
}

// add takes keys in, the last of them as the current one.
func (k *keyset) add(keys []sealingKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[keyID]sealingKey{}
	}
	for _, key := range keys {
		k.all[key.id()] = key
		k.current = &key
	}
}

// held reports whether records can be sealed.
func (k *keyset) held() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current != nil
}

// list gives all keys, the current one last.
func (k *keyset) list() []sealingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current == nil {
		return nil
	}
	current := *k.current
	keys := slices.Collect(maps.Values(k.all))
	keys = slices.DeleteFunc(keys, func(key sealingKey) bool { return key == current })
	return append(keys, current)
}

// several reports whether the keys were ever changed.
func (k *keyset) several() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.all) > 1
}

// isCurrent reports whether id is of the key that seals now.
func (k *keyset) isCurrent(id keyID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current != nil && k.current.id() == id
}

func (k *keyset) has(id keyID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.all[id]
	return ok
}

// seal gives the file for a record. Ask held first: without a key it is a faultFresh.
func (k *keyset) seal(key string, r Record) ([]byte, error) {
	k.mu.Lock()
	current := k.current
	k.mu.Unlock()
	if current == nil {
		return nil, unusable(faultFresh, nil)
	}
	aead, err := chacha20poly1305.NewX(current[:])
	if err != nil {
		return nil, err
	}
	id := current.id()
	file := slices.Concat([]byte(sealMark), []byte{sealVersion}, id[:])
	file = binary.BigEndian.AppendUint64(file, r.Generation)
	file = append(file, byte(len(key))) //nolint:gosec // keys have at most 129 bytes
	file = append(file, key...)
	bound := slices.Clone(file)
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(nonce) // never fails
	file = append(file, nonce...)
	return aead.Seal(file, nonce, r.Data, bound), nil
}

// open opens a record that was sealed for key. A key that is not held is a faultKeyGone.
func (k *keyset) open(key string, s sealed) (Record, error) {
	k.mu.Lock()
	with, ok := k.all[s.keyID]
	k.mu.Unlock()
	if !ok {
		return Record{}, unusable(faultKeyGone, nil)
	}
	aead, err := chacha20poly1305.NewX(with[:])
	if err != nil {
		return Record{}, err
	}
	data, err := aead.Open(nil, s.box[:aead.NonceSize()], s.box[aead.NonceSize():], s.bound)
	if err != nil || s.key != key {
		return Record{}, ErrDamaged
	}
	return Record{Generation: s.generation, Data: data}, nil
}
