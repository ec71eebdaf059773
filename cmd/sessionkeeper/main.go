// Command sessionkeeper is the keeper of OAuth sessions and the command line to it. It wires the rooms together and
// holds no logic of its own about tokens; data goes to stdout, words to stderr, and only main exits.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/client"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: what it returns is the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if code, done := quickToken(ctx, args, stdout, stderr); done {
		return code
	}
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
	if err != nil && ctx.Err() != nil {
		return exitInterrupted
	}
	return report(stderr, err)
}

// commands are all commands. What each needs of the keeper it gets from connect.
func commands() *cobra.Command {
	root := &cobra.Command{
		Use:           "sessionkeeper",
		Short:         "Sign in once, stay signed in",
		Long:          rootHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &misuse{text: err.Error(), usage: cmd.UseLine()}
	})
	root.AddCommand(
		serveCommand(), addCommand(), loginCommand(), logoutCommand(), removeCommand(),
		pauseCommand(), resumeCommand(), refreshCommand(), setSecretCommand(),
		listCommand(), statusCommand(), historyCommand(), eventsCommand(), doctorCommand(),
		tokenCommand(), headerCommand(), providersCommand(), uiCommand(), demoCommand(),
		versionCommand(), autostartCommand(), keychainChildCommand(),
	)
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		c.DisableFlagsInUseLine = true
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
	lines := strings.Split(advice(err), "\n")
	for i, line := range lines {
		lines[i] = clean(line)
	}
	_, _ = fmt.Fprintf(stderr, "sessionkeeper: %s\n", strings.Join(lines, "\n"))
	if m, ok := errors.AsType[*misuse](err); ok {
		_, _ = fmt.Fprintf(stderr, "usage: %s\n", m.usage)
	}
	return code
}

// advice is the error's text, ending with what to do next where we know more than the error.
func advice(err error) string {
	text := err.Error()
	if p, ok := errors.AsType[*client.Problem](err); ok && p.LoginURL != "" && !strings.Contains(text, p.LoginURL) {
		return text + "\nThe sign-in page is open: " + p.LoginURL
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return text + ": the keeper does not answer; see: sessionkeeper doctor"
	}
	return text
}
