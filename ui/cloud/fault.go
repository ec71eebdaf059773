package cloud

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/provider"
)

// verdict says what can be done about a refusal of STS.
type verdict int

const (
	passing    verdict = iota // ask again later
	badToken                  // the token was refused: another one may do
	noTrust                   // the role does not trust the token
	badRequest                // something about the request is wrong
)

// fault is a request to STS that brought no credentials.
type fault struct {
	verdict    verdict
	code       string // STS's, or ours for a transport failure
	message    string // cleaned; may be empty
	retryAfter time.Duration
}

// judge names what an answer without credentials means. Codes and statuses: the reference of AssumeRoleWithWebIdentity
// and of the errors that all actions of STS share.
func judge(status int, header http.Header, body []byte, sent string) *fault {
	f := &fault{code: "http_" + strconv.Itoa(status), retryAfter: retryAfter(header)}
	e, ok := parseError(body)
	if ok {
		f.code, f.message = e.code, harmless(e.message, sent)
	}
	switch {
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
	case f.code == "ExpiredTokenException", f.code == "InvalidIdentityToken", f.code == "IDPRejectedClaim":
		f.verdict = badToken
	case f.code == "AccessDenied", f.code == "AccessDeniedException":
		f.verdict = noTrust
	case ok && (f.code == "IDPCommunicationError" || strings.Contains(f.code, "Throttl") || f.code == "RequestLimitExceeded"):
	case ok:
		f.verdict = badRequest
	}
	return f
}

// retryAfter reads the header's seconds, 15 minutes at most.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, 15*60)) * time.Second
}

// quoted is how much of a token may stand in a message.
const quoted = 16

// harmless makes a message fit to be shown. One that quotes what was sent is left out: STS does that where a value has
// the wrong form.
func harmless(message, sent string) string {
	for i := 0; i+quoted <= len(sent); i++ {
		if strings.Contains(message, sent[i:i+quoted]) {
			return ""
		}
	}
	return provider.CleanLine(message)
}

func (f *fault) text() string {
	if f.message == "" {
		return f.code
	}
	return f.code + ": " + strings.TrimRight(f.message, ". ")
}

// problem puts a fault into words for the caller.
func (f *fault) problem(a ask, now time.Time) error {
	e := &session.Error{Code: session.CodeSetup, Reason: session.ReasonSetupConfig, Session: a.key.session}
	switch f.verdict {
	case badToken:
		e.Detail = fmt.Sprintf("AWS does not accept the token of %q (%s): IAM must have an identity provider for %s, with %s "+
			"among its audiences.", a.key.session, f.text(), said(a.issuer, "the session's issuer"), said(a.audience, "its client ID"))
	case noTrust:
		e.Detail = fmt.Sprintf("AWS does not let %q take the role %s (%s): its trust policy must allow "+
			"sts:AssumeRoleWithWebIdentity to the identity provider of %s.", a.key.session, a.key.role, f.text(),
			said(a.issuer, "the session"))
	case badRequest:
		e.Code, e.Reason = session.CodeInvalid, ""
		e.Detail = fmt.Sprintf("AWS does not take the request (%s); correct the role, the session name or the duration.", f.text())
	default:
		e.Code, e.Reason = session.CodeUnavailable, ""
		e.RetryAt = now.Add(max(pause, f.retryAfter))
		e.Detail = fmt.Sprintf("AWS gives no credentials at the moment (%s); try again.", f.text())
	}
	return e
}

func said(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
