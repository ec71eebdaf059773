package file

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

const (
	minPause = time.Second      // between two tries of what fails
	maxPause = 30 * time.Second // between two looks: timers stand still while the machine sleeps
)

// mark is what a file is known by that we wrote.
type mark struct {
	Sum       string    `json:"sum"` // SHA-256 of the whole file
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// find gives the mark's place among marks; -1: nowhere.
func find(marks []mark, sum string) int {
	return slices.IndexFunc(marks, func(m mark) bool { return m.Sum == sum })
}

// form is what a file holds.
type form struct {
	format  string
	idToken bool
}

// entry is one token file. One goroutine tends it, so that a disk that hangs holds up no other file.
type entry struct {
	session, path string
	since         time.Time
	held          bool // by a program, until that lets go

	poke  chan struct{}   // has a value when it is to be looked at
	asks  chan chan error // the same, for somebody who waits for the outcome
	gone  chan struct{}   // closed when nobody wants it any more
	ended chan struct{}   // closed when it is off the disk
	again bool            // it was kept before: look at once

	failures int   // in a row, of its own goroutine alone
	leftover error // why it is still on the disk after all; set before ended is closed

	// What follows is guarded by Registry.mu.
	form
	replace   bool   // what lies there, once
	marks     []mark // of what we wrote last, and of what it was to replace
	state     string
	detail    string
	expiresAt time.Time // of the token in the file; zero: never
	writtenAt time.Time // zero: there is none
	quitting  bool
}

func newEntry(name, path string, f form) *entry {
	return &entry{
		session: name, path: path, form: f, since: time.Now().UTC(), state: client.FileWaiting,
		poke: make(chan struct{}, 1), asks: make(chan chan error), gone: make(chan struct{}), ended: make(chan struct{}),
	}
}

func (e *entry) wire() client.File {
	return client.File{
		Session: e.session, Path: e.path, Format: e.format, IDToken: e.idToken, State: e.state, Detail: e.detail,
		ExpiresAt: e.expiresAt.UTC(), WrittenAt: e.writtenAt.UTC(), Held: e.held,
	}
}

// nudge has it looked at soon.
func (e *entry) nudge() {
	select {
	case e.poke <- struct{}{}:
	default:
	}
}

// ask has it looked at and waits for the outcome.
func (e *entry) ask(ctx context.Context, stopped <-chan struct{}) error {
	outcome := make(chan error, 1)
	select {
	case e.asks <- outcome:
	case <-e.ended:
		return stopping()
	case <-stopped:
		return stopping()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-outcome:
		return err
	case <-e.ended:
		return stopping()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// quit lets its goroutine take it away; see Registry.drop.
func (r *Registry) quit(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !e.quitting {
		e.quitting = true
		close(e.gone)
	}
}

// tend keeps one file until ctx ends or nobody wants it any more.
func (r *Registry) tend(ctx context.Context, e *entry) {
	defer close(e.ended)
	var watching sync.WaitGroup
	defer watching.Wait()
	looking, stop := context.WithCancel(ctx)
	defer stop()
	watching.Go(func() { // a look may wait for the provider: nobody waits for that who wants the file gone
		select {
		case <-e.gone:
			stop()
		case <-looking.Done():
		}
	})
	pause := maxPause
	if e.again {
		pause = 0
	}
	if e.again {
		r.recall(e)
	}
	for {
		var outcome chan error
		select {
		case <-ctx.Done():
			return
		case <-e.gone:
			r.end(ctx, e)
			return
		case outcome = <-e.asks:
		case <-e.poke:
		case <-time.After(pause):
		}
		var err error
		pause, err = r.look(looking, e)
		if outcome != nil {
			outcome <- err
		}
	}
}

// recall looks which of the tokens that we wrote lies in a file that was kept before. What a crash left beside it goes.
func (r *Registry) recall(e *entry) {
	if err := removeTemp(tempName(e.path)); err != nil {
		r.log.Debug("what a crash left behind stays on the disk", "path", e.path, "error", err)
	}
	found, err := inspect(e.path)
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := find(e.marks, found.mark); err == nil && known >= 0 {
		e.expiresAt = e.marks[known].ExpiresAt
		if e.expiresAt.IsZero() || time.Now().Before(e.expiresAt) {
			e.state = client.FileFresh // the first look may take as long as the keychain does
		}
		return
	}
	e.expiresAt, e.writtenAt = time.Time{}, time.Time{}
}

// end takes a file away that nobody wants any more.
func (r *Registry) end(ctx context.Context, e *entry) {
	if err := r.clear(e); err != nil {
		e.leftover = err
		r.log.WarnContext(ctx, "a token file stays on the disk", "session", e.session, "path", e.path, "error", err)
	}
	if e.held {
		return
	}
	if err := r.save(); err != nil {
		r.log.WarnContext(ctx, "the list of token files cannot be saved", "error", err)
	}
}

// look brings the file up to date, and says when to look again.
func (r *Registry) look(ctx context.Context, e *entry) (pause time.Duration, err error) {
	r.mu.Lock()
	f, wait := e.form, session.DefaultWait
	if left := time.Until(e.expiresAt); !e.writtenAt.IsZero() && !e.expiresAt.IsZero() {
		wait = max(0, min(wait, left)) // a token that runs out meanwhile is to go
	}
	r.mu.Unlock()
	t, err := r.o.Keeper.Token(ctx, e.session, session.TokenRequest{Wait: wait, IDToken: f.idToken})
	if ctx.Err() != nil {
		return maxPause, ctx.Err()
	}
	var c content
	if err == nil {
		c, err = f.render(t, e.session)
	}
	if err != nil {
		return r.without(ctx, e, err), err
	}
	if err := r.write(e, c); err != nil {
		r.failed(ctx, e, err)
		e.failures++
		return min(maxPause, minPause<<min(e.failures-1, 5)), err
	}
	e.failures = 0
	return untilEnd(c.expiresAt), nil
}

// untilEnd is the pause before a token that ends at at is looked at, where no event says so before.
func untilEnd(at time.Time) time.Duration {
	if at.IsZero() {
		return maxPause
	}
	return max(minPause/10, min(maxPause, time.Until(at)))
}

// without: the session has no token to give. What is in the file goes, unless it may still be valid: while the keychain
// is locked or the provider is out of reach, the token that was handed out lives on.
func (r *Registry) without(ctx context.Context, e *entry, why error) (pause time.Duration) {
	refusal, ok := errors.AsType[*session.Error](why)
	passing := ok && (refusal.Code == session.CodeUnavailable || refusal.Code == session.CodeKeychain)
	r.mu.Lock()
	ends, has := e.expiresAt, !e.writtenAt.IsZero()
	r.mu.Unlock()
	if has && passing && (ends.IsZero() || time.Now().Before(ends)) {
		r.note(e, client.FileFresh, why.Error())
		return untilEnd(ends)
	}
	if err := r.clear(e); err != nil {
		r.failed(ctx, e, err)
		return minPause
	}
	r.note(e, client.FileWaiting, why.Error())
	if has {
		r.log.InfoContext(ctx, "took a token file away", "session", e.session, "path", e.path)
	}
	if ok && !refusal.RetryAt.IsZero() {
		return max(minPause, min(maxPause, time.Until(refusal.RetryAt)))
	}
	return maxPause
}

// failed notes that the file could not be written, or not be taken away.
func (r *Registry) failed(ctx context.Context, e *entry, why error) {
	r.mu.Lock()
	same := e.state == client.FileFailed && e.detail == why.Error()
	spent := !e.writtenAt.IsZero() && !e.expiresAt.IsZero() && !time.Now().Before(e.expiresAt)
	r.mu.Unlock()
	r.note(e, client.FileFailed, why.Error())
	level := r.log.WarnContext
	if same {
		level = r.log.DebugContext
	}
	level(ctx, "a token file cannot be written", "session", e.session, "path", e.path, "error", why)
	if spent {
		if err := r.clear(e); err != nil {
			r.log.DebugContext(ctx, "a spent token file stays on the disk", "path", e.path, "error", err)
		}
	}
}

func (r *Registry) note(e *entry, state, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.state, e.detail = state, detail
}

// write puts c into the file, where it is not there already.
func (r *Registry) write(e *entry, c content) error {
	if err := checkFolder(e.path); err != nil {
		return err
	}
	r.mu.Lock()
	marks, replace := e.marks, e.replace
	r.mu.Unlock()
	found, err := inspect(e.path)
	switch {
	case err != nil:
		return err
	case !found.absent() && !found.of(marks) && !replace:
		return errStranger
	case found.mark == c.mark && found.private:
		r.written(e, c, false)
		return nil
	}
	// Told to the registry first: after a crash in between, the file is still known for ours.
	r.mu.Lock()
	e.marks = []mark{{Sum: c.mark, ExpiresAt: c.expiresAt.UTC()}}
	if old := find(marks, found.mark); old >= 0 {
		e.marks = append(e.marks, marks[old])
	}
	r.mu.Unlock()
	if !e.held {
		if err := r.save(); err != nil {
			r.log.Warn("the list of token files cannot be saved", "error", err)
		}
	}
	if err := replaceFile(e.path, c.data); err != nil {
		return err
	}
	r.written(e, c, true)
	return nil
}

func (r *Registry) written(e *entry, c content, now bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.state, e.detail, e.expiresAt, e.replace = client.FileFresh, "", c.expiresAt, false
	if find(e.marks, c.mark) < 0 { // it was there already, and ours from now on
		e.marks = []mark{{Sum: c.mark, ExpiresAt: c.expiresAt.UTC()}}
	}
	if now || e.writtenAt.IsZero() {
		e.writtenAt = time.Now()
	}
}

// clear takes the file away where it is as we left it; one that somebody else has written since stays.
func (r *Registry) clear(e *entry) error {
	r.mu.Lock()
	marks := e.marks
	r.mu.Unlock()
	if len(marks) == 0 { // we never wrote
		return nil
	}
	found, err := inspect(e.path)
	if err != nil {
		return err
	}
	if !found.absent() {
		if !found.of(marks) {
			return errStranger
		}
		if err := removeFile(e.path); err != nil {
			return err
		}
	}
	if err := removeTemp(tempName(e.path)); err != nil && !errors.Is(err, errKind) {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e.marks, e.expiresAt, e.writtenAt = nil, time.Time{}, time.Time{}
	return nil
}

// asError puts what went wrong into words for a caller.
func asError(err error) error {
	if _, ok := errors.AsType[*session.Error](err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	code := session.CodeUnavailable
	if errors.Is(err, errStranger) || errors.Is(err, errFolder) || errors.Is(err, errKind) {
		code = session.CodeConflict
	}
	return &session.Error{Code: code, Detail: fmt.Sprintf("the token file cannot be written: %v", err)}
}
