package helper

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/api/places"
)

// fakeKeeper has sessions with a token each, and behaves to a helper like the real one: a rejected token of the current
// generation is on its way to be replaced, and until it is, only a demand does not get it again.
type fakeKeeper struct {
	sessions map[string]*fakeSession
	asked    []fast.Request
	hangs    bool
}

type fakeSession struct {
	generation uint64
	expiresAt  time.Time
	refusal    error  // instead of a token
	suffix     string // of its tokens
	stuck      bool   // no newer token is to be had
	rejected   int    // how many rejections hit the current generation
}

func newFakeKeeper(names ...string) *fakeKeeper {
	k := &fakeKeeper{sessions: map[string]*fakeSession{}}
	for _, name := range names {
		k.sessions[name] = &fakeSession{generation: 7, expiresAt: time.Now().Add(time.Hour).Truncate(time.Second)}
	}
	return k
}

func (k *fakeKeeper) Token(ctx context.Context, name string, r fast.Request) (fast.Answer, error) {
	k.asked = append(k.asked, r)
	if k.hangs {
		<-ctx.Done()
		return fast.Answer{}, fmt.Errorf("asking the keeper: %w", ctx.Err())
	}
	s := k.sessions[name]
	switch {
	case s == nil:
		return fast.Answer{}, &fast.Problem{
			Status: 404, Code: "not_found", Detail: "There is no session: see `sessionkeeper list`.",
		}
	case s.refusal != nil:
		return fast.Answer{}, s.refusal
	case r.Force && !s.stuck:
		s.generation++
	}
	return fast.Answer{
		Token: secret.New(s.token(name, r.IDToken)), Type: "Bearer", ExpiresAt: s.expiresAt, Generation: s.generation,
	}, nil
}

func (s *fakeSession) token(name string, id bool) string {
	kind := "access"
	if id {
		kind = "id"
	}
	return fmt.Sprintf("%s-of-%s-%d%s", kind, name, s.generation, s.suffix)
}

func (k *fakeKeeper) Reject(_ context.Context, name string, generation uint64) error {
	if s := k.sessions[name]; s != nil && s.generation == generation {
		s.rejected++
	}
	return nil
}

func (k *fakeKeeper) Post(context.Context, string, []byte) (int, []byte, error) {
	return 0, nil, fast.ErrNoKeeper
}

// signInNeeded is the refusal of a session that was revoked.
func signInNeeded() error {
	return &fast.Problem{
		Status: 401, Code: "sign_in_needed", Title: "Sign-in needed", Reason: "revoked",
		Detail: "Access was revoked:\x1b[31m sign in with `sessionkeeper login work`.",
	}
}

// testHome is a home with these lines as its helpers.toml.
func testHome(tb testing.TB, file string) places.Places {
	tb.Helper()
	p := places.Places{Config: tb.TempDir()}
	if err := os.WriteFile(filepath.Join(p.Config, bindingsFile), []byte(file), 0o600); err != nil {
		tb.Fatal(err)
	}
	return p
}

// ran is what a helper left.
type ran struct {
	exit           int
	stdout, stderr string
}

// runHelper calls a helper as `helper args…`.
func runHelper(tb testing.TB, k Keeper, p places.Places, stdin string, args ...string) ran {
	tb.Helper()
	i, ok := ParseInvocation(append([]string{"helper"}, args...))
	if !ok {
		tb.Fatalf("helper %q is no invocation", args)
	}
	var stdout, stderr bytes.Buffer
	exit := i.Run(tb.Context(), p, k, Streams{
		Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" },
	})
	got := ran{exit: exit, stdout: stdout.String(), stderr: stderr.String()}
	if strings.Count(got.stderr, "\n") > 1 || strings.Contains(got.stderr, "\x1b") {
		tb.Errorf("helper %q: stderr is more than a clean line: %q", args, got.stderr)
	}
	if strings.Contains(got.stderr, "-of-") {
		tb.Errorf("helper %q: a token on stderr: %q", args, got.stderr)
	}
	return got
}
