package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session/config"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/programs"
	"sessionkeeper/ui/helper"
)

const (
	startWait = 3 * time.Second       // for the socket of a keeper that somebody else has started
	ownWait   = 10 * time.Second      // for that of our own, which a busy machine may keep waiting
	startStep = 15 * time.Millisecond // between two looks for it
	aliveWait = 10 * time.Second      // for a word of a keeper that listens

	// noAutostart forbids our commands to start a keeper where it is 1.
	noAutostart = "SESSIONKEEPER_NO_AUTOSTART"

	// logTail is how much of a log's end is read for why a keeper ended, in bytes.
	logTail = 64 << 10
)

// connect gives a client of the running keeper, and starts one where none runs. It returns a *silentError where the
// keeper listens and does not answer.
func connect(ctx context.Context) (*client.Client, error) {
	socket, err := keeperSocket(ctx)
	if err != nil {
		return nil, err
	}
	return alive(ctx, client.New(socket))
}

// alive makes sure that the keeper answers: the system lets callers in also where it was stopped, or hangs.
func alive(ctx context.Context, c *client.Client) (*client.Client, error) {
	asking, cancel := context.WithTimeout(ctx, aliveWait)
	defer cancel()
	_, err := c.Health(asking)
	if asking.Err() == nil || err == nil {
		return c, nil // whatever else is wrong, the command itself will say
	}
	c.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	p, err := places.Find()
	if err != nil {
		return nil, err
	}
	pid, _ := lockHolder(p)
	return nil, &silentError{pid: pid}
}

// silentError says which keeper does not answer; pid is 0 where that is not known. One that was stopped can only be killed,
// which loses nothing.
type silentError struct{ pid int }

func (e *silentError) Error() string {
	if e.pid == 0 {
		return "a keeper runs and does not answer; try again, or see: sessionkeeper doctor"
	}
	return fmt.Sprintf("a keeper runs (pid %d) and does not answer; try again, or end it with kill -9 %d", e.pid, e.pid)
}

// keeperSocket finds the keeper's socket. Where no keeper runs it starts one; callers that race all wait for the one
// that the kernel lock lets win.
func keeperSocket(ctx context.Context) (string, error) {
	p, err := places.Find()
	if err != nil {
		return "", err
	}
	socket, err := client.Socket(ctx, p)
	if !errors.Is(err, client.ErrNoKeeper) {
		return socket, err
	}
	if os.Getenv(noAutostart) == "1" {
		return "", errors.New("no keeper runs, and " + noAutostart + "=1 forbids to start one; run: sessionkeeper serve")
	}
	return awaitKeeper(ctx, p)
}

// startKeeper starts a keeper that outlives us: in a session of its own, in the root folder, with nothing of ours open.
// The channel is closed if it ends while we are still here.
func startKeeper(p places.Places) (<-chan struct{}, error) {
	if err := makeFolders(p); err != nil {
		return nil, err
	}
	if err := canStart(p); err != nil {
		return nil, err
	}
	program, err := programs.Own()
	if err != nil {
		return nil, err
	}
	keepDescriptors()
	cmd := exec.Command(program, "serve") //nolint:gosec,noctx // our own program, which outlives every context of ours
	if err := programs.Outlive(cmd); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the keeper: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	return ended, nil
}

// makeFolders makes what a keeper writes to.
func makeFolders(p places.Places) error {
	if err := p.Make(); err != nil {
		return fmt.Errorf("%w; correct the folder, or SESSIONKEEPER_HOME, and try again", err)
	}
	return nil
}

// canStart says beforehand what a keeper without a terminal could only say to its log.
func canStart(p places.Places) error {
	_, settings, _, err := configuration(p)
	if err != nil {
		return err
	}
	if settings.Keychain == "file" {
		return faultf(helper.ExitKeychain, "no keeper runs, and its keychain is a file under a passphrase; "+
			"start it yourself: sessionkeeper serve --passphrase-file FILE")
	}
	return nil
}

// lastSettings is the copy of the last config.toml that could be used.
func lastSettings(p places.Places) string { return filepath.Join(p.State, "config.toml") }

// configuration opens the configuration of p and reads its settings, or the last good ones where the file is broken, with
// what is wrong with it. Where there are none either, the defaults are never taken for them: with another keychain than
// the user's we would look for the grants where they are not.
func configuration(p places.Places) (dir *config.Dir, settings config.Settings, fault, err error) {
	dir, err = config.Open(p.Config)
	if err != nil {
		return nil, config.Settings{}, nil, err
	}
	settings, fault, err = dir.SettingsOr(lastSettings(p))
	if err != nil {
		return nil, config.Settings{}, nil, fmt.Errorf("reading the settings: %w; correct the file and try again", err)
	}
	settings.Keychain, err = store(p.State, "", settings.Keychain)
	return dir, settings, fault, err
}

// awaitKeeper starts a keeper where none holds the lock, and waits until one listens, startWait at most, or ownWait. One
// that is just stopping is waited for and followed by ours.
func awaitKeeper(ctx context.Context, p places.Places) (string, error) {
	late := time.NewTimer(startWait)
	defer late.Stop()
	tick := time.NewTicker(startStep)
	defer tick.Stop()
	var ended <-chan struct{}
	for started := false; ; {
		look, cancel := context.WithTimeout(ctx, startWait)
		socket, err := client.Socket(look, p)
		cancel()
		if err == nil {
			return socket, nil
		}
		if !started {
			if _, held := lockHolder(p); !held {
				if ended, err = startKeeper(p); err != nil {
					return "", err
				}
				started = true
				late.Reset(ownWait)
			}
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-late.C:
			return "", notStarted(p)
		case <-ended:
			ended = nil
			if _, held := lockHolder(p); !held {
				return "", notStarted(p)
			}
		case <-tick.C:
		}
	}
}

// notStarted says why there is no keeper, as far as can be seen from outside.
func notStarted(p places.Places) error {
	if pid, held := lockHolder(p); held {
		return &silentError{pid: pid}
	}
	path := filepath.Join(p.State, "keeper.log")
	if why := lastError(path); why != "" {
		return fmt.Errorf("the keeper could not start: %s; correct that, or see: sessionkeeper serve", why)
	}
	return fmt.Errorf("the keeper could not start; see %s, or run: sessionkeeper serve", path)
}

// lastError is the error that the log's last lines tell of, "" where they tell of none.
func lastError(path string) string {
	f, err := os.Open(path) //nolint:gosec // our own log
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > logTail {
		_, _ = f.Seek(-logTail, io.SeekEnd)
	}
	var found string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		switch _, text, failed := strings.Cut(lines.Text(), `msg="keeper failed" error=`); {
		case failed:
			found = strings.Trim(text, `"`)
		case strings.HasPrefix(lines.Text(), "panic: "), strings.HasPrefix(lines.Text(), "fatal error: "):
			found = "it crashed, as its log tells"
		case strings.Contains(lines.Text(), `msg="keeper starts"`):
			found = ""
		}
	}
	return strings.ReplaceAll(found, `\"`, `"`)
}

// keeperCommand is a command that talks to the keeper.
func keeperCommand(run func(cmd *cobra.Command, c *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		defer c.Close()
		return run(cmd, c, args)
	}
}

// running gives a client of the running keeper and starts none; the error wraps client.ErrNoKeeper where none runs, and
// is a *silentError where it does not answer.
func running(ctx context.Context) (*client.Client, error) {
	p, err := places.Find()
	if err != nil {
		return nil, err
	}
	c, err := client.Dial(ctx, p)
	if err != nil {
		return nil, err
	}
	return alive(ctx, c)
}
