package tokens

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"sessionkeeper/ui/api/client"
)

// answerWait is how much longer than its own wait the keeper may take to answer.
const answerWait = 5 * time.Second

// Source gives the tokens of one session. A valid token that it holds costs no call, no lock and no memory. It needs no
// oauth2.ReuseTokenSource around it, which would hold a token longer than the keeper wants: give it to an
// oauth2.Transport as it is, or use a Transport.
type Source struct {
	client *Client
	name   string
	held   atomic.Pointer[held] // nil: ask the keeper

	mu        sync.Mutex // guards what follows
	listening bool       // the stream's goroutine runs
	live      bool       // the stream stands: what comes may be held
	asking    *flight    // for the token that is there
	renewing  *flight    // for one newer than its generation
}

// held is a token in hand. It is never changed.
type held struct {
	token      *oauth2.Token
	header     []string // the Authorization header's value
	scheme     string   // of the challenges that speak of this token, lower case
	generation uint64
	until      int64 // Unix time in nanoseconds; 0: it has no end that anybody knows
}

func (h *held) good(now time.Time) bool {
	return h != nil && (h.until == 0 || now.UnixNano() < h.until)
}

// flight is one question to the keeper, for all who have it.
type flight struct {
	generation uint64 // which the answer must surpass; 0: any will do
	done       chan struct{}
	held       *held // set before done is closed, like err
	err        error
}

// Token gives a token that is valid now, for an Authorization header. The token is shared with all other callers: it must
// not be changed. The keeper's refusal is a *client.Problem; where no keeper runs the error wraps client.ErrNoKeeper.
func (s *Source) Token() (*oauth2.Token, error) {
	if h := s.held.Load(); h.good(time.Now()) {
		return h.token, nil
	}
	return s.TokenContext(context.Background())
}

// TokenContext is Token for a caller who may not wait as long as the keeper.
func (s *Source) TokenContext(ctx context.Context) (*oauth2.Token, error) {
	h, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	return h.token, nil
}

// Listen opens the event stream now instead of with the first token, so that the keeper knows who uses the session.
func (s *Source) Listen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listen()
}

// listen needs mu.
func (s *Source) listen() {
	if !s.listening {
		s.listening = s.client.spawn(s.follow)
	}
}

// take gives the token in hand, or the keeper's.
func (s *Source) take(ctx context.Context) (*held, error) {
	if h := s.held.Load(); h.good(time.Now()) {
		return h, nil
	}
	s.mu.Lock()
	if h := s.held.Load(); h.good(time.Now()) {
		s.mu.Unlock()
		return h, nil
	}
	s.listen()
	if s.asking == nil {
		s.asking = s.launch(0, func(ctx context.Context) (*held, error) { return s.fetch(ctx, false) })
	}
	f := s.asking
	s.mu.Unlock()
	return f.wait(ctx)
}

// renew tells the keeper that a resource refused the token of this generation, or wants these claims of it, and gives a
// newer one; where the keeper has none to give, as it is asked too often, the same.
func (s *Source) renew(ctx context.Context, generation uint64, claims string) (*held, error) {
	s.mu.Lock()
	if h := s.held.Load(); h.good(time.Now()) && h.generation > generation {
		s.mu.Unlock()
		return h, nil
	}
	f := s.renewing
	if f == nil || f.generation != generation {
		s.drop()
		f = s.launch(generation, func(ctx context.Context) (*held, error) {
			now, err := s.refuse(ctx, generation, claims)
			if err != nil {
				return nil, err
			}
			return s.fetch(ctx, now.Generation <= generation)
		})
		s.renewing = f
	}
	s.mu.Unlock()
	return f.wait(ctx)
}

func (s *Source) refuse(ctx context.Context, generation uint64, claims string) (client.Session, error) {
	if claims != "" {
		return s.client.keeper.Challenge(ctx, s.name, generation, claims)
	}
	return s.client.keeper.Reject(ctx, s.name, generation)
}

// reject is renew for one who does not wait for the newer token.
func (s *Source) reject(generation uint64, claims string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.held.Load(); h != nil && h.generation > generation {
		return
	}
	s.drop()
	s.client.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, answerWait)
		defer cancel()
		_, _ = s.refuse(ctx, generation, claims) // what is wrong shows with the next token
	})
}

// launch begins a question to the keeper. It needs mu.
func (s *Source) launch(generation uint64, fetch func(context.Context) (*held, error)) *flight {
	f := &flight{generation: generation, done: make(chan struct{})}
	if !s.client.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, s.client.o.Wait+answerWait)
		defer cancel()
		f.held, f.err = fetch(ctx)
		s.land(f)
	}) {
		f.err = ErrClosed
		close(f.done)
	}
	return f
}

// land keeps what a question brought, unless something has been heard of the session since it was asked.
func (s *Source) land(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(f.done)
	switch f {
	case s.asking:
		s.asking = nil
	case s.renewing:
		s.renewing = nil
	default:
		return
	}
	if before := s.held.Load(); f.err == nil && s.live && (before == nil || before.generation <= f.held.generation) {
		s.held.Store(f.held)
	}
}

// drop forgets the token in hand, and does not keep what is being asked for at this moment, for that may be older than
// what was heard. It needs mu.
func (s *Source) drop() {
	s.held.Store(nil)
	s.asking, s.renewing = nil, nil
}

func (s *Source) fetch(ctx context.Context, force bool) (*held, error) {
	t, err := s.client.keeper.Token(ctx, s.name, client.TokenRequest{
		Wait: client.Duration(s.client.o.Wait), Force: force,
	})
	if err != nil {
		return nil, err
	}
	scheme := t.Type
	if scheme == "" || strings.EqualFold(scheme, "Bearer") {
		scheme = "Bearer" // RFC 6749 section 5.1: the type has no case; servers that say "bearer" want RFC 6750's word
	}
	h := &held{
		token:  &oauth2.Token{AccessToken: t.Access.Reveal(), TokenType: scheme, Expiry: t.ExpiresAt},
		scheme: strings.ToLower(scheme), generation: t.Generation,
	}
	h.header = []string{scheme + " " + h.token.AccessToken}
	if !t.ExpiresAt.IsZero() {
		h.until = t.ExpiresAt.UnixNano()
	}
	return h, nil
}

// wait returns what the flight brought, or the caller's own end.
func (f *flight) wait(ctx context.Context) (*held, error) {
	select {
	case <-f.done:
		return f.held, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
