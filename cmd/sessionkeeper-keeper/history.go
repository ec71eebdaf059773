package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
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
		PreRunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return misusef(cmd, "--limit is a number of entries, 0 for all")
			}
			return nil
		},
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			entries, err := c.History(cmd.Context(), cmp.Or(args...), limit)
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
		tell(cmd, "%s.", words.Say(words.Sentences, "nothing_happened", nil))
		return nil
	}
	rows := [][]string{{"TIME", "SESSION", "WHAT", "DETAIL"}}
	for _, e := range entries {
		rows = append(rows, []string{
			e.At.Local().Format("2006-01-02 15:04:05"), clean(e.Session), clean(words.Event(e.Type)), entryDetail(e),
		})
	}
	return table(cmd.OutOrStdout(), rows)
}

// entryDetail is what else is known of an entry.
func entryDetail(e client.Entry) string {
	if times, err := strconv.Atoi(e.Detail["count"]); err == nil && e.Type == session.EventHandedOut {
		return handedOutWords(e, times)
	}
	return clean(strings.Join(slices.DeleteFunc(detailWords(e), func(s string) bool { return s == "" }), ", "))
}

// detailWords says what an entry's type does not; "" is nothing.
func detailWords(e client.Entry) []string {
	d := e.Detail
	switch e.Type {
	case session.EventState:
		state := words.OfState(d["state"]).Word
		if d["was"] != "" {
			state = words.OfState(d["was"]).Word + " → " + state
		}
		return []string{state, words.Reason(d["reason"]), d["message"]}
	case session.EventRenewed:
		until, err := time.Parse(time.RFC3339, d["expires_at"])
		if err != nil {
			return nil
		}
		return []string{words.Say(words.Sentences, "good_for", words.Values{"span": words.Safe(words.Span(until.Sub(e.At)))})}
	case session.EventWarning:
		if d["kind"] == "outage" {
			return []string{words.Say(words.Sentences, "outage", nil)}
		}
		if at, err := time.Parse(time.RFC3339, d["ends_at"]); err == nil {
			return []string{words.Say(words.Sentences, "ends_when", words.Values{"when": words.Safe(words.From(at, e.At))})}
		}
	case session.EventConsentOpened, session.EventConsentDone:
		var parts []string
		if d["kind"] == "auto" {
			parts = append(parts, words.Say(words.Sentences, "by_itself", nil))
		}
		if d["outcome"] != "done" {
			parts = append(parts, words.Outcome(d["outcome"]))
		}
		return parts
	}
	parts := []string{words.Reason(d["reason"]), d["message"], d["code"]}
	if d["http_status"] != "" {
		parts = append(parts, "status "+d["http_status"])
	}
	return parts
}

// handedOutWords says to whom tokens went in an hour: "handed out 132 times to curl (/usr/bin/curl)".
func handedOutWords(e client.Entry, times int) string {
	v := words.Values{"times": words.Safe(words.Count("times", times)), "face": words.Name(e.Detail["face"])}
	program := e.Detail["program"]
	v["program"] = words.Name(programName(program))
	if program != "" {
		v["program"] += " (" + words.Path(program) + ")"
	}
	story := e.Type
	if face := e.Detail["face"]; face != "" && face != "socket" {
		story += ".face"
	}
	return clean(words.Say(words.Stories, story, v))
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
	if e.Type == session.EventState && e.State == e.Was {
		return nil // it was shown again: something that the line does not say is other
	}
	_, err := fmt.Fprintf(w, "%s  %s\n", e.At.Local().Format("15:04:05"), eventWords(e, time.Now()))
	return err
}

// eventWords says an event to people, in a line.
func eventWords(e client.Event, now time.Time) string {
	v := words.Values{"name": named(e.Session)}
	kind := e.Type
	switch e.Type {
	case session.EventSnapshot:
		return words.Count("sessions", len(e.Sessions))
	case session.EventState:
		v["state"], v["was"] = named(words.OfState(e.State).Word), named(words.OfState(e.Was).Word)
	case session.EventRenewed:
		v["span"] = words.Safe(words.Span(e.ExpiresAt.Sub(now)))
	case session.EventRefreshFailed:
		v["why"] = named(strings.TrimSpace(e.Code + " " + e.Message))
	case session.EventWarning:
		v["when"] = words.Safe(words.From(e.EndsAt, now))
		if e.Kind == "outage" {
			kind += ".outage"
		}
	case session.EventConsentDone:
		v["why"] = words.Safe(words.Outcome(e.Outcome))
	case session.EventKeychain:
		v["why"] = named(cmp.Or(words.Say(words.Keychain, e.Code, nil), e.Message))
	}
	return clean(words.Say(words.Stories, kind, v)) + eventTail(e, now)
}

// eventTail is what follows an event's sentence: why, when next, what to do.
func eventTail(e client.Event, now time.Time) string {
	text := ""
	if e.Reason != "" {
		text += ": " + clean(words.Reason(e.Reason))
	}
	if e.Type == session.EventRefreshFailed && !e.RetryAt.IsZero() {
		text += ", next try " + words.From(e.RetryAt, now)
	}
	if e.Type == session.EventWarning && e.Kind != "outage" {
		p, _ := words.Of(string(session.Expiring), "", e.Session)
		text += "; run: " + clean(p.Action.Command)
	}
	return text
}
