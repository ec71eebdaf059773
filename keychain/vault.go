package keychain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
)

// Keys of our own records in the OS keychain.
const (
	spillKeyName  = ".spill"
	sealedKeyName = ".sealed"
)

// Vault is a Store with the spill before and behind it: a record that must not be lost is sealed to a file, then stored
// in the keychain, and the file goes once the keychain has had time to keep it. Where the keychain fails the file waits
// until it is back. The "sealed" and "file" backends need no spill: their store is the disk.
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
	copies  copies
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
	roomFault *Error            // why the disk took no record when it was last tried
	spilled   int
}

// Open opens the backend. It succeeds also while the keychain is locked or away: Health then says so. It fails where the
// options are wrong or the state folder cannot be made. It takes at most a few seconds; Close ends what it starts.
func Open(ctx context.Context, o Options) (*Vault, error) {
	v := &Vault{
		backend: o.Backend, log: o.Log, keys: &keyset{}, changes: make(chan Health, 1), copies: copies{settle: o.settle},
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
	if err := v.wake(ctx); err != nil {
		v.log.DebugContext(ctx, "keychain not opened yet", "error", err)
	} else if names, err := v.dir.names("", sealedSuffix); err == nil && v.spill != nil {
		v.copies.find(names)
	}
	v.count()
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
	items := &records{items: v.ring, home: o.Home, limit: itemLimit(runtime.GOOS)}
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
		v.source = &passphraseKeys{dir: v.dir, ask: o.Passphrase, work: o.work}
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
