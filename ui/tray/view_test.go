package tray

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func up(sessions ...client.Session) State {
	s := State{Now: noon, Keychain: "ok"}
	s.Apply(client.Event{Type: "snapshot", Sessions: sessions})
	return s
}

// renews is a session that is kept for good.
func renews(name string) client.Session {
	return client.Session{Name: name, State: "active", ClientID: name, RenewAt: noon.Add(50 * time.Minute)}
}

func in(state, reason string) client.Session {
	s := renews("work")
	s.State, s.Reason = state, reason
	if !slices.Contains([]string{"active", "retrying", "expiring"}, state) {
		s.RenewAt = time.Time{}
	}
	return s
}

// draw writes a menu down: off items in brackets, submenus indented, hidden items left out.
func draw(items []Item) string {
	var b strings.Builder
	var walk func([]Item, string)
	walk = func(items []Item, indent string) {
		for _, i := range items {
			switch {
			case i.Hidden:
				continue
			case i.Command.Verb == Line:
				b.WriteString(indent + "---\n")
				continue
			case i.Off:
				b.WriteString(indent + "[" + i.Label + "]\n")
			default:
				b.WriteString(indent + i.Label + "\n")
			}
			walk(i.Items, indent+"  ")
		}
	}
	walk(items, "")
	return b.String()
}

func TestViewStates(t *testing.T) {
	ends := func(s client.Session, left time.Duration) client.Session {
		s.EndsAt = noon.Add(left)
		return s
	}
	unrenewable := func(left time.Duration) client.Session {
		s := ends(in("active", ""), left)
		s.RenewAt, s.EndsFirm = time.Time{}, true
		return s
	}
	retrying := unrenewable(41 * time.Minute)
	retrying.State = "retrying"
	const all = "Sign in again, Refresh, Pause, Sign out…"
	for _, c := range []struct {
		name    string
		session client.Session
		line    string
		on      string // the entries that can be clicked
		tone    words.Tone
		tooltip string
	}{
		{"active", in("active", ""), "work — Signed in", "Refresh, Pause, Sign out…", "good", "1 session signed in"},
		{"idle limit", ends(in("active", ""), 2*time.Hour), "work — Signed in", "Refresh, Pause, Sign out…", "good", "1 session signed in"},
		{"ends", unrenewable(41*time.Minute + 59*time.Second), "work — Ends in 42 min", "Pause, Sign out…", "good", "1 session signed in"},
		{"retrying, ends", retrying, "work — Trying again, ends in 41 min", "Pause, Sign out…", "wait", "1 session, 1 trying again"},
		{"ends later", unrenewable(25*24*time.Hour + time.Hour), "work — Signed in, ends in 25 days", "Pause, Sign out…", "good", "1 session signed in"},
		{"ends today", unrenewable(2*time.Hour + 47*time.Minute), "work — Ends in 2 h 47 min", "Pause, Sign out…", "good", "1 session signed in"},
		{"ends tomorrow", unrenewable(23 * time.Hour), "work — Ends in 23 h", "Pause, Sign out…", "good", "1 session signed in"},
		{"has ended", unrenewable(-time.Second), "work — Signed in", "Pause, Sign out…", "good", "1 session signed in"},
		{
			"nothing to renew with", in("active", "no_refresh_token"), "work — Signed in: there is nothing to renew it with",
			all, "good", "1 session signed in",
		},
		{"retrying", in("retrying", ""), "work — Trying again", "Refresh, Pause, Sign out…", "wait", "1 session, 1 trying again"},
		{"expiring", ends(in("expiring", ""), 4*time.Minute+45*time.Second), "work — Ends in 5 min", all, "wait", "1 session, 1 ends soon"},
		{"two minutes", ends(in("expiring", ""), 2*time.Minute+30*time.Second), "work — Ends in 2 min 30 s", all, "wait", "1 session, 1 ends soon"},
		{"seconds", ends(in("expiring", ""), 59*time.Second), "work — Ends in less than a minute", all, "wait", "1 session, 1 ends soon"},
		{"over", ends(in("expiring", ""), 0), "work — Ends soon", all, "wait", "1 session, 1 ends soon"},
		{"revoked", in("sign_in_needed", "revoked"), "work — Sign-in needed: access was revoked", "Sign in again, Pause, Sign out…", "bad", "1 session, 1 needs you"},
		{"no reason", in("sign_in_needed", ""), "work — Sign-in needed", "Sign in again, Pause, Sign out…", "bad", "1 session, 1 needs you"},
		{"setup", in("setup_needed", "client"), "work — Setup needed: the app ID or secret is wrong", "Pause, Sign out…", "bad", "1 session, 1 needs you"},
		{"keychain", in("keychain_locked", "locked"), "work — Keychain locked: it waits for your password", "Pause, Sign out…", "wait", "1 session, 1 keychain locked"},
		{"paused", in("paused", ""), "work — Paused", "Resume, Sign out…", "off", "1 session, 1 paused"},
		{"signed out", in("signed_out", ""), "work — Signed out", "Sign in", "off", "1 session, 1 signed out"},
		{"a new state", in("dreaming", "tired"), "work — dreaming: tired", "Pause, Sign out…", "wait", "1 session, 1 dreaming"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := View(up(c.session))
			if m.Tone != c.tone || m.Tooltip != c.tooltip {
				t.Errorf("icon %q, tooltip %q; want %q, %q", m.Tone, m.Tooltip, c.tone, c.tooltip)
			}
			if got := m.Items[0].Label; got != c.line {
				t.Errorf("line %q; want %q", got, c.line)
			}
			var on []string
			for _, i := range m.Items[0].Items {
				if !i.Off && !i.Hidden {
					on = append(on, i.Label)
				}
			}
			if got := strings.Join(on, ", "); got != c.on {
				t.Errorf("can be clicked: %s; want %s", got, c.on)
			}
		})
	}
}

func TestViewMenu(t *testing.T) {
	zoo, work, mail, home := renews("zoo"), in("sign_in_needed", "revoked"), renews("Mail"), in("expiring", "")
	home.Name, home.EndsAt = "home", noon.Add(5*time.Minute)
	mail.ClientID = work.ClientID
	s := up(zoo, work, mail, home)
	s.Window = true
	m := View(s)
	const want = `work — Sign-in needed: access was revoked
  Sign in again
  [Refresh]
  Pause
  Sign out…
    [This may also end: home, Mail.]
    Yes, sign out of work
home — Ends in 5 min
  Sign in again
  Refresh
  Pause
  Sign out…
    [This may also end: work, Mail.]
    Yes, sign out of home
Mail — Signed in
  [Sign in again]
  Refresh
  Pause
  Sign out…
    [This may also end: work, home.]
    Yes, sign out of Mail
zoo — Signed in
  [Sign in again]
  Refresh
  Pause
  Sign out…
    Yes, sign out of zoo
---
Sessions
Open page
Add session…
---
Quit
`
	if got := draw(m.Items); got != want {
		t.Errorf("menu:\n%s\nwant:\n%s", got, want)
	}
	if m.Tone != words.Bad || m.Tooltip != "4 sessions, 1 needs you, 1 ends soon" {
		t.Errorf("icon %q, tooltip %q", m.Tone, m.Tooltip)
	}
}

func TestViewOthers(t *testing.T) {
	const end = "---\nOpen page\nAdd session…\n---\nQuit\n"
	locked := up(renews("work"))
	locked.Keychain = "locked"
	absent := up(renews("work"))
	absent.Keychain = "absent"
	none := up()
	none.Keychain = "absent"
	absentWindow := absent
	absentWindow.Window = true
	down := State{Link: Down, Why: "The settings cannot be read: line 3 of /home/anna/.config/sessionkeeper/config.toml is wrong; " +
		"correct the file and try again"}
	const session = "work — Signed in\n  [Sign in again]\n  Refresh\n  Pause\n  Sign out…\n    Yes, sign out of work\n"
	for _, c := range []struct {
		name    string
		state   State
		menu    string
		tone    words.Tone
		tooltip string
	}{
		{"starting", State{}, "[The keeper is starting]\n---\nQuit\n", "off", "The keeper is starting"},
		{
			"down", down, "[The keeper does not run]\n" +
				"[The settings cannot be read: line 3 of]\n" +
				"[/home/anna/.config/sessionkeeper/config.toml is wrong;]\n" +
				"[correct the file and try again]\n" +
				"Try again\n---\nQuit\n", "off", "The keeper does not run",
		},
		{"none", up(), "[No sessions yet]\n" + end, "good", "No sessions yet"},
		{"none, absent", none, "[There is no keychain]\nDetails…\n---\n[No sessions yet]\n" + end, "wait", "There is no keychain"},
		{"locked", locked, "[The keychain is locked]\nUnlock…\n---\n" + session + end, "wait", "1 session, The keychain is locked"},
		{"absent, with windows", absentWindow, "[There is no keychain]\nDetails…\n---\n" + session +
			"---\nSessions\nOpen page\nAdd session…\n---\nQuit\n", "wait", "1 session, There is no keychain"},
		{"absent", absent, "[There is no keychain]\nDetails…\n---\n" + session + end, "wait", "1 session, There is no keychain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := View(c.state)
			if got := draw(m.Items); got != c.menu {
				t.Errorf("menu:\n%s\nwant:\n%s", got, c.menu)
			}
			if m.Tone != c.tone || m.Tooltip != c.tooltip {
				t.Errorf("icon %q, tooltip %q; want %q, %q", m.Tone, m.Tooltip, c.tone, c.tooltip)
			}
		})
	}
}

func TestViewMany(t *testing.T) {
	var many []client.Session
	for n := range 250 {
		many = append(many, renews(fmt.Sprintf("s%03d", n)))
	}
	many[249].State = "sign_in_needed"
	m := View(up(many...))
	if got := m.Items[0].Label; got != "s249 — Sign-in needed" {
		t.Errorf("first is %q; want the one that needs attention", got)
	}
	var top, listed int
	var mores []string
	for _, i := range m.Items {
		switch i.Command.Verb {
		case OpenSession:
			top, listed = top+1, listed+1
		case More:
			mores = append(mores, i.Label)
			listed += len(i.Items)
		default:
		}
	}
	if top != 20 || listed != 60 || len(mores) != 2 || mores[0] != "More (21–40)" || mores[1] != "More (41–60)" {
		t.Errorf("%d in the menu, %d in all, %q", top, listed, mores)
	}
	if !strings.Contains(draw(m.Items), "\n190 more on the page…\n") {
		t.Error("the rest is not counted")
	}
	if m := View(up(many[:20]...)); strings.Contains(draw(m.Items), "More") {
		t.Error("20 sessions do not fit")
	}
}

// TestViewNames has names that no provider should be able to do harm with.
func TestViewNames(t *testing.T) {
	for _, name := range []string{
		strings.Repeat("م", 200), "two\nlines", "a\u202eevil", "<b>bold</b>", "zero\u200bwidth", "\x00\x1b[31m", "\xff\xfe",
		strings.Repeat("x", 10_000), "my_name_", "e" + strings.Repeat("\u0301", 300),
	} {
		s := in("sign_in_needed", name)
		s.Name, s.Detail = name, name
		s.Reason = "revoked"
		state := up(s, renews(name+"2"))
		state.Link = Up
		var walk func([]Item)
		walk = func(items []Item) {
			for _, i := range items {
				if n := len([]rune(i.Label)); n > 130 {
					t.Errorf("%.20q: a label of %d characters: %.40q…", name, n, i.Label)
				}
				for _, r := range i.Label {
					if unicode.Is(unicode.Cc, r) || r >= '\u202a' && r <= '\u202e' || r == '\u200b' {
						t.Errorf("%.20q: %U in %.60q", name, r, i.Label)
					}
				}
				walk(i.Items)
			}
		}
		walk(View(state).Items)
	}
}

// TestViewIdentity: an item that means something else is another item, so that no click can go astray.
func TestViewIdentity(t *testing.T) {
	seen := map[Command]string{}
	s := up(renews("a"), renews("b"), in("paused", ""), in("signed_out", ""))
	s.Window, s.Keychain = true, "locked"
	var walk func([]Item)
	walk = func(items []Item) {
		for _, i := range items {
			if old, ok := seen[i.Command]; ok && i.Command.Verb != Text && i.Command.Verb != Line {
				t.Errorf("%q and %q are the same: %v", old, i.Label, i.Command)
			}
			seen[i.Command] = i.Label
			walk(i.Items)
		}
	}
	walk(View(s).Items)

	was, now := View(up(renews("work"))), View(up(in("paused", "")))
	if !sameItems(was.Items, now.Items) {
		t.Error("pausing builds the menu anew, and a click that meets that is lost")
	}
	other := View(up(renews("home")))
	if sameItems(was.Items, other.Items) {
		t.Error("an item is reused for another session")
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"one", "one"},
		{"one two three", "one two|three"},
		{"0123456789abcdef x", "0123456789|abcdef x"},
		{"ab 0123456789", "ab|0123456789"},
	} {
		if got := strings.Join(wrap(c.text, 10), "|"); got != c.want {
			t.Errorf("%q: %q; want %q", c.text, got, c.want)
		}
	}
}
