package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/desktop"
)

// well is a keeper that has nothing to complain of.
func well() client.Health {
	return client.Health{
		Status: "ok", Version: version(), PID: 7, Keychain: client.Keychain{Backend: "os", State: "ok"},
		History: client.Part{State: "ok"}, Socket: client.Part{State: "ok"}, HTTP: client.Part{State: "off"},
	}
}

func TestKeeperFindingsOfAWellKeeper(t *testing.T) {
	for _, f := range keeperFindings(well(), []client.Session{{Name: "work", State: "active"}}) {
		if !f.OK || f.Detail == "" || f.Action != "" {
			t.Errorf("finding %+v; want it ok", f)
		}
	}
}

// Whatever is wrong is a finding that says what it is, what was said about it, and what to do; doctor does not send
// people to doctor.
func TestKeeperFindings(t *testing.T) {
	const said = "what the machine said"
	for name, c := range map[string]struct {
		change   func(*client.Health)
		sessions []client.Session
		detail   string
		action   string
	}{
		"keeper": {
			change: func(h *client.Health) { h.Version = "v0.1\x1b" },
			detail: "Another version of the keeper runs", action: "Version v0.1\uFFFD runs",
		},
		"keychain": {
			change: func(h *client.Health) { h.Keychain.State, h.Keychain.Detail = "absent", said },
			detail: "There is no keychain (os: what the machine said)",
			action: "Run: sessionkeeper serve --keychain file --passphrase-file FILE",
		},
		"spill": {
			change: func(h *client.Health) { h.Keychain.Spilled = 2 },
			detail: "not saved everything", action: "What is new (2 entries)",
		},
		"history": {
			change: func(h *client.Health) { h.History = client.Part{State: "down", Detail: said} },
			detail: "The history cannot be written (what the machine said)", action: "Make room on the disk",
		},
		"socket": {
			change: func(h *client.Health) { h.Socket.State = "down" },
			detail: "Programs cannot reach the keeper", action: "Run: sessionkeeper serve",
		},
		"page": {
			change: func(h *client.Health) { h.HTTP = client.Part{State: "down", Detail: said} },
			detail: "The page cannot be opened (what the machine said)", action: "give the page another address",
		},
		"session my work": {
			sessions: []client.Session{{Name: "my work", State: "setup_needed", Reason: "client", Detail: said}},
			detail:   "The app ID or secret is wrong (what the machine said)",
			action:   "Run: sessionkeeper set-secret --client-secret-file FILE 'my work'",
		},
	} {
		h := well()
		if c.change != nil {
			c.change(&h)
		}
		found := keeperFindings(h, c.sessions)
		i := slices.IndexFunc(found, func(f finding) bool { return !f.OK })
		if i < 0 {
			t.Errorf("%s: nothing found in %+v", name, found)
			continue
		}
		f := found[i]
		if f.Name != name || !strings.Contains(f.Detail, c.detail) || !strings.Contains(clean(f.Action), c.action) {
			t.Errorf("%s: got %+v", name, f)
		}
		if strings.Contains(f.Action, doctorLine) {
			t.Errorf("%s: doctor sends people to doctor: %s", name, f.Action)
		}
	}
}

// A session that waits for the user's word is told of, with what there is to choose from and not with the one.
func TestHeldSession(t *testing.T) {
	s := client.Session{Name: "work", State: "paused"}
	if n := len(keeperFindings(well(), []client.Session{s})); n != len(keeperFindings(well(), nil)) {
		t.Errorf("a session that the user paused is found fault with")
	}
	s.Detail = "resume it, or sign in again."
	found := keeperFindings(well(), []client.Session{s})
	if f := found[len(found)-1]; f.OK || f.Warning || f.Name != "session work" || f.Action != s.Detail {
		t.Errorf("got %+v", f)
	}
	if text := sentence(s, time.Now()); strings.Contains(text, "run:") {
		t.Errorf("it is said how to go on: %s", text)
	}
}

func TestKeychainFindings(t *testing.T) {
	for _, state := range []string{"locked", "denied", "absent", "slow", "full", "of tomorrow"} {
		f := keychainFinding(client.Keychain{Backend: "os", State: state})
		if f.OK || f.Detail != words.OfKeychain(state).Title+" (os)" || !strings.HasPrefix(f.Action, words.OfKeychain(state).Detail) {
			t.Errorf("%s: got %+v", state, f)
		}
	}
}

// What the desktop lacks has the table's word for it, and keeps what the desktop's room found and advises.
func TestDesktopFindings(t *testing.T) {
	for _, name := range []string{"notifications", "tray", "browser", "display"} {
		f := desktopFinding(desktop.Check{Name: name, Detail: "so it is", Action: "do this"})
		if f.OK || !strings.HasSuffix(f.Detail, " (so it is)") || f.Action != "do this" {
			t.Errorf("got %+v", f)
		}
		if f := desktopFinding(desktop.Check{Name: name}); f.Detail == "" || f.Action == "" {
			t.Errorf("got %+v", f)
		}
		if f := desktopFinding(desktop.Check{Name: name, OK: true, Detail: "well"}); !f.OK || f.Detail != "well" {
			t.Errorf("got %+v", f)
		}
	}
	if f := desktopFinding(desktop.Check{Name: "of tomorrow", Detail: "so", Action: "do"}); f != (finding{Name: "of tomorrow", Warning: true, Detail: "so", Action: "do"}) {
		t.Errorf("got %+v", f)
	}
}

func TestClockFindings(t *testing.T) {
	for want, c := range map[string]client.Clock{
		"": {State: "unknown"}, "Agrees with example.org": {State: "ok", Seen: "example.org"},
		"This computer's clock is 2 h behind that of example.org.": {
			State: "wrong", Seen: "example.org", Skew: client.Duration(-2 * time.Hour),
		},
	} {
		// Nobody can be asked now: what comes over plain http could come from anyone.
		found := clockFindings(t.Context(), c, []client.Session{{Issuer: "http://example.org"}})
		switch {
		case want == "" && len(found) != 0, want != "" && len(found) != 1:
			t.Errorf("%+v: found %+v", c, found)
		case want != "" && (found[0].OK != (c.State == "ok") || !strings.Contains(found[0].Detail+found[0].Action, want)):
			t.Errorf("%+v: found %+v; want %q", c, found[0], want)
		}
	}
}

// A provider that answers without the time is there: nothing is wrong.
func TestClockWithoutADate(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }))
	defer server.Close()
	f := clockFinding(t.Context(), server.URL)
	if !f.OK || !strings.HasSuffix(f.Detail, "does not tell the time") {
		t.Errorf("got %+v", f)
	}
	server.Close()
	if f := clockFinding(t.Context(), server.URL); f.OK {
		t.Errorf("gone: got %+v", f)
	}
}

// Without the desktop's bus there is one thing to cure, and it is said once; nothing sends people to another line.
func TestDesktopFindingsWithoutABus(t *testing.T) {
	checks := []desktop.Check{
		{Name: "dbus", Detail: "no address", Action: "start this from inside"},
		{Name: "notifications", Detail: "needs the session bus", Action: "see dbus"},
		{Name: "tray", Detail: "needs the session bus", Action: "see dbus"},
		{Name: "browser", OK: true, Detail: "opened with xdg-open"},
	}
	found := desktopFindings(checks)
	if len(found) != 2 || found[0].Name != "dbus" || found[1].Name != "browser" ||
		!strings.HasPrefix(found[0].Action, "Notifications, the tray icon and the keychain need") {
		t.Errorf("found %+v", found)
	}
	checks[0].OK = true // it is there, but does not answer
	for _, f := range desktopFindings(checks) {
		if strings.HasPrefix(f.Action, "see ") {
			t.Errorf("%s: %q", f.Name, f.Action)
		}
	}
}
