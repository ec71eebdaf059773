// Package tokens gives other Go programs the tokens that the keeper holds: a TokenSource for golang.org/x/oauth2, and an
// http.RoundTripper that puts them into requests. Nothing here ever sees a refresh token. A token is kept in process only
// while an event stream to the keeper stands, and is dropped as soon as the keeper says something about its session.
package tokens

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
)

// ErrClosed is what a source of a closed Client answers.
var ErrClosed = errors.New("this source of tokens is closed")

// Options says who takes the tokens. The zero Options is a program known by its file's name.
type Options struct {
	Face  string        // empty: "program"
	Label string        // what a person knows this program by; empty: its file's name
	Wait  time.Duration // how long the keeper may take for a renewal; 0: 10 s
}

// defaultWait is the keeper's own.
const defaultWait = 10 * time.Second

// Client takes tokens from one keeper. It is safe for concurrent use.
type Client struct {
	keeper *client.Client
	own    bool // keeper was opened by us
	o      Options
	cancel context.CancelFunc
	begin  func(func(context.Context)) // runs it in a goroutine with the Client's own context

	mu      sync.Mutex // guards what follows
	running sync.WaitGroup
	sources map[string]*Source
	closed  bool
}

// Open finds the keeper of this user. The error wraps client.ErrNoKeeper where none runs.
func Open(ctx context.Context, o Options) (*Client, error) {
	p, err := places.Find()
	if err != nil {
		return nil, fmt.Errorf("finding the keeper: %w", err)
	}
	keeper, err := client.Dial(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("finding the keeper: %w", err)
	}
	c := New(keeper, o) //nolint:contextcheck // it outlives the call that opens it
	c.own = true
	return c, nil
}

// New takes tokens from the keeper that c speaks to. Closing the Client does not close c.
func New(c *client.Client, o Options) *Client {
	if o.Face == "" {
		o.Face = "program"
	}
	if o.Label == "" {
		o.Label = filepath.Base(os.Args[0])
	}
	if o.Wait <= 0 {
		o.Wait = defaultWait
	}
	ctx, cancel := context.WithCancel(context.Background())
	t := &Client{keeper: c, o: o, cancel: cancel, sources: map[string]*Source{}}
	t.begin = func(f func(context.Context)) { t.running.Go(func() { f(ctx) }) }
	return t
}

// Close forgets all tokens, ends the event streams and waits until they have ended. Afterwards every source answers
// ErrClosed.
func (c *Client) Close() {
	c.mu.Lock()
	c.closed = true
	c.cancel()
	sources := slices.Collect(maps.Values(c.sources))
	c.mu.Unlock()
	c.running.Wait()
	for _, s := range sources {
		s.lose()
	}
	if c.own {
		c.keeper.Close()
	}
}

// TokenSource is Source for those who want no more than golang.org/x/oauth2's interface.
func (c *Client) TokenSource(name string) oauth2.TokenSource { return c.Source(name) }

// Source gives the tokens of the session called name, always the same Source for a name. Whether there is such a session
// shows at the first token.
func (c *Client) Source(name string) *Source {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sources[name]
	if s == nil {
		s = &Source{client: c, name: name}
		c.sources[name] = s
	}
	return s
}

// spawn runs f in a goroutine that Close waits for, and reports whether it could: a closed Client starts nothing.
func (c *Client) spawn(f func(context.Context)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.begin(f)
	return true
}
