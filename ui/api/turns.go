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

// Bodies longer than shortBody, which hardly a request needs, may be in memory for so many requests at each door at a time:
// those who send them and never finish must not fill it either.
const (
	shortBody = 4 << 10
	maxBodies = 64
)

// paced is a route's handler at the route's pace. What bounds too much is better than what bounds too little: a route
// that does not say gets a turn.
func (s *Server) paced(r route) handler {
	switch r.pace {
	case atOnce:
		return s.inRoom(r.handle)
	case inPart:
		return s.inRoom(s.inPart(r.handle))
	default:
		return s.inRoom(s.inTurn(r.handle))
	}
}

// inRoom bounds how many requests with a long body are under way.
func (s *Server) inRoom(handle handler) handler {
	return func(w http.ResponseWriter, r *request) error {
		if r.ContentLength >= 0 && r.ContentLength <= shortBody {
			return handle(w, r)
		}
		done, err := takePart(r.Context(), r, s.doorOf(r).bodies)
		if err != nil {
			w.Header().Set("Connection", "close") // else net/http waits for the body before it answers
			return err
		}
		defer done()
		return handle(w, r)
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
		done, err := takePart(r.Context(), r, s.doorOf(r).answers)
		if err != nil {
			return err
		}
		defer done()
		return handle(w, r)
	}
}

// takePart lets what is long begin. Where it must make room for another's, its connection is closed.
func takePart(ctx context.Context, r *request, of *crowd.Share) (done func(), err error) {
	ctx, leave, ok := of.Enter(ctx, askerOf(r))
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
