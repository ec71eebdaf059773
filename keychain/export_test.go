package keychain

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"
)

// ItemLimit is the item limit of a system that has none.
const ItemLimit = 96 << 10

// WithSettle gives o with another time for which copies stay on disk.
func WithSettle(o Options, settle time.Duration) Options {
	o.settle = settle
	return o
}

// WithLittleWork gives o with passphrases that are quick to try.
func WithLittleWork(o Options) Options {
	o.work = 4
	return o
}

// WithOrdinaryWork takes that back.
func WithOrdinaryWork(o Options) Options {
	o.work = 0
	return o
}

// Records gives the Store of a vault's OS keychain, with items of at most limit bytes.
func Records(v *Vault, home string, limit int) Store {
	return &records{items: v.ring, home: home, limit: limit}
}

// ErrPower is what a store returns whose power was cut.
var ErrPower = errors.New("power cut")

// CutPower gives a Store on v's keychain of which only the first n changes of items are carried out.
func CutPower(v *Vault, home string, limit, n int) Store {
	c := &cut{items: v.ring}
	c.left.Store(int64(n))
	return &records{items: c, home: home, limit: limit}
}

type cut struct {
	items
	left atomic.Int64
}

func (c *cut) set(ctx context.Context, user string, value []byte) error {
	if c.left.Add(-1) < 0 {
		return ErrPower
	}
	return c.items.set(ctx, user, value)
}

func (c *cut) remove(ctx context.Context, user string) error {
	if c.left.Add(-1) < 0 {
		return ErrPower
	}
	return c.items.remove(ctx, user)
}

// HeadUser gives the user name of a record's first item.
func HeadUser(home, key string) string { return (&records{home: home}).headUser(key) }

// HeadItem gives the text of a record in one item.
func HeadItem(key string, r Record) []byte { return encode(key, r, 'a', ItemLimit)[0] }

// ItemGeneration gives the generation of a record's first item; 0 where it is none.
func ItemGeneration(item []byte) uint64 {
	h, _, _ := decodeHead(item)
	return h.generation
}

// ChildPid gives the process id of the running child.
func ChildPid(v *Vault) int {
	v.ring.mu.Lock()
	defer v.ring.mu.Unlock()
	return v.ring.child.cmd.Process.Pid
}

// ChildEnded gives a channel that closes when the running child has ended.
func ChildEnded(v *Vault) <-chan struct{} {
	v.ring.mu.Lock()
	defer v.ring.mu.Unlock()
	return v.ring.child.done
}

// Asked tells two moments apart between which the keychain was asked for anything: by the running child and how many
// requests it got. It waits for the call in flight.
func Asked(v *Vault) [2]uint64 {
	v.ring.turn <- struct{}{}
	defer func() { <-v.ring.turn }()
	v.ring.mu.Lock()
	defer v.ring.mu.Unlock()
	p := v.ring.child
	p.mu.Lock()
	defer p.mu.Unlock()
	return [2]uint64{uint64(p.cmd.Process.Pid), p.lastID}
}

// InFlight gives a channel that closes when a call is in flight.
func InFlight(v *Vault) <-chan struct{} {
	flying := make(chan struct{})
	go func() {
		for len(v.ring.turn) == 0 {
			runtime.Gosched()
		}
		close(flying)
	}()
	return flying
}
