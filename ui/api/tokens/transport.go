package tokens

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/ui/api/client"
)

const (
	tries     = 3           // for a token, where what keeps it away passes by itself
	tryEvery  = time.Second // between two of them
	maxDrain  = 64 << 10    // of a refused answer, to use its connection again
	drainWait = 250 * time.Millisecond
	maxReplay = 1 << 20 // of a body, to send it a second time
)

// TransportOptions says where tokens may go.
type TransportOptions struct {
	// Origins may be sent a token; see Origin. Requests to any other pass through as they are.
	Origins []string
	// Base sends the requests; nil: http.DefaultTransport. It must not follow redirects.
	Base http.RoundTripper
	// Patience bounds how long a request waits for a token; 0: 10 s.
	Patience time.Duration
	// Own says that the caller gives its requests away, as a reverse proxy does: the token is put into them, not into
	// copies.
	Own bool
	// OnScope is told when a resource wants more scopes than the token has; nil: nobody is. It must not block.
	OnScope func(ctx context.Context, m MissingScope)
}

// MissingScope is an answer with the code insufficient_scope (RFC 6750 section 3.1). A refresh cannot help.
type MissingScope struct {
	Session string
	Origin  string
	Scopes  string // as the resource names them, "" where it does not; a stranger's text
}

// Error says that there was no token for a request, which was not sent. It wraps what Source.Token would have answered.
type Error struct {
	Session string
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("getting a token of %q: %v", e.Session, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// Transport is an http.RoundTripper that puts a session's token into requests. A request waits for a renewal in flight
// and for no other. Where the resource refuses the token (provider.Refused) the keeper is told, and the request is
// sent once more with a newer token if its body can be: of up to 1 MiB, or with GetBody. Every other answer is passed on
// as it is.
type Transport struct {
	source   *Source
	origins  []*url.URL
	base     http.RoundTripper
	patience time.Duration
	own      bool
	onScope  func(context.Context, MissingScope)
}

// Transport puts the tokens of the session called name into requests.
func (c *Client) Transport(name string, o TransportOptions) (*Transport, error) {
	t := &Transport{source: c.Source(name), base: o.Base, patience: o.Patience, own: o.Own, onScope: o.OnScope}
	if len(o.Origins) == 0 {
		return nil, errors.New("a transport needs the origins that may be sent a token")
	}
	for _, text := range o.Origins {
		origin, err := Origin(text)
		if err != nil {
			return nil, err
		}
		t.origins = append(t.origins, origin)
	}
	if t.base == nil {
		t.base = http.DefaultTransport
	}
	if t.patience <= 0 {
		t.patience = defaultWait
	}
	return t, nil
}

// RoundTrip sends the request with a token, where its origin may have one. Where there is none the error is an *Error.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	origin := t.allows(r.URL)
	if origin == nil {
		return t.base.RoundTrip(r)
	}
	h, err := t.token(r.Context())
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, &Error{Session: t.source.name, Err: err}
	}
	upload := newUpload(r)
	if !t.own || r.Header == nil {
		r = cloned(r)
	}
	r.Header["Authorization"] = h.header
	if upload != nil {
		r.Body = upload.first()
	}
	answer, err := t.base.RoundTrip(r)
	if err != nil || !provider.MayRefuse(answer.StatusCode) {
		upload.settle()
		return answer, err
	}
	newer, err := t.judge(r.Context(), judged{origin, answer, h, upload.repeatable()})
	if err != nil {
		discard(answer)
		upload.settle()
		return nil, &Error{Session: t.source.name, Err: err}
	}
	if newer == nil {
		upload.settle()
		return answer, nil
	}
	discard(answer)
	r = cloned(r) // what sent it the first time may not have let go of it yet
	r.Header["Authorization"] = newer.header
	if upload != nil {
		if r.Body, err = upload.second(); err != nil {
			return nil, fmt.Errorf("sending the body again: %w", err)
		}
	}
	return t.base.RoundTrip(r)
}

// judged is an answer that may refuse the token it was asked for with.
type judged struct {
	origin     *url.URL
	answer     *http.Response
	held       *held
	repeatable bool // the request can be sent again
}

// judge gives the token to send the request with again; nil where the answer stands.
func (t *Transport) judge(ctx context.Context, j judged) (*held, error) {
	why, scopes := provider.Refused(j.answer.StatusCode, j.answer.Header, j.held.scheme, func() []byte { return peek(j.answer) })
	claims := provider.ChallengedClaims(j.answer.StatusCode, j.answer.Header, j.held.scheme)
	if claims != "" {
		why = provider.RefusesToken
	}
	switch {
	case why == provider.RefusesScope && t.onScope != nil:
		t.onScope(ctx, MissingScope{Session: t.source.name, Origin: j.origin.String(), Scopes: scopes})
	case why == provider.RefusesToken && !j.repeatable:
		t.source.reject(j.held.generation, claims)
	case why == provider.RefusesToken:
		newer, err := t.source.renew(ctx, j.held.generation, claims)
		if err == nil && newer.generation == j.held.generation {
			return nil, nil // the keeper has none: this one was renewed a moment ago
		}
		return newer, err
	}
	return nil, nil
}

// token gives a token within the request's patience.
func (t *Transport) token(ctx context.Context) (*held, error) {
	if h := t.source.held.Load(); h.good(time.Now()) {
		return h, nil
	}
	limit, cancel := context.WithTimeout(ctx, t.patience)
	defer cancel()
	for try := 1; ; try++ {
		h, err := t.source.take(limit)
		switch {
		case err == nil:
			return h, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case limit.Err() != nil && errors.Is(err, limit.Err()):
			return nil, &client.Problem{
				Title: "Unavailable now", Status: http.StatusServiceUnavailable, Code: codeUnavailable, Session: t.source.name,
				Detail: "The keeper gave no token in time; try again in a moment.",
			}
		case try == tries || !passing(err):
			return nil, err
		}
		next := time.NewTimer(tryEvery)
		select {
		case <-limit.Done():
			next.Stop()
			return nil, cmp.Or(ctx.Err(), err)
		case <-next.C:
		}
	}
}

// codeUnavailable is the keeper's code for what passes by itself.
const codeUnavailable = "unavailable"

// passing reports whether what keeps a token away may be over in a second: an unreachable provider, or a keeper that
// starts anew.
func passing(err error) bool {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return p.Code == codeUnavailable
	}
	return !errors.Is(err, ErrClosed)
}

func (t *Transport) allows(u *url.URL) *url.URL {
	for _, origin := range t.origins {
		if same(origin, u) {
			return origin
		}
	}
	return nil
}

// cloned is r with a header of its own, without an Authorization in any spelling.
func cloned(r *http.Request) *http.Request {
	sent := new(http.Request)
	*sent = *r
	sent.Header = make(http.Header, len(r.Header)+1)
	for name, values := range r.Header {
		if !strings.EqualFold(name, "Authorization") {
			sent.Header[name] = values
		}
	}
	return sent
}

// discard lets an answer go, and its connection be used again where the rest of it comes soon.
func discard(answer *http.Response) {
	enough := time.AfterFunc(drainWait, func() { _ = answer.Body.Close() })
	defer enough.Stop()
	_, _ = io.CopyN(io.Discard, answer.Body, maxDrain)
	_ = answer.Body.Close()
}
