package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// clean makes text of strangers (names, a provider's messages) safe for a terminal: control characters, line ends and
// the invisible characters that reorder or hide text are replaced (Unicode categories Cc, Cf, Zl, Zp).
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return '\uFFFD'
		}
		return r
	}, s)
}

// shellWord is a session's name as it is typed in a command.
func shellWord(name string) string {
	name = clean(name)
	plain := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.@", r) }
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// span says a duration the way people do: "41 min", "3 h 20 min", "5 days".
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch d = max(d, 0).Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 3*time.Minute:
		return pair(int(d.Minutes()), "min", int(d.Seconds())%60, "s")
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < day:
		return pair(int(d.Hours()), "h", int(d.Minutes())%60, "min")
	case d < 2*day:
		return pair(1, "day", int(d.Hours())%24, "h")
	}
	return fmt.Sprintf("%d days", int(d/day))
}

func pair(a int, unitA string, b int, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unitA)
	}
	return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
}

// left says how far away t is; "" for no time.
func left(t, now time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.After(now):
		return "in " + span(t.Sub(now))
	}
	return span(now.Sub(t)) + " ago"
}

// stateWords says a state to people.
func stateWords(s string) string {
	switch session.State(s) {
	case session.Active:
		return "signed in"
	case session.Retrying:
		return "signed in, trying again"
	case session.Expiring:
		return "ends soon"
	case session.SignInNeeded:
		return "sign-in needed"
	case session.SetupNeeded:
		return "setup needed"
	case session.KeychainLocked:
		return "keychain locked"
	case session.Paused:
		return "paused"
	case session.SignedOut:
		return "signed out"
	}
	return clean(s)
}

// reasonWords says a reason to people; an unknown one is shown as it is.
func reasonWords(r string) string {
	words := map[session.Reason]string{
		session.ReasonRevoked:       "access was revoked at the provider",
		session.ReasonExpired:       "the session ended",
		session.ReasonReused:        "the provider saw a refresh token twice",
		session.ReasonRefused:       "the provider refused and did not say why",
		session.ReasonInterrupted:   "a renewal was cut off and could not be repeated",
		session.ReasonInteraction:   "the provider wants you to confirm something",
		session.ReasonDisabled:      "the account is disabled",
		session.ReasonWrongAccount:  "another account signed in",
		session.ReasonNoRefresh:     "the provider gave nothing to renew with",
		session.ReasonScope:         "the scopes changed",
		session.ReasonSetupClient:   "the client id or secret is wrong",
		session.ReasonSetupRedirect: "the redirect address is not registered",
		session.ReasonSetupScope:    "a scope is not allowed",
		session.ReasonSetupConfig:   "the definition is wrong",
		"locked":                    "it waits for your password",
		"denied":                    "the prompt was refused",
		"absent":                    "there is none",
		"slow":                      "it does not answer",
		"full":                      "there is no room in it",
	}
	if w, ok := words[session.Reason(r)]; ok {
		return w
	}
	return clean(r)
}

// accountWords names an account.
func accountWords(a client.Account) string {
	switch {
	case a.Email != "":
		return clean(a.Email)
	case a.Name != "":
		return clean(a.Name)
	}
	return clean(a.Sub)
}

// table writes rows in aligned columns; the first row is the heading. Cells must be clean.
func table(w io.Writer, rows [][]string) error {
	var aligned strings.Builder
	t := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	_ = t.Flush()
	for line := range strings.Lines(aligned.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
	}
	return nil
}
