package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// snapshot is the first line of a stream. It says sessions also where there are none.
type snapshot struct {
	Type     string            `json:"type"`
	At       time.Time         `json:"at"`
	Sessions []session.Session `json:"sessions"`
}

// listener is one whom a stream tells what happens.
type listener struct {
	lines

	names    []string // of the sessions that it wants to hear of; none: all
	tray     *tray    // of its notices; whom nobody tells anything where it shows none
	happened <-chan session.Event
	changed  <-chan struct{} // of the questions; nil: they are none of its business
}

// events streams what happens, one JSON object a line, until the listener goes, does not keep up, or the keeper stops.
// Over the socket the face "tray" takes the notices over, and exec, proxy and program say which sessions they use.
func (s *Server) events(w http.ResponseWriter, r *request) error {
	w.Header().Set("Content-Type", "application/x-ndjson")
	if r.Method == http.MethodHead {
		return nil
	}
	if r.onPage {
		defer s.pages.knows(bearer(r.Request)) // a page that listens is not idle
	}
	query := r.URL.Query()
	names, err := wanted(query)
	if err != nil {
		return err
	}
	face := ""
	if !r.onPage {
		face = query.Get("face")
	}
	ctx, stop := s.untilStop(r.Context())
	defer stop()
	l := &listener{lines: lines{w: w, c: http.NewResponseController(w)}, names: names, tray: new(tray)}
	if face == "tray" {
		l.tray = s.o.Notices.join()
		defer func() {
			if !s.ends() { // else the notices stay on the screen, for the keeper that comes next
				s.o.Notices.leave(l.tray)
			}
		}()
	}
	if isUse(face) && len(names) > 0 {
		end := s.uses.begin(face, query.Get("label"), programOf(r.Request), names)
		defer end()
	}
	if err := s.greet(ctx, r, l); err != nil {
		return err
	}
	for err == nil {
		err = s.tell(ctx, l)
	}
	return nil // the listener is gone: there is nobody to tell
}

// greet begins a stream with how all stands. An error is that there is no place for so long an answer.
func (s *Server) greet(ctx context.Context, r *request, l *listener) error {
	if len(l.names) == 0 {
		done, err := takePart(ctx, r, s.doorOf(r).answers)
		if err != nil {
			return err
		}
		defer done()
		l.changed = s.o.Approvals.changes()
	}
	sessions, happened := s.o.Keeper.Subscribe(ctx)
	l.happened = happened
	sessions = slices.DeleteFunc(sessions, func(one session.Session) bool { return !l.wants(one.Name) })
	if sessions == nil {
		sessions = []session.Session{}
	}
	_ = l.write(snapshot{Type: session.EventSnapshot, At: time.Now().UTC(), Sessions: sessions})
	return nil // a listener who is gone ends the stream's context
}

// errOver ends a stream.
var errOver = errors.New("nothing more happens")

// tell waits for what happens next.
func (s *Server) tell(ctx context.Context, l *listener) (err error) {
	select {
	case <-ctx.Done():
		return errOver
	case e, open := <-l.happened:
		switch {
		case !open:
			return errOver
		case e.Session == "" || l.wants(e.Session):
			return l.write(e)
		}
	case <-l.changed:
		l.changed = s.o.Approvals.changes()
		return l.write(client.Event{Type: client.EventApproval, At: time.Now().UTC()})
	case <-l.tray.news:
		for _, e := range s.o.Notices.read(l.tray) {
			err = errors.Join(err, l.write(e))
		}
	}
	return err
}

func (l *listener) wants(name string) bool {
	return len(l.names) == 0 || slices.Contains(l.names, name)
}

// wanted are the sessions that a stream is to tell of; none: all.
func wanted(query url.Values) ([]string, error) {
	names := query["session"]
	if len(names) > maxNamed || slices.Contains(names, "") {
		return nil, invalid(fmt.Sprintf("session takes a name, and the address has %d of them at most", maxNamed))
	}
	return names, nil
}

type lines struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func (l lines) write(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	if _, err := l.w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	if err := l.c.Flush(); err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	return nil
}
