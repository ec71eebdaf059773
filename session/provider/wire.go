package provider

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"sessionkeeper/session/secret"
)

// Wire talks to token endpoints and their neighbours. It is safe for concurrent use.
type Wire struct {
	http   *http.Client
	wall   func() time.Time
	limits limits
	agent  string
	keys   keyCache
	known  metadataCache
	clock  clockSight
}

// NewWire returns a Wire that sends through rt (nil: a transport of its own) and reads the wall clock from wall
// (nil: time.Now).
func NewWire(rt http.RoundTripper, wall func() time.Time) *Wire {
	if rt == nil {
		rt = newTransport()
	}
	if wall == nil {
		wall = time.Now
	}
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Wire{
		http:   &http.Client{Transport: rt, CheckRedirect: refuse},
		wall:   wall,
		limits: defaultLimits(),
		agent:  userAgent(),
	}
}

// userAgent is distinctive because some providers throttle clients that have a common one.
func userAgent() string {
	if b, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(b.Main.Version, "v") {
		return "sessionkeeper/" + b.Main.Version
	}
	return "sessionkeeper/dev"
}

// Refresh presents a refresh token once (RFC 6749 section 6). It never retries. Scopes are named only where scopes is
// not nil.
func (w *Wire) Refresh(ctx context.Context, p *Provider, c Client, refresh secret.Text, scopes []string) Answer {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()}}
	if scopes != nil {
		form.Set("scope", joinScopes(p, scopes))
	}
	target := p.RefreshURL
	if target == "" {
		target = p.TokenURL
	}
	return w.tokenRequest(ctx, p, c, target, form)
}

// Code is a finished authorization, ready for exchange.
type Code struct {
	Code, Verifier secret.Text
	RedirectURI    string
}

// Exchange turns an authorization code into tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
func (w *Wire) Exchange(ctx context.Context, p *Provider, c Client, code Code) Answer {
	form := url.Values{
		"grant_type":   {"authorization_code"},
		"code":         {code.Code.Reveal()},
		"redirect_uri": {code.RedirectURI},
	}
	if !code.Verifier.Empty() {
		form.Set("code_verifier", code.Verifier.Reveal())
	}
	return w.tokenRequest(ctx, p, c, p.TokenURL, form)
}

// tokenRequest sends a form to a token endpoint and judges the answer.
func (w *Wire) tokenRequest(ctx context.Context, p *Provider, c Client, target string, form url.Values) Answer {
	for k, v := range p.TokenParams {
		form.Set(k, v)
	}
	r := w.postAs(ctx, p, &p.Request, c, target, form)
	return w.judged(p, &r)
}

// judged turns a reply of a token endpoint into an answer.
func (w *Wire) judged(p *Provider, r *reply) Answer {
	if r.err != nil {
		return r.rescued(p)
	}
	a := judge(p, r.status, r.header, r.body, r.reference(), r.secrets)
	if a.Verdict == VerdictOK && a.Tokens.ExpiresIn <= time.Second && r.behind() { // given just now, it cannot be over
		a = judge(p, r.status, r.header, r.body, r.date, r.secrets)
	}
	a.SentAt, a.Date = r.sentAt, r.date
	return w.proven(r, a)
}

// post sends a form with the client's proof, once.
func (w *Wire) post(ctx context.Context, p *Provider, c Client, target string, form url.Values) reply {
	return w.postAs(ctx, p, &Request{}, c, target, form)
}

// postAs is post in a provider's own form.
func (w *Wire) postAs(ctx context.Context, p *Provider, as *Request, c Client, target string, form url.Values) reply {
	header := http.Header{}
	authenticate(authStyle(p, c), c, form, header)
	if err := as.addHeaders(header, form, c); err != nil {
		return w.unsendable(err)
	}
	named := as.named(form)
	kind, body := "application/x-www-form-urlencoded", []byte(named.Encode())
	if p.JSONBody {
		kind, body = "application/json", as.json(named)
	}
	req, err := newRequest(ctx, http.MethodPost, target, body)
	if err != nil {
		return w.unsendable(err)
	}
	maps.Copy(req.Header, header)
	req.Header.Set("Content-Type", kind)
	r := w.send(ctx, req, w.limits.body)
	r.secrets = secretsOf(c, form)
	return r
}

// secretsOf lists what a request held that must not come back in a message.
func secretsOf(c Client, form url.Values) []string {
	secrets := []string{c.Secret.Reveal()}
	for _, name := range []string{"refresh_token", "code", "code_verifier", "device_code", "token"} {
		secrets = append(secrets, form.Get(name))
	}
	return secrets
}

func joinScopes(p *Provider, scopes []string) string {
	sep := p.ScopeSeparator
	if sep == "" {
		sep = " "
	}
	return strings.Join(scopes, sep)
}

// unsendable is the reply to a request that could not even be built.
func (w *Wire) unsendable(err error) reply { return reply{sentAt: w.wall(), unsent: true, err: err} }
