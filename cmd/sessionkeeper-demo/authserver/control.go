package authserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"time"
)

// Grants returns every grant there was, newest first.
func (s *Server) Grants() []Grant { return s.store.snapshots() }

// Revoke ends one grant at once: its refresh tokens and its access tokens. fs.ErrNotExist says that there is none.
func (s *Server) Revoke(id string) error { return s.store.revokeGrant(id) }

// RevokeAll ends all grants and returns how many were alive.
func (s *Server) RevokeAll() int { return s.store.revokeAll() }

// Lifetimes returns how long what is issued from now on will live.
func (s *Server) Lifetimes() Lifetimes { return s.store.lifetimes() }

// SetLifetimes changes how long what is issued from now on lives. A zero field stays as it is. A grant takes over the
// new Session, counted from its consent, with its next refresh, and ends there where that time is over.
func (s *Server) SetLifetimes(l Lifetimes) error {
	now := s.store.lifetimes()
	if l.Access == 0 {
		l.Access = now.Access
	}
	if l.Session == 0 {
		l.Session = now.Session
	}
	if l.Access < time.Second {
		return errors.New("the access token's life is below a second")
	}
	s.store.setLifetimes(l)
	return nil
}

// command is the body of POST /control. Several members may be given; absent ones change nothing.
type command struct {
	Revoke     string `json:"revoke"` // a grant's id or "all"
	Fault      string `json:"fault"`  // as ParseFault reads it
	Count      int    `json:"count"`
	RetryAfter string `json:"retry_after"`
	Only       string `json:"only"`
	AccessTTL  string `json:"access_ttl"` // Go durations
	SessionTTL string `json:"session_ttl"`
}

// settings is the answer of GET and POST /control.
type settings struct {
	Fault      string `json:"fault"`
	Count      int    `json:"count"`
	AccessTTL  string `json:"access_ttl"`
	SessionTTL string `json:"session_ttl"`
	Revoked    *int   `json:"revoked,omitempty"` // how many, after a revocation
}

func (s *Server) settings() settings {
	f, l := s.Fault(), s.Lifetimes()
	return settings{Fault: f.String(), Count: f.Count, AccessTTL: l.Access.String(), SessionTTL: l.Session.String()}
}

func (s *Server) getControl(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.settings())
}

func (s *Server) getGrants(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Grants())
}

func (s *Server) getLog(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Log())
}

func (s *Server) postControl(w http.ResponseWriter, r *http.Request) {
	var c command
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		writeJSON(w, http.StatusUnsupportedMediaType, map[string]string{"error": "want application/json"})
		return
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	revoked, err := s.carryOut(c)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	case err != nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	default:
		now := s.settings()
		now.Revoked = revoked
		writeJSON(w, http.StatusOK, now)
	}
}

// carryOut checks the whole command before it does any of it. It returns how many grants were revoked where any were to
// be.
func (s *Server) carryOut(c command) (*int, error) {
	fault, err := c.fault()
	if err != nil {
		return nil, err
	}
	lives, err := c.lifetimes()
	if err != nil {
		return nil, err
	}
	if err := s.SetLifetimes(lives); err != nil {
		return nil, err
	}
	if c.Fault != "" {
		s.SetFault(fault)
	}
	switch c.Revoke {
	case "":
		return nil, nil
	case "all":
		return new(s.RevokeAll()), nil
	default:
		if err := s.Revoke(c.Revoke); err != nil {
			return nil, err
		}
		return new(1), nil
	}
}

func (c command) fault() (Fault, error) {
	if c.Fault == "" {
		return Fault{}, nil
	}
	f, err := ParseFault(c.Fault)
	if err != nil {
		return Fault{}, err
	}
	if c.Count < 0 {
		return Fault{}, errors.New("count is negative")
	}
	f.Count, f.RetryAfter, f.Only = c.Count, c.RetryAfter, c.Only
	return f, nil
}

func (c command) lifetimes() (Lifetimes, error) {
	var l Lifetimes
	for _, field := range []struct {
		name, value string
		to          *time.Duration
	}{{"access_ttl", c.AccessTTL, &l.Access}, {"session_ttl", c.SessionTTL, &l.Session}} {
		if field.value == "" {
			continue
		}
		d, err := time.ParseDuration(field.value)
		if err != nil || d == 0 {
			return Lifetimes{}, fmt.Errorf("%s %q: want a duration such as 90s", field.name, field.value)
		}
		*field.to = d
	}
	return l, nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(jsonOf(v), '\n'))
}
