package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sessionkeeper/keychain"
	"sessionkeeper/session"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

func keychainCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "keychain [--json]",
		Short: "Show where secrets are kept; change their keys or their place",
		Args:  noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			h, err := c.Health(cmd.Context())
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), h.Keychain)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), keychainWords(h.Keychain))
			return err
		}),
	}
	asJSON = jsonFlag(cmd)
	cmd.AddCommand(rotateCommand(), changePassphraseCommand(), moveCommand())
	for _, c := range cmd.Commands() {
		c.DisableFlagsInUseLine = true
	}
	return cmd
}

func rotateCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "rotate [--passphrase-file F|-]",
		Short: "Make a new key for what is sealed on disk, and seal it anew",
		Long: `Make a new key for what is sealed on disk, and seal all of it anew, while the sessions are in use. The old keys are
kept beside it, so that a backup of the records from before can still be opened. With the store os it is the key of
the records that wait on disk while the keychain is away.`,
		Args: noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			var p secret.Text
			h, err := c.Health(cmd.Context())
			if err == nil && h.Keychain.Backend == "file" {
				p, err = passphraseFlag(cmd, file, "Passphrase: ")
			}
			if err != nil {
				return err
			}
			if _, err := c.RotateKeys(cmd.Context(), p); err != nil {
				return err
			}
			tell(cmd, "All records are sealed under a new key. Backups from before can still be opened.")
			return nil
		}),
	}
	cmd.Flags().StringVar(&file, "passphrase-file", "", "the passphrase of the store file, in the first line of `FILE`; - for stdin")
	return cmd
}

func changePassphraseCommand() *cobra.Command {
	var oldFile, newFile string
	cmd := &cobra.Command{
		Use:   "passphrase [--passphrase-file F] [--new-passphrase-file F]",
		Short: "Change the passphrase of the store file, and its key",
		Long: `Change the passphrase of the store file, and make a new key, so that the old passphrase and an old copy of the folder
open nothing that is stored from now on. A backup from before needs the old passphrase. Without the flags both are
asked for at the terminal.`,
		Args: noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			old, err := passphraseFlag(cmd, oldFile, "Passphrase now: ")
			if err != nil {
				return err
			}
			changed, err := newPassphrase(cmd, newFile)
			if err != nil {
				return err
			}
			if _, err := c.ChangePassphrase(cmd.Context(), old, changed); err != nil {
				return err
			}
			tell(cmd, "The passphrase is changed. Put the new one where the keeper finds it at its next start "+
				"(serve --passphrase-file).")
			return nil
		}),
	}
	cmd.Flags().StringVar(&oldFile, "passphrase-file", "", "the passphrase now, in the first line of `FILE`")
	cmd.Flags().StringVar(&newFile, "new-passphrase-file", "", "the new one, in the first line of `FILE`")
	return cmd
}

func moveCommand() *cobra.Command {
	var to, file string
	cmd := &cobra.Command{
		Use:   "move --to os|sealed|file [--passphrase-file F|-]",
		Short: "Take all secrets to another store",
		Long: `Take all secrets to another store, while the sessions are in use: they are copied and read back, then the new store
counts, then the old copies are deleted. If anything fails before that, all stays as it was. The keeper remembers the
store, whatever config.toml says.`,
		Args: noArgs,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, _ []string) error {
			var p secret.Text
			var err error
			if to == "file" {
				if p, err = newPassphrase(cmd, file); err != nil {
					return err
				}
			}
			k, err := c.MoveSecrets(cmd.Context(), to, p)
			if err != nil {
				return err
			}
			tell(cmd, "The secrets lie in the store %s now.", clean(k.Backend))
			if to == "file" {
				tell(cmd, "From now on start the keeper with its passphrase: sessionkeeper serve --passphrase-file FILE")
			}
			return nil
		}),
	}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		switch to {
		case "os", "sealed", "file":
			return nil
		default:
			return misusef(cmd, "--to %q is no store: use os, sealed or file", to)
		}
	}
	cmd.Flags().StringVar(&to, "to", "", "the `STORE`: os, sealed (a key in the keychain, records on disk) or file (under a passphrase)")
	cmd.Flags().StringVar(&file, "passphrase-file", "", "the passphrase of the store file, in the first line of `FILE`; - for stdin")
	return cmd
}

// passphraseFlag reads the passphrase that a flag names, or asks for it at the terminal.
func passphraseFlag(cmd *cobra.Command, file, question string) (secret.Text, error) {
	if file != "" {
		text, err := readSecret(file, cmd.InOrStdin())
		return secret.New(string(text)), err
	}
	fd, ok := terminal(cmd.InOrStdin())
	if !ok {
		return secret.Text{}, errors.New("the passphrase is missing; name a file that holds it with --passphrase-file")
	}
	cmd.PrintErr(question)
	typed, err := term.ReadPassword(fd)
	cmd.PrintErrln()
	if err != nil {
		return secret.Text{}, fmt.Errorf("reading the passphrase: %w", err)
	}
	return secret.New(string(typed)), nil
}

// newPassphrase is passphraseFlag; at the terminal it is typed twice.
func newPassphrase(cmd *cobra.Command, file string) (secret.Text, error) {
	first, err := passphraseFlag(cmd, file, "New passphrase: ")
	if err != nil || file != "" {
		return first, err
	}
	again, err := passphraseFlag(cmd, file, "Once more: ")
	if err == nil && (first.Empty() || !first.Equal(again)) {
		err = errors.New("the two are not the same, or empty; try again")
	}
	return first, err
}

// keyring does to the keychain what the local API is asked for.
type keyring struct {
	chain  *keychain.Chain
	keeper *session.Keeper
}

func (k keyring) Rotate(ctx context.Context, passphrase secret.Text) error {
	return keyFault(k.chain.Rotate(ctx, []byte(passphrase.Reveal())))
}

func (k keyring) ChangePassphrase(ctx context.Context, old, changed secret.Text) error {
	return keyFault(k.chain.ChangePassphrase(ctx, []byte(old.Reveal()), []byte(changed.Reveal())))
}

func (k keyring) Move(ctx context.Context, to string, passphrase secret.Text) error {
	keys, err := k.keeper.StoreKeys(ctx)
	if err == nil {
		err = k.chain.Move(ctx, keychain.Move{To: to, Passphrase: []byte(passphrase.Reveal()), Keys: keys})
	}
	return keyFault(err)
}

// tidy removes what a move that was cut short has left in the store that does not count.
func (k keyring) tidy(ctx context.Context) error {
	keys, err := k.keeper.StoreKeys(ctx)
	if err != nil {
		return err
	}
	return k.chain.Tidy(ctx, keys)
}

// keyFault puts into words what the keychain's own errors do not say.
func keyFault(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*keychain.Error](err); ok {
		return e
	}
	return &session.Error{Code: session.CodeConflict, Detail: err.Error()}
}

// store is the backend of a home: where the secrets were moved, or else what the settings say. asked is what the user
// named for this start, "" for nothing.
func store(stateDir, asked, settings string) (string, error) {
	placed, err := keychain.Placed(stateDir)
	switch {
	case err != nil:
		return "", err
	case placed == "" && asked != "":
		return asked, nil
	case placed == "":
		return settings, nil
	case asked != "" && asked != placed:
		return "", fmt.Errorf("the secrets were moved to the store %s: start with --keychain %s, and take them elsewhere with: "+
			"sessionkeeper keychain move --to %s", placed, placed, asked)
	default:
		return placed, nil
	}
}
