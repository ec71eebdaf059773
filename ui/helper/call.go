package helper

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/api/places"
)

const (
	// answerWait is how long a helper may take, whatever happens; a tool that waits longer looks hung.
	answerWait = 5 * time.Second

	// lastWords is what of it is left for saying that it was too long.
	lastWords = 500 * time.Millisecond

	// tokenWait is how long the keeper may wait for a renewal.
	tokenWait = 4 * time.Second

	// maxRequest is far more than a tool's request with the headers of a server that told it to ask.
	maxRequest = 1 << 20
)

// errSlow is a request that does not end.
var errSlow = errors.New("the request did not end in time; nothing was answered")

// errLarge is a request that is no honest one.
var errLarge = errors.New("the request is larger than 1 MiB; nothing was answered")

// errControl is a token that would end a line of a protocol, or command a terminal.
var errControl = errors.New("the provider's token has control characters and fits into no header")

// Streams are what a helper reads and writes.
type Streams struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

// quick answers a tool while a keeper runs; see Quick. It looks for the keeper before it touches what the tool sends.
func (i Invocation) quick(ctx context.Context, s Streams) (exit int, done bool) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	p, err := places.Find()
	if err != nil {
		return 0, false
	}
	socket, err := fast.Find(ctx, p)
	if errors.Is(err, fast.ErrNoKeeper) {
		return 0, false
	}
	return i.Run(ctx, p, NewKeeper(func(context.Context) (string, error) { return socket, err }), s), true
}

// Run answers a tool that was called as i says, with the bindings of the home at p, within 5 s. What it left blocked in
// a read or a write of s by then ends with the process.
func (i Invocation) Run(ctx context.Context, p places.Places, k Keeper, s Streams) (exit int) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	ended := make(chan int, 1)
	go func() { ended <- i.run(ctx, p, k, s) }()
	select {
	case exit = <-ended:
		return exit
	case <-ctx.Done():
		return ExitFailed
	}
}

func (i Invocation) run(ctx context.Context, p places.Places, k Keeper, s Streams) int {
	ctx, cancel := context.WithTimeout(ctx, answerWait-lastWords)
	defer cancel()
	c := Call{
		Tool: i.Tool, Session: i.Session, Args: i.Args, Keeper: k,
		Stdin: s.Stdin, Stdout: s.Stdout, Stderr: s.Stderr, Getenv: s.Getenv,
	}
	all, err := LoadBindings(p)
	if err != nil {
		c.fault = err
	}
	for _, b := range all {
		if b.Tool == i.Tool.ID && (i.Session == "" || b.Session == i.Session) {
			c.Bindings = append(c.Bindings, b)
		}
	}
	return i.Tool.Run(ctx, c)
}

// BindingFor gives the binding of a host in the form of NormalHost; ok is false where none names it, which is to be
// answered with nothing. user tells apart what several bindings of one host have by their user names; "" is any.
func (c Call) BindingFor(host, user string) (b Binding, ok bool, err error) {
	if c.fault != nil {
		return Binding{}, false, c.fault
	}
	var found []Binding
	for _, b := range c.Bindings {
		if host != "" && slices.Contains(b.Hosts, host) {
			found = append(found, b)
		}
	}
	if user != "" && len(found) > 1 {
		found = slices.DeleteFunc(found, func(b Binding) bool { return b.Options.Username != user })
	}
	switch len(found) {
	case 0:
		return Binding{}, false, nil
	case 1:
		return found[0], true, nil
	}
	return Binding{}, false, fmt.Errorf("%s is bound to several sessions, and %s does not say which it means; "+
		"call the helper with a session's name, or give the bindings user names", host, c.Tool.ID)
}

// BindingOf gives the binding of the session that was called for; the empty one where none was written.
func (c Call) BindingOf() (Binding, error) {
	if c.fault != nil {
		return Binding{}, c.fault
	}
	if len(c.Bindings) > 0 {
		return c.Bindings[0], nil
	}
	if c.Session == "" {
		return Binding{}, fmt.Errorf("no session is named; write: sessionkeeper helper %s NAME", c.Tool.ID)
	}
	return Binding{Tool: c.Tool.ID, Session: c.Session}, nil
}

// Hand asks the keeper for the token that a binding's tool wants. A refusal is a *fast.Problem.
func (c Call) Hand(ctx context.Context, b Binding) (fast.Answer, error) {
	return c.ask(ctx, b, fast.Request{MinTTL: c.Tool.MinTTL, Wait: tokenWait})
}

// inHand gives the token that the keeper has now.
func (c Call) inHand(ctx context.Context, b Binding) (fast.Answer, error) {
	return c.ask(ctx, b, fast.Request{Wait: -1})
}

func (c Call) ask(ctx context.Context, b Binding, r fast.Request) (fast.Answer, error) {
	r.IDToken = c.Tool.IDToken
	if b.Options.IDToken != nil {
		r.IDToken = *b.Options.IDToken
	}
	if deadline, ok := ctx.Deadline(); ok && r.Wait > 0 {
		r.Wait = max(time.Millisecond, min(r.Wait, time.Until(deadline)-lastWords))
	}
	a, err := c.Keeper.Token(ctx, b.Session, r)
	if err != nil {
		return fast.Answer{}, err
	}
	if !a.Token.OneLine() {
		return fast.Answer{}, errControl
	}
	return a, nil
}

// Request reads what the tool sends, to its end; 1 MiB at most.
func (c Call) Request(ctx context.Context) ([]byte, error) {
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(c.Stdin, maxRequest+1))
		done <- read{data, err}
	}()
	select {
	case r := <-done:
		switch {
		case r.err != nil:
			return nil, fmt.Errorf("reading the request: %w", r.err)
		case len(r.data) > maxRequest:
			return nil, errLarge
		}
		return r.data, nil
	case <-ctx.Done():
		return nil, errSlow
	}
}

// Answer writes the whole answer at once.
func (c Call) Answer(text string) int {
	if _, err := io.WriteString(c.Stdout, text); err != nil {
		return c.Report(fmt.Errorf("writing the answer: %w", err))
	}
	return ExitDone
}

// Report says what went wrong, in one line on stderr, and gives the exit code.
func (c Call) Report(err error) int {
	_, _ = fmt.Fprintf(c.Stderr, "sessionkeeper: %s\n", oneLine(err))
	return exitCode(err)
}

// oneLine is Advice in one line.
func oneLine(err error) string { return strings.ReplaceAll(Advice(err), "\n", " ") }

// signIn says how to sign in to a binding's session; its name can be pasted into a shell.
func signIn(b Binding) string { return "sign in with: sessionkeeper login " + words.Shell(b.Session) }

func signOut(b Binding) string {
	return "sign out with: sessionkeeper logout " + words.Shell(b.Session)
}

// told is the end of a token that its consumer is told: a little before the true one, but never far into a short life.
func told(expiresAt, now time.Time) time.Time {
	return expiresAt.Add(-min(maxSkew, max(0, expiresAt.Sub(now)/4))).Truncate(time.Second)
}

// jsonLine is v as one line of JSON, its characters as they are.
func jsonLine(v any) (string, error) {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("writing the answer: %w", err)
	}
	return out.String(), nil
}

// misuse says how a helper is called.
func (c Call) misuse(operations string) int {
	_, _ = fmt.Fprintf(c.Stderr, "usage: sessionkeeper helper %s\n", strings.TrimSpace(c.Tool.ID+" NAME "+operations))
	return ExitUsage
}

// rejectIfOurs marks the token that a tool found refused, if it is the one in hand. It never signs out, and says
// nothing: a tool that throws a credential away needs no answer.
func (c Call) rejectIfOurs(ctx context.Context, b Binding, refused secret.Text) int {
	a, err := c.inHand(ctx, b)
	if err != nil || !same(a.Token, refused) {
		return ExitDone
	}
	if err := c.Keeper.Reject(ctx, b.Session, a.Generation); err != nil {
		return c.Report(err)
	}
	return ExitDone
}

// renewed gives a token in place of one that was refused. It is the same again where the keeper can get no newer one now.
func (c Call) renewed(ctx context.Context, b Binding, refused uint64) (fast.Answer, error) {
	a, err := c.Hand(ctx, b)
	if err != nil || a.Generation != refused {
		return a, err
	}
	if err := c.Keeper.Reject(ctx, b.Session, refused); err != nil {
		return fast.Answer{}, err
	}
	// A token that is valid is handed out while its renewal goes on; only a demand waits for the next one.
	return c.ask(ctx, b, fast.Request{MinTTL: c.Tool.MinTTL, Wait: tokenWait, Force: true})
}

// renewedNow is renewed for tools that do not say which token was refused: it is taken for the one in hand.
func (c Call) renewedNow(ctx context.Context, b Binding) (fast.Answer, error) {
	a, err := c.inHand(ctx, b)
	if err != nil {
		return c.Hand(ctx, b)
	}
	return c.renewed(ctx, b, a.Generation)
}

// same compares in constant time; nothing is the same as nothing.
func same(a, b secret.Text) bool {
	return !a.Empty() && subtle.ConstantTimeCompare([]byte(a.Reveal()), []byte(b.Reveal())) == 1
}
