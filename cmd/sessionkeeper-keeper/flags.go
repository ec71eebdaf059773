package main

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session/config"
	"sessionkeeper/ui/api/fast"
)

// duration is a flag of Go's form plus d for days: "90s", "5m4s", "30d".
type duration time.Duration

func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

func (d *duration) Set(text string) error {
	parsed, err := fast.ParseDuration(text)
	*d = duration(parsed)
	return err
}

func (d *duration) Type() string { return "duration" }

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasParent() {
		return misusef(cmd, "%s takes no argument, not even %q", cmd.Name(), args[0])
	}
	text := fmt.Sprintf("there is no command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text = fmt.Sprintf("there is no command %q; did you mean %q?", args[0], near[0])
	}
	return misusef(cmd, "%s", text)
}

// checkPage refuses an address that the page can never have: it listens on this machine alone, under the one literal
// that browsers need no resolver for.
func checkPage(cmd *cobra.Command, _ []string) error {
	address, err := cmd.Flags().GetString("http")
	if err != nil || address == "" {
		return err
	}
	parsed, err := netip.ParseAddrPort(address)
	if err != nil || parsed.Addr() != netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		return misusef(cmd, "--http %q: want 127.0.0.1:PORT, with port 0 for any", address)
	}
	return nil
}

// tightenCompletion makes cobra's own command refuse what it does not know, like ours.
func tightenCompletion(completion *cobra.Command) {
	shells := completion.Commands()
	names := make([]string, len(shells))
	for i, shell := range shells {
		names[i], shell.Args = shell.Name(), noArgs
	}
	completion.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return misusef(cmd, "there is no completion for %q, only for %s", args[0], strings.Join(names, ", "))
		}
		return nil
	}
	completion.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// tightenHelp makes cobra's own command refuse what it does not know, like ours.
func tightenHelp(help *cobra.Command) {
	help.Args = func(cmd *cobra.Command, args []string) error {
		if _, rest, err := cmd.Root().Find(args); err != nil || len(rest) > 0 {
			return misusef(cmd, "there is no command %q; see: sessionkeeper help", strings.Join(args, " "))
		}
		return nil
	}
}

// oneName wants exactly one session name.
func oneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		see := "list"
		if cmd.Name() == "add" {
			see = "add --help"
		}
		return misusef(cmd, "%s wants one session name, not %d; see: sessionkeeper %s", cmd.Name(), len(args), see)
	}
	return checkName(cmd, args[0])
}

// maybeName wants one session name or none.
func maybeName(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return oneName(cmd, args)
}

func checkName(cmd *cobra.Command, name string) error {
	if err := config.CheckName(name); err != nil {
		return misusef(cmd, "%v", err)
	}
	return nil
}

// completeNames offers the sessions' names where a keeper runs; pressing Tab starts none.
func completeNames(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	const quiet = cobra.ShellCompDirectiveNoFileComp
	if len(args) > 0 {
		return nil, quiet
	}
	c, err := running(cmd.Context())
	if err != nil {
		return nil, quiet
	}
	defer c.Close()
	sessions, err := c.Sessions(cmd.Context())
	if err != nil {
		return nil, quiet
	}
	names := make([]string, len(sessions))
	for i, s := range sessions {
		names[i] = s.Name
	}
	return names, quiet
}
