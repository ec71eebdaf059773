package api_test

import (
	"strings"
	"testing"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// askingHouse is a server whose session "work" has its programs asked about.
func askingHouse(t *testing.T) (*house, *apitest.Asked) {
	t.Helper()
	work := github()
	work.Name = "work"
	k := apitest.New(work, github())
	o := apitest.Options(t, k, page())
	asked := k.RunApprovals(t, &o, "work")
	return openWith(t, k, o), asked
}

// request asks for a program in the background, and waits until the user has the question.
func (h *house) request(t *testing.T, p peer.Program) <-chan error {
	t.Helper()
	before := h.questions(t)
	done := make(chan error, 1)
	go func() { done <- h.server.Approve(t.Context(), "work", p) }()
	until(t, "the question", func() bool { return len(h.questions(t)) == len(before)+1 })
	return done
}

func (h *house) questions(t *testing.T) (ids []string) {
	t.Helper()
	known, err := h.client.Approvals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range known.Approvals {
		if a.State == client.Asking {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

func TestApprovalsOverTheSocket(t *testing.T) {
	h, asked := askingHouse(t)
	if !h.server.NeedsApproval("work") || h.server.NeedsApproval("github") {
		t.Error("want work alone to be asked about")
	}
	p := program(t, "/usr/bin/bash")
	waiting := h.request(t, p)
	known, err := h.client.Approvals(t.Context())
	if err != nil || len(known.Sessions) != 1 || known.Sessions[0] != "work" || len(known.Approvals) != 1 {
		t.Fatalf("got %+v, %v", known, err)
	}
	a := known.Approvals[0]
	if a.Session != "work" || a.Program != p.Path || a.Parent != p.Parent || a.Dir != p.Dir || a.PID != p.PID || !a.Lasting ||
		a.Waiting != 1 || a.AskedAt.IsZero() || !a.Until.After(a.AskedAt) {
		t.Errorf("got %+v", a)
	}
	answered, err := h.client.Approve(t.Context(), a.ID, client.ApprovalBody{Allow: true, Hour: true})
	if err != nil || answered.State != client.Allowed || answered.Once || <-waiting != nil {
		t.Errorf("got %+v, %v", answered, err)
	}
	if _, err := h.client.Approve(t.Context(), a.ID, client.ApprovalBody{}); code(err) != "conflict" {
		t.Errorf("answered twice: %v; want a conflict", err)
	}
	if err := h.server.Approve(t.Context(), "work", p); err != nil {
		t.Error(err)
	}
	for range 2 { // what is gone needs nothing
		if err := h.client.RevokeApproval(t.Context(), a.ID); err != nil {
			t.Error(err)
		}
	}
	waiting = h.request(t, p)
	if err := h.client.RevokeApproval(t.Context(), h.questions(t)[0]); err != nil {
		t.Error(err)
	}
	refused(t, <-waiting, session.CodeConflict, "approval_denied")
	asked.Edit("work", false)
	if err := h.server.Approve(t.Context(), "work", p); err != nil || h.server.NeedsApproval("work") {
		t.Errorf("confirm is off: %v", err)
	}
}

// The page is the user as well, and so is a notice that a tray shows.
func TestApprovalsElsewhere(t *testing.T) {
	h, _ := askingHouse(t)
	bearer := h.bearer(t)
	waiting := h.request(t, bash(7))
	q := wireRequest{
		method: "POST", target: "/v1/approvals/" + h.questions(t)[0], header: [][2]string{asJSON, bearer}, body: `{"allow":true}`,
	}
	if r := h.overTCP(t, q); r.StatusCode != 200 || !strings.Contains(r.body, `"once":true`) || <-waiting != nil {
		t.Errorf("the page's yes: %d %s", r.StatusCode, r.body)
	}
	for _, body := range []string{``, `{}`, `{"hour":true}`, `{"allow":1}`, `{"allow":null}`, `[]`, `{"allow":true,"more":1}`} {
		q.body = body
		if r := h.overTCP(t, q); r.StatusCode != 400 {
			t.Errorf("with %s: %d; want 400", body, r.StatusCode)
		}
	}
	waiting = h.request(t, bash(8))
	if err := h.client.Press(t.Context(), "approval/1", "allow-once/"+h.questions(t)[0]); err != nil || <-waiting != nil {
		t.Errorf("the tray's yes: %v", err)
	}
	if got := h.keeper.Presses(); len(got) > 0 {
		t.Errorf("the keeper got %v", got)
	}
}

// A server that stops lets go of who waits.
func TestApprovalsStop(t *testing.T) {
	h, _ := askingHouse(t)
	waiting := h.request(t, bash(7))
	h.stop()
	if err := <-waiting; err == nil {
		t.Error("the program was allowed")
	}
}
