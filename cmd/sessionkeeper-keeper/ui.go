package main

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/desktop"
	"sessionkeeper/ui/helper"
)

func uiCommand() *cobra.Command {
	var only bool
	cmd := &cobra.Command{
		Use:   "ui [--print]",
		Short: "Open the page in the browser",
		Args:  noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			code, err := c.PageCode(cmd.Context())
			if err != nil {
				return err
			}
			if only {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), code.URL)
				return err
			}
			if err := desktop.New(slog.New(slog.DiscardHandler)).Open(cmd.Context(), code.URL); err != nil {
				return faultf(helper.ExitFailed, "no browser came up; open this page yourself within a minute: %s", code.URL)
			}
			tell(cmd, "Opened the page in your browser.")
			return nil
		}),
	}
	cmd.Flags().BoolVar(&only, "print", false, "print its address with a one-time code, good for a minute")
	return cmd
}
