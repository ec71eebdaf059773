package tokens_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/tokens"
)

// bench is a keeper with a program that takes its tokens.
type bench struct {
	keeper *apitest.Giver
	client *client.Client
	tokens *tokens.Client
	stop   func() // ends the keeper
}

func open(tb testing.TB) *bench {
	tb.Helper()
	k := apitest.NewGiver("work")
	options := apitest.Options(tb, k.Keeper, nil)
	options.Keeper = k
	_, stop := apitest.Serve(tb, options)
	b := &bench{keeper: k, client: client.New(options.Places.Socket()), stop: stop}
	b.tokens = tokens.New(b.client, tokens.Options{})
	tb.Cleanup(b.client.Close)
	tb.Cleanup(b.tokens.Close)
	return b
}

// held takes tokens until one is held: until the stream stands every call asks the keeper.
func (b *bench) held(tb testing.TB) *tokens.Source {
	tb.Helper()
	s := b.tokens.Source("work")
	for {
		before := b.keeper.Asked()
		if _, err := s.Token(); err != nil {
			tb.Fatal(err)
		}
		if b.keeper.Asked() == before {
			return s
		}
		runtime.Gosched()
	}
}

// becomes takes tokens until it gets the one of a generation.
func (b *bench) becomes(tb testing.TB, s *tokens.Source, generation uint64) {
	tb.Helper()
	for tb.Context().Err() == nil {
		token, err := s.Token()
		if err != nil {
			tb.Fatal(err)
		}
		if token.AccessToken == b.keeper.TokenText(generation) {
			return
		}
		runtime.Gosched()
	}
	tb.Fatalf("the token of generation %d never came", generation)
}

func TestTokenIsHeldUntilTheKeeperSpeaks(t *testing.T) {
	b := open(t)
	s := b.held(t)
	asked := b.keeper.Asked()
	for range 1000 {
		token, err := s.Token()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := token.AccessToken, b.keeper.TokenText(1); got != want {
			t.Fatalf("token %q; want %q", got, want)
		}
		if token.RefreshToken != "" || token.Type() != "Bearer" || !token.Valid() {
			t.Fatalf("refresh token %q, type %q, valid %t", token.RefreshToken, token.Type(), token.Valid())
		}
	}
	if got := b.keeper.Asked(); got != asked {
		t.Errorf("the keeper was asked %d times for a token in hand", got-asked)
	}
	b.keeper.Renew()
	b.becomes(t, s, 2)
}

func TestOtherSessionsDoNotMatter(t *testing.T) {
	b := open(t)
	s := b.held(t)
	asked := b.keeper.Asked()
	b.keeper.Put(session.Session{Name: "other", State: session.Active})
	// A second stream is told of the change after the first, or at the same time.
	other := b.tokens.Source("other")
	if _, err := other.Token(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Token(); err != nil {
		t.Fatal(err)
	}
	if got := b.keeper.Asked() - asked; got != 0 {
		t.Errorf("the keeper was asked %d times; want 0", got)
	}
}

func TestExpiredTokenIsNotHeld(t *testing.T) {
	b := open(t)
	s := b.held(t)
	b.keeper.Set("Bearer", time.Now().Add(-time.Second))
	b.keeper.Renew()
	b.becomes(t, s, 2)
	asked := b.keeper.Asked()
	for range 3 {
		if _, err := s.Token(); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.keeper.Asked() - asked; got != 3 {
		t.Errorf("the keeper was asked %d times for a token that is over; want 3", got)
	}
}

func TestCallersAskOnce(t *testing.T) {
	b := open(t)
	s := b.held(t)
	asked := b.keeper.Asked()
	release := b.keeper.Hold()
	b.keeper.Renew()
	var callers sync.WaitGroup
	for range 100 {
		callers.Go(func() { b.becomes(t, s, 2) })
	}
	for b.keeper.Asked() == asked {
		runtime.Gosched()
	}
	release()
	callers.Wait()
	if got := b.keeper.Asked() - asked; got != 1 {
		t.Errorf("100 callers asked the keeper %d times", got)
	}
}

func TestStreamLost(t *testing.T) {
	b := open(t)
	s := b.held(t)
	b.stop()
	for {
		_, err := s.Token()
		if errors.Is(err, client.ErrNoKeeper) {
			return
		}
		if err != nil {
			t.Logf("on the way: %v", err)
		}
		if t.Context().Err() != nil {
			t.Fatal("a token is still held without a keeper")
		}
		runtime.Gosched()
	}
}

func TestRefusalIsTheKeepersProblem(t *testing.T) {
	b := open(t)
	refusal := &session.Error{Code: session.CodeSignIn, Session: "work", Reason: session.ReasonRevoked, Detail: "sign in again"}
	b.keeper.FailNext(refusal)
	_, err := b.tokens.TokenSource("work").Token()
	p, ok := errors.AsType[*client.Problem](err)
	if !ok || p.Code != "sign_in_needed" {
		t.Errorf("error %v; want the keeper's problem", err)
	}
	_, err = b.tokens.TokenSource("nobody").Token()
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != "not_found" {
		t.Errorf("error %v; want not_found", err)
	}
}

func TestCloseForgets(t *testing.T) {
	b := open(t)
	s := b.held(t)
	b.tokens.Close()
	if token, err := s.Token(); !errors.Is(err, tokens.ErrClosed) {
		t.Errorf("after Close: %v, %v; want ErrClosed", token != nil, err)
	}
	b.tokens.Close() // twice does no harm
	if _, err := b.tokens.Source("new").Token(); !errors.Is(err, tokens.ErrClosed) {
		t.Errorf("a new source after Close: %v; want ErrClosed", err)
	}
}

func TestCloseEndsCallersThatWait(t *testing.T) {
	b := open(t)
	release := b.keeper.Hold()
	defer release()
	ended := make(chan error)
	go func() {
		_, err := b.tokens.Source("work").Token()
		ended <- err
	}()
	for b.keeper.Asked() == 0 {
		runtime.Gosched()
	}
	b.tokens.Close()
	if err := <-ended; err == nil {
		t.Error("a caller got a token after Close")
	}
}

func TestOpenWithoutAKeeper(t *testing.T) {
	t.Setenv("SESSIONKEEPER_HOME", t.TempDir())
	if _, err := tokens.Open(t.Context(), tokens.Options{}); !errors.Is(err, client.ErrNoKeeper) {
		t.Errorf("error %v; want ErrNoKeeper", err)
	}
}

// BenchmarkTokenSource takes a token that is in hand.
func BenchmarkTokenSource(b *testing.B) {
	source := open(b).held(b)
	b.Run("serial", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := source.Token(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(max(1, 8/runtime.GOMAXPROCS(0)))
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := source.Token(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}
