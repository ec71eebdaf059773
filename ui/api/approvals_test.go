package api_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

func TestApproveForAnHour(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		p := program(t, "/usr/bin/bash")
		one, other := d.begin(p, 10*time.Second), d.begin(p, 10*time.Second)
		d.keys(first)
		n := d.shown[first]
		if !n.Urgent || n.Title != "api.test wants to use work" || !strings.Contains(n.Body, "Program: "+filepath.Dir(p.Path)[:20]) ||
			!strings.Contains(n.Body, "Started by: /usr/bin/bash\nFolder: /home/ada\nNo answer") {
			t.Errorf("the notice is %+v", n)
		}
		d.press(first, forAnHour)
		if err := errors.Join(<-one, <-other); err != nil {
			t.Error(err)
		}
		d.keys()
		time.Sleep(time.Hour - time.Second)
		if err := d.ask(p, time.Nanosecond); err != nil {
			t.Errorf("within the hour: %v", err)
		}
		elsewhere, another := p, p
		elsewhere.Dir, another.Parent = "/tmp", "/usr/bin/dash"
		for _, q := range []peer.Program{elsewhere, another} {
			refused(t, d.ask(q, time.Nanosecond), session.CodeUnavailable, "approval_asked")
		}
		time.Sleep(time.Second)
		refused(t, d.ask(p, time.Nanosecond), session.CodeUnavailable, "approval_asked")
	})
}

// Who does not wait for the answer finds it at the next request, and only that one does.
func TestApproveOnce(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		p := program(t, "/usr/bin/bash")
		asked := time.Now()
		e := refused(t, d.ask(p, 10*time.Second), session.CodeUnavailable, "approval_asked")
		if waited := time.Since(asked); waited != 10*time.Second {
			t.Errorf("the request waited %v; want its own 10 s", waited)
		}
		if got := time.Until(e.RetryAt); got != 2*time.Second || !strings.Contains(e.Detail, "sessionkeeper approvals") {
			t.Errorf("got %+v", e)
		}
		d.press(first, once)
		if err := d.ask(p, time.Nanosecond); err != nil {
			t.Errorf("after the yes: %v", err)
		}
		waiting := d.begin(p, 10*time.Second)
		d.press(first, once)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		refused(t, d.ask(p, time.Nanosecond), session.CodeUnavailable, "approval_asked")
		d.press(first, once)
		time.Sleep(time.Minute)
		refused(t, d.ask(p, time.Nanosecond), session.CodeUnavailable, "approval_asked")
		if d.ever != 4 {
			t.Errorf("the user was asked %d times; want 4", d.ever)
		}
	})
}

func TestApproveDefaultWait(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		asked := time.Now()
		refused(t, d.Approve(t.Context(), "work", bash(7)), session.CodeUnavailable, "approval_asked")
		if waited := time.Since(asked); waited != session.DefaultWait {
			t.Errorf("the request waited %v; want %v", waited, session.DefaultWait)
		}
	})
}

// After a no the same program asks nobody for a minute, however it was started.
func TestApproveDenied(t *testing.T) {
	for what, no := range map[string]func(d *desk){
		"button":    func(d *desk) { d.press(first, deny) },
		"dismissed": func(d *desk) { d.Press(first, "closed"); time.Sleep(time.Second) },
	} {
		atDesk(t, func(t *testing.T, d *desk) {
			p := program(t, "/usr/bin/bash")
			waiting := d.begin(p, 10*time.Second)
			no(d)
			e := refused(t, <-waiting, session.CodeConflict, "approval_denied")
			if !e.RetryAt.IsZero() {
				t.Errorf("%s: a no tells to come back at %v", what, e.RetryAt)
			}
			d.keys()
			p.Dir, p.Parent = "/tmp", "/usr/bin/dash"
			refused(t, d.ask(p, 10*time.Second), session.CodeConflict, "approval_denied")
			time.Sleep(58 * time.Second)
			refused(t, d.ask(p, 10*time.Second), session.CodeConflict, "approval_denied")
			if d.ever != 1 {
				t.Errorf("%s: the user was asked %d times; want once", what, d.ever)
			}
			time.Sleep(2 * time.Second)
			refused(t, d.ask(p, time.Nanosecond), session.CodeUnavailable, "approval_asked")
		})
	}
}

func TestApproveUnheard(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		asked := time.Now()
		e := refused(t, d.ask(bash(7), 90*time.Second), session.CodeUnavailable, "approval_unheard")
		if waited := time.Since(asked); waited != time.Minute || time.Until(e.RetryAt) != time.Minute {
			t.Errorf("after %v: %+v", waited, e)
		}
		d.keys()
		all := d.List()
		if len(all) != 1 || all[0].State != client.Denied || !all[0].Unheard {
			t.Errorf("listed is %+v", all)
		}
	})
}

// Some services say that a notice was closed and then which of its buttons was pressed.
func TestPressAfterClose(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		waiting := d.begin(bash(7), 10*time.Second)
		id := d.shown[first].Actions[0].ID
		d.Press(first, "closed")
		time.Sleep(100 * time.Millisecond)
		d.Press(first, id)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	})
}

// A click on the notice itself answers nothing: it shows the page.
func TestClickOnQuestion(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		waiting := d.begin(bash(7), 10*time.Second)
		d.Press(first, "default")
		d.Press(first, "a button of tomorrow")
		synctest.Wait()
		if d.asked.Pages() != 1 {
			t.Errorf("the page was opened %d times", d.asked.Pages())
		}
		refused(t, <-waiting, session.CodeUnavailable, "approval_asked")
		if d.Press("session/work", "sign_in") || d.Press("approval", "closed") {
			t.Error("presses of others were taken")
		}
	})
}

// A press that comes late is not taken for the question that has the place now.
func TestLatePress(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		d.begin(bash(7), time.Nanosecond)
		yes := d.shown[first].Actions[0].ID
		d.press(first, deny)
		p := program(t, "/usr/bin/bash")
		waiting := d.begin(p, 10*time.Second)
		d.keys(first)
		d.Press(first, yes)
		refused(t, <-waiting, session.CodeUnavailable, "approval_asked")
	})
}

// Interpreters and the like are asked about each time, each process by itself, and have no button for an hour.
func TestInterpreterIsNotRemembered(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		one, other := d.begin(bash(7), 10*time.Second), d.begin(bash(8), 10*time.Second)
		d.keys(first, second)
		for _, a := range d.shown[first].Actions {
			if a.Label == forAnHour {
				t.Error("bash can be allowed for an hour")
			}
		}
		id := d.List()[0].ID
		if a, err := d.Settle(id, client.ApprovalBody{Allow: true, Hour: true}); err != nil || !a.Once {
			t.Errorf("answered with an hour: %+v, %v; want once", a, err)
		}
		if err := <-one; err != nil {
			t.Error(err)
		}
		refused(t, d.ask(bash(7), time.Nanosecond), session.CodeUnavailable, "approval_asked")
		refused(t, <-other, session.CodeUnavailable, "approval_asked")
	})
}

func TestThreeNoticesAtOnce(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		for i := range 5 {
			d.begin(program(t, fmt.Sprint("/bin/", i)), time.Nanosecond)
		}
		d.keys(first, second, third, rest)
		if n := d.shown[rest]; n.Title != "2 more programs wait for your answer" || n.Body != "api.test, api.test. Answer them on the page." {
			t.Errorf("the rest is %+v", n)
		}
		d.press(rest, "Open page")
		if d.asked.Pages() != 1 {
			t.Errorf("the page was opened %d times", d.asked.Pages())
		}
		time.Sleep(30 * time.Second)
		d.press(second, forAnHour) // the fourth takes its place, with a minute of its own
		if n := d.shown[second]; !strings.Contains(n.Body, "Started by: /bin/3") || d.shown[rest].Title != "1 more program waits for your answer" {
			t.Errorf("after one answer: %+v, %+v", n, d.shown[rest])
		}
		time.Sleep(31 * time.Second) // the first three and the last, of which nobody asked again, are over
		d.keys(second)
		time.Sleep(30 * time.Second)
		d.keys()
	})
}

func TestTooManyQuestions(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		for pid := range 32 {
			d.begin(bash(pid+1), time.Nanosecond)
		}
		e := refused(t, d.ask(bash(99), 10*time.Second), session.CodeUnavailable, "approval_many")
		if e.RetryAt.IsZero() || len(d.List()) != 32 {
			t.Errorf("got %+v and %d questions", e, len(d.List()))
		}
		d.keys(first, second, third, rest)
	})
}

// What was allowed ends with the sign-in, with the definition, and when the user takes it back.
func TestAllowedEnds(t *testing.T) {
	for what, end := range map[string]func(t *testing.T, d *desk){
		"edited": func(_ *testing.T, d *desk) { d.asked.Edit("work", true) },
		"signed out": func(t *testing.T, d *desk) {
			if _, err := d.keeper.Logout(t.Context(), "work", false); err != nil {
				t.Error(err)
			}
			if all := d.List(); len(all) > 0 {
				t.Errorf("after the sign-out: %+v", all)
			}
			s := github()
			s.Name, s.SignedInAt = "work", time.Now()
			d.keeper.Put(s)
		},
		"signed in anew": func(_ *testing.T, d *desk) {
			s := github()
			s.Name, s.SignedInAt = "work", time.Now()
			d.keeper.Put(s)
		},
		"taken back": func(_ *testing.T, d *desk) { d.Revoke(d.List()[0].ID) },
	} {
		atDesk(t, func(t *testing.T, d *desk) {
			p := program(t, "/usr/bin/bash")
			waiting := d.begin(p, 10*time.Second)
			d.press(first, forAnHour)
			if err := <-waiting; err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
			end(t, d)
			if all := d.List(); len(all) > 0 {
				t.Errorf("%s: still there is %+v", what, all)
			}
			refused(t, d.ask(p, time.Nanosecond), session.CodeUnavailable, "approval_asked")
		})
	}
}

// A question that an edit overtakes is asked anew, or not at all.
func TestEditedMeanwhile(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		waiting := d.begin(bash(7), 20*time.Second)
		before := d.shown[first].Actions[0].ID
		d.asked.Edit("work", true)
		time.Sleep(6 * time.Second)
		d.keys(first)
		if d.shown[first].Actions[0].ID == before {
			t.Error("the question is the one from before the edit")
		}
		d.press(first, once)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		waiting = d.begin(bash(7), 20*time.Second)
		d.asked.Edit("work", false)
		time.Sleep(6 * time.Second)
		if err := <-waiting; err != nil {
			t.Errorf("confirm was turned off: %v", err)
		}
		d.keys()
	})
}

// Nobody is asked about what there is no token of.
func TestNoQuestionWithoutToken(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		s := github()
		s.Name, s.State = "work", session.SignedOut
		d.keeper.Put(s)
		gone := &session.Error{Code: session.CodeSignIn, Session: "work", Detail: "signed out"}
		d.keeper.Fail("work", gone)
		if err := d.ask(bash(7), 10*time.Second); !errors.Is(err, gone) {
			t.Errorf("got %v; want what the keeper says", err)
		}
		if err := d.Approve(t.Context(), "other", bash(7)); err != nil {
			t.Errorf("a session that nobody is asked about: %v", err)
		}
		d.keys()
		d.asked.Edit("gone", true)
		if err := d.Approve(t.Context(), "gone", bash(7)); err == nil {
			t.Error("a session that is not there was allowed")
		}
	})
}

func TestApprovalsEnd(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		waiting := d.begin(bash(7), 10*time.Second)
		d.keys(first)
		d.end()
		refused(t, <-waiting, session.CodeUnavailable, "")
		d.keys()
		refused(t, d.ask(bash(7), 10*time.Second), session.CodeUnavailable, "")
	})
	var none *api.Approvals
	if err := none.Approve(t.Context(), "work", bash(7)); err != nil || none.Press(first, "closed") || len(none.List()) > 0 {
		t.Errorf("nobody to ask with: %v", err)
	}
}

// Whoever hangs up waits no longer, and its question stands.
func TestApproveHangUp(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		done := make(chan error, 1)
		go func() { done <- d.Approve(ctx, "work", bash(7)) }()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		d.keys(first)
	})
}

// Paths are what strangers call their files.
func TestHostileProgram(t *testing.T) {
	for what, path := range map[string]string{
		"long":      "/" + strings.Repeat("x", 10_000) + "/" + strings.Repeat("y", 10_000),
		"markup":    "/tmp/<b>curl</b><a href=\"x\">&amp;",
		"direction": "/tmp/\u202egnp.lruc\u2066",
		"lines":     "/tmp/curl\nStarted by: /usr/bin/true\x1b[2J",
		"arabic":    "/" + strings.Repeat("شركة", 200),
		"no text":   "/tmp/\xff\xfe\x00",
		"none":      "",
		"slashes":   "////",
		"marks":     "/tmp/a" + strings.Repeat("\u0301", 1000),
	} {
		atDesk(t, func(t *testing.T, d *desk) {
			p := peer.Program{PID: 7, Path: path, Parent: path, Dir: path}
			err := d.ask(p, time.Nanosecond)
			e := refused(t, err, session.CodeUnavailable, "approval_asked")
			n := d.shown[first]
			for _, text := range append(strings.Split(n.Body, "\n"), n.Title, e.Detail) {
				if len([]rune(text)) > 300 || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\x1b\u202e\u202d\u2066") {
					t.Errorf("%s: %q", what, text)
				}
			}
			if lines := strings.Count(n.Body, "\n"); lines > 3 {
				t.Errorf("%s: %d lines: %q", what, lines+1, n.Body)
			}
			if got := d.List()[0]; got.Program != path {
				t.Errorf("%s: listed is %q", what, got.Program)
			}
		})
	}
}
