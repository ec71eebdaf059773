package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/helper"
)

// onSession is a command about one session.
func onSession(use, short string, run func(*cobra.Command, *client.Client, string) error) *cobra.Command {
	return &cobra.Command{
		Use:               use,
		Short:             short,
		Args:              oneName,
		ValidArgsFunction: completeNames,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			return run(cmd, c, args[0])
		}),
	}
}

func pauseCommand() *cobra.Command {
	var asJSON *bool
	cmd := onSession("pause NAME [--json]", "Stop renewing a session and handing out its tokens",
		func(cmd *cobra.Command, c *client.Client, name string) error {
			s, err := c.Pause(cmd.Context(), name)
			return done(cmd, *asJSON, s, err)
		})
	asJSON = jsonFlag(cmd)
	return cmd
}

func resumeCommand() *cobra.Command {
	var asJSON *bool
	cmd := onSession("resume NAME [--json]", "Undo pause",
		func(cmd *cobra.Command, c *client.Client, name string) error {
			s, err := c.Resume(cmd.Context(), name)
			return done(cmd, *asJSON, s, err)
		})
	asJSON = jsonFlag(cmd)
	return cmd
}

func refreshCommand() *cobra.Command {
	var asJSON *bool
	var wait duration
	cmd := onSession("refresh NAME [--wait D] [--json]", "Renew a session's token now",
		func(cmd *cobra.Command, c *client.Client, name string) error {
			before, err := c.Session(cmd.Context(), name)
			if err != nil {
				return err
			}
			s, err := c.Refresh(cmd.Context(), name, time.Duration(wait))
			if err == nil && s.Generation == before.Generation {
				tell(cmd, "%s", clean(words.Say(words.Sentences, "fresh", words.Values{"name": named(s.Name)})))
			}
			return done(cmd, *asJSON, s, err)
		})
	cmd.Flags().Var(&wait, "wait", "how long to wait for the provider (default 10s)")
	asJSON = jsonFlag(cmd)
	return cmd
}

func setSecretCommand() *cobra.Command {
	var file string
	var asJSON *bool
	cmd := onSession("set-secret NAME --client-secret-file F|- [--json]", "Replace a session's client secret",
		func(cmd *cobra.Command, c *client.Client, name string) error {
			text, err := secretFlag(cmd, file)
			if err != nil {
				return err
			}
			s, err := c.SetSecret(cmd.Context(), name, text)
			if err := done(cmd, *asJSON, s, err); err != nil || *asJSON || s.Detail == "" {
				return err
			}
			tell(cmd, "%s", clean(s.Detail))
			return nil
		})
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if file == "" {
			return misusef(cmd, "--client-secret-file is missing; name a file, or - for stdin")
		}
		return nil
	}
	cmd.Flags().StringVar(&file, "client-secret-file", "", "`FILE` whose first line is the secret; - for stdin")
	asJSON = jsonFlag(cmd)
	return cmd
}

func removeCommand() *cobra.Command {
	var yes bool
	cmd := onSession("remove NAME [--yes]", "Forget a session and its definition, without telling the provider",
		func(cmd *cobra.Command, c *client.Client, name string) error {
			if _, err := c.Session(cmd.Context(), name); err != nil {
				return err
			}
			if _, err := tellUses(cmd, c, name); err != nil {
				return err
			}
			question := fmt.Sprintf("Remove %s with its grant and its definition? "+
				"The provider is not told: logout does that.", clean(name))
			if err := confirm(cmd, yes, question); err != nil {
				return err
			}
			if err := c.Remove(cmd.Context(), name); err != nil {
				return err
			}
			tell(cmd, "%s is removed.", clean(name))
			return nil
		})
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func logoutCommand() *cobra.Command {
	var yes, keep bool
	var asJSON *bool
	cmd := onSession("logout NAME [--keep-remote] [--yes] [--json]", "Sign out at the provider and forget the grant",
		func(cmd *cobra.Command, c *client.Client, name string) error {
			related, err := c.Related(cmd.Context(), name)
			if err != nil {
				return err
			}
			used, err := tellUses(cmd, c, name)
			if err != nil {
				return err
			}
			others := len(related) > 0 && !keep
			if others {
				tell(cmd, "Signing out of %s may also end: %s (same account and client).", clean(name), list(related))
			}
			if others || used {
				if err := confirm(cmd, yes, "Sign out?"); err != nil {
					return err
				}
			}
			out, err := c.Logout(cmd.Context(), name, keep)
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), out)
			}
			tell(cmd, "%s is signed out: %s.", clean(name), words.Say(words.Remote, out.Remote, nil))
			if out.Detail != "" {
				tell(cmd, "%s", clean(out.Detail))
			}
			return nil
		})
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&keep, "keep-remote", false, "forget the grant here alone; the provider keeps it")
	asJSON = jsonFlag(cmd)
	return cmd
}

// maxUses are named at most; the rest is counted.
const maxUses = 10

// tellUses names the programs, proxies and files that use a session now, and reports whether there are any.
func tellUses(cmd *cobra.Command, c *client.Client, name string) (bool, error) {
	uses, err := c.Uses(cmd.Context(), name)
	if p, ok := errors.AsType[*client.Problem](err); ok && p.Code == string(session.CodeNotFound) {
		return false, nil // a keeper from before there were uses
	}
	if err != nil || len(uses) == 0 {
		return false, err
	}
	tell(cmd, "%s", words.Say(words.Sentences, "stop_working", nil))
	for _, u := range uses[:min(len(uses), maxUses)] {
		tell(cmd, "  %s", useWords(u))
	}
	if more := len(uses) - maxUses; more > 0 {
		tell(cmd, "  … %d more", more)
	}
	return true, nil
}

func useWords(u client.Use) string {
	return clean(string(words.OfUse(u.Face, u.Label, u.Program, u.PID)))
}

// done says how a session stands after a change.
func done(cmd *cobra.Command, asJSON bool, s client.Session, err error) error {
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), s)
	}
	tell(cmd, "%s: %s", clean(s.Name), sentence(s, time.Now()))
	return nil
}

// confirm asks before something that cannot be undone. Without a terminal there is nobody to ask: --yes is needed.
func confirm(cmd *cobra.Command, yes bool, question string) error {
	if yes {
		return nil
	}
	if _, ok := terminal(cmd.InOrStdin()); !ok {
		return misusef(cmd, "%s wants to ask first and stdin is no terminal; add --yes", cmd.Name())
	}
	cmd.PrintErrf("%s [y/N] ", question)
	answer, err := readLine(cmd.Context(), cmd)
	if err != nil {
		return err
	}
	if answer != "y" && answer != "Y" && answer != "yes" {
		return faultf(helper.ExitFailed, "nothing was changed")
	}
	return nil
}

// readLine reads a line of stdin, and gives up with ctx: Ctrl-C ends a question.
func readLine(ctx context.Context, cmd *cobra.Command) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := lineOf(cmd.InOrStdin())
		got <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-got:
		return a.line, a.err
	}
}
