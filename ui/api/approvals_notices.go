package api

import (
	"context"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// maxShown is how many questions have a notice of their own; one more tells of the rest.
const maxShown = 3

// The keys of our notices. Each question takes a free place, so that a keeper that starts can take away what one
// before it has left. Its buttons name the question: a press that comes late is never for the next one.
const (
	keyApproval  = "approval/" // + the place, from 1 on
	keyApprovals = "approvals" // the rest

	actionHour  = "allow-hour/" // + id
	actionOnce  = "allow-once/"
	actionDeny  = "deny/"
	actionOpen  = "open"
	actionClick = "default" // the notice itself
)

// Run shows the questions and ends those that nobody answers, until ctx ends; its error is nil. Whoever waits for an
// answer then gets none.
func (a *Approvals) Run(ctx context.Context) error {
	var opening sync.WaitGroup
	defer opening.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			a.mu.Lock()
			a.ended = true
			for _, q := range a.known {
				q.end("", now())
			}
			a.known = nil
			a.mu.Unlock()
			a.clear()
			return nil
		case <-timer.C:
		case <-a.wake:
		case <-a.open:
			opening.Go(func() {
				if err := a.o.Open(ctx); err != nil && ctx.Err() == nil {
					a.o.Log.WarnContext(ctx, "could not open the page", "error", err)
				}
			})
		}
		timer.Reset(a.tick())
	}
}

// maxLook is how long a question may stand that was overtaken by an edit or a sign-out.
const maxLook = 5 * time.Second

// tick lets go of what is over, and says when to look again.
func (a *Approvals) tick() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := now()
	a.prune(now)
	nap := time.Hour
	for _, q := range a.known {
		if !q.running {
			nap = min(nap, q.until.Sub(now))
		}
		if q.state == client.Asking {
			nap = min(nap, maxLook)
		}
	}
	return max(0, nap)
}

// clear takes away what may be on the screen.
func (a *Approvals) clear() {
	for place := range maxShown {
		a.o.Notices.set(placeKey(place), nil)
	}
	a.o.Notices.set(keyApprovals, nil)
}

func placeKey(place int) string { return keyApproval + strconv.Itoa(place+1) }

// show puts the oldest questions on the screen, and takes away those that are none any more. A question keeps its place
// and has its time from when it is seen. It needs mu; the board waits for nobody.
func (a *Approvals) show(now time.Time) {
	var rest []*approval
	for place, q := range a.slots {
		if q != nil && q.state != client.Asking {
			a.slots[place] = nil
		}
	}
	fresh := [maxShown]bool{}
	for _, q := range a.known {
		if q.state != client.Asking || a.placed(q) {
			continue
		}
		place := a.freePlace()
		if place < 0 {
			q.until = q.lastAsk.Add(answerWait)
			rest = append(rest, q)
			continue
		}
		a.slots[place], fresh[place] = q, true
		q.until = now.Add(answerWait)
	}
	for place, q := range a.slots {
		switch {
		case q == nil && a.filled[place]:
			a.o.Notices.set(placeKey(place), nil)
		case fresh[place]:
			a.o.Notices.set(placeKey(place), new(questionNotice(place, q)))
		}
		a.filled[place] = q != nil
	}
	var grouped strings.Builder
	for _, q := range rest {
		grouped.WriteString(q.id)
	}
	switch {
	case grouped.String() == a.grouped:
	case len(rest) == 0:
		a.o.Notices.set(keyApprovals, nil)
	default:
		a.o.Notices.set(keyApprovals, new(restNotice(rest)))
	}
	a.grouped = grouped.String()
}

// placed reports whether a question has a notice of its own. It needs mu.
func (a *Approvals) placed(q *approval) bool {
	for _, o := range a.slots {
		if o == q {
			return true
		}
	}
	return false
}

// freePlace is -1 where there is none. It needs mu.
func (a *Approvals) freePlace() int {
	for place, q := range a.slots {
		if q == nil {
			return place
		}
	}
	return -1
}

// questionNotice makes sense without its buttons: the page and the command line have them too.
func questionNotice(place int, q *approval) session.Notice {
	n := session.Notice{Key: placeKey(place), Urgent: true}
	if q.lasting() {
		n.Actions = append(n.Actions, session.NoticeAction{ID: actionHour + q.id, Label: words.Label("allow_hour")})
	}
	n.Actions = append(n.Actions,
		session.NoticeAction{ID: actionOnce + q.id, Label: words.Label("allow_once")},
		session.NoticeAction{ID: actionDeny + q.id, Label: words.Label("deny")},
	)
	var about []string
	n.Title, about = asked(q)
	_, last := words.Notice("approval", nil)
	n.Body = strings.Join(append(about, last), "\n")
	return n
}

// asked says who asks for what, and where it comes from, a line each.
func asked(q *approval) (title string, about []string) {
	title, _ = words.Notice("approval", words.Values{"program": called(q.path), "name": words.Name(q.session)})
	for _, line := range []struct{ id, path string }{
		{"program_path", q.path}, {"program_parent", q.parent}, {"program_folder", q.dir},
	} {
		if line.path != "" {
			about = append(about, words.Say(words.Sentences, line.id, words.Values{"path": words.Path(line.path)}))
		}
	}
	return title, about
}

// called is how people call a program.
func called(program string) words.Safe {
	if program == "" {
		return words.Safe(words.Say(words.Sentences, "some_program", nil))
	}
	return words.Name(path.Base(program))
}

func restNotice(rest []*approval) session.Notice {
	n := session.Notice{
		Key: keyApprovals, Urgent: true,
		Actions: []session.NoticeAction{{ID: actionOpen, Label: words.Label("open_page")}},
	}
	names := make([]string, len(rest))
	for i, q := range rest {
		names[i] = path.Base(q.path)
	}
	n.Title, n.Body = words.Notice("approvals", words.Values{
		"count": words.Safe(words.Count("programs_wait", len(rest))), "names": words.Names(names),
	})
	return n
}

// Press takes what the user did with one of our notices, and reports whether it was one of ours. Who dismisses a
// question says no.
func (a *Approvals) Press(key, action string) (ours bool) {
	number, isQuestion := strings.CutPrefix(key, keyApproval)
	if a == nil || !isQuestion && key != keyApprovals {
		return false
	}
	switch verb, id, _ := strings.Cut(action, "/"); {
	case action == actionOpen, action == actionClick:
		if a.o.Open != nil {
			poke(a.open)
		}
	case action == actionClosed:
		a.dismissed(number)
	case verb+"/" == actionHour:
		a.pressed(id, client.ApprovalBody{Allow: true, Hour: true})
	case verb+"/" == actionOnce:
		a.pressed(id, client.ApprovalBody{Allow: true})
	case verb+"/" == actionDeny:
		a.pressed(id, client.ApprovalBody{})
	}
	return true
}

// pressed answers a question; one that is none any more is left as it is.
func (a *Approvals) pressed(id string, b client.ApprovalBody) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune(now())
	if q := a.find(id); q != nil && q.state == client.Asking {
		a.answer(q, b)
	}
}

// dismissed lets the question at a place end soon: a button may have been pressed.
func (a *Approvals) dismissed(number string) {
	place, err := strconv.Atoi(number)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil || place < 1 || place > maxShown || a.slots[place-1] == nil {
		return
	}
	q := a.slots[place-1]
	q.closed, q.until = true, now().Add(closeGrace)
	poke(a.wake)
}
