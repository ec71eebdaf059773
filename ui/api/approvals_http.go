package api

import (
	"net/http"
	"slices"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

const (
	approvalPrefix  = "/v1/approvals/"
	approvalPattern = approvalPrefix + "{id}"
)

// approvals tells the questions and the answers that are remembered.
func (s *Server) approvals(w http.ResponseWriter, _ *request) error {
	body := client.Approvals{Sessions: []string{}, Approvals: s.o.Approvals.list()}
	for _, one := range s.o.Keeper.Sessions() {
		if s.needsApproval(one.Name) {
			body.Sessions = append(body.Sessions, one.Name)
		}
	}
	return answer(w, body)
}

// answerApproval is the user's word on a question: the page's and the command line's.
func (s *Server) answerApproval(w http.ResponseWriter, r *request) error {
	var body struct {
		Allow *bool `json:"allow"`
		Hour  bool  `json:"hour"`
	}
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.Allow == nil {
		return invalidField("allow", `the body needs "allow", true or false`)
	}
	one, err := s.o.Approvals.settle(r.name, client.ApprovalBody{Allow: *body.Allow, Hour: body.Hour})
	if err != nil {
		return err
	}
	return answer(w, one)
}

func (s *Server) revokeApproval(w http.ResponseWriter, r *request) error {
	s.o.Approvals.revoke(r.name)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// list gives the questions, then the answers, each oldest first.
func (a *Approvals) list() []client.Approval {
	all := []client.Approval{}
	if a == nil {
		return all
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune(now())
	for _, q := range a.known {
		all = append(all, q.wire())
	}
	slices.SortStableFunc(all, func(a, b client.Approval) int {
		switch {
		case a.State == b.State || a.State != client.Asking && b.State != client.Asking:
			return 0
		case a.State == client.Asking:
			return -1
		default:
			return 1
		}
	})
	return all
}

func (q *approval) wire() client.Approval {
	return client.Approval{
		ID: q.id, Session: q.session, State: q.state, Program: q.path, Parent: q.parent, Dir: q.dir, PID: q.program.PID,
		AskedAt: q.askedAt.UTC(), Until: q.until.UTC(), Lasting: q.lasting(), Once: q.once, Running: q.running,
		Unheard: q.unheard, Waiting: q.waiting,
	}
}

// settle answers a question.
func (a *Approvals) settle(id string, b client.ApprovalBody) (client.Approval, error) {
	if a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.prune(now())
		if q := a.find(id); q != nil && q.state == client.Asking {
			a.answer(q, b)
			return q.wire(), nil
		}
	}
	return client.Approval{}, &session.Error{
		Code: session.CodeConflict, Detail: words.Say(words.Errors, "approval_over", nil),
	}
}

// revoke forgets an answer; a question is answered with no. What is not there needs nothing.
func (a *Approvals) revoke(id string) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune(now())
	q := a.find(id)
	switch {
	case q == nil:
	case q.state == client.Asking:
		a.answer(q, client.ApprovalBody{})
	default:
		a.known = slices.DeleteFunc(a.known, func(o *approval) bool { return o == q })
		a.tell()
		a.o.Log.Info("an answer about a program was taken back", "session", q.session, "program", q.path, "approval", q.id)
	}
}
