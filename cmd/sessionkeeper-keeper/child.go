package main

import (
	"os/signal"

	"github.com/spf13/cobra"

	"sessionkeeper/keychain"
)

// keychainChild is the hidden command that the keeper starts to talk to the OS keychain.
const keychainChild = "keychain-child"

func keychainChildCommand() *cobra.Command {
	return &cobra.Command{
		Use:    keychainChild,
		Hidden: true,
		Args:   noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := harden(); err != nil {
				return err
			}
			// A Ctrl-C in the terminal goes to us as well as to the keeper, which still has grants to save: we end
			// when it closes our stdin, or with it.
			signal.Ignore(stopSignals()...)
			if code := keychain.ServeChild(); code != 0 {
				return &fault{code: code}
			}
			return nil
		},
	}
}
