package main

import (
	"context"
	"errors"
	"path"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/desktop"
	"sessionkeeper/ui/helper"
)

// approvalsFlags are approvals' flags.
type approvalsFlags struct {
	allow, deny, revoke string
	hour, revokeAll     bool
	json                *bool
}

func approvalsCommand() *cobra.Command {
	var f approvalsFlags
	cmd := &cobra.Command{
		Use:   "approvals [--allow ID [--hour] | --deny ID | --revoke ID | --revoke-all] [--json]",
		Short: "Show and answer which programs want a token",
		Long: `Show which programs wait for your yes, and what you have answered. You are asked about the programs of a session
whose definition says confirm = true. What you allow for an hour is forgotten when the keeper ends, when you sign out,
and when the session's definition is edited.

It is a reminder and not a wall: any program of yours can answer as you do.`,
		Args: noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			return f.run(cmd, c)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.allow, "allow", "", "say yes to the question `ID`, for one request")
	flags.BoolVar(&f.hour, "hour", false, "with --allow: for an hour, where the program can be known again")
	flags.StringVar(&f.deny, "deny", "", "say no to the question `ID`")
	flags.StringVar(&f.revoke, "revoke", "", "take the answer `ID` back, a yes or a no")
	flags.BoolVar(&f.revokeAll, "revoke-all", false, "take all answers back, and say no to what waits")
	f.json = jsonFlag(cmd)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		given := 0
		for _, flag := range []string{"allow", "deny", "revoke", "revoke-all"} {
			if flags.Changed(flag) {
				given++
			}
		}
		switch {
		case given > 1:
			return misusef(cmd, "--allow, --deny, --revoke and --revoke-all go one at a time")
		case f.hour && f.allow == "":
			return misusef(cmd, "--hour goes with --allow ID")
		}
		return nil
	}
	return cmd
}

func (f approvalsFlags) run(cmd *cobra.Command, c *client.Client) error {
	ctx := cmd.Context()
	switch {
	case f.allow != "":
		a, err := c.Approve(ctx, f.allow, client.ApprovalBody{Allow: true, Hour: f.hour})
		return f.answered(cmd, a, err)
	case f.deny != "":
		a, err := c.Approve(ctx, f.deny, client.ApprovalBody{})
		return f.answered(cmd, a, err)
	}
	known, err := c.Approvals(ctx)
	if err != nil {
		return err
	}
	if f.revokeAll || f.revoke != "" {
		return f.takeBack(cmd, c, known.Approvals)
	}
	if *f.json {
		return printJSON(cmd.OutOrStdout(), known)
	}
	return printApprovals(cmd, known)
}

func (f approvalsFlags) answered(cmd *cobra.Command, a client.Approval, err error) error {
	if err != nil {
		return err
	}
	if *f.json {
		return printJSON(cmd.OutOrStdout(), a)
	}
	tell(cmd, "%s: %s", clean(programName(a.Program)), approvalWords(a, time.Now()))
	if f.hour && !lasts(a, time.Now()) {
		tell(cmd, "%s", words.Say(words.Sentences, "no_hour", nil))
	}
	return nil
}

// takeBack revokes one answer or all of them.
func (f approvalsFlags) takeBack(cmd *cobra.Command, c *client.Client, all []client.Approval) error {
	done := 0
	for _, a := range all {
		if !f.revokeAll && a.ID != f.revoke {
			continue
		}
		if err := c.RevokeApproval(cmd.Context(), a.ID); err != nil {
			return err
		}
		done++
		if !*f.json {
			tell(cmd, "%s: %s", clean(programName(a.Program)), words.Say(words.Sentences, revoked(a), nil))
		}
	}
	switch {
	case done > 0:
		return nil
	case f.revokeAll:
		tell(cmd, "%s.", words.Say(words.Sentences, "no_approvals", nil))
		return nil
	default:
		return faultf(helper.ExitFailed, "there is no question or answer %s; see: sessionkeeper approvals", clean(f.revoke))
	}
}

// revoked names the sentence that says what became of a question or an answer that was taken back.
func revoked(a client.Approval) string {
	if a.State == client.Asking {
		return "answered_revoked_question"
	}
	return "answered_revoked"
}

// lasts reports whether a yes is good for more than one request.
func lasts(a client.Approval, now time.Time) bool {
	return a.State == client.Allowed && !a.Once && (a.Running || a.Until.After(now))
}

func printApprovals(cmd *cobra.Command, known client.Approvals) error {
	if len(known.Approvals) == 0 {
		tell(cmd, "%s.", words.Say(words.Sentences, "no_approvals", nil))
		if len(known.Sessions) == 0 {
			tell(cmd, "%s", words.Say(words.Sentences, "no_approvals_detail", nil))
			return nil
		}
		tell(cmd, "%s", clean(words.Say(words.Sentences, "asked_about", words.Values{"names": words.Safe(list(known.Sessions))})))
		return nil
	}
	now := time.Now()
	rows := [][]string{{"ID", "SESSION", "PROGRAM", "STARTED BY", "FOLDER", "ANSWER"}}
	for _, a := range known.Approvals {
		rows = append(rows, []string{
			clean(a.ID), clean(a.Session), pathWords(a.Program), pathWords(a.Parent), pathWords(a.Dir), approvalWords(a, now),
		})
	}
	if err := table(cmd.OutOrStdout(), rows); err != nil {
		return err
	}
	if slices.ContainsFunc(known.Approvals, func(a client.Approval) bool { return a.State == client.Asking }) {
		tell(cmd, "%s", words.Say(words.Sentences, "answer_with", nil))
	}
	return nil
}

// pathWords is a path in a table, shortened in its middle.
func pathWords(file string) string { return clean(string(words.Path(file))) }

func programName(file string) string {
	if file == "" {
		return words.Say(words.Sentences, "some_program", nil)
	}
	return path.Base(file)
}

// approvalWords says how a question stands.
func approvalWords(a client.Approval, now time.Time) string {
	id := "answer_by"
	switch {
	case a.State == client.Allowed && a.Once:
		id = "answered_once"
	case a.State == client.Allowed && a.Running:
		id = "answered_run"
	case a.State == client.Allowed:
		id = "answered_yes"
	case a.State == client.Denied && a.Unheard:
		id = "answered_not"
	case a.State == client.Denied:
		id = "answered_no"
	}
	return words.Say(words.Sentences, id, words.Values{
		"when": words.Safe(words.From(a.Until, now)), "span": words.Safe(words.Span(a.Until.Sub(now))),
	})
}

// openPrograms shows the page where the questions are.
func openPrograms(ctx context.Context, screen *desktop.Desktop, page string) error {
	if page == "" {
		return errors.New("the keeper has no page")
	}
	return screen.Open(ctx, page+"&go=programs")
}
