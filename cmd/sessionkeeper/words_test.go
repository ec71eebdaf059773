package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

func TestClean(t *testing.T) {
	for given, want := range map[string]string{
		"plain ünïcode 日本": "plain ünïcode 日本",
		"\x1b[31mred":      "\uFFFD[31mred",
		"a\nb\tc\rd":       "a\uFFFDb\uFFFDc\uFFFDd",
		"\u202egpj.exe":    "\uFFFDgpj.exe", // right-to-left override
		"\u2066x\u2069":    "\uFFFDx\uFFFD", // isolates
		"a\u200bb":         "a\uFFFDb",      // zero width space
		"\u2028\u2029":     "\uFFFD\uFFFD",
		"\x9b31m":          "\uFFFD31m", // not UTF-8
		"\u009b31m":        "\uFFFD31m", // C1 control sequence introducer
		"tag\U000e0041":    "tag\uFFFD", // invisible tags
	} {
		if got := clean(given); got != want {
			t.Errorf("clean(%q) = %q; want %q", given, got, want)
		}
	}
}

func TestShellWord(t *testing.T) {
	for given, want := range map[string]string{
		"work": "work", "a.b-c_d@e": "a.b-c_d@e", "日本": "日本",
		"my work": "'my work'", "it's": `'it'\''s'`, "$(rm)": "'$(rm)'", "": "''",
	} {
		if got := shellWord(given); got != want {
			t.Errorf("shellWord(%q) = %s; want %s", given, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for given, want := range map[time.Duration]string{
		-time.Second:                          "0 s",
		0:                                     "0 s",
		59*time.Second + 400*time.Millisecond: "59 s",
		5*time.Minute - time.Millisecond:      "5 min",
		time.Minute:                           "1 min",
		time.Minute + 30*time.Second:          "1 min 30 s",
		41*time.Minute + 59*time.Second:       "41 min",
		3 * time.Hour:                         "3 h",
		3*time.Hour + 20*time.Minute:          "3 h 20 min",
		24 * time.Hour:                        "1 day",
		47*time.Hour + 59*time.Minute:         "1 day 23 h",
		30*24*time.Hour + 23*time.Hour:        "30 days",
		time.Duration(1<<63 - 1):              "106751 days",
	} {
		if got := span(given); got != want {
			t.Errorf("span(%v) = %q; want %q", given, got, want)
		}
	}
}

func TestLeft(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for want, at := range map[string]time.Time{
		"":           {},
		"in 41 min":  now.Add(41 * time.Minute),
		"2 days ago": now.Add(-50 * time.Hour),
		"0 s ago":    now,
	} {
		if got := left(at, now); got != want {
			t.Errorf("left(%v) = %q; want %q", at, got, want)
		}
	}
}

// Every state has words, and each that wants something of the user says what to run.
func TestSentence(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for state, want := range map[session.State]string{
		session.Active:         "signed in, renews in 10 min",
		session.Retrying:       "signed in, trying again (in 1 min)",
		session.Expiring:       "ends soon (in 5 min); run: sessionkeeper login work",
		session.SignInNeeded:   "sign-in needed; run: sessionkeeper login work",
		session.SetupNeeded:    "setup needed; correct the client, then run: sessionkeeper login work",
		session.KeychainLocked: "keychain locked; unlock it, or see: sessionkeeper doctor",
		session.Paused:         "paused; run: sessionkeeper resume work",
		session.SignedOut:      "signed out; run: sessionkeeper login work",
	} {
		got := sentence(client.Session{
			Name: "work", State: string(state), RenewAt: now.Add(10 * time.Minute),
			NextTryAt: now.Add(time.Minute), EndsAt: now.Add(5 * time.Minute),
		}, now)
		if got != want {
			t.Errorf("sentence of %s = %q; want %q", state, got, want)
		}
	}
}

// What is wrong with the setup decides what to do about it.
func TestSentenceOfASetup(t *testing.T) {
	for reason, want := range map[session.Reason]string{
		session.ReasonSetupConfig: "correct its file: work.toml:1:1: no",
		session.ReasonSetupClient: "then run: sessionkeeper set-secret work",
		session.ReasonSetupScope:  "then run: sessionkeeper login work",
	} {
		got := sentence(client.Session{
			Name: "work", State: "setup_needed", Reason: string(reason), Detail: "work.toml:1:1: no",
		}, time.Now())
		if !strings.HasSuffix(got, want) {
			t.Errorf("with reason %s: %q; want %q at its end", reason, got, want)
		}
	}
}

// No event reaches the terminal with what a provider put into it.
func TestEventWordsAreClean(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const evil = "x\x1b[2J\u202e\n"
	for _, kind := range []string{
		session.EventSnapshot, session.EventAdded, session.EventRemoved, session.EventState, session.EventRenewed,
		session.EventRefreshFailed, session.EventWarning, session.EventCured, session.EventConsentOpened,
		session.EventConsentDone, session.EventKeychain, session.EventWake, evil,
	} {
		for _, sort := range []string{"end", "ahead", "outage", evil} {
			got := eventWords(client.Event{
				Type: kind, Kind: sort, Session: evil, State: evil, Was: evil, Reason: evil, Code: evil, Message: evil,
				Outcome: evil, At: now, EndsAt: now.Add(time.Hour),
			}, now)
			if got == "" || strings.ContainsAny(got, "\x1b\u202e\n") {
				t.Errorf("event %q: %q", kind, got)
			}
		}
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	if err := table(&b, [][]string{{"NAME", "STATE", "ENDS"}, {"日本", "signed in", ""}, {"b", "paused", "in 5 min"}}); err != nil {
		t.Fatal(err)
	}
	want := "NAME  STATE      ENDS\n日本    signed in\nb     paused     in 5 min\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
}
