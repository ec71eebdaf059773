package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strconv"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/crowd"
)

// maxAnswers is how many answers may be under way at each door that are as long as there are sessions: those who ask and
// do not read must not fill the memory.
const maxAnswers = 64

// paced is a route's handler at the route's pace. What bounds too much is better than what bounds too little: a route
// that does not say gets a turn.
func (s *Server) paced(r route) handler {
	switch r.pace {
	case atOnce:
		return r.handle
	case inPart:
		return s.inPart(r.handle)
	default:
		return s.inTurn(r.handle)
	}
}

// inTurn lets a handler that may wait do so only while its asker has a turn: whatever waits, there are places left for
// those who do not, and nobody keeps the others from waiting.
func (s *Server) inTurn(handle handler) handler {
	return func(w http.ResponseWriter, r *request) error {
		ctx, leave, ok := s.doorOf(r).turns.Enter(r.Context(), askerOf(r))
		defer leave()
		if !ok {
			return crowded()
		}
		withTurn := *r
		withTurn.Request = r.WithContext(ctx)
		err := handle(w, &withTurn)
		if err != nil && errors.Is(context.Cause(ctx), crowd.ErrCrowded) {
			return crowded()
		}
		return err
	}
}

// inPart bounds how many of a handler's answers are under way.
func (s *Server) inPart(handle handler) handler {
	return func(w http.ResponseWriter, r *request) error {
		done, err := s.takePart(r.Context(), r)
		if err != nil {
			return err
		}
		defer done()
		return handle(w, r)
	}
}

// takePart lets a long answer begin. Where it must make room for another's, its connection is closed.
func (s *Server) takePart(ctx context.Context, r *request) (done func(), err error) {
	ctx, leave, ok := s.doorOf(r).answers.Enter(ctx, askerOf(r))
	if !ok {
		return nil, crowded()
	}
	stop := context.AfterFunc(ctx, func() {
		if c := connectionOf(r.Request); c != nil && errors.Is(context.Cause(ctx), crowd.ErrCrowded) {
			_ = c.Close()
		}
	})
	return func() {
		stop()
		leave()
	}, nil
}

func crowded() error {
	return &session.Error{Code: session.CodeUnavailable, Detail: words.Say(words.Errors, "crowded", nil)}
}

func (s *Server) doorOf(r *request) *door {
	if r.onPage {
		return s.page
	}
	return s.socket
}

// askerOf tells those apart who ask at a door: by process, over TCP by bearer.
func askerOf(r *request) string {
	if r.onPage {
		sum := sha256.Sum256([]byte(bearer(r.Request)))
		return string(sum[:])
	}
	if c := connectionOf(r.Request); c != nil && c.pid != 0 {
		return strconv.Itoa(c.pid)
	}
	return strconv.Itoa(programOf(r.Request).PID)
}
