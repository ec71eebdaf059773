package api

import (
	"sync"
	"time"

	"sessionkeeper/ui/api/peer"
)

const (
	// recentLife is how long a process counts as the program that it was: it may become another one, and its number may
	// in time be given to another process.
	recentLife = time.Second
	maxRecent  = 256
)

// recent remembers for a moment which program a process is: one that connects anew for each token does so many times a
// second, and asking the kernel takes longer than the answer.
type recent struct {
	mu    sync.Mutex // guards known
	known map[int]recently
}

type recently struct {
	program peer.Program
	at      time.Time
}

func (r *recent) of(pid int, now time.Time) (peer.Program, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.known[pid]
	return k.program, ok && now.Sub(k.at) < recentLife
}

// learn remembers a program that asks for itself: what a front program of ours stands for is asked each time.
func (r *recent) learn(pid int, p peer.Program, now time.Time) {
	if pid <= 0 || pid != p.PID || p.Path == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= maxRecent {
		clear(r.known)
	}
	r.known[pid] = recently{p, now}
}
