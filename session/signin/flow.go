package signin

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"sessionkeeper/session/provider"
)

const (
	// lingerFor is how long the listener answers after the end: a reload then still finds a page that explains.
	lingerFor = 30 * time.Second
	// drainFor is how long a sign-in whose answer has come may go on when the keeper stops.
	drainFor = 5 * time.Second
)

// Flow is one running sign-in. Its goroutine ends with it: at the latest lingerFor after Done, at once with Cancel or
// with the context that started it.
type Flow struct {
	req       Request
	wire      *provider.Wire
	code      *codeRequest // nil for a device flow
	url       string
	userCode  string
	expiresAt time.Time
	pageID    string // the result page's address: says nothing and cannot be guessed
	door      *door  // nil where nothing listens
	left      sync.Once

	answers chan answer        // one at most: the answer that was taken
	done    chan struct{}      // closed when the flow has ended
	drop    context.CancelFunc // closes dropped: nobody waits and nothing lingers any more
	dropped <-chan struct{}

	mu      sync.Mutex
	phase   phase
	taken   answer
	err     *Error
	account provider.Account
	linger  time.Duration
}

// phase says how far a flow is.
type phase int

const (
	waiting phase = iota
	taken         // an answer with the right state has come and is being worked on
	ended
)

func newFlow(ctx context.Context, w *provider.Wire, r Request, timeout time.Duration) *Flow {
	drop, cancel := context.WithCancel(context.WithoutCancel(ctx))
	return &Flow{
		req: r, wire: w,
		expiresAt: time.Now().Add(timeout),
		pageID:    rand.Text(),
		answers:   make(chan answer, 1),
		done:      make(chan struct{}),
		drop:      cancel,
		dropped:   drop.Done(),
		linger:    lingerFor,
	}
}

// URL is the page to open in the browser: the authorization URL, or the device flow's verification page.
func (f *Flow) URL() string { return f.url }

// UserCode is what the user types on the device flow's page; empty for a code flow.
func (f *Flow) UserCode() string { return f.userCode }

// PasteOnly reports whether nothing listens for the answer: the address that the browser ends on must be pasted.
func (f *Flow) PasteOnly() bool { return f.code != nil && f.door == nil }

// ExpiresAt is when the flow gives up. An answer that came before is still worked on.
func (f *Flow) ExpiresAt() time.Time { return f.expiresAt }

// Done is closed when the flow has ended.
func (f *Flow) Done() <-chan struct{} { return f.done }

// Err is nil after success and an *Error otherwise; call it after Done.
func (f *Flow) Err() error {
	if e := f.failure(); e != nil {
		return e
	}
	return nil
}

func (f *Flow) failure() *Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Cancel ends a flow that waits, with KindCancelled, and closes its listener, at the latest half a second after the
// last page was asked for. Of a flow whose answer has come already only the listener is closed: what the provider gives
// goes to Accept, and Done tells when. Cancel after the end closes the listener early.
func (f *Flow) Cancel() {
	f.end(&Error{Kind: KindCancelled, Detail: say("given_up")}, waiting)
	f.drop()
	f.leave(context.Background())
}

// Replace ends a flow that waits because a newer one takes its place. Unlike Cancel it leaves the listener open until
// ExpiresAt, only to tell so to whoever comes back from the older page.
func (f *Flow) Replace() {
	f.mu.Lock()
	f.linger = max(lingerFor, time.Until(f.expiresAt))
	f.mu.Unlock()
	f.end(&Error{Kind: KindCancelled, Detail: say("replaced")}, waiting)
}

// end ends the flow unless it is past the phase from.
func (f *Flow) end(e *Error, from phase) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase > from {
		return
	}
	f.phase, f.err = ended, e
	close(f.done)
}

// leave closes the listener, or this flow's part in it.
func (f *Flow) leave(ctx context.Context) {
	if f.door != nil {
		f.left.Do(func() { f.door.leave(ctx, f) })
	}
}

// run waits for the answer, works on it, and keeps the listener a little while for late visitors.
func (f *Flow) run(ctx context.Context) {
	defer f.drop()
	defer f.leave(ctx)
	f.await(ctx)
	f.mu.Lock()
	late := time.NewTimer(f.linger)
	f.mu.Unlock()
	defer late.Stop()
	select {
	case <-late.C:
	case <-f.dropped:
	case <-ctx.Done():
	}
}

// await returns when the flow has ended.
func (f *Flow) await(ctx context.Context) {
	expired := time.NewTimer(time.Until(f.expiresAt))
	defer expired.Stop()
	select {
	case <-f.done:
	case a := <-f.answers:
		f.work(ctx, a)
	case <-expired.C:
		f.giveUp(ctx, &Error{Kind: KindTimeout, Detail: say("timeout")})
	case <-ctx.Done():
		f.giveUp(ctx, &Error{Kind: KindCancelled, Detail: say("stopped")})
	}
}

// giveUp ends a flow that waits. An answer that was taken at the same moment wins.
func (f *Flow) giveUp(ctx context.Context, e *Error) {
	f.end(e, waiting)
	select {
	case <-f.done:
	case a := <-f.answers:
		f.work(ctx, a)
	}
}

// take claims the flow for an answer. Only the first one gets it.
func (f *Flow) take(a answer) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase != waiting {
		return false
	}
	f.phase, f.taken = taken, a
	f.answers <- a
	return true
}

func (f *Flow) waits() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.phase == waiting
}

func (f *Flow) over() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.phase == ended
}

// shares reports whether whoever brings a may wait for the outcome: it is the answer that is being worked on, come
// again by a reload, or the flow has ended without one.
func (f *Flow) shares(a answer) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase == ended {
		return !f.taken.some()
	}
	return f.taken.same(a)
}

// drained returns a context that ends drainFor after ctx, so that work whose code is spent can finish.
func drained(ctx context.Context) (context.Context, context.CancelFunc) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		late := time.NewTimer(drainFor)
		defer late.Stop()
		select {
		case <-late.C:
			cancel()
		case <-work.Done():
		}
	})
	return work, func() {
		stop()
		cancel()
	}
}
