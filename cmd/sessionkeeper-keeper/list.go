package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

func listCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "list [--json]",
		Short: "Show all sessions",
		Args:  noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			sessions, err := c.Sessions(cmd.Context())
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), orEmpty(sessions))
			}
			return printSessions(cmd, sessions)
		}),
	}
	asJSON = jsonFlag(cmd)
	return cmd
}

func statusCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:               "status [NAME] [--json]",
		Short:             "Show how the keeper or one session is",
		Args:              maybeName,
		ValidArgsFunction: completeNames,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			if len(args) == 0 {
				return overall(cmd, c, *asJSON)
			}
			s, err := c.Session(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), s)
			}
			return printSession(cmd, s)
		}),
	}
	asJSON = jsonFlag(cmd)
	return cmd
}

// overall shows the keeper and the sessions.
func overall(cmd *cobra.Command, c *client.Client, asJSON bool) error {
	health, err := c.Health(cmd.Context())
	if err != nil {
		return err
	}
	sessions, err := c.Sessions(cmd.Context())
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), struct {
			Health   client.Health    `json:"health"`
			Sessions []client.Session `json:"sessions"`
		}{health, orEmpty(sessions)})
	}
	pairs := [][2]string{
		{"keeper", fmt.Sprintf("%s (pid %d, version %s)", words.Say(words.Health, health.Status, nil), health.PID, clean(health.Version))},
		{"keychain", keychainWords(health.Keychain)},
		{"page", cmp.Or(clean(health.Page), partWords("page", health.HTTP))},
	}
	if health.History.State != "ok" {
		pairs = append(pairs, [2]string{"history", partWords("history", health.History)})
	}
	for _, f := range health.Faults {
		pairs = append(pairs, [2]string{"broken file", clean(f.Detail)})
	}
	if err := fields(cmd.OutOrStdout(), pairs...); err != nil {
		return err
	}
	if len(sessions) > 0 {
		_, _ = fmt.Fprintln(cmd.OutOrStdout())
	}
	return printSessions(cmd, sessions)
}

// keychainWords says where secrets are kept and how that is.
func keychainWords(k client.Keychain) string {
	text := clean(k.Backend) + ": " + words.Say(words.Keychain, k.State, nil)
	return text + inBrackets(clean(k.Detail))
}

// partWords says how a part of the keeper is.
func partWords(name string, p client.Part) string {
	text := words.Say(words.Checks, name, nil)
	switch p.State {
	case "down":
		problem, _ := words.OfMachine(name+"_down", nil)
		text = problem.Title
	case "off":
		text = words.Say(words.Checks, name+"_off", nil)
	}
	return text + inBrackets(clean(p.Detail))
}

func printSessions(cmd *cobra.Command, sessions []client.Session) error {
	if len(sessions) == 0 {
		tell(cmd, "%s; add one: sessionkeeper add NAME --provider ID --client-id ID",
			words.Say(words.Sentences, "no_sessions", nil))
		return nil
	}
	now := time.Now()
	rows := [][]string{{"NAME", "STATE", "ACCOUNT", "PROVIDER", "RENEWS", "ENDS"}}
	for _, s := range sessions {
		rows = append(rows, []string{
			clean(s.Name), clean(words.OfState(s.State).Word), accountWords(s.Account),
			clean(cmp.Or(s.Provider, s.Issuer)), due(s, now), "",
		})
		if ends(s) {
			rows[len(rows)-1][5] = words.From(s.EndsAt, now)
		}
	}
	return table(cmd.OutOrStdout(), rows)
}

// due says when the next renewal is; one whose time has come is under way.
func due(s client.Session, now time.Time) string {
	at := cmp.Or(s.NextTryAt, s.RenewAt)
	if !at.IsZero() && at.Before(now) {
		at = now
	}
	return words.From(at, now)
}

// ends reports whether a session's end is one: many are limits on idleness, which each renewal moves.
func ends(s client.Session) bool { return s.EndsFirm || s.State == string(session.Expiring) }

func printSession(cmd *cobra.Command, s client.Session) error {
	now := time.Now()
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return fmt.Sprintf("%s (%s)", words.From(t, now), t.Local().Format("2006-01-02 15:04:05"))
	}
	pairs := [][2]string{
		{"name", clean(s.Name)},
		{"state", sentence(s, now)},
		{"detail", clean(s.Detail)},
		{"account", accountWords(s.Account)},
		{"provider", clean(cmp.Or(s.Provider, s.Issuer))},
		{"issuer", clean(s.Issuer)},
		{"client", clean(s.ClientID)},
		{"scopes", clean(strings.Join(s.Scopes, " "))},
		{"token usable until", stamp(s.UsableUntil)},
	}
	if s.NextTryAt.IsZero() {
		pairs = append(pairs, [2]string{"next renewal", stamp(s.RenewAt)})
	}
	pairs = append(pairs, [2]string{"next try", stamp(s.NextTryAt)}, [2]string{"last renewal", stamp(s.LastRefreshAt)})
	if ends(s) {
		pairs = append(pairs, [2]string{"session ends", stamp(s.EndsAt)}, [2]string{"next warning", stamp(s.WarnAt)})
	} else {
		pairs = append(pairs, [2]string{"ends if unused", stamp(s.EndsAt)})
	}
	pairs = append(pairs, [2]string{"signed in", stamp(s.SignedInAt)})
	if e := s.LastError; e != nil {
		text := strings.TrimSpace(clean(e.Code + " " + e.Message))
		pairs = append(pairs, [2]string{"last error", fmt.Sprintf("%s, %s", text, words.From(e.At, now))})
	}
	return fields(cmd.OutOrStdout(), pairs...)
}

// sentence says how a session stands and what to do.
func sentence(s client.Session, now time.Time) string {
	text := clean(words.OfState(s.State).Word)
	if s.Reason != "" {
		text += ", " + clean(words.Reason(s.Reason))
	}
	switch session.State(s.State) {
	case session.Expiring:
		text += inBrackets(words.From(s.EndsAt, now))
	case session.Retrying:
		text += inBrackets(words.From(s.NextTryAt, now))
	case session.Active:
		if !s.RenewAt.IsZero() {
			text += ", renews " + words.From(s.RenewAt, now)
		}
	case session.SetupNeeded:
		if session.Reason(s.Reason) == session.ReasonSetupConfig {
			text += inBrackets(clean(s.Detail))
		}
	case session.SignInNeeded, session.KeychainLocked, session.Paused, session.SignedOut:
	}
	p, _ := words.Of(s.State, s.Reason, s.Name)
	switch {
	case p.Action.Command == "" || held(s):
	case p.Action.Command == doctorLine:
		text += "; see: " + doctorLine
	case session.State(s.State) == session.SetupNeeded:
		text += "; correct that, then run: " + clean(p.Action.Command)
	default:
		text += "; run: " + clean(p.Action.Command)
	}
	return text
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// orEmpty makes no rows an empty JSON array.
func orEmpty[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}
