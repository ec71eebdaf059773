package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"sessionkeeper/assets"
	"sessionkeeper/keychain"
	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/history"
	"sessionkeeper/session/provider"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/programs"
	"sessionkeeper/ui/cloud"
	"sessionkeeper/ui/desktop"
	"sessionkeeper/ui/web"
)

// serveFlags are serve's flags; empty ones leave it to config.toml.
type serveFlags struct{ keychain, passphraseFile, http string }

func serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve [--keychain os|sealed|file [--passphrase-file F]] [--http 127.0.0.1:0]",
		Short: "Run the keeper in the foreground",
		Long: `Run the keeper in the foreground. It prints one line "ready …" with its addresses once it answers, and ends on
Ctrl-C or SIGTERM after finishing the renewals in flight. Any other command starts a keeper by itself where none runs.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch f.keychain {
			case "", "os", "sealed", "file":
			default:
				return misusef(cmd, "--keychain %q is none: use os, sealed or file", f.keychain)
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
	// A reader of our log that goes away must not take the keeper with it.
	signal.Ignore(syscall.SIGPIPE)
	p, err := places.Find()
	if err != nil {
		return err
	}
	if err := p.Make(); err != nil {
		return fmt.Errorf("%w; correct the folder and start again", err)
	}
	lock, err := takeLock(p)
	if err != nil {
		return err
	}
	defer lock.Close()
	dir, settings, err := configuration(p)
	if err != nil {
		return err
	}
	settings.Keychain = cmp.Or(f.keychain, settings.Keychain)
	settings.HTTP = cmp.Or(f.http, settings.HTTP)
	if settings.Keychain == "file" {
		if err := checkPassphrase(f.passphraseFile, s); err != nil {
			return err
		}
	}

	logs, err := openLog(filepath.Join(p.State, "keeper.log"), logCap)
	if err != nil {
		return err
	}
	defer logs.Close()
	// A keeper that was started by a command has no stderr: a crash is told in the log.
	if err := debug.SetCrashOutput(logs.file, debug.CrashOptions{}); err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	level := new(slog.LevelVar)
	setLevel(level, settings)
	log := slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(logs, &slog.HandlerOptions{Level: level}),
		slog.NewTextHandler(s.stderr, &slog.HandlerOptions{Level: level}),
	))
	house := house{
		places: p, dir: dir, settings: settings, level: level, log: log,
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

// house is what the keeper's parts share.
type house struct {
	places     places.Places
	dir        *config.Dir
	settings   config.Settings
	level      *slog.LevelVar
	log        *slog.Logger
	passphrase func(context.Context) ([]byte, error)
}

// keep joins the parts and runs them until ctx ends or one that cannot be missed fails. Parts stop in the reverse order
// of their start: first the API takes no more work, then the keeper finishes its renewals, then the history is
// flushed, and last the keychain is closed.
func (h *house) keep(ctx context.Context, stdout io.Writer) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	crew := &crew{fail: fail, log: h.log}

	program, err := programs.Own()
	if err != nil {
		return err
	}
	called, err := programs.Front()
	if err != nil {
		return err
	}
	vault, err := h.openKeychain(ctx, program)
	if err != nil {
		return err
	}
	defer vault.Close()
	catalogue, faults := h.catalogue()
	past, aside, err := history.Open(filepath.Join(h.places.State, "history.db")) //nolint:contextcheck // it opens whole
	if err != nil {
		// It queues and tries again; the keeper keeps people signed in without it.
		h.log.ErrorContext(ctx, "history cannot be written", "error", err)
	}
	defer past.Close()
	if aside != "" {
		h.log.WarnContext(ctx, "history was broken and starts over", "set_aside", aside)
	}
	screen := desktop.New(h.log)
	if err := screen.SetIcon(assets.NoticeIcon()); err != nil {
		h.log.WarnContext(ctx, "notices have no icon", "error", err)
	}
	board := api.NewBoard(ownScreen{screen}, h.log)
	var server *api.Server // made last; nothing asks for it before the keeper runs
	keeper, err := session.New(session.Options{
		Config: h.dir, Settings: h.settings, Catalogue: catalogue, Faults: faults, Wire: provider.NewWire(nil, nil),
		Store: vault, StateDir: h.places.State, History: past, Log: h.log,
		Desktop:   desk{Desktop: screen, board: board},
		QueuePage: func() string { return server.PageURL() },
	})
	if err != nil {
		return err
	}
	approvals := api.NewApprovals(api.ApprovalsOptions{
		Confirm: h.dir.Confirm, Keeper: keeper, Notices: board, Log: h.log,
		Open: func(ctx context.Context) error { return openPrograms(ctx, screen, server.PageURL()) },
	})
	aws := cloud.NewSTS(cloud.STSOptions{Keeper: keeper, Log: h.log})
	files := h.tokenFiles(ctx, keeper)
	server, err = api.NewServer(api.Options{
		Keeper: keeper, History: past, Version: version(), Places: h.places, HTTP: h.settings.HTTP,
		Page: web.Page(), Log: h.log, Notices: board, Approvals: approvals, Autostart: startAtLogin(called),
		Keychain: func() api.Keychain { return api.Keychain(vault.Health()) },
		AWS:      aws,
		Files:    files,
		Uses:     files.Uses,
		OnEnv:    func(env map[string]string) { adopt(screen, vault, env) },
	})
	if err != nil {
		return err
	}
	if err := server.Listen(); err != nil {
		return err
	}
	defer crew.stop()
	crew.start(ctx, part{name: "keychain", run: vault.Run})
	crew.start(ctx, part{name: "history", run: past.Run})
	crew.start(ctx, part{name: "desktop", run: screen.Run})
	crew.start(ctx, part{name: "notices", run: board.Run})
	crew.start(ctx, part{name: "approvals", run: approvals.Run})
	crew.start(ctx, part{name: "sessions", run: keeper.Run, vital: true})
	crew.start(ctx, part{name: "AWS credentials", run: aws.Run})
	crew.start(ctx, part{name: "token files", run: files.Run})
	relay := &relay{keeper: keeper, screen: screen, board: board, approvals: approvals, vault: vault}
	crew.start(ctx, part{name: "relay", run: relay.run})
	crew.start(ctx, part{name: "configuration", run: func(ctx context.Context) error {
		return h.dir.Watch(ctx, func() { h.reload(ctx, keeper) })
	}})
	crew.start(ctx, part{name: "local API", run: server.Run, vital: true})

	if err := h.announce(ctx, server, vault, stdout); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	if failed, ok := errors.AsType[*partError](context.Cause(ctx)); ok {
		return failed
	}
	return nil
}

// openKeychain opens the backend that the settings name; a locked or absent one opens as well and says so later.
func (h *house) openKeychain(ctx context.Context, program string) (*keychain.Vault, error) {
	home, err := session.HomeID(h.places.State)
	if err != nil {
		return nil, err
	}
	return keychain.Open(ctx, keychain.Options{
		Backend: h.settings.Keychain, StateDir: h.places.State, Home: home, Passphrase: h.passphrase,
		Child: []string{program, keychainChild}, Log: h.log,
	})
}

// announce prints the one line of data that serve has, once the socket answers.
func (h *house) announce(ctx context.Context, server *api.Server, vault *keychain.Vault, stdout io.Writer) error {
	c, err := client.Dial(ctx, h.places)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Health(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "ready socket=%s http=%s keychain=%s pid=%d\n",
		h.places.Socket(), cmp.Or(server.PageAddress(), "none"), vault.Health().Backend, os.Getpid())
	if err != nil {
		h.log.WarnContext(ctx, "nobody reads the ready line", "error", err)
	}
	return nil
}

// reload takes over what changed in the configuration folder.
func (h *house) reload(ctx context.Context, keeper *session.Keeper) {
	if settings, err := h.dir.Settings(); err != nil {
		h.log.ErrorContext(ctx, "settings cannot be used", "error", err)
	} else {
		setLevel(h.level, settings)
	}
	catalogue, faults := h.catalogue()
	keeper.SetCatalogue(ctx, catalogue, faults)
	keeper.Reload(ctx)
}

func (h *house) catalogue() (*provider.Catalogue, []error) {
	return provider.LoadCatalogue(filepath.Join(h.places.Config, "providers"))
}

// relay brings the keeper what the desktop and the keychain have to say.
type relay struct {
	keeper    *session.Keeper
	screen    *desktop.Desktop
	board     *api.Board
	approvals *api.Approvals
	vault     *keychain.Vault
}

func (r *relay) run(ctx context.Context) error {
	if health := r.vault.Health(); health.State != "ok" {
		r.keeper.KeychainChanged(ctx, health.State, health.Detail)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case health := <-r.vault.Changes():
			r.keeper.KeychainChanged(ctx, health.State, health.Detail)
		case wake := <-r.screen.Wakes():
			r.keeper.Woke(ctx, wake.Source, wake.Slept)
		case press := <-r.screen.Presses():
			if r.board.ScreenPressed(press.Key, press.Action) && !r.approvals.Press(press.Key, press.Action) {
				r.keeper.Press(ctx, press.Key, press.Action)
			}
		}
	}
}

// adopt takes over the desktop of the newest client, so that a keeper that was started without one finds it.
func adopt(screen *desktop.Desktop, vault *keychain.Vault, env map[string]string) {
	screen.SetEnv(env)
	vault.SetEnv(env)
}

func setLevel(level *slog.LevelVar, s config.Settings) {
	// An unknown word is refused where the settings are read.
	_ = level.UnmarshalText([]byte(s.LogLevel))
}
