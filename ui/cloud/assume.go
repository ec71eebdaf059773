package cloud

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

// What one exchange with STS may take.
const (
	headWait  = 10 * time.Second
	totalWait = 30 * time.Second
	maxAnswer = 256 << 10
	attempts  = 3 // as AWS's own SDKs
	pause     = time.Second
)

func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: headWait}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    headWait,
		ResponseHeaderTimeout:  headWait,
		IdleConnTimeout:        totalWait,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// assume presents a token to STS, again where that may help: taking a role twice costs nothing. An error that is no
// *fault is the context's.
func (s *STS) assume(ctx context.Context, a ask, presented secret.Text) (client.AWSCredentials, *fault) {
	var last *fault
	for n := range attempts {
		if n > 0 {
			wait := time.Duration(float64(200*time.Millisecond<<n) * (0.5 + rand.Float64()/2)) //nolint:gosec // jitter
			select {
			case <-ctx.Done():
				return client.AWSCredentials{}, last
			case <-time.After(max(wait, min(last.retryAfter, pause))):
			}
		}
		c, f := s.present(ctx, a, presented)
		if f == nil {
			return c, nil
		}
		if last = f; f.verdict != passing || f.retryAfter > pause || ctx.Err() != nil {
			break
		}
	}
	return client.AWSCredentials{}, last
}

// present makes one request. It follows no redirect: the token is for this address alone.
func (s *STS) present(ctx context.Context, a ask, presented secret.Text) (client.AWSCredentials, *fault) {
	ctx, cancel := context.WithTimeout(ctx, totalWait)
	defer cancel()
	form := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"RoleArn": {a.key.role}, "RoleSessionName": {a.key.as}, "WebIdentityToken": {presented.Reveal()},
	}
	if a.key.duration > 0 {
		form.Set("DurationSeconds", strconv.Itoa(int(a.key.duration/time.Second)))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.key.endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return client.AWSCredentials{}, &fault{verdict: badRequest, code: "endpoint"}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("Accept", "text/xml")
	r.Header.Set("User-Agent", "sessionkeeper")
	response, err := s.http.Do(r)
	if err != nil {
		return client.AWSCredentials{}, &fault{code: transportCode(err)}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return client.AWSCredentials{}, &fault{code: transportCode(err)}
	case len(body) > maxAnswer:
		return client.AWSCredentials{}, &fault{code: "response_too_large"}
	case response.StatusCode != http.StatusOK:
		return client.AWSCredentials{}, judge(response.StatusCode, response.Header, body, presented.Reveal())
	}
	c, err := parseCredentials(body)
	if err != nil {
		return client.AWSCredentials{}, &fault{code: "malformed_answer"}
	}
	if !c.ExpiresAt.After(s.wall()) {
		return client.AWSCredentials{}, &fault{code: "expired_answer", message: "the clock of this machine may be wrong"}
	}
	if c.AccountID == "" {
		c.AccountID = a.account
	}
	return c, nil
}

// transportCode names why no answer came, without the address.
func transportCode(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok && u.Timeout() {
		return "timeout"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	return "network"
}
