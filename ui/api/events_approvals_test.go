package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"testing"
	"time"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// next gives the type of the next event.
func next(t *testing.T, lines *bufio.Reader) string {
	t.Helper()
	line, err := lines.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var e client.Event
	if err := json.Unmarshal(line, &e); err != nil || e.At.IsZero() {
		t.Fatalf("got %q, %v", line, err)
	}
	return e.Type
}

// Who listens hears of a question and of its answer, and need not ask again and again.
func TestEventsTellOfApprovals(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, page())
	k.RunApprovals(t, &o, "github")
	h := openWith(t, k, o)
	all, _ := h.listening(t, "")
	named, _ := h.listening(t, "?session=github")
	for _, lines := range []*bufio.Reader{all, named} {
		if got := next(t, lines); got != "snapshot" {
			t.Fatalf("the first event is %s", got)
		}
	}
	told := func(what string) client.Approvals {
		t.Helper()
		if got := next(t, all); got != client.EventApproval {
			t.Fatalf("%s: got %s", what, got)
		}
		known, err := h.client.Approvals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return known
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	answered := make(chan error, 1)
	go func() {
		answered <- o.Approvals.Approve(ctx, "github", peer.Program{PID: 7, Path: "/usr/bin/python3.13"})
	}()
	known := told("a question")
	if len(known.Approvals) != 1 || known.Approvals[0].State != client.Asking {
		t.Fatalf("got %+v; want the question", known)
	}
	if _, err := h.client.Approve(t.Context(), known.Approvals[0].ID, client.ApprovalBody{}); err != nil {
		t.Fatal(err)
	}
	if known := told("an answer"); len(known.Approvals) != 1 || known.Approvals[0].State != client.Denied {
		t.Errorf("got %+v; want the answer", known)
	}
	if err := <-answered; err == nil {
		t.Error("the program was allowed")
	}
	if err := h.client.RevokeApproval(t.Context(), known.Approvals[0].ID); err != nil {
		t.Fatal(err)
	}
	if known := told("taking back"); len(known.Approvals) != 0 {
		t.Errorf("got %+v; want nothing", known)
	}
	if _, err := h.client.Pause(t.Context(), "github"); err != nil {
		t.Fatal(err)
	}
	if got := next(t, named); got != "session.state" {
		t.Errorf("a stream of one session has %s; want what concerns it alone", got)
	}
}
