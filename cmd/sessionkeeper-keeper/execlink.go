package main

import (
	"context"
	"errors"
	"sync"

	"sessionkeeper/ui/api/client"
)

// link is the way to the keeper of a command that may run for days: where the keeper has gone meanwhile another one is
// found, or started.
type link struct {
	mu  sync.Mutex // guards now
	now *client.Client
}

func newLink(ctx context.Context) (*link, error) {
	c, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	return &link{now: c}, nil
}

func (l *link) client() *client.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// renew replaces a client whose keeper has gone.
func (l *link) renew(ctx context.Context, old *client.Client) (*client.Client, error) {
	if c := l.client(); c != old { // somebody else was faster
		return c, nil
	}
	c, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now != old {
		c.Close()
		return l.now, nil
	}
	old.Close()
	l.now = c
	return c, nil
}

func (l *link) close() { l.client().Close() }

// throughLink asks, and where no keeper listens any more asks the next one.
func throughLink[T any](ctx context.Context, l *link, ask func(*client.Client) (T, error)) (T, error) {
	c := l.client()
	answer, err := ask(c)
	if !errors.Is(err, client.ErrNoKeeper) {
		return answer, err
	}
	if c, err = l.renew(ctx, c); err != nil {
		return answer, err
	}
	return ask(c)
}

// Token is that of a client.
func (l *link) Token(ctx context.Context, name string, r client.TokenRequest) (client.Token, error) {
	return throughLink(ctx, l, func(c *client.Client) (client.Token, error) { return c.Token(ctx, name, r) })
}

// AWS is that of a client.
func (l *link) AWS(ctx context.Context, name string, r client.AWSRequest) (client.AWSCredentials, error) {
	return throughLink(ctx, l, func(c *client.Client) (client.AWSCredentials, error) { return c.AWS(ctx, name, r) })
}

// adopt takes over a client of the keeper that runs now.
func (l *link) adopt(c *client.Client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.Close()
	l.now = c
}
