package api

import (
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
)

// The reasons of a refusal that comes of a question, beside its code.
const (
	reasonAsked   session.Reason = "approval_asked"   // the user has the question
	reasonDenied  session.Reason = "approval_denied"  // the user said no
	reasonUnheard session.Reason = "approval_unheard" // nobody answered
	reasonMany    session.Reason = "approval_many"    // there are too many questions
)

// refusal words an error about a question by its reason.
func refusal(code session.Code, reason session.Reason, q *approval) *session.Error {
	return &session.Error{
		Code: code, Reason: reason, Session: q.session, Detail: words.Say(words.Errors, string(reason), words.Values{
			"program": called(q.path), "name": words.Name(q.session), "time": words.Safe(q.until.Local().Format("15:04:05")),
		}),
	}
}

// askedError says that the user has the question. It needs mu.
func askedError(q *approval, now time.Time) error {
	e := refusal(session.CodeUnavailable, reasonAsked, q)
	e.RetryAt = now.Add(askAgain)
	return e
}

// noError says that the answer is no. It needs mu.
func noError(q *approval) error {
	if !q.unheard {
		return refusal(session.CodeConflict, reasonDenied, q)
	}
	e := refusal(session.CodeUnavailable, reasonUnheard, q)
	e.RetryAt = q.until
	return e
}

// manyError says that nothing more is asked now.
func manyError(q *approval, now time.Time) error {
	e := refusal(session.CodeUnavailable, reasonMany, q)
	e.RetryAt = now.Add(answerWait)
	return e
}

func stoppingError(q *approval) error {
	return &session.Error{
		Code: session.CodeUnavailable, Session: q.session, Detail: words.Say(words.Errors, "stopping", nil),
	}
}
