package e2e

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/ui/api/client"
)

// askAbout has the user asked about the programs of a session, as a person who edits its file does.
func (d *desk) askAbout(name string) {
	d.t.Helper()
	path := filepath.Join(d.dir, "sk", "config", "sessions", name+".toml")
	data, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	d.write(filepath.Join("sessions", name+".toml"), "confirm = true\n"+string(data))
	until(d.t, "the session to be asked about", func() bool { return slices.Contains(d.approvals().Sessions, name) })
}

// approvals are the questions and answers, as a script reads them.
func (d *desk) approvals() client.Approvals {
	d.t.Helper()
	var known client.Approvals
	if err := json.Unmarshal([]byte(d.must("approvals", "--json")), &known); err != nil {
		d.t.Fatal(err)
	}
	return known
}

// asking runs a command that asks for a token beside the test. The function that it returns gives its outcome.
func (d *desk) asking(args ...string) (outcome func() (out, errs string, code int)) {
	d.t.Helper()
	type end struct {
		out, errs string
		code      int
	}
	ended := make(chan end, 1)
	go func() {
		out, errs, code := d.run(args...)
		ended <- end{out, errs, code}
	}()
	return func() (string, string, int) {
		e := <-ended
		return e.out, e.errs, e.code
	}
}

// answer presses a button of a question, which is the only bubble on the screen, with the mouse. Its three buttons are
// wider than those of press.
func (d *desk) answer(b bubble, label string) {
	d.t.Helper()
	const edge, right, pitch = 31, 74, 127 // pixels
	labels := b.labels()
	i := slices.Index(labels, label)
	before := len(d.bubbles.presses())
	d.screen.Click(d.t, d.bubbleAt().Max.Sub(image.Pt(right+pitch*(len(labels)-1-i), edge)), 1)
	until(d.t, "the press of "+label, func() bool { return len(d.bubbles.presses()) > before })
	if got, want := d.bubbles.presses()[before], b.actions[slices.Index(b.actions, label)-1]; got != want {
		d.t.Fatalf("the press of %q was taken for %q; want %q", label, got, want)
	}
}

// A session whose file says so gives a program its token only when the user allows it: with a button of a bubble, on the
// page, or on the command line. What was allowed for an hour is asked about again when it is taken back.
func TestWayApprovals(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, false)
	d := startDesk(t, furniture{})
	d.serve()
	d.quietly(func() {
		d.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	})
	d.askAbout("work")
	page := d.page()
	page.seeRow("work", "Signed in")

	ended := d.asking("token", "work", "--wait", "2m")
	question := d.bubbles.wait("e2e.test wants to use work")
	if got := question.labels(); !slices.Equal(got, []string{"Allow for an hour", "Allow once", "Deny"}) {
		t.Errorf("the bubble has the buttons %q", got)
	}
	if !strings.Contains(question.body, "Program: ") || !strings.Contains(question.body, "Folder: ") || question.urgency != 2 {
		t.Errorf("the bubble is %+v", question)
	}
	page.see("e2e.test wants to use work")
	d.picture("the question")
	d.bubbles.one()
	d.answer(question, "Allow for an hour")
	if out, errs, code := ended(); code != 0 || strings.TrimSpace(out) == "" {
		t.Fatalf("allowed: exit %d, %s", code, errs)
	}
	d.bubbles.waitGone("wants to use")
	page.gone("wants to use")
	d.must("token", "work")
	d.picture("allowed")

	allowed := d.approvals().Approvals
	if len(allowed) != 1 || allowed[0].State != client.Allowed || allowed[0].Once {
		t.Fatalf("listed is %+v", allowed)
	}
	d.must("approvals", "--revoke", allowed[0].ID)
	out, errs, code := d.run("token", "work", "--wait", "100ms")
	if code != 4 || out != "" || !strings.Contains(errs, "sessionkeeper approvals") {
		t.Errorf("not answered: exit %d, %q, %s; want 4", code, out, errs)
	}
	page.click("button", "Allow once: e2e.test wants to use work")
	d.bubbles.waitGone("wants to use")
	d.must("token", "work", "--wait", "100ms")

	ended = d.asking("token", "work", "--wait", "2m")
	d.bubbles.wait("e2e.test wants to use work")
	known := d.approvals().Approvals
	d.must("approvals", "--deny", known[0].ID)
	if out, errs, code := ended(); code != 1 || out != "" || !strings.Contains(errs, "You said no") {
		t.Errorf("denied: exit %d, %q, %s; want 1", code, out, errs)
	}
	d.bubbles.waitGone("wants to use")
	if text := d.must("approvals"); !strings.Contains(text, "You said no, asked again in") || !strings.Contains(text, "e2e.test") {
		t.Errorf("the list says %s", text)
	}
	if _, errs, code := d.run("token", "work", "--wait", "2m"); code != 1 {
		t.Errorf("right after a no: exit %d, %s", code, errs)
	}
	page.click("link", "Programs")
	page.see("e2e.test may not use work")
	d.picture("the page's list")
	d.must("approvals", "--revoke-all")

	// The tray shows the question while it runs, and the press comes by way of it.
	tray := d.startTray()
	tray.seeTooltip("1 session signed in")
	ended = d.asking("header", "work", "--wait", "2m")
	question = d.bubbles.wait("e2e.test wants to use work")
	d.answer(question, "Deny")
	if _, errs, code := ended(); code != 1 {
		t.Errorf("denied at the tray: exit %d, %s", code, errs)
	}
	d.bubbles.waitGone("wants to use")
	t.Attr("real", "xfce4-notifyd")
}
