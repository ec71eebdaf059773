package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

func historyCommand() *cobra.Command {
	var asJSON *bool
	var limit int
	cmd := &cobra.Command{
		Use:               "history [NAME] [--limit N] [--json]",
		Short:             "Show what happened, newest first",
		Args:              maybeName,
		ValidArgsFunction: completeNames,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			if limit < 0 {
				return misusef(cmd, "--limit is a number of entries, 0 for all")
			}
			entries, err := c.History(cmd.Context(), pick(args...), limit)
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), orEmpty(entries))
			}
			return printHistory(cmd, entries)
		}),
	}
	cmd.Flags().IntVar(&limit, "limit", 0, "at most `N` entries; 0 for all")
	asJSON = jsonFlag(cmd)
	return cmd
}

func printHistory(cmd *cobra.Command, entries []client.Entry) error {
	if len(entries) == 0 {
		tell(cmd, "Nothing happened yet.")
		return nil
	}
	rows := [][]string{{"TIME", "SESSION", "WHAT", "DETAIL"}}
	for _, e := range entries {
		var detail []string
		for _, key := range slices.Sorted(maps.Keys(e.Detail)) {
			detail = append(detail, clean(key)+"="+clean(e.Detail[key]))
		}
		rows = append(rows, []string{
			e.At.Local().Format("2006-01-02 15:04:05"), clean(e.Session), clean(e.Type), strings.Join(detail, " "),
		})
	}
	return table(cmd.OutOrStdout(), rows)
}

func eventsCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "events [--json]",
		Short: "Show what happens, until Ctrl-C",
		Args:  noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			for e, err := range c.Events(cmd.Context(), "") {
				switch {
				case errors.Is(err, io.EOF):
					return errors.New("the keeper stopped; start again to follow the next one")
				case err != nil:
					return err
				case *asJSON:
					err = printLine(cmd.OutOrStdout(), e)
				default:
					err = printEvent(cmd.OutOrStdout(), e)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}),
	}
	asJSON = jsonFlag(cmd)
	return cmd
}

func printEvent(w io.Writer, e client.Event) error {
	_, err := fmt.Fprintf(w, "%s  %s\n", e.At.Local().Format("15:04:05"), eventWords(e, time.Now()))
	return err
}

// eventWords says an event to people.
func eventWords(e client.Event, now time.Time) string {
	name := clean(e.Session)
	because := func(text string) string {
		if e.Reason != "" {
			return text + ": " + reasonWords(e.Reason)
		}
		return text
	}
	switch e.Type {
	case session.EventSnapshot:
		if len(e.Sessions) == 1 {
			return "1 session"
		}
		return fmt.Sprintf("%d sessions", len(e.Sessions))
	case session.EventAdded:
		return name + " was added"
	case session.EventRemoved:
		return name + " was removed"
	case session.EventState:
		return because(fmt.Sprintf("%s: %s (was: %s)", name, stateWords(e.State), stateWords(e.Was)))
	case session.EventRenewed:
		return fmt.Sprintf("%s has a new token, good for %s", name, span(e.ExpiresAt.Sub(now)+time.Second/2))
	case session.EventRefreshFailed:
		text := fmt.Sprintf("%s could not be renewed: %s", name, strings.TrimSpace(clean(e.Code+" "+e.Message)))
		if !e.RetryAt.IsZero() {
			text += ", next try " + left(e.RetryAt, now)
		}
		return text
	case session.EventWarning:
		return warningWords(e, name, now)
	case session.EventCured:
		return name + " is well again"
	case session.EventConsentOpened:
		return name + " waits for you in the browser"
	case session.EventConsentDone:
		return fmt.Sprintf("%s: sign-in ended: %s", name, clean(e.Outcome))
	case session.EventKeychain:
		return because("the keychain is " + pick(clean(e.Code), clean(e.Message), "in another state"))
	case session.EventWake:
		return "the machine woke up"
	}
	return strings.TrimSpace(clean(e.Type) + " " + name)
}

func warningWords(e client.Event, name string, now time.Time) string {
	if e.Kind == "outage" {
		return name + " cannot be renewed: the provider does not answer"
	}
	return fmt.Sprintf("WARNING: %s ends %s; sign in again: sessionkeeper login %s", name, left(e.EndsAt, now), shellWord(e.Session))
}
