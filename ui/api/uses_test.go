package api_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

func TestUses(t *testing.T) {
	k := apitest.New(github(), session.Session{Name: "müller/x", State: session.Active}, session.Session{Name: "other", State: session.Active})
	o := apitest.Options(t, k, page())
	kept := client.Use{Face: "file", Label: "/home/ada/token", Since: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
	o.Uses = func(name string) []client.Use {
		if name == "github" {
			return []client.Use{kept}
		}
		return nil
	}
	h := openWith(t, k, o)
	uses := func(name string) []client.Use {
		found, err := h.client.Uses(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if got := uses("github"); len(got) != 1 || got[0] != kept {
		t.Fatalf("got %+v; want the file alone", got)
	}
	lines, stop := h.listening(t, "?face=exec&session=github&session=m%C3%BCller%2Fx&label=npm%20%E2%80%AErun%0Ax")
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	h.listening(t, "?face=tray&session=github")
	h.listening(t, "?face=exec") // of no session
	h.listening(t, "?session=github")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"github", "müller/x"} {
		got := uses(name)
		i := slices.IndexFunc(got, func(u client.Use) bool { return u.Face == "exec" })
		if i < 0 || i != len(got)-1 || len(got) > 2 {
			t.Fatalf("%s is used by %+v; want us, last", name, got)
		}
		if u := got[i]; u.PID != os.Getpid() || u.Program != self || u.Since.IsZero() || u.Label != "npm \ufffdrun\ufffdx" {
			t.Errorf("%s is used by %+v; want us", name, u)
		}
	}
	if got := uses("other"); got == nil || len(got) != 0 {
		t.Errorf("other is used by %+v; want an empty list", got)
	}
	if _, err := h.client.Uses(t.Context(), "nobody"); code(err) != "not_found" {
		t.Errorf("uses of nobody: %v", err)
	}
	stop()
	until(t, "the use ends with its stream", func() bool { return len(uses("github")) == 1 && len(uses("müller/x")) == 0 })
}

// A stream for some sessions has the form of one for all, and tells of no other.
func TestEventsOfSomeSessions(t *testing.T) {
	k := apitest.New(github(), session.Session{Name: "other", State: session.Active})
	h := openWith(t, k, apitest.Options(t, k, page()))
	next := make(chan client.Event, 16)
	go func() {
		defer close(next)
		for e, err := range h.client.EventsFor(t.Context(), client.Listener{Face: "program", Sessions: []string{"github"}, Label: "x"}) {
			if err != nil {
				return
			}
			next <- e
		}
	}()
	if e := <-next; e.Type != session.EventSnapshot || len(e.Sessions) != 1 || e.Sessions[0].Name != "github" {
		t.Fatalf("the snapshot is %+v", e)
	}
	if got, err := h.client.Uses(t.Context(), "github"); err != nil || len(got) != 1 || got[0].Face != "program" || got[0].Label != "x" {
		t.Errorf("it is used by %+v, %v", got, err)
	}
	if _, err := h.client.Pause(t.Context(), "other"); err != nil {
		t.Fatal(err)
	}
	h.keeper.Lock(&session.Error{Detail: "locked"})
	if e := <-next; e.Type != session.EventKeychain {
		t.Errorf("the first is %+v; want what concerns all", e)
	}
	if _, err := h.client.Pause(t.Context(), "github"); err != nil {
		t.Fatal(err)
	}
	if e := <-next; e.Type != session.EventState || e.Session != "github" {
		t.Errorf("the next is %+v; want that of github", e)
	}
}

// The snapshot says sessions also where there are none of that name yet.
func TestEventsOfNobody(t *testing.T) {
	h := open(t, github())
	lines, _ := h.listening(t, "?face=program&session=nobody")
	line, err := lines.ReadString('\n')
	if err != nil || !strings.Contains(line, `"sessions":[]`) {
		t.Errorf("the snapshot is %q, %v", line, err)
	}
}

func TestWrongUses(t *testing.T) {
	h := open(t, github())
	for what, query := range map[string]string{
		"no name": "?face=exec&session=", "too many": "?face=exec" + strings.Repeat("&session=github", 65),
	} {
		r := h.overSocket(t, wireRequest{method: "GET", target: "/v1/events" + query})
		if r.StatusCode != 400 {
			t.Errorf("%s: %s", what, r.Status)
		}
	}
	// The page may listen to some, and is no user.
	r := h.overTCP(t, wireRequest{method: "GET", target: "/v1/events?face=exec&session=github", header: [][2]string{h.bearer(t)}})
	if r.StatusCode != 200 {
		t.Fatalf("the page gets %s", r.Status)
	}
	r = h.overTCP(t, wireRequest{method: "GET", target: "/v1/sessions/github/uses", header: [][2]string{h.bearer(t)}})
	var got []client.Use
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || len(got) != 0 {
		t.Errorf("the page is a user: %s, %v", r.body, err)
	}
}
