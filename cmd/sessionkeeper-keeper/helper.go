package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/helper"
	"sessionkeeper/ui/helper/install"
)

// helperCommand is the long way to a helper: the one that can start a keeper. While one runs, sessionkeeper has answered
// before any of this.
func helperCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "helper TOOL NAME [OPERATION...]",
		Short: "Let git, docker, kubectl and others use a session's tokens",
		Long:  helperHelp(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return misusef(cmd, "a helper needs a tool and the name of a session; to set one up, see: "+
					"sessionkeeper helper install --help")
			}
			return nil
		},
		ValidArgsFunction: completeHelper,
		RunE: func(cmd *cobra.Command, args []string) error {
			i, ok := helper.ParseInvocation(append([]string{"helper"}, args...))
			if !ok {
				return noHelper(cmd, args)
			}
			p, err := places.Find()
			if err != nil {
				return err
			}
			exit := i.Run(cmd.Context(), p, helper.NewKeeper(keeperSocket), helper.Streams{
				Stdin: cmd.InOrStdin(), Stdout: cmd.OutOrStdout(), Stderr: cmd.ErrOrStderr(), Getenv: os.Getenv,
			})
			if exit != helper.ExitDone {
				return &fault{code: exit} // all has been said in the tool's own form
			}
			return nil
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows the tool is the tool's
	cmd.AddCommand(helperInstallCommands()...)
	return cmd
}

func helperHelp() string {
	var b strings.Builder
	b.WriteString("To let a program use a session's tokens: sessionkeeper helper install\n\n" +
		"Programs call a helper themselves, once they are told to; it speaks the protocol of each. It never asks\n" +
		"anything. Where the program says which host it talks to, that host gets a token only if it was named at the\n" +
		"installation. With - for NAME the host tells the session.\n\nHelpers:\n")
	for _, t := range helper.Tools() {
		_, _ = fmt.Fprintf(&b, "  %-10s %s\n", t.ID, t.Title)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// noHelper says what is wrong with a call that is none of a helper.
func noHelper(cmd *cobra.Command, args []string) error {
	_, known := helper.Find(args[0])
	switch {
	case known:
		return misusef(cmd, "%.40q is no name of a session; see: sessionkeeper list", args[1])
	case slices.Contains(install.Tools(), args[0]):
		return misusef(cmd, "%s has no helper of its own; set it up with: sessionkeeper helper install %[1]s NAME", args[0])
	}
	return misusef(cmd, "there is no helper for %.40q; there are: %s", args[0], strings.Join(toolIDs(), ", "))
}

func toolIDs() []string {
	var ids []string
	for _, t := range helper.Tools() {
		ids = append(ids, t.ID)
	}
	return ids
}

func completeHelper(cmd *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return toolIDs(), cobra.ShellCompDirectiveNoFileComp
	case 1:
		return completeNames(cmd, nil, start)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
