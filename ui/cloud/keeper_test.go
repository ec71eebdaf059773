package cloud_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/cloud"
	"sessionkeeper/ui/cloud/cloudtest"
)

const (
	roleARN  = "arn:aws:iam::123456789012:role/team/Dev"
	audience = "desk-app"
)

// keeper is a keeper with one session, "work", whose ID tokens are good at the issuer for life.
type keeper struct {
	t      *testing.T
	issuer *cloudtest.Issuer
	wall   func() time.Time

	mu        sync.Mutex // guards what follows
	one       session.Session
	life      time.Duration
	audience  string
	err       error
	tokens    []string
	rejected  int
	listeners []chan session.Event
}

func (k *keeper) Session(name string) (session.Session, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if name != k.one.Name {
		return session.Session{}, &session.Error{Code: session.CodeNotFound, Session: name, Detail: "there is no session " + name}
	}
	return k.one, nil
}

func (k *keeper) Token(_ context.Context, name string, r session.TokenRequest) (session.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return session.Token{}, k.err
	}
	if r.Force {
		k.renew()
	}
	now := k.wall()
	if !r.IDToken {
		return session.Token{Access: secret.New("opaque"), Type: "Bearer", Generation: k.one.Generation}, nil
	}
	token := k.issuer.Token(k.t, k.one.Account.Sub, k.audience, now.Add(-time.Minute), now.Add(k.life))
	k.tokens = append(k.tokens, token)
	return session.Token{Access: secret.New(token), Type: "Bearer", Generation: k.one.Generation}, nil
}

// renew needs mu.
func (k *keeper) renew() {
	k.one.Generation++
}

func (k *keeper) Reject(_ context.Context, name string, generation uint64) (session.Session, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rejected++
	if generation == k.one.Generation {
		k.renew()
	}
	return k.one, nil
}

func (k *keeper) Subscribe(ctx context.Context) ([]session.Session, <-chan session.Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := make(chan session.Event) // without room: who changes something knows that it was heard
	k.listeners = append(k.listeners, c)
	return []session.Session{k.one}, c
}

// change changes the session and tells the listeners, who have heard when it returns twice.
func (k *keeper) change(f func(*session.Session)) {
	k.t.Helper()
	k.mu.Lock()
	f(&k.one)
	now := k.one
	listeners := k.listeners
	k.mu.Unlock()
	for _, c := range listeners {
		for range 2 { // the second is taken when the first was dealt with
			select {
			case c <- session.Event{Type: session.EventState, Session: now.Name, Now: &now}:
			case <-time.After(time.Minute):
				k.t.Error("nobody listens to what happens to sessions")
			}
		}
	}
}

func (k *keeper) set(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
}

// clock is a wall clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is an STS between a keeper and an AWS, on one clock.
type world struct {
	keeper   *keeper
	aws      *cloudtest.AWS
	endpoint string
	sts      *cloud.STS
	clock    *clock
	log      *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c := &clock{at: time.Now().Truncate(time.Second)}
	issuer := cloudtest.StartIssuer(t)
	k := &keeper{
		t: t, issuer: issuer, wall: c.now, life: time.Hour, audience: audience,
		one: session.Session{
			Name: "work", Issuer: issuer.URL, ClientID: audience, State: session.Active, Generation: 1,
			Account: session.Account{Sub: "ada"},
		},
	}
	aws := cloudtest.NewAWS(map[string]cloudtest.Role{
		roleARN: {Issuer: issuer.URL, Audience: audience, Subject: "ada", Max: 4 * time.Hour},
	})
	aws.SetClock(c.now)
	server := httptest.NewServer(aws)
	t.Cleanup(server.Close)
	w := &world{keeper: k, aws: aws, endpoint: server.URL, clock: c, log: new(lockedBuffer)}
	w.sts = cloud.NewSTS(cloud.STSOptions{
		Keeper: k, Wall: c.now,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	run(t, w.sts.Run)
	return w
}

// run runs a part until the test ends.
func run(t *testing.T, part func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := part(ctx); err != nil {
			t.Errorf("running: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*session.Error](err); ok {
		return string(e.Code)
	}
	return fmt.Sprint(err)
}
