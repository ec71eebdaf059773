package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// Every state has words, and each that wants something of the user says what to run.
func TestSentence(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for state, want := range map[session.State]string{
		session.Active:         "Signed in, renews in 10 min",
		session.Retrying:       "Trying again (in 1 min)",
		session.Expiring:       "Ends soon (in 5 min); run: sessionkeeper login work",
		session.SignInNeeded:   "Sign-in needed; run: sessionkeeper login work",
		session.SetupNeeded:    "Setup needed; correct that, then run: sessionkeeper login work",
		session.KeychainLocked: "Keychain locked; see: sessionkeeper doctor",
		session.Paused:         "Paused; run: sessionkeeper resume work",
		session.SignedOut:      "Signed out; run: sessionkeeper login work",
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
		session.ReasonSetupConfig: "its settings cannot be used (work.toml:1:1: no); see: sessionkeeper doctor",
		session.ReasonSetupClient: "correct that, then run: sessionkeeper set-secret --client-secret-file FILE work",
		session.ReasonSetupScope:  "a permission is not allowed; correct that, then run: sessionkeeper login work",
	} {
		got := sentence(client.Session{
			Name: "work", State: "setup_needed", Reason: string(reason), Detail: "work.toml:1:1: no",
		}, time.Now())
		if !strings.HasSuffix(got, want) {
			t.Errorf("with reason %s: %q; want %q at its end", reason, got, want)
		}
	}
}

// What people do next is always a command that there is, with flags that it has: in the table's actions, and wherever
// its sentences name one.
func TestTableNamesRealCommands(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("..", "..", "session", "words", "words.json"))
	if err != nil {
		t.Fatal(err)
	}
	var table struct{ Actions map[string]words.Action }
	if err := json.Unmarshal(source, &table); err != nil {
		t.Fatal(err)
	}
	for id, action := range table.Actions {
		if action.Command != "" {
			checkCommand(t, id, action.Command)
		}
	}
	if len(table.Actions) == 0 {
		t.Error("the table has no actions")
	}
	for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(string(source), -1) {
		has := func(c *cobra.Command) bool { return c.Flags().Lookup(strings.TrimPrefix(flag, "--")) != nil }
		if !slices.ContainsFunc(commands().Commands(), has) {
			t.Errorf("the table names %s, which no command has", flag)
		}
	}
	for _, line := range regexp.MustCompile(`(program )?sessionkeeper ([a-z-]+)`).FindAllStringSubmatch(string(source), -1) {
		if line[1] != "" {
			continue // the program as such
		}
		if found, _, err := commands().Find(line[2:]); err != nil || !found.HasParent() {
			t.Errorf("the table names %q: %v", line[0], err)
		}
	}
}

func checkCommand(t *testing.T, id, line string) {
	t.Helper()
	args := strings.Fields(strings.ReplaceAll(line, "{name}", "work"))
	if args[0] != "sessionkeeper" {
		t.Errorf("action %s: %q is no command of ours", id, line)
		return
	}
	c, rest, err := commands().Find(args[1:])
	if err != nil || !c.HasParent() || c.Hidden {
		t.Errorf("action %s: %q: no such command: %v", id, line, err)
		return
	}
	if err := c.ParseFlags(rest); err != nil {
		t.Errorf("action %s: %q: %v", id, line, err)
		return
	}
	if err := c.ValidateArgs(c.Flags().Args()); err != nil {
		t.Errorf("action %s: %q: %v", id, line, err)
	}
	if c.PreRunE != nil {
		if err := c.PreRunE(c, c.Flags().Args()); err != nil {
			t.Errorf("action %s: %q: %v", id, line, err)
		}
	}
}

// No event reaches the terminal with what a provider put into it.
func TestTTERM1EventWordsAreClean(t *testing.T) {
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

func TestEventWords(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for want, e := range map[string]client.Event{
		"work was renewed, good for 41 min": {Type: session.EventRenewed, ExpiresAt: now.Add(41 * time.Minute)},
		"work: Sign-in needed (was: Signed in): access was revoked": {
			Type: session.EventState, State: "sign_in_needed", Was: "active", Reason: "revoked",
		},
		"work could not be renewed: server_error try later, next try in 1 min": {
			Type: session.EventRefreshFailed, Code: "server_error", Message: "try later", RetryAt: now.Add(time.Minute),
		},
		"work ends in 5 min; run: sessionkeeper login work": {
			Type: session.EventWarning, Kind: "end", EndsAt: now.Add(5 * time.Minute),
		},
		"work cannot be renewed: the provider cannot be reached or has trouble": {Type: session.EventWarning, Kind: "outage"},

		"keychain: does not answer": {Type: session.EventKeychain, Code: "slow"},
		"2 sessions":                {Type: session.EventSnapshot, Sessions: make([]client.Session, 2)},
		"of.tomorrow":               {Type: "of.tomorrow"},
	} {
		e.Session = "work"
		if got := eventWords(e, now); got != want {
			t.Errorf("event %s: %q; want %q", e.Type, got, want)
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
