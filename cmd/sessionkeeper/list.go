package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
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
	words := map[string]string{"ok": "all is well", "degraded": "something waits", "down": "something is broken"}
	pairs := [][2]string{
		{"keeper", fmt.Sprintf("%s (pid %d, version %s)", pick(words[health.Status], health.Status), health.PID, health.Version)},
		{"keychain", part2(health.Keychain.Backend, health.Keychain.State, health.Keychain.Detail)},
		{"page", pick(health.Page, part2("", health.HTTP.State, health.HTTP.Detail))},
	}
	if health.History.State != "ok" {
		pairs = append(pairs, [2]string{"history", part2("", health.History.State, health.History.Detail)})
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

// part2 says what a part is and how it is.
func part2(what, state, detail string) string {
	text := strings.TrimSpace(what + " " + state)
	if detail != "" {
		text += ": " + clean(detail)
	}
	return text
}

func printSessions(cmd *cobra.Command, sessions []client.Session) error {
	if len(sessions) == 0 {
		tell(cmd, "No sessions yet; add one: sessionkeeper add NAME --provider ID --client-id ID")
		return nil
	}
	now := time.Now()
	rows := [][]string{{"NAME", "STATE", "ACCOUNT", "PROVIDER", "RENEWS", "ENDS"}}
	for _, s := range sessions {
		rows = append(rows, []string{
			clean(s.Name), stateWords(s.State), accountWords(s.Account),
			clean(pick(s.Provider, s.Issuer)), left(s.RenewAt, now), left(s.EndsAt, now),
		})
	}
	return table(cmd.OutOrStdout(), rows)
}

func printSession(cmd *cobra.Command, s client.Session) error {
	now := time.Now()
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return fmt.Sprintf("%s (%s)", left(t, now), t.Local().Format("2006-01-02 15:04:05"))
	}
	pairs := [][2]string{
		{"name", clean(s.Name)},
		{"state", sentence(s, now)},
		{"detail", clean(s.Detail)},
		{"account", accountWords(s.Account)},
		{"provider", clean(pick(s.Provider, s.Issuer))},
		{"issuer", clean(s.Issuer)},
		{"client", clean(s.ClientID)},
		{"scopes", clean(strings.Join(s.Scopes, " "))},
		{"token usable until", stamp(s.UsableUntil)},
		{"next renewal", stamp(s.RenewAt)},
		{"next try", stamp(s.NextTryAt)},
		{"last renewal", stamp(s.LastRefreshAt)},
		{"session ends", stamp(s.EndsAt)},
		{"next warning", stamp(s.WarnAt)},
		{"signed in", stamp(s.SignedInAt)},
	}
	if e := s.LastError; e != nil {
		text := strings.TrimSpace(clean(e.Code + " " + e.Message))
		pairs = append(pairs, [2]string{"last error", fmt.Sprintf("%s, %s", text, left(e.At, now))})
	}
	return fields(cmd.OutOrStdout(), pairs...)
}

// sentence says how a session stands and what to do.
func sentence(s client.Session, now time.Time) string {
	text := stateWords(s.State)
	if s.Reason != "" {
		text += ", " + reasonWords(s.Reason)
	}
	name := shellWord(s.Name)
	switch session.State(s.State) {
	case session.SignInNeeded, session.SignedOut:
		return text + "; run: sessionkeeper login " + name
	case session.Expiring:
		if !s.EndsAt.IsZero() {
			text += " (" + left(s.EndsAt, now) + ")"
		}
		return text + "; run: sessionkeeper login " + name
	case session.Paused:
		return text + "; run: sessionkeeper resume " + name
	case session.SetupNeeded:
		switch session.Reason(s.Reason) {
		case session.ReasonSetupConfig:
			return text + "; correct its file: " + clean(s.Detail)
		case session.ReasonSetupClient:
			return text + "; correct the client, then run: sessionkeeper set-secret " + name
		default:
			return text + "; correct the client, then run: sessionkeeper login " + name
		}
	case session.KeychainLocked:
		return text + "; unlock it, or see: sessionkeeper doctor"
	case session.Retrying:
		if !s.NextTryAt.IsZero() {
			text += " (" + left(s.NextTryAt, now) + ")"
		}
	case session.Active:
		if !s.RenewAt.IsZero() {
			text += ", renews " + left(s.RenewAt, now)
		}
	}
	return text
}

// orEmpty makes no rows an empty JSON array.
func orEmpty[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}
