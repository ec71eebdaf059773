package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/helper"
)

// serveFlags are serve's flags; empty ones leave it to config.toml.
type serveFlags struct{ keychain, passphraseFile, http string }

func serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve [--keychain os|sealed|file [--passphrase-file F]] [--http 127.0.0.1:0]",
		Short: "Run the keeper in the foreground",
		Long: `Run the keeper in the foreground. It prints one line "ready …" with its addresses once it answers, and ends on
Ctrl-C or SIGTERM; renewals in flight get 5 s to finish. Any other command starts a keeper by itself where none runs.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch f.keychain {
			case "", "os", "sealed", "file":
			default:
				return misusef(cmd, "there is no keychain %q; use os, sealed or file", f.keychain)
			}
			return serve(cmd.Context(), f, streams{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.keychain, "keychain", "", "where secrets are kept: os, sealed or file (default: config.toml's, else os)")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "",
		"the passphrase of --keychain file, in the first line of `FILE`; - takes a line of stdin each time it is asked for")
	flags.StringVar(&f.http, "http", "", "the page's `ADDRESS` (default: config.toml's, else 127.0.0.1:0)")
	return cmd
}

// serve is the keeper's life: one at a time per home, from the lock to the last flush.
func serve(ctx context.Context, f serveFlags, s streams) error {
	if err := harden(); err != nil {
		return err
	}
	// Neither a reader of our log that goes away nor a file that may not grow may take the keeper with it.
	signal.Ignore(writeSignals()...)
	p, err := places.Find()
	if err != nil {
		return err
	}
	if err := makeFolders(p); err != nil {
		return err
	}
	lock, err := takeLock(p)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := setPipesAside(p.State); err != nil {
		return err
	}
	dir, settings, broken, err := configuration(p)
	if err != nil {
		return err
	}
	if settings.Keychain, err = store(p.State, f.keychain, settings.Keychain); err != nil {
		return err
	}
	settings.HTTP = cmp.Or(f.http, settings.HTTP)
	switch {
	case settings.Keychain == "file":
		if err := checkPassphrase(f.passphraseFile, s); err != nil {
			return err
		}
	case f.passphraseFile != "":
		return faultf(helper.ExitUsage, "--passphrase-file goes with --keychain file, and the keychain is %q here; "+
			"give both, or neither", settings.Keychain)
	}

	logs, err := openLog(filepath.Join(p.State, "keeper.log"), logCap)
	if err != nil {
		return err
	}
	defer logs.Close()
	level := new(slog.LevelVar)
	setLevel(level, settings)
	o := &slog.HandlerOptions{Level: level}
	log := slog.New(slog.NewMultiHandler(slog.NewTextHandler(logs, o), slog.NewTextHandler(s.stderr, o)))
	house := house{
		places: p, dir: dir, settings: settings, broken: broken, level: level, log: log,
		passphrase: passphrase(f.passphraseFile, s),
	}
	log.InfoContext(ctx, "keeper starts", "version", version(), "pid", os.Getpid(), "keychain", settings.Keychain)
	if err := house.keep(ctx, s.stdout); err != nil {
		log.ErrorContext(ctx, "keeper failed", "error", err)
		return err
	}
	log.InfoContext(ctx, "keeper stopped")
	return nil
}
