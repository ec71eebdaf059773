package provider

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// limits bound one exchange with a provider.
type limits struct {
	toHeaders, total time.Duration
	body, document   int64 // bytes, after decompression
}

func defaultLimits() limits {
	return limits{toHeaders: 10 * time.Second, total: 30 * time.Second, body: 256 << 10, document: 1 << 20}
}

var (
	errHeadersLate = errors.New("no answer in time")
	errTotalLate   = errors.New("answer not finished in time")
	errInsecure    = errors.New("not https, and not on this machine")
	errTooLarge    = errors.New("answer too large")
)

// reply is what came back from one attempt, or how it failed.
type reply struct {
	status int
	header http.Header
	body   []byte
	date   time.Time // of an https answer

	host           string
	sentAt, readAt time.Time // by the wall clock, just before sending and when the head had come
	// unsent: the attempt failed before a connection stood, so nothing of the request has left.
	unsent bool
	err    error // transport failure; status is set where it came after the headers

	secrets []string // what the request held
}

// newTransport returns the Wire's own transport. A connection serves one request: on a kept one that the server has
// closed meanwhile nobody could tell whether a refresh token had arrived.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// send makes one attempt and reads at most limit bytes of the answer. It never follows a redirect and never tries
// again: the request has no GetBody, without which net/http replays nothing that it has begun to write.
func (w *Wire) send(ctx context.Context, req *http.Request, limit int64) reply {
	r := reply{sentAt: w.wall(), host: req.URL.Hostname()}
	if !Secure(req.URL) {
		r.unsent, r.err = true, errInsecure
		return r
	}
	if ctx.Err() != nil {
		r.unsent, r.err = true, context.Cause(ctx)
		return r
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	total := newPatience(w.limits.total, func() { stop(errTotalLate) })
	defer total.end()
	headers := newPatience(w.limits.toHeaders, func() { stop(errHeadersLate) })
	defer headers.end()

	var asked, connected atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}
	req = req.WithContext(httptrace.WithClientTrace(ctx, trace))
	req.GetBody = nil
	req.Header.Set("User-Agent", w.agent)
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := w.http.Do(req)
	headers.end()
	if err != nil {
		r.unsent = asked.Load() && !connected.Load()
		r.err = cause(ctx, err)
		return r
	}
	defer func() { _ = resp.Body.Close() }()
	r.status, r.header, r.readAt = resp.StatusCode, resp.Header, w.wall()
	if req.URL.Scheme == "https" {
		if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			r.date = at
		}
	}
	r.body, err = readBody(resp, limit)
	if err != nil {
		r.err = cause(ctx, err)
	}
	return r
}

// cause prefers why the context ended to the bare "context canceled" of the transport.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err // the URL itself is left out: it may hold a query
	}
	return err
}

// readBody reads at most limit bytes after decompression, which some servers apply unasked.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	var src io.Reader = resp.Body
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			return nil, fmt.Errorf("unpacking the answer: %w", err)
		}
		src = z
	}
	body, err := io.ReadAll(io.LimitReader(src, limit+1))
	if int64(len(body)) > limit {
		return body[:limit], errTooLarge
	}
	return body, err
}

// Secure reports whether secrets may be sent to u: https anywhere, http to this machine alone (RFC 8252 section 8.3).
func Secure(u *url.URL) bool {
	return u.Hostname() != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && Local(u.Hostname()))
}

// Local reports whether a host (no port) is this machine: a loopback address or localhost (RFC 6761 section 6.3).
func Local(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// checkURL makes sure that secrets may be sent to a URL.
func checkURL(what, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || !Secure(u) || u.Fragment != "" {
		return fmt.Errorf("%s %.200q: want an https address (http only on this machine)", what, raw)
	}
	return nil
}

// failed turns a transport failure into an answer.
func (r *reply) failed() Answer {
	a := Answer{Verdict: VerdictPassing, Known: true, Status: r.status, SentAt: r.sentAt, Date: r.date}
	a.Unsent, a.OutcomeUnknown = r.unsent, !r.unsent
	a.RetryAfter = retryAfter(r.header, headerDate(r.header, r.sentAt))
	a.Code, a.Message = transportCode(r.err)
	if r.unsent && a.Code == "network" && alerted(r.err) {
		a.Code, a.Message = "tls_failed", "the TLS handshake did not succeed"
	}
	a.Advice = Advise(&a)
	return a
}

// alerted reports whether one side of a TLS connection refused the other, for which package crypto/tls has no type.
func alerted(err error) bool {
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "remote error" || e.Op == "local error") {
		return true
	}
	return strings.HasPrefix(err.Error(), "tls: ")
}

// transportCode names a transport failure and says it in a line.
func transportCode(err error) (code, message string) {
	if errors.Is(err, errInsecure) {
		return "insecure_url", "the address is not https"
	}
	if errors.Is(err, errHeader) {
		return "malformed_token", errHeader.Error()
	}
	if errors.Is(err, errTooLarge) {
		return "response_too_large", "the answer is too large for a token endpoint"
	}
	if errors.Is(err, errHeadersLate) || errors.Is(err, errTotalLate) || errors.Is(err, context.DeadlineExceeded) {
		return "timeout", "no complete answer in time"
	}
	if errors.Is(err, context.Canceled) {
		return "cancelled", "the request was cancelled"
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "tls_untrusted", "the server's certificate " + mistrust(e) + issuedBy(e)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "tls_failed", "the server does not speak TLS there"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "tls_failed", "the TLS handshake did not succeed"
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return "network", "host name not found: " + CleanLine(e.Name)
		}
		return "network", "the name server could not look up " + CleanLine(e.Name)
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "timeout", "no connection in time"
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return "malformed_answer", "the answer cannot be unpacked"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "truncated", "the answer was cut off"
	}
	if strings.Contains(err.Error(), http.StatusText(http.StatusProxyAuthRequired)) {
		return "proxy_auth_required", "the network's proxy asks for a login"
	}
	return "network", "the connection failed"
}

// mistrust says what is wrong with a certificate: often it is our own clock.
func mistrust(e *tls.CertificateVerificationError) string {
	if _, ok := errors.AsType[x509.HostnameError](e); ok {
		return "is that of another server"
	}
	if in, ok := errors.AsType[x509.CertificateInvalidError](e); ok && in.Reason == x509.Expired {
		return "has expired, or is not valid yet by this computer's clock"
	}
	return "is not trusted"
}

// issuedBy names who signed a certificate that was not trusted: it tells a corporate proxy from an attack.
func issuedBy(e *tls.CertificateVerificationError) string {
	if len(e.UnverifiedCertificates) == 0 {
		return ""
	}
	issuer := e.UnverifiedCertificates[0].Issuer
	name := issuer.CommonName
	if name == "" {
		name = strings.Join(issuer.Organization, " ")
	}
	return " " + CleanLine("(issued by "+name+")")
}

// newRequest builds a request whose body net/http cannot rewind.
func newRequest(ctx context.Context, method, target string, body []byte) (*http.Request, error) {
	var src io.Reader
	if body != nil {
		src = struct{ io.Reader }{bytes.NewReader(body)}
	}
	req, err := http.NewRequestWithContext(ctx, method, target, src)
	if err != nil {
		return nil, errInsecure // the parser's error would quote the URL
	}
	if body != nil {
		req.ContentLength = int64(len(body))
	}
	req.Header.Set("Accept", "application/json")
	return req, nil
}
