package api_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"sessionkeeper/ui/api/client"
)

// until waits for what happens beside the test.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// listen opens a tray's stream; hangUp ends it as a killed process does.
func (h *house) listen(t *testing.T, face string) (events <-chan client.Event, hangUp func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := make(chan client.Event, 64)
	go func() {
		defer close(c)
		for e, err := range h.client.Events(ctx, face) {
			if err != nil {
				return
			}
			c <- e
		}
	}()
	t.Cleanup(cancel)
	return c, cancel
}

// TestNoticesOfATray takes a notice to a tray and back over real connections.
func TestNoticesOfATray(t *testing.T) {
	h := open(t, github())
	screen := h.keeper.Screen()
	signIn := client.NoticeAction{ID: "sign_in", Label: "Sign in again"}
	n := client.Notice{
		Key: "session/github", Title: "Access was revoked", Body: "<b>\u202e", Urgent: true, Actions: []client.NoticeAction{signIn},
	}
	h.keeper.ShowNotice(n)
	until(t, "the keeper to show it", func() bool { return len(screen.Shown()) == 1 })

	events, hangUp := h.listen(t, "tray")
	if e := <-events; e.Type != "snapshot" {
		t.Fatalf("the first event is %+v; want the snapshot", e)
	}
	e := <-events
	want := n
	want.Session, want.ID = "github", 1001
	if e.Type != client.EventNotice || e.Session != "github" || e.At.IsZero() || e.Notice == nil {
		t.Fatalf("the second event is %+v; want the notice", e)
	}
	if !slices.Equal(e.Notice.Actions, want.Actions) {
		t.Errorf("its buttons are %+v", e.Notice.Actions)
	}
	e.Notice.Actions, want.Actions = nil, nil
	if got := *e.Notice; got.Key != want.Key || got.Title != want.Title || got.Body != want.Body || !got.Urgent ||
		got.Session != want.Session || got.ID != want.ID {
		t.Errorf("the notice is %+v; want %+v", got, want)
	}

	h.keeper.ShowNotice(client.Notice{Key: "outage/x", Title: "An outage"})
	if e := <-events; e.Notice == nil || e.Notice.Key != "outage/x" || e.Notice.ID != 0 || e.Notice.Session != "" {
		t.Errorf("the next event is %+v; want the outage", e)
	}
	if err := h.client.NoticeShown(t.Context(), "outage/x", 77); err != nil {
		t.Error(err)
	}
	if err := h.client.NoticeShown(t.Context(), "outage/of-nobody", 78); code(err) != "conflict" {
		t.Errorf("an id of what does not stand: %v; want a conflict", err)
	}
	if err := h.client.Press(t.Context(), "session/github", "sign_in"); err != nil { // the service leaves it there
		t.Error(err)
	}
	if got := h.keeper.Presses(); !slices.Equal(got, []client.PressBody{{Key: "session/github", Action: "sign_in"}}) {
		t.Errorf("pressed was %v", got)
	}
	hangUp()
	until(t, "the keeper to take over", func() bool { return len(screen.Adopted()) == 2 })
	adopted := map[string]uint32{"outage/x": 77, "session/github": 1001}
	if got := screen.Adopted(); !maps.Equal(got, adopted) || screen.Bubbles() != 1 {
		t.Errorf("the keeper took over %v and showed %d; want %v, and nothing again", got, screen.Bubbles(), adopted)
	}
	h.keeper.WithdrawNotice("outage/x")
	until(t, "the outage to be gone", func() bool { return screen.Shown()["outage/x"] == 0 })
}

// TestNoticesAreForTrays: nobody else gets them.
func TestNoticesAreForTrays(t *testing.T) {
	h := open(t, github())
	plain, _ := h.listen(t, "")
	window, _ := h.listen(t, "window")
	<-plain
	<-window
	h.keeper.ShowNotice(client.Notice{Key: "keychain", Title: "The keychain is locked"})
	until(t, "the keeper to show it", func() bool { return len(h.keeper.Screen().Shown()) == 1 })
	if _, err := h.client.Pause(t.Context(), "github"); err != nil {
		t.Fatal(err)
	}
	for _, events := range []<-chan client.Event{plain, window} {
		if e := <-events; e.Type != "session.state" || e.Notice != nil {
			t.Errorf("somebody who is no tray got %+v", e)
		}
	}
}

// TestNoticesOutliveTheKeeper: a keeper that stops takes nothing over from a tray, which keeps what is on the screen.
func TestNoticesOutliveTheKeeper(t *testing.T) {
	h := open(t)
	events, _ := h.listen(t, "tray")
	<-events
	h.keeper.ShowNotice(client.Notice{Key: "keychain", Title: "The keychain is locked", Urgent: true})
	<-events
	h.stop()
	for e := range events {
		t.Errorf("after the end came %+v", e)
	}
	if n := h.keeper.Screen().Bubbles(); n != 0 {
		t.Errorf("the keeper showed %d notices when it stopped", n)
	}
}

func TestNoticeBodies(t *testing.T) {
	h := open(t)
	for target, bodies := range map[string][]string{
		"/v1/notices/press": {`{}`, `{"key":"a"}`, `{"action":"a"}`, `{"key":"a","action":"b","more":1}`, `[]`, ``},
		"/v1/notices/shown": {`{}`, `{"key":"a"}`, `{"id":1}`, `{"key":"a","id":-1}`, `{"key":"a","id":4294967296}`, ``},
	} {
		for _, body := range bodies {
			q := wireRequest{method: "POST", target: target, header: [][2]string{asJSON}, body: body}
			if r := h.overSocket(t, q); r.StatusCode != 400 {
				t.Errorf("%s with %s: %d; want 400", target, body, r.StatusCode)
			}
		}
	}
	if got := h.keeper.Presses(); len(got) != 0 {
		t.Errorf("pressed was %v", got)
	}
}

func field(err error) string {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return p.Field
	}
	return ""
}
