package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

const (
	maxLabel = 200 // characters
	maxNamed = 64  // sessions of one stream
)

// use is a stream that says which sessions its program uses.
type use struct {
	client.Use
	sessions []string
}

// uses are the programs that use sessions now, each as long as its stream is open.
type uses struct {
	mu  sync.Mutex // guards all
	all map[*use]struct{}
}

func newUses() *uses { return &uses{all: map[*use]struct{}{}} }

// begin registers a use until done is called.
func (u *uses) begin(face, label string, p peer.Program, sessions []string) (done func()) {
	one := &use{sessions: sessions, Use: client.Use{
		Face: face, Label: strings.TrimSpace(words.Clean(label, maxLabel)), PID: p.PID, Program: strings.ToValidUTF8(p.Path, "�"), Since: time.Now().UTC(),
	}}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all[one] = struct{}{}
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.all, one)
	}
}

// of gives the uses of a session.
func (u *uses) of(session string) []client.Use {
	u.mu.Lock()
	defer u.mu.Unlock()
	found := []client.Use{}
	for one := range u.all {
		if slices.Contains(one.sessions, session) {
			found = append(found, one.Use)
		}
	}
	return found
}

// isUse reports whether a face is one whose stream registers a use.
func isUse(face string) bool { return face == "exec" || face == "proxy" || face == "program" }

// sessionUses lists who uses a session now, the oldest first.
func (s *Server) sessionUses(w http.ResponseWriter, r *request) error {
	if _, err := s.o.Keeper.Session(r.name); err != nil {
		return err
	}
	found := s.uses.of(r.name)
	if s.o.Uses != nil {
		found = append(found, s.o.Uses(r.name)...)
	}
	slices.SortFunc(found, func(a, b client.Use) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.PID, b.PID), cmp.Compare(a.Label, b.Label))
	})
	return answer(w, found)
}
