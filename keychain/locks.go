package keychain

import (
	"context"
	"sync"
)

// keyLocks holds one lock per key in use, so that work on one key never waits for work on another. The zero value is
// ready.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	turn  chan struct{}
	users int // holders and waiters; the last one out drops the lock from the map
}

// lock waits for key's turn until ctx ends and returns what gives it back.
func (l *keyLocks) lock(ctx context.Context, key string) (unlock func(), err error) {
	k := l.enter(key)
	select {
	case k.turn <- struct{}{}:
		return func() { <-k.turn; l.leave(key, k) }, nil
	case <-ctx.Done():
		l.leave(key, k)
		return nil, unusable(faultBusy, ctx.Err())
	}
}

func (l *keyLocks) enter(key string) *keyLock {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.held[key]
	if k == nil {
		k = &keyLock{turn: make(chan struct{}, 1)}
		if l.held == nil {
			l.held = map[string]*keyLock{}
		}
		l.held[key] = k
	}
	k.users++
	return k
}

func (l *keyLocks) leave(key string, k *keyLock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(l.held, key)
	}
}
