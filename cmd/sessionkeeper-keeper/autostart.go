package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/programs"
)

func autostartCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "autostart on|off|status [--json]",
		Short: "Start Sessionkeeper at log-in, or not any more",
		Long: `Start Sessionkeeper at log-in, or not any more: a systemd user unit for the keeper and an autostart file for the
tray, launchd agents, or an entry of the Run key, whichever this system has. Nothing but what "on" installed is ever
changed, and what runs now goes on running.`,
		Args: func(cmd *cobra.Command, args []string) error {
			return misusef(cmd, "say what to do: on, off or status")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(
		autostartVerb("on", "Start Sessionkeeper at log-in", func() (client.Autostart, error) { return setAutostart(true) }),
		autostartVerb("off", "Do not start it at log-in any more", func() (client.Autostart, error) { return setAutostart(false) }),
		autostartVerb("status", "Say whether it starts at log-in", lookAtAutostart),
		&cobra.Command{
			Use:    "start",
			Short:  "Start a keeper where none runs, and end",
			Hidden: true, // for log-in where a keeper cannot run in the foreground
			Args:   noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				_, err := keeperSocket(cmd.Context())
				return err
			},
		},
	)
	return cmd
}

func autostartVerb(name, short string, do func() (client.Autostart, error)) *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   name + " [--json]",
		Short: short,
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := do()
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), a)
			}
			return printAutostart(cmd, a, name == "status")
		},
	}
	asJSON = jsonFlag(cmd)
	return cmd
}

// printAutostart gives the state on stdout where it was asked for, and else says what was done.
func printAutostart(cmd *cobra.Command, a client.Autostart, asked bool) error {
	word := "off"
	if a.On {
		word = "on"
	}
	switch {
	case asked && a.On:
		if err := fields(cmd.OutOrStdout(), [2]string{word, clean(a.Kind)}, [2]string{"", clean(a.Path)}); err != nil {
			return err
		}
	case asked:
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), word); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
	case a.On:
		tell(cmd, "Sessionkeeper starts at log-in (%s): %s", clean(a.Kind), clean(a.Path))
	default:
		tell(cmd, "Sessionkeeper does not start at log-in.")
	}
	if a.Detail != "" {
		tell(cmd, "Note: %s", clean(a.Detail))
	}
	return nil
}

// ownPrograms are what is to start at log-in.
func ownPrograms() (atLogin, error) {
	program, err := programs.Front()
	if err != nil {
		return atLogin{}, err
	}
	return startAtLogin(program), nil
}

func setAutostart(on bool) (client.Autostart, error) {
	a, err := ownPrograms()
	if err != nil {
		return client.Autostart{}, err
	}
	return a.Set(on)
}

func lookAtAutostart() (client.Autostart, error) {
	a, err := ownPrograms()
	if err != nil {
		return client.Autostart{}, err
	}
	return a.Look()
}

// canStartAlone refuses what would fail at every log-in, for any face that asks.
func canStartAlone() error {
	p, err := places.Find()
	if err != nil {
		return err
	}
	_, settings, _, err := configuration(p)
	if err != nil {
		return err
	}
	if settings.Keychain == "file" {
		return &session.Error{Code: session.CodeConflict, Detail: "the keychain is a file under a passphrase, which nobody " +
			`can type at log-in; set keychain = "os" or "sealed" in config.toml, or start the keeper yourself`}
	}
	return nil
}
