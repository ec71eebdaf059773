package keychain

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"sync"
)

// Chain is a Vault whose records can be moved to another backend while it is in use. Of a record there is never more
// than one that counts: the source's until all are copied and read back, the target's from then on. A crash at any
// moment leaves one of the two, and Tidy removes what is left of the other.
type Chain struct {
	o       Options
	dir     *folder // of the placement
	changes chan Health
	swapped chan struct{} // a value when Run has another vault to run
	turn    sync.Mutex    // one move at a time

	mu    sync.RWMutex // held for reading by every call, for writing while the vault is exchanged
	vault *Vault

	noting sync.Mutex // guards what follows, and o.Env
	moved  map[string]bool
	ran    *Vault        // the one that Run runs
	ranEnd chan struct{} // closed when it does not any more
}

// OpenChain opens the backend that holds the records: where they were moved, that is another than o names, and
// o.Backend is not looked at. See Open.
func OpenChain(ctx context.Context, o Options) (*Chain, error) {
	if !filepath.IsAbs(o.StateDir) {
		return nil, errors.New("keychain: Options need an absolute StateDir")
	}
	dir, err := openFolder(filepath.Join(o.StateDir, placementDir))
	if err != nil {
		return nil, err
	}
	p, err := readPlacement(dir)
	if err == nil {
		if p.Backend != "" {
			o.Backend = p.Backend
		}
		var v *Vault
		if v, err = Open(ctx, o); err == nil {
			return &Chain{
				o: o, dir: dir, changes: make(chan Health, 1), swapped: make(chan struct{}, 1), vault: v,
			}, nil
		}
	}
	_ = dir.close()
	return nil, err
}

// now gives the vault in use; done lets a move exchange it.
func (c *Chain) now() (v *Vault, done func()) {
	c.mu.RLock()
	return c.vault, c.mu.RUnlock
}

// Load is Vault.Load.
func (c *Chain) Load(ctx context.Context, key string) (data []byte, generation uint64, err error) {
	v, done := c.now()
	defer done()
	return v.Load(ctx, key)
}

// Save is Vault.Save.
func (c *Chain) Save(ctx context.Context, key string, data []byte, generation uint64) (spilled bool, err error) {
	v, done := c.now()
	defer done()
	defer c.note(key)
	return v.Save(ctx, key, data, generation)
}

// Delete is Vault.Delete.
func (c *Chain) Delete(ctx context.Context, key string) error {
	v, done := c.now()
	defer done()
	defer c.note(key)
	return v.Delete(ctx, key)
}

// note tells a move under way that key is another than the one that it may have copied.
func (c *Chain) note(key string) {
	c.noting.Lock()
	defer c.noting.Unlock()
	if c.moved != nil {
		c.moved[key] = true
	}
}

// Ready is Vault.Ready.
func (c *Chain) Ready(ctx context.Context) error {
	v, done := c.now()
	defer done()
	return v.Ready(ctx)
}

// Unlock is Vault.Unlock.
func (c *Chain) Unlock(ctx context.Context) error { return c.current().Unlock(ctx) }

// current gives the vault in use, for calls that wait for a person and must not hold up a move.
func (c *Chain) current() *Vault {
	v, done := c.now()
	done()
	return v
}

// Health is Vault.Health.
func (c *Chain) Health() Health { return c.current().Health() }

// SetEnv is Vault.SetEnv.
func (c *Chain) SetEnv(env map[string]string) {
	c.noting.Lock()
	if c.o.Env == nil {
		c.o.Env = map[string]string{}
	}
	maps.Copy(c.o.Env, env)
	c.noting.Unlock()
	c.current().SetEnv(env)
}

// Rotate is Vault.Rotate.
func (c *Chain) Rotate(ctx context.Context, passphrase []byte) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.current().Rotate(ctx, passphrase)
}

// ChangePassphrase is Vault.ChangePassphrase.
func (c *Chain) ChangePassphrase(ctx context.Context, old, changed []byte) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.current().ChangePassphrase(ctx, old, changed)
}

// Changes is Vault.Changes, while Run runs.
func (c *Chain) Changes() <-chan Health { return c.changes }

// Run is Vault.Run, of the vault in use.
func (c *Chain) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		c.runOne(ctx, c.current())
	}
	return nil
}

// runOne runs one vault until ctx ends or another takes its place.
func (c *Chain) runOne(ctx context.Context, v *Vault) {
	ctx, stop := context.WithCancel(ctx)
	end := make(chan struct{})
	defer close(end)
	c.noting.Lock()
	c.ran, c.ranEnd = v, end
	c.noting.Unlock()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() { _ = v.Run(ctx) }) // it returns nil
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.swapped:
			return
		case h := <-v.Changes():
			c.tell(h)
		}
	}
}

// tell hands a change on, the last one where nobody took the one before.
func (c *Chain) tell(h Health) {
	for {
		select {
		case c.changes <- h:
			return
		default:
		}
		select {
		case <-c.changes:
		default:
		}
	}
}

// retire waits until Run has left v, and closes it.
func (c *Chain) retire(v *Vault) error {
	select {
	case c.swapped <- struct{}{}:
	default:
	}
	c.noting.Lock()
	end := c.ranEnd
	if c.ran != v {
		end = nil
	}
	c.noting.Unlock()
	if end != nil {
		<-end
	}
	return v.Close()
}

// Close is Vault.Close.
func (c *Chain) Close() error {
	c.turn.Lock() // a move under way comes to its end first
	defer c.turn.Unlock()
	return errors.Join(c.current().Close(), c.dir.close())
}
