package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"time"
)

const (
	// storeLimit is what the store may take of a save before the record goes to the spill.
	storeLimit = 3 * time.Second

	// Keys of our own records in the OS keychain.
	spillKeyName  = ".spill"
	sealedKeyName = ".sealed"
)

// Vault is a Store with the spill behind it: where the keychain fails, a record that must not be lost is sealed to a
// file and moved when the keychain is back. The "sealed" and "file" backends need no spill: their store is the disk.
type Vault struct {
	backend string
	log     *slog.Logger
	ring    *ring // nil with "file"
	probeAt string
	store   Store
	dir     *folder // of the sealed records or the spill
	keys    *keyset // of the sealed records or the spill
	source  keySource
	spill   *spill // nil with "sealed" and "file"
	empty   func() (bool, error)
	locks   keyLocks
	opening keyLocks
	changes chan Health

	users   sync.WaitGroup // calls that need the folder
	telling sync.Mutex     // guards told, and sends changes in order
	told    Health

	mu        sync.Mutex
	closed    bool
	known     map[string]uint64 // the highest generation seen of each key
	stuck     map[string]bool   // keys whose spilled record could not be moved
	keyFault  *Error            // why the keys are not held though the keychain answers
	saveFault *Error            // why the last save did not reach the store though the keychain answers
	spilled   int
}

// Open opens the backend. It succeeds also while the keychain is locked or away: Health then says so. It fails where the
// options are wrong or the state folder cannot be made. It takes at most a few seconds; Close ends what it starts.
func Open(ctx context.Context, o Options) (*Vault, error) {
	v := &Vault{
		backend: o.Backend, log: o.Log, keys: &keyset{}, changes: make(chan Health, 1),
		known: map[string]uint64{}, stuck: map[string]bool{},
	}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	if !validHome(o.Home) || !filepath.IsAbs(o.StateDir) {
		return nil, errors.New("keychain: Options need a Home of [A-Za-z0-9_-] and an absolute StateDir")
	}
	place := "sealed"
	if o.Backend == "os" {
		place = "spill"
	}
	opener := openFolder
	if o.joined {
		opener = joinFolder
	}
	var err error
	if v.dir, err = opener(filepath.Join(o.StateDir, place)); err != nil {
		return nil, err
	}
	if err := v.assemble(o); err != nil {
		_ = v.dir.close()
		return nil, err
	}
	v.count()
	if err := v.wake(ctx); err != nil {
		v.log.DebugContext(ctx, "keychain not opened yet", "error", err)
	}
	v.publish()
	return v, nil
}

// assemble puts the backend's parts together.
func (v *Vault) assemble(o Options) error {
	if o.Backend != "file" {
		if len(o.Child) == 0 {
			return errors.New("keychain: Options.Child is missing")
		}
		v.ring = newRing(o, v.log, v.publish)
	}
	items := &records{items: v.ring, home: o.Home, limit: itemLimit()}
	files := &sealedFiles{dir: v.dir, keys: v.keys, away: func() error { return v.trouble() }}
	v.empty = files.empty
	switch o.Backend {
	case "os":
		v.store, v.spill = items, &spill{dir: v.dir, keys: v.keys}
		v.source = &keychainKeys{records: items, name: spillKeyName}
		// Spilled records name their key: a new one beside a lost one strands nothing more.
		v.empty = func() (bool, error) { return true, nil }
		v.probeAt = items.headUser(spillKeyName)
	case "sealed":
		v.store = files
		v.source = &keychainKeys{records: items, name: sealedKeyName}
		v.probeAt = items.headUser(sealedKeyName)
	case "file":
		v.store = files
		v.source = &passphraseKeys{dir: v.dir, ask: o.Passphrase}
	default:
		return fmt.Errorf("keychain: no backend %q: there are os, sealed and file", o.Backend)
	}
	return nil
}

// enter begins work on key, alone, and keeps Close waiting for its end.
func (v *Vault) enter(ctx context.Context, key string) (leave func(), err error) {
	if !validKey(key) {
		return nil, errKey
	}
	done, err := v.use()
	if err != nil {
		return nil, err
	}
	unlock, err := v.locks.lock(ctx, key)
	if err != nil {
		done()
		return nil, err
	}
	return func() { unlock(); done() }, nil
}

// use keeps Close waiting until done.
func (v *Vault) use() (done func(), err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil, unusable(faultClosed, nil)
	}
	v.users.Add(1)
	return v.users.Done, nil
}

// Load gives the newest record of key, in the store or in the spill. It returns fs.ErrNotExist only where it is sure,
// never an older record for a newer one that cannot be read: then it is the *Error that says why.
func (v *Vault) Load(ctx context.Context, key string) (data []byte, generation uint64, err error) {
	leave, err := v.enter(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	defer leave()
	r, err := v.newest(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	if v.seen(key, r.Generation) > r.Generation {
		v.log.WarnContext(ctx, "stored record is older than one seen before", "key", key, "generation", r.Generation)
	}
	return r.Data, r.Generation, nil
}

func (v *Vault) newest(ctx context.Context, key string) (Record, error) {
	if v.spill == nil {
		return v.store.Load(ctx, key)
	}
	w, err := v.spill.look(key)
	if err != nil {
		return Record{}, err
	}
	switch {
	case w.damaged:
		return Record{}, ErrDamaged
	case w.record == nil && w.tomb != nil:
		return Record{}, fs.ErrNotExist
	case w.record == nil:
		return v.store.Load(ctx, key)
	}
	spilled, err := v.unseal(key, *w.record)
	if err != nil || w.tomb != nil {
		return spilled, err
	}
	there, err := v.store.Load(ctx, key)
	switch {
	case err == nil && there.Generation > spilled.Generation:
		return there, nil
	case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrDamaged):
		return spilled, nil
	case v.seen(key, 0) == spilled.Generation && !errors.Is(err, ErrForeign):
		return spilled, nil // we wrote or compared it ourselves: nothing newer is there
	default:
		return Record{}, err
	}
}

// unseal opens a spilled record, or says why the keychain does not give its key.
func (v *Vault) unseal(key string, box sealed) (Record, error) {
	if !v.keys.has(box.keyID) {
		if err := v.trouble(); err != nil {
			return Record{}, err
		}
	}
	return v.keys.open(key, box)
}

// seen notes a generation of key and gives the highest.
func (v *Vault) seen(key string, generation uint64) uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if generation > v.known[key] {
		v.known[key] = generation
	}
	return v.known[key]
}

// Save makes a record durable: in the store, or in the spill where the store fails. spilled tells which. An error means
// that it is in neither; ErrStale and ErrForeign are those of Store. It takes at most 3 s for the store and then the
// disk's time, and no time for a store that is known to be away. What it began it ends also when ctx ends: the record
// may be one that cannot be had again.
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
	// A disk that fails must not keep the record from the store.
	if err := v.precedes(key, w, r); err != nil {
		return false, err
	}
	err = v.toStore(ctx, key, w, r)
	if err == nil || errors.Is(err, ErrStale) || errors.Is(err, ErrForeign) {
		return false, err
	}
	if !v.away() {
		v.log.WarnContext(ctx, "keychain refused a record", "key", key, "error", err, "cause", errors.Unwrap(asUnusable(err)))
	}
	if spillErr := v.spill.put(key, r); spillErr != nil {
		return false, errors.Join(err, fmt.Errorf("spilling: %w", spillErr))
	}
	v.count()
	v.saved(key, generation, "spill")
	if !v.away() {
		v.ring.hint() // the keychain was only slow or full for once
	}
	return true, nil
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

// toStore saves r in the store and clears the spill of what it supersedes.
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
	if err != nil {
		return err
	}
	v.saved(key, r.Generation, v.backend)
	if w.record != nil || w.damaged {
		if err := v.spill.drop(key); err != nil {
			v.log.WarnContext(ctx, "spilled record cannot be removed", "key", key, "error", err)
		}
		v.count()
	}
	return nil
}

func (v *Vault) saved(key string, generation uint64, backend string) {
	v.seen(key, generation)
	v.log.Info("record saved", "key", key, "generation", generation, "backend", backend)
}

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
	if err := v.spill.drop(key); err != nil {
		return err
	}
	v.count()
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

// Close waits for the calls at work, whose records go to the spill if need be, and ends the child. End Run first.
func (v *Vault) Close() error {
	v.mu.Lock()
	again := v.closed
	v.closed = true
	v.mu.Unlock()
	if again {
		return nil
	}
	if v.ring != nil {
		v.ring.close()
	}
	v.users.Wait()
	return v.dir.close()
}
