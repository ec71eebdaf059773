package tray

import (
	"slices"
	"testing"
	"time"

	"sessionkeeper/ui/api/client"
)

func TestApply(t *testing.T) {
	s := State{Link: Down, Why: "it broke", Sessions: map[string]client.Session{"old": {Name: "old"}}, Now: noon}
	names := func() (list []string) {
		for _, one := range sorted(s.Sessions) {
			list = append(list, one.Name+"="+one.State)
		}
		return list
	}
	check := func(want ...string) {
		t.Helper()
		if got := names(); !slices.Equal(got, want) {
			t.Errorf("sessions %q; want %q", got, want)
		}
	}
	s.Apply(client.Event{Type: "snapshot", Sessions: []client.Session{{Name: "b", State: "active"}, {Name: "a", State: "active"}}})
	if s.Link != Up || s.Why != "" {
		t.Errorf("link %v, why %q after a snapshot", s.Link, s.Why)
	}
	check("a=active", "b=active")
	s.Apply(client.Event{Type: "session.state", Session: "b", Now: &client.Session{Name: "b", State: "paused"}})
	check("a=active", "b=paused")
	s.Apply(client.Event{Type: "session.added", Session: "c", Now: &client.Session{Name: "c", State: "signed_out"}})
	check("a=active", "b=paused", "c=signed_out")
	s.Apply(client.Event{Type: "session.removed", Session: "a"})
	check("b=paused", "c=signed_out")
	s.Apply(client.Event{Type: "session.removed", Session: "never there"})
	s.Apply(client.Event{Type: "keeper.wake"})
	check("b=paused", "c=signed_out")
	s.Apply(client.Event{Type: "keychain.state", Code: "locked"})
	if s.Keychain != "locked" {
		t.Errorf("keychain %q", s.Keychain)
	}
	s.Apply(client.Event{Type: "snapshot"})
	check()
}

// TestNextChange: something wakes up only when a line changes, and the line changes then.
func TestNextChange(t *testing.T) {
	const slack = 2 * step
	ends := func(left time.Duration) client.Session {
		return client.Session{Name: left.String(), State: "active", EndsAt: noon.Add(left), EndsFirm: true}
	}
	paused, idle := ends(10*time.Minute), ends(time.Hour)
	paused.State, idle.EndsFirm = "paused", false
	for _, c := range []struct {
		name     string
		sessions []client.Session
		want     time.Duration // to the second; 0: never
	}{
		{"none", nil, 0},
		{"without an end", []client.Session{renews("a")}, 0},
		{"each renewal moves it", []client.Session{idle}, 0},
		{"paused", []client.Session{paused}, 0},
		{"over", []client.Session{ends(-time.Second)}, 0},
		{"days", []client.Session{ends(100 * time.Hour)}, 16 * time.Hour},
		{"hours", []client.Session{ends(5*time.Hour + 20*time.Minute)}, 30 * time.Second},
		{"minutes", []client.Session{ends(41*time.Minute + 50*time.Second)}, 20 * time.Second},
		{"the last minute", []client.Session{ends(20 * time.Second)}, 20 * time.Second},
		{"the nearest", []client.Session{ends(20 * time.Second), ends(41*time.Minute + 55*time.Second)}, 20 * time.Second},
	} {
		s := up(c.sessions...)
		at := s.nextChange()
		if c.want == 0 {
			if !at.IsZero() {
				t.Errorf("%s: wakes up at %v", c.name, at)
			}
			continue
		}
		if in := at.Sub(noon); in.Round(time.Second) != c.want && in.Truncate(time.Second) != c.want {
			t.Errorf("%s: in %v; want %v", c.name, in, c.want)
		}
		just := s
		just.Now = at.Add(-slack)
		after := s
		after.Now = at
		was, before, then := draw(View(s).Items), draw(View(just).Items), draw(View(after).Items)
		if was != before || before == then {
			t.Errorf("%s: %q, then %q, then %q", c.name, was, before, then)
		}
	}
}
