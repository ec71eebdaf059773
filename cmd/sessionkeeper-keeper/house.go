package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

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
	"sessionkeeper/ui/file"
	"sessionkeeper/ui/web"
)

// house is where a keeper lives and what it was started with.
type house struct {
	places     places.Places
	dir        *config.Dir
	settings   config.Settings
	broken     error // what is wrong with config.toml; the settings are the last good ones
	level      *slog.LevelVar
	log        *slog.Logger
	passphrase func(context.Context) ([]byte, error)
}

// keep joins the parts and runs them until ctx ends or one that cannot be missed fails. Everyone who waits for a token
// hears of that, and parts stop in the reverse order of their start: first the API takes no more work, then the keeper
// has finished its renewals, then the history is flushed, and last the keychain is closed.
func (h *house) keep(ctx context.Context, stdout io.Writer) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	crew := &crew{fail: fail, log: h.log}
	r, err := h.open(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.join(ctx); err != nil {
		return err
	}
	if err := r.server.Listen(); err != nil {
		return err
	}
	defer crew.stop()
	defer r.keeper.Stop() // first: who waits for it would hold the API up, and its time to finish runs meanwhile
	for _, p := range r.parts() {
		crew.start(ctx, p)
	}
	if err := r.announce(ctx, stdout); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	if failed, ok := errors.AsType[*partError](context.Cause(ctx)); ok {
		return failed
	}
	return nil
}

// rooms are the rooms of the house, each behind the interface that the others know of it.
type rooms struct {
	*house

	vault  *keychain.Chain
	past   *history.Log
	screen *desktop.Desktop
	board  *api.Board

	keeper    *session.Keeper
	approvals *api.Approvals
	aws       *cloud.STS
	files     *file.Registry
	server    *api.Server

	known     *provider.Catalogue
	faulty    []error           // what of its files cannot be used
	providers [sha256.Size]byte // what lay in the folder of the user's own when it was read
}

// open opens what others stand on: where grants and history are kept, and the desktop.
func (h *house) open(ctx context.Context) (*rooms, error) {
	vault, err := h.openKeychain(ctx)
	if err != nil {
		return nil, err
	}
	r := &rooms{house: h, vault: vault, screen: desktop.New(h.log)}
	var aside string
	r.past, aside, err = history.Open(filepath.Join(h.places.State, "history.db")) //nolint:contextcheck // it opens whole
	if err != nil {
		// It queues and tries again; the keeper keeps people signed in without it.
		h.log.ErrorContext(ctx, "history cannot be written", "error", err)
	}
	if aside != "" {
		h.log.WarnContext(ctx, "history was broken and starts over", "set_aside", aside)
	}
	if err := r.screen.SetIcon(assets.NoticeIcon()); err != nil {
		h.log.WarnContext(ctx, "notices have no icon", "error", err)
	}
	r.board = api.NewBoard(ownScreen{r.screen}, h.log)
	return r, nil
}

func (r *rooms) close() {
	_ = r.past.Close()
	_ = r.vault.Close()
}

// openKeychain opens the backend that the settings name; a locked or absent one opens as well and says so later.
func (h *house) openKeychain(ctx context.Context) (*keychain.Chain, error) {
	program, err := programs.Own()
	if err != nil {
		return nil, err
	}
	home, err := session.HomeID(h.places.State)
	if err != nil {
		return nil, err
	}
	return keychain.OpenChain(ctx, keychain.Options{
		Backend: h.settings.Keychain, StateDir: h.places.State, Home: home, Passphrase: h.passphrase,
		Child: []string{program, keychainChild}, Log: h.log,
	})
}

// join makes the keeper, what stands on it, and last the server, which nobody asks for before the keeper runs.
func (r *rooms) join(ctx context.Context) (err error) {
	front, err := programs.Front()
	if err != nil {
		return err
	}
	foreign, err := copied(r.places.State)
	if err != nil {
		r.log.WarnContext(ctx, "whether the state folder is a copy is not known", "error", err)
	}
	r.readCatalogue()
	r.keepSettings(ctx)
	r.keeper, err = session.New(session.Options{
		Config: r.dir, Settings: r.settings, Catalogue: r.known, Faults: r.faults(), Wire: provider.NewWire(nil, nil),
		Store: r.vault, StateDir: r.places.State, Copied: foreign, History: r.past, Log: r.log,
		Desktop:   desk{Desktop: r.screen, board: r.board},
		QueuePage: func() string { return r.server.PageURL() },
	})
	if err != nil {
		return err
	}
	// Only now, with every session told, is the folder at home here.
	if err := noteOrigin(r.places.State); err != nil {
		r.log.WarnContext(ctx, "the next start cannot know whether its files are a copy", "error", err)
	}
	r.approvals = api.NewApprovals(api.ApprovalsOptions{
		Confirm: r.dir.Confirm, Keeper: r.keeper, Notices: r.board, Log: r.log,
		Open: func(ctx context.Context) error { return openPrograms(ctx, r.screen, r.server.PageURL()) },
	})
	r.aws = cloud.NewSTS(cloud.STSOptions{Keeper: r.keeper, Log: r.log})
	r.files = r.tokenFiles(ctx, r.keeper)
	r.server, err = api.NewServer(api.Options{ //nolint:contextcheck // each request brings its own
		Keeper: r.keeper, History: r.past, Version: version(), Places: r.places, HTTP: r.settings.HTTP,
		Page: web.Page(), Log: r.log, Notices: r.board, Approvals: r.approvals, Autostart: startAtLogin(front),
		Keychain: func() api.Keychain { return api.Keychain(r.vault.Health()) },
		Keys:     keyring{r.vault, r.keeper},
		AWS:      r.aws, Files: r.files, Uses: r.files.Uses, OnEnv: r.adopt,
	})
	return err
}

// parts are what runs, in the order of its start.
func (r *rooms) parts() []part {
	return []part{
		{name: "keychain", run: r.vault.Run},
		{name: "history", run: r.past.Run},
		{name: "desktop", run: r.screen.Run},
		{name: "notices", run: r.board.Run},
		{name: "approvals", run: r.approvals.Run},
		{name: "sessions", run: r.keeper.Run, vital: true},
		{name: "AWS credentials", run: r.aws.Run},
		{name: "token files", run: r.files.Run},
		{name: "relay", run: r.relay},
		{name: "moved secrets", run: keyring{r.vault, r.keeper}.tidy},
		{name: "configuration", run: func(ctx context.Context) error {
			return r.dir.Watch(ctx, func() { r.reload(ctx) })
		}},
		{name: "local API", run: r.server.Run, vital: true},
	}
}

// announce prints the one line of data that serve has, once the socket answers.
func (r *rooms) announce(ctx context.Context, stdout io.Writer) error {
	c, err := client.Dial(ctx, r.places)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Health(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "ready socket=%s http=%s keychain=%s pid=%d\n",
		r.places.Socket(), cmp.Or(r.server.PageAddress(), "none"), r.vault.Health().Backend, os.Getpid())
	if err != nil {
		r.log.WarnContext(ctx, "nobody reads the ready line", "error", err)
	}
	return nil
}

// reload takes over what changed in the configuration folder.
func (r *rooms) reload(ctx context.Context) {
	settings, err := r.dir.Settings()
	if err == nil {
		setLevel(r.level, settings)
	}
	other := fmt.Sprint(err) != fmt.Sprint(r.broken)
	r.broken = err
	r.keepSettings(ctx)
	if r.readCatalogue() || other {
		r.keeper.SetCatalogue(ctx, r.known, r.faults())
	}
	r.keeper.Reload(ctx)
}

// keepSettings keeps a copy of settings that can be used, for a start with ones that cannot.
func (r *rooms) keepSettings(ctx context.Context) {
	if r.broken != nil {
		return
	}
	if err := r.dir.KeepSettings(lastSettings(r.places)); err != nil {
		r.log.WarnContext(ctx, "the settings cannot be kept", "error", err)
	}
}

// faults are what of the configuration beside the sessions cannot be used.
func (r *rooms) faults() []error {
	if r.broken == nil {
		return r.faulty
	}
	return append([]error{r.broken}, r.faulty...)
}

// readCatalogue reads the catalogue, unless the user's part of it is as it was: most changes are of sessions.
func (r *rooms) readCatalogue() (changed bool) {
	folder := filepath.Join(r.places.Config, "providers")
	now := contents(folder)
	if r.known != nil && now == r.providers {
		return false
	}
	r.providers = now
	r.known, r.faulty = provider.LoadCatalogue(folder)
	return true
}

// contents tells folders apart by their definitions.
func contents(folder string) (sum [sha256.Size]byte) {
	h := sha256.New()
	files, err := filepath.Glob(filepath.Join(folder, "*.toml"))
	_, _ = fmt.Fprintln(h, err)
	for _, path := range files {
		data, err := os.ReadFile(path) //nolint:gosec // of the configuration folder, which is the user's own
		_, _ = fmt.Fprintln(h, path, sha256.Sum256(data), err)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// relay brings the keeper what the desktop and the keychain have to say.
func (r *rooms) relay(ctx context.Context) error {
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
func (r *rooms) adopt(env map[string]string) {
	r.screen.SetEnv(env)
	r.vault.SetEnv(env)
}

func setLevel(level *slog.LevelVar, s config.Settings) {
	// An unknown word is refused where the settings are read.
	_ = level.UnmarshalText([]byte(s.LogLevel))
}
