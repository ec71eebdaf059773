package keychain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Move is where records go.
type Move struct {
	To         string   // a backend
	Passphrase []byte   // of "file"
	Keys       []string // of all records that there may be; an OS keychain cannot be asked for them
}

// ErrMoved says that all records lie in the new store and count, and that copies are left in the old one. Tidy, which
// the next start calls, tries again.
var ErrMoved = errors.New("the secrets were moved, but copies are left in the old store")

// Move moves all records to another backend: copied and read back one by one, then that store counts, then the old
// copies are deleted. Records that change meanwhile are copied again. It needs both stores to work.
func (c *Chain) Move(ctx context.Context, m Move) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	source := c.current()
	if err := c.movable(ctx, source, m); err != nil {
		return err
	}
	from := source.backend
	if err := writePlacement(c.dir, placement{Backend: from, Leftover: m.To}); err != nil {
		return err
	}
	if err := c.copyAll(ctx, source, m); err != nil {
		ctx := context.WithoutCancel(ctx)
		if tidy := c.tidy(ctx, from, m.To, m.Keys); tidy != nil {
			c.current().log.WarnContext(ctx, "copies are left", "backend", m.To, "error", tidy)
		}
		return fmt.Errorf("moving the secrets: %w", err)
	}
	closing := c.retire(source)
	c.tell(c.Health())
	if err := c.tidy(context.WithoutCancel(ctx), m.To, from, m.Keys); err != nil {
		return fmt.Errorf("%w: %w", ErrMoved, err)
	}
	return closing
}

// movable refuses a move that cannot be done whole.
func (c *Chain) movable(ctx context.Context, source *Vault, m Move) error {
	switch {
	case !slices.Contains(backends, m.To):
		return fmt.Errorf("there is no store %q: there are os, sealed and file", m.To)
	case m.To == source.backend:
		return fmt.Errorf("the secrets lie in the store %s already", m.To)
	case m.To == "file" && len(m.Passphrase) == 0:
		return errors.New("the store file needs a passphrase")
	}
	if err := source.Ready(ctx); err != nil {
		return err
	}
	if err := source.trouble(); err != nil {
		return err
	}
	if source.Health().Spilled > 0 {
		return unusable(faultWaits, nil)
	}
	p, err := readPlacement(c.dir)
	if err == nil && p.Leftover != "" {
		err = c.tidy(ctx, source.backend, p.Leftover, m.Keys)
	}
	return err
}

// copyAll copies everything to the target and puts that in the source's place.
func (c *Chain) copyAll(ctx context.Context, source *Vault, m Move) error {
	c.noting.Lock()
	c.moved = map[string]bool{}
	c.noting.Unlock()
	defer func() {
		c.noting.Lock()
		c.moved = nil
		c.noting.Unlock()
	}()
	target, err := c.openTarget(ctx, source, m)
	if err != nil {
		return err
	}
	for _, key := range m.Keys {
		if err := copyRecord(ctx, source, target, key); err != nil {
			return errors.Join(err, target.Close())
		}
	}
	c.mu.Lock() // from here nobody saves
	defer c.mu.Unlock()
	c.noting.Lock()
	late := c.moved
	c.noting.Unlock()
	for key := range late {
		err := copyRecord(ctx, source, target, key)
		if errors.Is(err, ErrStale) { // a new life under an old key: the copy of a moment ago is ours to replace
			err = errors.Join(target.Delete(ctx, key), copyRecord(ctx, source, target, key))
		}
		if err != nil {
			return errors.Join(err, target.Close())
		}
	}
	// This is the moment at which the target counts.
	if err := writePlacement(c.dir, placement{Backend: m.To, Leftover: source.backend}); err != nil {
		return errors.Join(err, target.Close())
	}
	c.vault = target
	return nil
}

// openTarget opens the store that a move goes to. Between sealed and file the records stay where they are: what is
// copied is their keys.
func (c *Chain) openTarget(ctx context.Context, source *Vault, m Move) (*Vault, error) {
	o := c.options(m.To)
	given := m.Passphrase
	o.Passphrase = func(ctx context.Context) ([]byte, error) {
		if given != nil {
			return given, nil
		}
		if c.o.Passphrase == nil {
			return nil, errors.New("nobody can give the passphrase")
		}
		return c.o.Passphrase(ctx)
	}
	if sharesFolder(source.backend, m.To) {
		if err := c.copyKeys(ctx, source, o, m); err != nil {
			return nil, err
		}
	}
	target, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	given = nil // from here it is asked for as at any start
	if err = target.Ready(ctx); err == nil {
		err = target.trouble()
	}
	if err != nil {
		return nil, errors.Join(err, target.Close())
	}
	return target, nil
}

// options are those of another backend in the same home.
func (c *Chain) options(backend string) Options {
	beside := c.current().backend
	c.noting.Lock()
	defer c.noting.Unlock()
	o := c.o
	o.Backend, o.Env, o.joined = backend, maps.Clone(c.o.Env), sharesFolder(beside, backend)
	return o
}

// sharesFolder reports whether two stores keep their records in the same place, under different guard.
func sharesFolder(a, b string) bool { return a != "os" && b != "os" }

// copyKeys puts the source's keys where the target looks for them.
func (c *Chain) copyKeys(ctx context.Context, source *Vault, o Options, m Move) error {
	keys, err := source.heldKeys()
	if err != nil {
		return err
	}
	o.Passphrase = nil
	target, err := Open(ctx, o) // it has no keys, and makes none beside records
	if err != nil {
		return err
	}
	err = target.adoptKeys(ctx, m.Passphrase, keys)
	return errors.Join(err, target.Close())
}

// copyRecord makes the target's record of key the same as the source's, and reads it back.
func copyRecord(ctx context.Context, source, target *Vault, key string) error {
	if sharesFolder(source.backend, target.backend) {
		_, _, err := target.Load(ctx, key) // it is the same file: it must open
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrForeign) || errors.Is(err, ErrDamaged) {
			err = nil // as it is for the source
		}
		return err
	}
	data, generation, err := source.Load(ctx, key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return target.Delete(ctx, key)
	case err != nil:
		return fmt.Errorf("reading %s: %w", key, err)
	}
	spilled, err := target.Save(ctx, key, data, generation)
	if errors.Is(err, ErrStale) {
		return fmt.Errorf("the store %s holds a newer sign-in of %s; start the keeper with it: %w", target.backend, key, err)
	}
	if err == nil && spilled {
		err = unusable(faultWaits, nil)
	}
	if err != nil {
		return fmt.Errorf("storing %s: %w", key, err)
	}
	return nil
}

// Tidy removes the copies that a move has left in the store that does not count. It does nothing where there are none.
func (c *Chain) Tidy(ctx context.Context, keys []string) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	p, err := readPlacement(c.dir)
	if err != nil || p.Leftover == "" {
		return err
	}
	return c.tidy(ctx, p.Backend, p.Leftover, keys)
}

func (c *Chain) tidy(ctx context.Context, counts, leftover string, keys []string) error {
	o := c.options(leftover)
	o.Passphrase = nil // deleting needs none
	v, err := Open(ctx, o)
	if err != nil {
		return err
	}
	if !sharesFolder(counts, leftover) {
		for _, key := range keys {
			if err := v.Delete(ctx, key); err != nil && !errors.Is(err, ErrForeign) {
				return errors.Join(fmt.Errorf("deleting %s: %w", key, err), v.Close())
			}
		}
	}
	err = v.forgetKeys(ctx)
	if err = errors.Join(err, v.Close()); err != nil {
		return err
	}
	return writePlacement(c.dir, placement{Backend: counts})
}
