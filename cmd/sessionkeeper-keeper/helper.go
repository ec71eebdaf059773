package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/helper"
)

// helperCommand is the long way to a helper: the one that can start a keeper. While one runs, sessionkeeper has answered
// before any of this.
func helperCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "helper TOOL NAME [OPERATION...]",
		Short: "Answer another program's request for credentials",
		Long:  helperHelp(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return misusef(cmd, "a helper needs a tool and the name of a session")
			}
			return nil
		},
		ValidArgsFunction: completeHelper,
		RunE: func(cmd *cobra.Command, args []string) error {
			i, ok := helper.ParseInvocation(append([]string{"helper"}, args...))
			if !ok {
				return misusef(cmd, "there is no helper for %.40q; there are: %s", args[0], strings.Join(toolIDs(), ", "))
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
	b.WriteString("Programs call this themselves, once `sessionkeeper helper install` has told them to; it speaks the\n" +
		"protocol of each. It never asks anything, and gives a session's tokens only to the https hosts that were\n" +
		"named for it. With - for NAME the host tells the session.\n\nTools:\n")
	for _, t := range helper.Tools() {
		_, _ = fmt.Fprintf(&b, "  %-10s %s\n", t.ID, t.Title)
	}
	return strings.TrimSuffix(b.String(), "\n")
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
