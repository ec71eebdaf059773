// Package proxy is a face for programs that know nothing of tokens: a reverse proxy on this machine that puts a session's
// token into requests to one origin. Only those who know its key, or may open its socket, can use it; no page of another
// site can. The token goes to the target's exact origin and nowhere else, and never back to a client.
package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/tokens"
)

// Options is what a Proxy works with.
type Options struct {
	Tokens  *tokens.Client
	Session string // whose token is sent
	Target  string // the origin that requests go to; see tokens.Origin
	// Key is the first part of every path, without which nobody is answered. It may be empty where nobody else can
	// connect at all: on a unix socket.
	Key string
	// Host is the Host that requests must have, to the letter; empty: any. It may be empty under the same condition.
	Host string
	// Base sends requests to the target; nil: a transport of the Proxy's own. It must not follow redirects.
	Base http.RoundTripper
	// Patience bounds how long a request waits for a token; 0: 10 s.
	Patience time.Duration
	// Prove proves the session's token at its provider for the health page; nil: there is nothing to prove it with.
	Prove func(context.Context) (Proof, error)
	Log   *slog.Logger // nil: nobody reads it
}

// Proxy is the proxy as an http.Handler.
type Proxy struct {
	o       Options
	target  *url.URL
	prefix  string // "/KEY", or ""
	address string // "http://HOST", or ""
	forward http.Handler
	log     *slog.Logger
}

// New returns a Proxy. It registers a use of the session with the keeper, for as long as o.Tokens is open.
func New(o Options) (*Proxy, error) {
	target, err := tokens.Origin(o.Target)
	if err != nil {
		return nil, err
	}
	if o.Host != "" && strings.EqualFold(o.Host, target.Host) {
		return nil, errors.New("the proxy cannot be its own target; give the address of the service behind it")
	}
	p := &Proxy{o: o, target: target, log: o.Log}
	if o.Key != "" {
		p.prefix = "/" + o.Key
	}
	if o.Host != "" {
		p.address = "http://" + o.Host
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if o.Base == nil {
		u := newUpstream(target, nil)
		if u.through != "" {
			p.log.Info("the target is reached through the proxy that the environment names", "proxy", u.through)
		}
		o.Base = u
	}
	transport, err := o.Tokens.Transport(o.Session, tokens.TransportOptions{
		Origins: []string{target.String()}, Base: o.Base, Patience: o.Patience, Own: true, OnScope: p.missesScope,
	})
	if err != nil {
		return nil, err
	}
	p.forward = &httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		Transport:      transport,
		BufferPool:     newBuffers(),
		ModifyResponse: p.modify,
		ErrorHandler:   p.fail,
		ErrorLog:       slog.NewLogLogger(quiet{p.log.Handler()}, slog.LevelDebug),
	}
	o.Tokens.Source(o.Session).Listen()
	return p, nil
}

// ServeHTTP passes a request on, once it is known to come from somebody who may use the proxy.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	if refusal := p.guard(r, path); refusal != nil {
		turnAway(w, r, refusal)
		return
	}
	switch path[len(p.prefix):] {
	case "":
		// Relative addresses of a page would miss the key.
		w.Header().Set("Location", p.prefix+"/"+query(r.URL))
		w.WriteHeader(http.StatusPermanentRedirect)
	case "/-/health":
		p.health(w, r)
	default:
		p.forward.ServeHTTP(w, r)
	}
}

func query(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}

// missesScope tells that the resource wants more than the token may do; what it names is a stranger's text.
func (p *Proxy) missesScope(ctx context.Context, m tokens.MissingScope) {
	p.log.WarnContext(ctx, "the target wants more scopes than the session has",
		"session", m.Session, "origin", m.Origin, "scopes", words.Clean(m.Scopes, maxWords))
}

// maxWords bounds a stranger's text in the log, in characters.
const maxWords = 200
