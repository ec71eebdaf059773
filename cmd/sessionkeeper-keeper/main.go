// Command sessionkeeper-keeper is the keeper of OAuth sessions and the whole command line to it. People call it by way of
// sessionkeeper, which answers what must be answered at once and hands everything else over. It wires the rooms together
// and holds no logic of its own about tokens; data goes to stdout, words to stderr, and only main exits.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/helper"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: what it returns is the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, stopSignals()...)
	defer stop()
	// A second Ctrl-C ends us at once.
	context.AfterFunc(ctx, stop)

	root := commands() //nolint:contextcheck // commands get theirs from cobra
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if e, ok := errors.AsType[*ending](err); ok {
		return e.passOn()
	}
	if err != nil && ctx.Err() != nil {
		return helper.ExitInterrupted
	}
	return report(stderr, err)
}

// commands are all commands. What each needs of the keeper it gets from connect.
func commands() *cobra.Command {
	root := &cobra.Command{
		Use:           "sessionkeeper",
		Short:         "Sign in once, stay signed in",
		Long:          rootHelp,
		Version:       buildInfo().line(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if args := cmd.Flags().Args(); !cmd.HasParent() && len(args) > 0 {
			return noArgs(cmd, args) // a command that is not there has no flags
		}
		return misusef(cmd, "%s", flagFault(err))
	})
	root.AddCommand(
		serveCommand(), addCommand(), loginCommand(), logoutCommand(), removeCommand(),
		pauseCommand(), resumeCommand(), refreshCommand(), setSecretCommand(),
		listCommand(), statusCommand(), historyCommand(), eventsCommand(), doctorCommand(),
		tokenCommand(), headerCommand(), helperCommand(), execCommand(), fileCommand(), proxyCommand(),
		providersCommand(), uiCommand(), demoCommand(), versionCommand(), autostartCommand(), approvalsCommand(),
		keychainCommand(), keychainChildCommand(),
	)
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	plainUsage(root)
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			tightenCompletion(c)
		case "help":
			tightenHelp(c)
		case "serve":
			c.PreRunE = checkPage
		}
	}
	return root
}

// plainUsage keeps "[flags]" out of the usage lines, which name the flags themselves.
func plainUsage(c *cobra.Command) {
	c.DisableFlagsInUseLine = true
	for _, sub := range c.Commands() {
		plainUsage(sub)
	}
}

const rootHelp = `Sign in once, stay signed in: one keeper holds your OAuth sessions, renews them before they
run out, and gives every program a fresh token.

Data goes to stdout, words to stderr. Exit codes: 0 done, 1 failed, 2 usage, 3 sign-in needed,
4 unavailable now, 5 keychain unavailable, 6 setup needed, 7 paused, 8 unknown session, 130 interrupted.`

// report writes what went wrong and gives the exit code.
func report(stderr io.Writer, err error) int {
	code := exitCode(err)
	if err == nil || err.Error() == "" {
		return code
	}
	_, _ = fmt.Fprintf(stderr, "sessionkeeper: %s\n", helper.Advice(err))
	if m, ok := errors.AsType[*misuse](err); ok {
		_, _ = fmt.Fprintf(stderr, "usage: %s\n", m.usage)
	}
	return code
}
