package api_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// desk is a user at a desktop, with a tray that shows the questions.
type desk struct {
	t *testing.T
	*api.Approvals
	keeper *apitest.Keeper
	asked  *apitest.Asked
	tray   *api.Tray
	shown  map[string]*client.Notice
	ever   int // notices that were shown so far
	end    func()
}

// atDesk runs a test in a bubble, with a session "work" whose programs are asked about.
func atDesk(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		work := github()
		work.Name, work.SignedInAt = "work", time.Now()
		k := apitest.New(work)
		d := &desk{t: t, keeper: k, asked: new(apitest.Asked), shown: map[string]*client.Notice{}}
		d.asked.Edit("work", true)
		d.Approvals = k.Approvals(t, d.asked)
		ctx, cancel := context.WithCancel(t.Context())
		board, questions := make(chan error, 1), make(chan error, 1)
		go func() { board <- k.Board().Run(ctx) }()
		d.tray = k.Board().Join()
		questionsCtx, endQuestions := context.WithCancel(ctx)
		go func() { questions <- d.Run(questionsCtx) }()
		d.end = endQuestions
		test(t, d)
		cancel()
		if err := errors.Join(<-board, <-questions); err != nil {
			t.Error(err)
		}
	})
}

// program is one that can be remembered: this one, as if it were started in many ways.
func program(t *testing.T, parent string) peer.Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return peer.Program{PID: os.Getpid(), UID: os.Getuid(), Path: self, Parent: parent, Dir: "/home/ada"}
}

// bash is a program that never is remembered.
func bash(pid int) peer.Program {
	return peer.Program{PID: pid, Path: "/usr/bin/bash", Parent: "/usr/bin/tmux", Dir: "/home/ada"}
}

// begin asks for a token and gives where the outcome will be.
func (d *desk) begin(p peer.Program, wait time.Duration) <-chan error {
	d.t.Helper()
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(d.t.Context(), wait)
	go func() {
		defer cancel()
		done <- d.Approve(ctx, "work", p)
	}()
	d.look()
	return done
}

// ask is begin with the outcome.
func (d *desk) ask(p peer.Program, wait time.Duration) error {
	d.t.Helper()
	err := <-d.begin(p, wait)
	d.look()
	return err
}

// look reads what the desktop is to show.
func (d *desk) look() {
	synctest.Wait()
	for _, e := range d.keeper.Board().Read(d.tray) {
		if e.Type == client.EventWithdrawn {
			delete(d.shown, e.Notice.Key)
			continue
		}
		d.shown[e.Notice.Key] = e.Notice
		d.ever++
	}
}

// keys are what is on the screen.
func (d *desk) keys(want ...string) {
	d.t.Helper()
	d.look()
	if got := slices.Sorted(maps.Keys(d.shown)); !slices.Equal(got, want) {
		d.t.Errorf("on the screen is %q; want %q", got, want)
	}
}

// press presses the button of a notice that has this label.
func (d *desk) press(key, label string) {
	d.t.Helper()
	d.look()
	n := d.shown[key]
	if n == nil {
		d.t.Fatalf("there is no notice %s", key)
	}
	for _, a := range n.Actions {
		if a.Label == label {
			if !d.Press(key, a.ID) {
				d.t.Error("the press was for somebody else")
			}
			d.look()
			return
		}
	}
	d.t.Fatalf("there is no button %q on %+v", label, n)
}

// refused wants an error of this code and reason.
func refused(t *testing.T, err error, code session.Code, reason session.Reason) *session.Error {
	t.Helper()
	e, ok := errors.AsType[*session.Error](err)
	if !ok || e.Code != code || e.Reason != reason || e.Session != "work" {
		t.Fatalf("got %#v; want %s for %s", err, code, reason)
	}
	return e
}

const (
	first, second, third = "approval/1", "approval/2", "approval/3"
	rest                 = "approvals"

	forAnHour = "Allow for an hour"
	once      = "Allow once"
	deny      = "Deny"
)
