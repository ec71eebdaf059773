package main

import (
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/helper"
)

func tokenCommand() *cobra.Command {
	cmd, c := tokenCommandOf("token", "Print a token that is valid now")
	cmd.Use += " [--id-token] [--json]"
	cmd.Flags().BoolVar(&c.Request.IDToken, "id-token", false, "the ID token instead of the access token")
	cmd.Flags().BoolVar(&c.JSON, "json", false, "JSON for programs, with the token's times")
	return cmd
}

func headerCommand() *cobra.Command {
	cmd, c := tokenCommandOf("header", `Print "Authorization: Bearer …" with a token that is valid now`)
	c.Header = true
	return cmd
}

// tokenCommandOf is the long way to a token: the one that can start a keeper. While one runs, sessionkeeper has answered
// before any of this.
func tokenCommandOf(name, short string) (*cobra.Command, *helper.TokenCall) {
	c := new(helper.TokenCall)
	var minTTL, wait duration
	cmd := &cobra.Command{
		Use:               name + " NAME [--min-ttl D] [--wait D] [--force]",
		Short:             short,
		Args:              oneName,
		ValidArgsFunction: completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			socket, err := keeperSocket(cmd.Context())
			if err != nil {
				return err
			}
			c.Name = args[0]
			c.Request.MinTTL = time.Duration(minTTL)
			c.Request.Wait = time.Duration(wait)
			return c.Run(cmd.Context(), socket, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.Var(&minTTL, "min-ttl", "a token that lasts at least this long (half of its life at most)")
	flags.Var(&wait, "wait", "how long to wait for a renewal (default 10s)")
	flags.BoolVar(&c.Request.Force, "force", false, "a new token, as often as the keeper allows")
	return cmd, c
}
