// Package fast asks the keeper for a token with as little as can be: a program that only wants a token must start in a
// millisecond or two, and linking net/http and crypto/tls alone costs about that. It speaks just enough HTTP/1.1 for
// one request and one answer over the keeper's own unix socket, with plain system calls where the system has them, and
// trusts neither the length nor the form of what comes back.
package fast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"sessionkeeper/ui/api/places"
)

// ErrNoKeeper says that nobody listens at the socket: no keeper runs, or it has just gone.
var ErrNoKeeper = errors.New("no keeper is running")

// ErrEnded says that the keeper closed the connection and gave no answer.
var ErrEnded = errors.New("it ended before it had answered; try again")

// Late reports whether err is a keeper that did not answer in time.
func Late(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// Ending gives ErrEnded in place of the ways in which a connection breaks, and any other error as it is.
func Ending(err error) error {
	for _, broken := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, broken) {
			return ErrEnded
		}
	}
	return err
}

const (
	// connectWait bounds the connect alone: a full backlog at a stopped keeper would block for ever.
	connectWait = 3 * time.Second
	// defaultWait is how long the keeper lets a request wait that does not say.
	defaultWait = 10 * time.Second
	// spare is what the keeper gets beyond the wait of a request before we give it up.
	spare = 15 * time.Second
)

// Token asks the keeper at socket for a token of the session called name. It returns an error wrapping ErrNoKeeper
// where none listens, and a *Problem where the keeper refuses. Without a deadline in ctx it waits 15 s longer than the
// request's own wait. Where the connection ends without an answer it asks once more: the keeper makes room for others, or
// another one takes its place.
func Token(ctx context.Context, socket, name string, r Request) (Answer, error) {
	var b buffer
	body := r.appendTo(b.body[:0])
	request := b.request(sessionPath(name, "/token"), body)
	status, answer, err := ask(ctx, socket, request, r.patience())
	if errors.Is(err, ErrEnded) {
		status, answer, err = ask(ctx, socket, request, r.patience())
	}
	if err != nil {
		return Answer{}, err
	}
	return decode(status, answer)
}

// Reject tells the keeper at socket that a resource refused the token of this generation. It returns an error wrapping
// ErrNoKeeper where none listens, and a *Problem where the keeper refuses to hear of it.
func Reject(ctx context.Context, socket, name string, generation uint64) error {
	body := append(strconv.AppendUint([]byte(`{"generation":`), generation, 10), '}')
	status, answer, err := Post(ctx, socket, sessionPath(name, "/rejected"), body)
	if err != nil || status == ok {
		return err
	}
	return Refusal(status, answer)
}

// Post sends a JSON body to a path of the local API and gives its answer, of whatever status. The path must be escaped
// as it is to travel. Waiting and errors are as Token's.
func Post(ctx context.Context, socket, path string, body []byte) (status int, answer []byte, err error) {
	if !plainPath(path) {
		return 0, nil, fmt.Errorf("asking the keeper: %.80q is no path of its API", path)
	}
	var b buffer
	return ask(ctx, socket, b.request(path, body), Request{}.patience())
}

// patience is how long the answer to r is waited for.
func (r Request) patience() time.Duration { return cmp.Or(r.Wait, defaultWait) + spare }

func ask(ctx context.Context, socket string, request []byte, wait time.Duration) (status int, body []byte, err error) {
	c, err := connect(ctx, socket)
	if err != nil {
		return 0, nil, err
	}
	defer c.close()
	deadline, set := ctx.Deadline()
	if !set {
		deadline = time.Now().Add(wait)
	}
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, c.cut)
		defer stop()
	}
	status, body, err = exchange(c, request, deadline)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return 0, nil, fmt.Errorf("asking the keeper: %w", Ending(err))
	}
	return status, body, nil
}

func exchange(c *conn, request []byte, deadline time.Time) (status int, body []byte, err error) {
	if err := c.write(request, deadline); err != nil {
		return 0, nil, err
	}
	return readResponse(func(b []byte) (int, error) { return c.read(b, deadline) })
}

// connect reaches the keeper at socket and makes sure that it is our own user's. It returns an error wrapping
// ErrNoKeeper where none listens.
func connect(ctx context.Context, socket string) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("connecting to the keeper: %w", err)
	}
	deadline := time.Now().Add(connectWait)
	if end, set := ctx.Deadline(); set && end.Before(deadline) {
		deadline = end
	}
	c, err := dial(ctx, socket, deadline)
	if absent(err) {
		return nil, fmt.Errorf("connecting to %s: %w", socket, ErrNoKeeper)
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to the keeper: %w", err)
	}
	if err := c.ours(); err != nil {
		c.close()
		return nil, fmt.Errorf("connecting to %s: %w", socket, err)
	}
	return c, nil
}

// Find says where the keeper of p listens: at its socket, or where a keeper that was started in another log-in wrote
// down that it does. The error wraps ErrNoKeeper where none listens.
func Find(ctx context.Context, p places.Places) (string, error) {
	socket := p.Socket()
	err := knock(ctx, socket)
	if !errors.Is(err, ErrNoKeeper) {
		return socket, err
	}
	other, missing := p.Announced()
	if missing != nil || other == socket {
		return "", err
	}
	return other, knock(ctx, other)
}

func knock(ctx context.Context, socket string) error {
	c, err := connect(ctx, socket)
	if err != nil {
		return err
	}
	c.close()
	return nil
}
