package session

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"sessionkeeper/session/provider"
)

var states = []State{Active, Retrying, Expiring, SignInNeeded, SetupNeeded, KeychainLocked, Paused, SignedOut}

// Every state has a word, every state and reason in which something is the matter has a problem, every reason and event
// has words, and the table knows no other.
func TestTableKnowsEveryReason(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("words", "words.json"))
	if err != nil {
		t.Fatal(err)
	}
	var known struct {
		States   map[State]any
		Reasons  map[Reason]any
		Events   map[string]any
		Problems map[State]map[Reason]any
	}
	if err := json.Unmarshal(source, &known); err != nil {
		t.Fatal(err)
	}
	same(t, "states", known.States, states)
	same(t, "reasons", known.Reasons, slices.Concat(signInReasons, setupReasons, keychainReasons))
	same(t, "events", known.Events, []string{
		EventAdded, EventRemoved, EventState, EventRenewed, EventRefreshFailed, EventWarning, EventCured,
		EventConsentOpened, EventConsentDone, EventKeychain, EventWake, EventHandedOut,
	})
	same(t, "problems", known.Problems, states)
	reasons := map[State][]Reason{
		Active: {ReasonNoRefresh, ReasonScope, ReasonInteraction}, SignInNeeded: append(signInReasons, ""), SetupNeeded: append(setupReasons, ""),
		KeychainLocked: append(keychainReasons, ""),
	}
	for _, s := range states {
		want, ok := reasons[s]
		if !ok {
			want = []Reason{""}
		}
		same(t, "problems of "+string(s), known.Problems[s], want)
	}
}

func same[K ~string, V any](t *testing.T, what string, got map[K]V, want []K) {
	t.Helper()
	if got, want := slices.Sorted(maps.Keys(got)), slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		t.Errorf("%s of the table: %q; want %q", what, got, want)
	}
}

// Every error says the session's name and what to run, whatever the name.
func TestErrorsNameTheSession(t *testing.T) {
	const name = "my work\u202e"
	for what, format := range map[string]string{
		"paused": words().paused, "signed out": words().signedOut, "client": words().setClient,
	} {
		checkError(t, what, fmt.Sprintf(format, name, quoted(name)))
	}
	for _, reason := range signInReasons {
		checkError(t, string(reason), fmt.Sprintf(words().signIn[reason].detail+" "+words().signInAgain, name, quoted(name)))
	}
	for what, text := range map[string]string{
		"unavailable": fmt.Sprintf(words().unavailable, name), "old refused": fmt.Sprintf(words().tokenRefused, name),
		"answered": fmt.Sprintf(words().answered, "no"), "stopping": words().stopping, "busy": words().busyWait,
		"moved": words().moved, "endpoint": fmt.Sprintf(words().endpoint, "as.test"), "elsewhere": words().elsewhere, "no refresh": words().noRefresh,
	} {
		if strings.ContainsAny(text, "%{}") || strings.Contains(text, standIn) || len(text) < 10 {
			t.Errorf("%s: %q", what, text)
		}
	}
	for _, texts := range []map[Reason]string{words().setup, words().keychain} {
		for reason, text := range texts {
			if strings.ContainsAny(text, "%{}") || strings.Contains(text, standIn) || !unicode.IsUpper([]rune(text)[0]) {
				t.Errorf("%s: %q", reason, text)
			}
		}
	}
}

// What the provider answered is never put as if it could not be reached, and what it said not as if we said it.
func TestUnavailableSaysWhy(t *testing.T) {
	for _, c := range []struct {
		last LastError
		want string
	}{
		{
			LastError{Code: "network", Message: "the connection failed", Known: true},
			`The provider of "work" cannot be reached now, but nothing is lost; the keeper keeps trying. The connection failed.`,
		},
		{
			LastError{Code: "captive_portal", HTTPStatus: 200, Known: true}, `"work": The network shows a page of its own in place ` +
				"of the provider, but nothing here is lost: open a web page and log in to the network. " +
				"(The provider's answer: captive_portal, HTTP status 200.)",
		},
		{
			LastError{Code: "slow", HTTPStatus: 429, Message: "Call this number.", Known: true}, `"work": The provider cannot renew ` +
				"the session right now, but nothing here is lost: wait; it is tried again by itself. " +
				"(The provider's answer: Call this number, HTTP status 429.)",
		},
	} {
		c.last.Verdict = provider.VerdictPassing
		if got := c.last.unavailable("work"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func checkError(t *testing.T, what, text string) {
	t.Helper()
	_, run, ok := strings.Cut(text, " Run: sessionkeeper ")
	if !ok || !strings.Contains(run, "'my work") || strings.Count(text, `"my work\u202e"`) != 1 {
		t.Errorf("%s: %q; want the session's name in it and a command at its end", what, text)
	}
	if strings.ContainsAny(text, "\u202e{}") || strings.Contains(text, standIn) || strings.Contains(text, "%!") {
		t.Errorf("%s: %q", what, text)
	}
}

// Notices fit whatever sessions are called and whatever providers say.
func TestTLINE2NoticesBearHostileNames(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for what, evil := range map[string]string{
		"markup": "<b>{name}</b>&amp;%s", "control": "a\x1b[2J\nb", "override": "\u202egpj.exe\u2069",
		"long": strings.Repeat("x", 10_000), "arabic": strings.Repeat("شركة", 50),
	} {
		s := Session{Name: evil, Detail: evil, EndsAt: now.Add(5*time.Minute - time.Second), Reason: ReasonRevoked}
		for _, n := range []Notice{
			endNotice(s, now), aheadNotice(s, now), signInNotice(s, ""), signInNotice(s, "https://example.org/"),
			setupNotice(s), groupNotice([]string{evil, "b"}), groupNotice(slices.Repeat([]string{evil}, 50)),
			outageNotice("https://example.org", []string{evil}), checkOffNotice(evil), unknownNotice(evil, provider.Answer{Code: evil, Advice: evil}), noNetworkNotice([]string{evil, evil}),
			keychainNotice("locked", evil), keychainNotice("else", evil), noRefreshNotice(evil),
		} {
			if strings.Contains(n.Body, "sessionkeeper ") {
				t.Errorf("%s: a bubble says what to type: %q", what, n.Body)
			}
			if len([]rune(n.Title)) > 64 {
				t.Errorf("%s: the end of the title %q cannot be read", what, n.Title)
			}
			if n.Key == "" || n.Title == "" || n.Body == "" {
				t.Errorf("%s: an incomplete notice: %+v", what, n)
			}
			for _, text := range []string{n.Title, n.Body} {
				if len([]rune(text)) > 700 || strings.ContainsAny(text, "\x1b\n\u202e") ||
					strings.Count(text, "\u2068") != strings.Count(text, "\u2069") {
					t.Errorf("%s: %q", what, text)
				}
			}
		}
	}
}

func TestNotices(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	s := Session{Name: "work", Reason: ReasonRevoked, EndsAt: now.Add(5*time.Minute - time.Second)}
	for _, c := range []struct {
		n           Notice
		title, body string
	}{
		{
			endNotice(s, now), "work ends in 5 min", "At 12:04 this session ends, and programs that use it stop working. " +
				"Sign in again to go on.",
		},
		{
			aheadNotice(Session{Name: "work", EndsAt: now.AddDate(0, 0, 7)}, now), "work ends in 7 days",
			"On Sunday, 8 March, 12:00 this session ends. You can sign in again any time before.",
		},
		{
			signInNotice(s, "https://example.org/a"), "Access was revoked", "Access for “work” was taken back at the " +
				"provider. Your settings are kept. Sign in again to go on. Open this address in your browser: https://example.org/a",
		},
		{
			groupNotice([]string{"a", "b", "c", "d", "e", "f"}), "6 sessions wait for you to sign in",
			"a, b, c, d and 2 more. Sign in to each of them in the list of sessions.",
		},
		{setupNotice(Session{Name: "work", Detail: "Check it."}), "work needs a correction", "Check it."},
		{
			setupNotice(Session{Name: "work", Reason: ReasonSetupConfig, Detail: "work.toml:3: no."}),
			"work needs a correction", "work.toml:3: no.",
		},
		{
			setupNotice(Session{Name: "work", Reason: ReasonSetupClient, Detail: "invalid_client"}), "work needs a correction",
			"The provider does not accept the app that this session uses, but nothing is lost. Check its ID and its secret at " +
				"the provider, then enter the secret again. It is tried again by itself now and then.",
		},
		{
			outageNotice("https://example.org", []string{"a", "b", "c"}), "a and 2 more cannot be renewed now",
			"The provider cannot be reached or has trouble, but nothing is lost. Sessionkeeper keeps trying; if this lasts, check " +
				"whether your network wants you to log in.",
		},
		{
			noNetworkNotice([]string{"a", "b"}), "There is no connection", "The providers cannot be reached, but nothing is lost. " +
				"Sessionkeeper keeps trying; there is nothing you need to do. Not renewed until then: a, b.",
		},
	} {
		if c.n.Title != c.title || c.n.Body != c.body {
			t.Errorf("got %q, %q\nwant %q, %q", c.n.Title, c.n.Body, c.title, c.body)
		}
	}
	for _, n := range []Notice{endNotice(s, now), signInNotice(s, "")} {
		want := []NoticeAction{{"sign_in", "Sign in again"}, {"later", "Later"}}
		if !slices.Equal(n.Actions, want) || !n.Urgent || n.Key != "session/work" {
			t.Errorf("notice %+v; want it urgent, with the actions %v", n, want)
		}
	}
}
