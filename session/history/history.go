// Package history remembers what happened to each session, in SQLite, for 90 days. It holds no secret, batches its
// writes, and never stops the keeper: a broken file is set aside and a new one started.
package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	keepFor  = 90 * 24 * time.Hour
	keepRows = 10_000 // of each session

	batchDelay = 500 * time.Millisecond // from the first entry to the writing
	batchRows  = 200                    // are written at once without waiting, and at most in one transaction
	maxQueue   = 10_000                 // entries wait at most while nothing can be written

	pruneEvery = time.Hour
	firstRetry = time.Second // after a write that failed
	lastRetry  = time.Minute
	lastWords  = 5 * time.Second // for what is left at the end
)

// ErrSetAside is in List's error when the file turned out to be damaged while it was read; the next List reads the new
// one.
var ErrSetAside = errors.New("the history was damaged and has been set aside")

// Entry is one thing that happened.
type Entry struct {
	At      time.Time         `json:"at"`
	Session string            `json:"session"` // its name
	Type    string            `json:"type"`    // an event type, "token.renewed"
	Detail  map[string]string `json:"detail,omitempty"`
}

// Log is the history. Its methods are safe for concurrent use.
type Log struct {
	path   string
	wake   chan struct{} // has a value when Run should look at the queue
	writer chan struct{} // has a value while nobody writes, opens or sets aside
	db     atomic.Pointer[sql.DB]

	mu      sync.Mutex // guards what follows
	queue   []Entry
	tallies map[tallyKey]Tally
	first   uint64 // number of the entry at the queue's head
	dropped int    // since the last write that succeeded
	err     error
	aside   string
	closed  bool
}

// Open opens or creates the database at path (0600). A file that SQLite cannot use is renamed to path + ".corrupt-" and
// the time, and aside says so. A file of a newer version is left alone, and another one used beside it; aside says
// that, too. err is for what cannot be helped (no room, no right, locked by another process for 2 s). The Log can be
// used all the same: entries are kept in memory, up to 10,000, and Run goes on trying.
func Open(path string) (l *Log, aside string, err error) {
	l = &Log{path: path, wake: make(chan struct{}, 1), writer: make(chan struct{}, 1)}
	if err = l.open(context.Background()); err != nil {
		err = fmt.Errorf("opening history: %w", err)
		l.setErr(err)
	}
	l.writer <- struct{}{}
	return l, l.Aside(), err
}

// Append adds an entry; it returns at once and never fails. Entries are written in batches, within 1 s, while Run runs.
// An entry without a time gets the present one. Where nothing can be written the oldest of 10,000 waiting entries makes
// room for the newest.
func (l *Log) Append(e Entry) {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.At = e.At.UTC().Round(0)
	e.Detail = maps.Clone(e.Detail)
	l.mu.Lock()
	if len(l.queue) >= maxQueue {
		l.queue[0] = Entry{} // lets its texts go
		l.queue = l.queue[1:]
		l.first++
		l.dropped++
	}
	l.queue = append(l.queue, e)
	waiting := len(l.queue)
	l.mu.Unlock()
	if waiting == 1 || waiting == batchRows {
		l.rouse()
	}
}

func (l *Log) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Err is the last write's error, nil when history works. It says how many entries were dropped since.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil && l.dropped > 0 {
		return fmt.Errorf("%w (%d entries lost)", l.err, l.dropped)
	}
	return l.err
}

// Aside says in a sentence what was set aside last, also while running; empty where nothing was.
func (l *Log) Aside() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.aside
}

func (l *Log) setAside(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.aside = fmt.Sprintf(format, args...)
}

func (l *Log) setErr(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
	if err == nil {
		l.dropped = 0
	}
}

func (l *Log) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue) + len(l.tallies)
}

// batch gives the oldest waiting entries and the number of the first.
func (l *Log) batch() (entries []Entry, first uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.queue[:min(batchRows, len(l.queue))]), l.first
}

// written takes the entries below the number next out of the queue; some may have been dropped meanwhile.
func (l *Log) written(next uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; l.first < next; l.first++ {
		l.queue[0] = Entry{}
		l.queue = l.queue[1:]
	}
	if len(l.queue) == 0 {
		l.queue = nil // the memory of a long queue
	}
}

// Run writes the batches and prunes (older than 90 days, more than 10,000 rows a session; at the start and every hour)
// until ctx ends, then writes what is left, for 5 s at most. Its error is what could not be written at the end.
func (l *Log) Run(ctx context.Context) error {
	prune := time.NewTimer(0)
	defer prune.Stop()
	write := time.NewTimer(batchDelay) // for what was appended before
	defer write.Stop()
	failing, retry := false, firstRetry
	for {
		select {
		case <-ctx.Done():
			return l.finish(ctx)
		case <-prune.C:
			if l.prune(ctx, time.Now()) == nil {
				prune.Reset(pruneEvery)
			} else {
				prune.Reset(lastRetry)
			}
			continue
		case <-l.wake:
			if failing { // the next try is set
				continue
			}
			if l.waiting() < batchRows {
				write.Reset(batchDelay)
				continue
			}
		case <-write.C:
		}
		if failing = l.flush(ctx) != nil; !failing {
			retry = firstRetry
			continue
		}
		write.Reset(retry)
		retry = min(2*retry, lastRetry)
	}
}

// finish writes what is left when ctx has ended.
func (l *Log) finish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	return l.flush(ctx)
}

// Close closes the database; call it after Run has returned.
func (l *Log) Close() error {
	<-l.writer
	defer func() { l.writer <- struct{}{} }()
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	if db := l.db.Swap(nil); db != nil {
		if err := db.Close(); err != nil {
			return fmt.Errorf("closing history: %w", err)
		}
	}
	return nil
}
