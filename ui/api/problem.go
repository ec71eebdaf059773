package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// httpError is a request that does not get as far as the keeper.
type httpError struct {
	status int
	detail string
	allow  string // for 405
	field  string // of the body
}

func (e *httpError) Error() string { return e.detail }

func invalid(detail string) error { return &httpError{status: http.StatusBadRequest, detail: detail} }

func invalidField(field, detail string) error {
	return &httpError{status: http.StatusBadRequest, detail: detail, field: field}
}

func notFound(detail string) error { return &httpError{status: http.StatusNotFound, detail: detail} }

// answers are the status and the title of each code.
var answers = map[session.Code]struct {
	status int
	title  string
}{
	session.CodeInvalid:     {http.StatusBadRequest, "The request is not valid"},
	session.CodeSignIn:      {http.StatusUnauthorized, "Sign-in needed"},
	session.CodeNotFound:    {http.StatusNotFound, "There is no such thing"},
	session.CodeConflict:    {http.StatusConflict, "This is not possible now"},
	session.CodePaused:      {http.StatusConflict, "The session is paused"},
	session.CodeSetup:       {http.StatusConflict, "The client's setup needs a change"},
	session.CodeUnavailable: {http.StatusServiceUnavailable, "Not available now"},
	session.CodeKeychain:    {http.StatusServiceUnavailable, "The keychain cannot be used now"},
}

// How long to wait where the keeper names no time: it tries again after 1 s at the earliest, and looks at an absent
// keychain every 30 s.
const (
	retryUnavailable = 1
	retryKeychain    = 30
)

// problemOf turns an error into what is sent. Errors of ours hold no secret.
func problemOf(err error) client.Problem {
	if e, ok := errors.AsType[*httpError](err); ok {
		code := session.CodeInvalid
		if e.status == http.StatusNotFound {
			code = session.CodeNotFound
		}
		return client.Problem{
			Type: "about:blank", Title: http.StatusText(e.status), Status: e.status, Detail: e.detail, Code: string(code),
			Field: e.field,
		}
	}
	e, ok := errors.AsType[*session.Error](err)
	if !ok {
		e = foreignError(err)
	}
	answer, known := answers[e.Code]
	if !known {
		answer.status, answer.title = http.StatusInternalServerError, "The keeper could not do that"
	}
	return client.Problem{
		Type:     "urn:sessionkeeper:problem:" + string(e.Code),
		Title:    answer.title,
		Status:   answer.status,
		Detail:   e.Detail,
		Code:     string(e.Code),
		Reason:   string(e.Reason),
		Session:  e.Session,
		RetryAt:  e.RetryAt.UTC(),
		LoginURL: e.LoginURL,
		Field:    e.Field,
	}
}

// foreignError is an error that the keeper did not put into words.
func foreignError(err error) *session.Error {
	if k, ok := errors.AsType[interface {
		error
		KeychainReason() string
	}](err); ok {
		return &session.Error{Code: session.CodeKeychain, Reason: session.Reason(k.KeychainReason()), Detail: k.Error()}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &session.Error{Code: session.CodeUnavailable, Detail: "the keeper did not get done in time; try again"}
	}
	return &session.Error{Code: session.CodeUnavailable, Detail: err.Error()}
}

// fail sends a problem.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	h := w.Header()
	if e, ok := errors.AsType[*httpError](err); ok && e.allow != "" {
		h.Set("Allow", e.allow)
	}
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="sessionkeeper"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(retryAfter(p)))
	}
	if p.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.DebugContext(r.Context(), "request not answered", "status", p.Status, "code", p.Code, "session", p.Session)
	}
	send(w, p.Status, "application/problem+json", p)
}

// retryAfter gives whole seconds, 1 at least (RFC 9110 section 10.2.3).
func retryAfter(p client.Problem) int {
	if !p.RetryAt.IsZero() {
		return max(1, int(math.Ceil(time.Until(p.RetryAt).Seconds())))
	}
	if p.Code == string(session.CodeKeychain) {
		return retryKeychain
	}
	return retryUnavailable
}

func answer(w http.ResponseWriter, body any) error {
	send(w, http.StatusOK, "application/json", body)
	return nil
}

// send writes a JSON body. Its types are ours and always encode; a client that is gone is no news.
func send(w http.ResponseWriter, status int, contentType string, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	data = append(data, '\n')
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
