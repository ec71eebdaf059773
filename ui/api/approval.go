package api

import (
	"crypto/rand"
	"io/fs"
	"os"
	"strings"
	"time"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// asker is who wants a token of what; two askers that are equal are one.
type asker struct {
	session, path, parent, dir string
	pid                        int // of a program that stands for any other; else 0
}

// approval is a question or the answer to one.
type approval struct {
	asker
	id       string
	program  peer.Program // that asked first
	file     fs.FileInfo  // that the program was started from; nil: not known, so never remembered
	edition  uint64       // of the session's definition
	signedIn time.Time    // of the session
	state    string       // client.Asking, client.Allowed or client.Denied
	run      run          // of a program of ours that asks for another; a yes holds as long as it lives
	running  bool         // it is the run that is allowed, and nothing else
	once     bool         // a yes to one request
	unheard  bool         // a no because nobody answered
	closed   bool         // the notice was dismissed
	askedAt  time.Time
	lastAsk  time.Time
	until    time.Time
	waiting  int           // requests
	answered chan struct{} // closed once it is no question any more
}

// run is one start of a program of ours that asks for who started it. The zero run is none.
type run struct {
	pid     int
	started string // in the kernel's own words
}

// lasting reports whether a yes may be remembered.
func (q *approval) lasting() bool { return q.file != nil && q.pid == 0 }

func newApprovalID() string { return strings.ToLower(rand.Text()[:8]) }

// same reports whether two questions are one: they are about the same program, to the file that it was started from.
func (q *approval) same(o *approval) bool { return q.run == o.run && q.alike(o) }

func (q *approval) alike(o *approval) bool {
	return q.asker == o.asker && q.edition == o.edition && q.signedIn.Equal(o.signedIn) && sameFile(q.file, o.file)
}

// covers reports whether a request is allowed by an answer.
func (q *approval) covers(request *approval) bool {
	return q.state == client.Allowed && q.alike(request) && (!q.running || q.run == request.run)
}

// sameFile reports whether a file is the same, and was not written since.
func sameFile(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && changedAt(a) == changedAt(b)
}

// over reports whether a question's or an answer's time has run out, by the wall's clock: an hour ends also while the
// machine sleeps. A clock that was put back gives nothing more time than it had at first.
func (q *approval) over(now time.Time) bool {
	if q.running {
		return !q.run.alive()
	}
	return !now.Before(q.until) || q.until.Sub(now) > q.life()
}

// life is how long a question or an answer lasts at most.
func (q *approval) life() time.Duration {
	switch {
	case q.state == client.Asking:
		return answerWait
	case q.state == client.Denied:
		return quietTime
	case q.once:
		return onceLife
	default:
		return allowLife
	}
}

// end makes a question what was answered: "" for one that is not asked any more. It needs mu.
func (q *approval) end(state string, now time.Time) {
	if q.state == client.Asking {
		close(q.answered)
	}
	q.state = state
	if state == client.Denied {
		q.until = now.Add(quietTime)
	}
}
