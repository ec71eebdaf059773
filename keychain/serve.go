package keychain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/zalando/go-keyring"
)

// service is the first name of every item of ours.
const service = "sessionkeeper"

// ServeChild is the child's side of the pipe: it talks to the OS keychain through go-keyring and to its parent on
// stdin and stdout, until stdin ends. It is the only code that calls go-keyring. It returns the exit code.
func ServeChild() int {
	if err := harden(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "keychain child:", err)
		return 1
	}
	// The terminal and the service manager signal the whole group; a save must be able to finish. Stdin's end, or
	// the parent's kill, ends us.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return serve(os.Stdin, os.Stdout)
}

// clerk carries out requests, one keyring call at a time.
type clerk struct {
	guard *guard

	mu  sync.Mutex // guards out: frames are written whole
	out io.Writer
}

func serve(in io.Reader, out io.Writer) int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	c := &clerk{out: out}
	c.guard = newGuard(func() { c.reply(answer{}) })
	var wg sync.WaitGroup
	wg.Go(func() { c.guard.watch(ctx) })
	work := make(chan request, 4)
	wg.Go(func() {
		for q := range work {
			c.carryOut(ctx, q)
		}
	})
	code := 0
	for {
		var q request
		if err := readFrame(in, &q); err != nil {
			if !errors.Is(err, io.EOF) {
				code = 1
			}
			break
		}
		if q.Op == opUnlock {
			// The user may think for minutes; calls go on meanwhile and are told that it is locked.
			wg.Go(func() { c.unlock(ctx, q) })
			continue
		}
		work <- q
	}
	close(work)
	stop()
	finish(&wg)
	return code
}

// finish gives the call at work the time that every call has; a keychain that hangs must not keep us.
func finish(wg *sync.WaitGroup) {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(lookLimit):
	}
}

func (c *clerk) reply(a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// An error means that the parent is gone: then stdin ends too, and that ends us.
	_ = writeFrame(c.out, a)
}

func (c *clerk) unlock(ctx context.Context, q request) {
	f, cause := c.guard.unlock(ctx)
	c.reply(answer{ID: q.ID, Fault: f, Cause: causeText(cause)})
}

// carryOut answers one request. It looks for what would make go-keyring raise a prompt before it calls it.
func (c *clerk) carryOut(ctx context.Context, q request) {
	a := answer{ID: q.ID}
	// The look must not outlast the call: a parent that gave up kills us anyway.
	look, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	var cause error
	switch {
	case q.Version != protocol:
		a.Fault = faultVersion
	case ctx.Err() != nil:
		a.Fault = faultClosed
	default:
		if a.Fault, cause = c.guard.look(look, q); a.Fault == faultNone {
			a.Value, a.Fault, cause = c.ask(look, q)
		}
	}
	a.Cause = causeText(cause)
	c.reply(a)
}

// ask makes the one call of go-keyring. It panics inside when the bus dies at the wrong moment.
func (c *clerk) ask(ctx context.Context, q request) (value []byte, f fault, cause error) {
	defer func() {
		if p := recover(); p != nil {
			value, f, cause = nil, faultFailed, fmt.Errorf("go-keyring panicked: %v", p)
		}
	}()
	var text string
	var err error
	switch q.Op {
	case opGet:
		text, err = keyring.Get(service, q.User)
	case opSet:
		var done bool
		if done, err = c.guard.overwrite(ctx, q.User, q.Value); err == nil && !done {
			err = keyring.Set(service, q.User, string(q.Value))
		}
	case opDelete:
		err = keyring.Delete(service, q.User)
	default:
		return nil, faultFailed, errors.New("unknown operation")
	}
	switch {
	case err == nil:
		return []byte(text), faultNone, nil
	case errors.Is(err, keyring.ErrNotFound):
		return nil, faultMissing, nil
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return nil, faultTooBig, err
	case errors.Is(err, syscall.ENOSPC):
		return nil, faultNoSpace, err
	case ctx.Err() != nil:
		return nil, faultSlow, err
	default:
		return nil, nativeFault(err), err
	}
}

// causeText shortens what the keychain said; none of them repeats a secret.
func causeText(err error) string {
	if err == nil {
		return ""
	}
	const most = 200
	text := err.Error()
	return text[:min(len(text), most)]
}
