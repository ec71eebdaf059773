package proxy

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/tokens"
)

// The codes of the proxy's own answers, beside those of the keeper.
const (
	codeExpired     = "TOKEN_EXPIRED"        // somebody must sign in
	codeUnreachable = "upstream_unreachable" // the target gave no answer
	codeUnavailable = "unavailable"
	codeSignIn      = "sign_in_needed"
)

// How long to wait before asking again, where nobody knows better: for what passes by itself, and for what a person
// must do.
const (
	soon  = 2 * time.Second
	later = 30 * time.Second
)

// problem is an answer of the proxy's own (RFC 9457).
type problem struct {
	Type     string    `json:"type"`
	Title    string    `json:"title"`
	Status   int       `json:"status"`
	Code     string    `json:"code"`
	Detail   string    `json:"detail"`
	Session  string    `json:"session,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	RetryAt  time.Time `json:"retry_at,omitzero"`
	LoginURL string    `json:"login_url,omitempty"`
}

// fail answers where the target did not: it was not asked for want of a token, or it could not be.
func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil { // nobody is left to tell, or one who has closed his half and would take silence for a 200
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	if noToken, ok := errors.AsType[*tokens.Error](err); ok {
		answer(w, r, p.tokenProblem(noToken.Err))
		return
	}
	p.log.DebugContext(r.Context(), "the target gave no answer", "origin", p.target.String(), "error", words.Clean(cause(err), maxWords))
	answer(w, r, problem{
		Status: http.StatusBadGateway, Code: codeUnreachable, Session: p.o.Session,
		Detail: "The proxy could not reach " + p.target.String() + ": " + words.Clean(cause(err), maxWords) + ". Check the address and the network.",
	})
}

// cause is what went wrong with a request, without its address, which is nobody's business. An answer that cannot be read
// is not quoted, as package net/http does: it may repeat what it was sent, the token too.
func cause(err error) string {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return "it took too long"
	}
	if connection, ok := errors.AsType[*net.OpError](err); ok {
		return connection.Error()
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificate.Error()
	}
	if plain, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return plain.Error()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it closed the connection"
	}
	return "it gave no answer that can be read"
}

// tokenProblem says why there is no token: 401 where somebody must sign in, else 503.
func (p *Proxy) tokenProblem(err error) problem {
	refused, ok := errors.AsType[*client.Problem](err)
	switch {
	case ok:
	case errors.Is(err, client.ErrNoKeeper):
		refused = &client.Problem{Code: codeUnavailable, Detail: "No keeper is running; start it with: sessionkeeper serve"}
	default:
		refused = &client.Problem{Code: codeUnavailable, Detail: "The keeper does not answer; see: sessionkeeper doctor"}
	}
	answer := problem{
		Status: http.StatusServiceUnavailable, Code: refused.Code, Title: refused.Title, Detail: refused.Error(),
		Session: p.o.Session, Reason: refused.Reason, RetryAt: refused.RetryAt, LoginURL: refused.LoginURL,
	}
	if refused.Code == codeSignIn {
		answer.Status, answer.Code = http.StatusUnauthorized, codeExpired
	}
	return answer
}

// crowded answers where too many requests are under way.
func crowded(w http.ResponseWriter, r *http.Request) {
	answer(w, r, problem{
		Status: http.StatusServiceUnavailable, Code: codeUnavailable,
		Detail: "More requests are under way through this proxy than it takes at a time; try again in a moment.",
	})
}

// answer sends a problem.
func answer(w http.ResponseWriter, r *http.Request, a problem) {
	a.Type = "about:blank"
	if a.Title == "" {
		a.Title = http.StatusText(a.Status)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set(mark, a.Code)
	switch a.Status {
	case http.StatusUnauthorized: // RFC 9110 section 15.5.2 wants a challenge
		h.Set("WWW-Authenticate", `Bearer realm="sessionkeeper"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", retryAfter(a))
	}
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(a)
	}
}

// retryAfter is in seconds (RFC 9110 section 10.2.3).
func retryAfter(a problem) string {
	wait := later
	switch {
	case !a.RetryAt.IsZero():
		wait = max(time.Until(a.RetryAt), time.Second)
	case a.Code == codeUnavailable:
		wait = soon
	}
	return strconv.Itoa(int(math.Ceil(wait.Seconds())))
}

// quiet lets the reverse proxy's own words, which may quote an address with the key, pass at no level: what matters of
// them is told by fail.
type quiet struct{ slog.Handler }

// Enabled is never.
func (quiet) Enabled(context.Context, slog.Level) bool { return false }
