package keychain

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// settleTime is how long a record stays on disk after the keychain has taken it. KeePassXC saves its database some time
// after it has answered, and what it had not saved when it dies is lost; GNOME Keyring writes before it answers, but
// does not wait until the name of the new file lasts through a loss of power.
const settleTime = 30 * time.Second

// copies are the records in the spill that the keychain has too, or is being given: they wait for nothing but their
// time. After it they are compared with what the keychain has then. A crash forgets which they are: what the next start
// finds while the keychain works passes for copies until it has been compared.
type copies struct {
	settle time.Duration // 0: settleTime

	mu    sync.Mutex
	since map[string]time.Time // by file name; zero: found
}

// find takes in what a start has found.
func (c *copies) find(names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since = map[string]time.Time{}
	for _, name := range names {
		c.since[name] = time.Time{}
	}
}

// compared forgets what was found and could not be compared.
func (c *copies) compared() {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.since, func(_ string, since time.Time) bool { return since.IsZero() })
}

func (c *copies) add(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since == nil {
		c.since = map[string]time.Time{}
	}
	c.since[fileName(key, sealedSuffix)] = time.Now()
}

func (c *copies) remove(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.since, fileName(key, sealedSuffix))
}

// has reports whether the keychain has taken the record of key.
func (c *copies) has(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.since[fileName(key, sealedSuffix)].IsZero()
}

// waits reports whether the record in the file of this name waits for the keychain.
func (c *copies) waits(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.since[name]
	return !ok
}

// due reports whether the file of this name is to be looked at: it is no copy, or one whose time is over.
func (c *copies) due(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	since, ok := c.since[name]
	return !ok || time.Since(since) >= cmp.Or(c.settle, settleTime)
}

// move brings the spill to the store, until the keychain fails again.
func (v *Vault) move(ctx context.Context) {
	defer v.count()
	defer v.copies.compared()
	keys, err := v.spill.list(v.copies.due)
	if err != nil {
		v.log.WarnContext(ctx, "spill cannot be read", "error", err)
		return
	}
	for _, key := range keys {
		if ctx.Err() != nil || v.away() {
			return
		}
		if err := v.moveOne(ctx, key); err != nil {
			v.log.Log(ctx, v.firstTime(key), "spilled record cannot be moved yet",
				"key", key, "error", err, "cause", errors.Unwrap(asUnusable(err)))
		}
	}
}

// firstTime gives the level to log at that key's record cannot be moved: the same again is of little interest.
func (v *Vault) firstTime(key string) slog.Level {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stuck[key] {
		return slog.LevelDebug
	}
	v.stuck[key] = true
	return slog.LevelWarn
}

// moveOne settles what waits for key: a record goes to the store and stays as a copy, and a copy whose time is over
// goes if the store has it still.
func (v *Vault) moveOne(ctx context.Context, key string) error {
	leave, err := v.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	w, err := v.spill.look(key)
	if err != nil {
		return err
	}
	if w.damaged {
		return ErrDamaged
	}
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	if w.tomb != nil {
		if err := v.carryOut(ctx, *w.tomb); err != nil {
			return err
		}
		w.tomb = nil
	}
	if w.record == nil || !v.copies.due(fileName(key, sealedSuffix)) {
		return nil
	}
	r, err := v.unseal(key, *w.record)
	if err != nil {
		return err
	}
	there, err := v.store.Load(ctx, key)
	switch {
	case err == nil && there.Generation > r.Generation:
		v.seen(key, there.Generation)
		return v.drop(key)
	case err == nil && there.Generation == r.Generation && !bytes.Equal(there.Data, r.Data):
		return ErrStale // two records of one generation: the next generation settles it, none is thrown away
	case err == nil && there.Generation == r.Generation && v.copies.has(key):
		return v.drop(key)
	case err == nil && there.Generation == r.Generation:
		v.seen(key, r.Generation)
		v.copies.add(key)
		v.count()
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged):
		return err
	case v.copies.has(key):
		v.log.WarnContext(ctx, "keychain has lost a record that it had taken", "key", key, "generation", r.Generation)
	}
	if err := v.toStore(ctx, key, w, r); err != nil {
		return err
	}
	v.copies.add(key)
	v.count()
	return nil
}

// drop removes the record that waits for key.
func (v *Vault) drop(key string) error {
	err := v.spill.drop(key)
	if err == nil {
		v.copies.remove(key)
	}
	v.count()
	return err
}

// count brings Health.Spilled up to date.
func (v *Vault) count() {
	if v.spill == nil {
		return
	}
	names, err := v.dir.names("", sealedSuffix)
	if err != nil {
		v.log.Warn("spill cannot be read", "error", err)
		return
	}
	n := 0
	for _, name := range names {
		if v.copies.waits(name) {
			n++
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.spilled = n
}
