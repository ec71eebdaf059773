package api

import (
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

// writeWait bounds the wait for a listener who does not read.
const writeWait = 30 * time.Second

// snapshot is the first line of a stream. It says sessions also where there are none.
type snapshot struct {
	Type     string            `json:"type"`
	At       time.Time         `json:"at"`
	Sessions []session.Session `json:"sessions"`
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
	t := new(tray) // whom nobody tells anything
	if face == "tray" {
		t = s.o.Notices.join()
		defer func() {
			if !s.ends() { // else the notices stay on the screen, for the keeper that comes next
				s.o.Notices.leave(t)
			}
		}()
	}
	if isUse(face) && len(names) > 0 {
		end := s.uses.begin(face, query.Get("label"), programOf(r.Request), names)
		defer end()
	}
	sessions, happened := s.o.Keeper.Subscribe(ctx)
	if sessions == nil {
		sessions = []session.Session{}
	}
	if len(names) > 0 {
		sessions = slices.DeleteFunc(sessions, func(one session.Session) bool { return !slices.Contains(names, one.Name) })
	}
	var changed <-chan struct{}
	if len(names) == 0 {
		changed = s.o.Approvals.changes()
	}
	out := lines{w: w, c: http.NewResponseController(w)}
	err = out.write(snapshot{Type: session.EventSnapshot, At: time.Now().UTC(), Sessions: sessions})
	for err == nil {
		select {
		case <-ctx.Done():
			return nil
		case e, open := <-happened:
			if !open {
				return nil
			}
			if len(names) == 0 || e.Session == "" || slices.Contains(names, e.Session) {
				err = out.write(e)
			}
		case <-changed:
			changed = s.o.Approvals.changes()
			err = out.write(client.Event{Type: client.EventApproval, At: time.Now().UTC()})
		case <-t.news:
			for _, e := range s.o.Notices.read(t) {
				err = errors.Join(err, out.write(e))
			}
		}
	}
	return nil // the listener is gone: there is nobody to tell
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
	if err := l.c.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	if _, err := l.w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	if err := l.c.Flush(); err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	return l.c.SetWriteDeadline(time.Time{})
}
