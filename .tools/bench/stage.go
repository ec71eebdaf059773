package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	sessionName = "work" // what is asked for
	hungSession = "hung" // whose provider hangs
	accountName = "work" // the same at oidc-agent
	hungAccount = "hung"
)

// bench is a stage with everything on it: a provider, our keeper and oidc-agent, both signed in.
type bench struct {
	settings
	table

	dir      string
	front    string
	home     []string // environment of our programs
	socket   string
	provider *provider

	oidcToken   string
	agentSocket string
	agentEnv    []string

	running []*exec.Cmd
}

// start sets the stage. It ends with stop.
func start(ctx context.Context, s settings) (*bench, error) {
	dir, err := os.MkdirTemp("", "skbench") // short, for sockets
	if err != nil {
		return nil, err
	}
	b := &bench{settings: s, dir: dir, front: filepath.Join(s.bin, "sessionkeeper")}
	err = b.buildFloors(ctx)
	if err == nil {
		b.provider, err = b.startProvider(ctx, "1h")
	}
	if err == nil {
		err = b.startKeeper(ctx)
	}
	if err == nil {
		err = b.startAgent(ctx)
	}
	if err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

func (b *bench) stop() {
	for len(b.running) > 0 {
		b.stopLast()
	}
	_ = os.RemoveAll(b.dir)
}

// stopLast ends what was started last.
func (b *bench) stopLast() {
	last := len(b.running) - 1
	cmd := b.running[last]
	b.running = b.running[:last]
	_ = cmd.Process.Signal(syscall.SIGTERM)
	killer := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
	defer killer.Stop()
	_ = cmd.Wait()
}

// command is a program of ours or one of those that we compare with.
func command(ctx context.Context, env []string, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // the programs are a short list
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// launch prepares a program that runs until the end; what it says on stderr is told where it fails to start.
func launch(ctx context.Context, env []string, path string, args ...string) (cmd *exec.Cmd, said *bytes.Buffer) {
	cmd = command(context.WithoutCancel(ctx), env, path, args...)
	said = new(bytes.Buffer)
	cmd.Stderr = said
	return cmd, said
}

// launchReady starts a program and gives the line that it says when it is ready.
func (b *bench) launchReady(ctx context.Context, env []string, path string, args ...string) (string, error) {
	cmd, complaint := launch(ctx, env, path, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	b.running = append(b.running, cmd)
	line := make(chan string, 1)
	go func() {
		r := bufio.NewReader(out)
		said, _ := r.ReadString('\n')
		line <- said
		_, _ = io.Copy(io.Discard, r)
	}()
	select {
	case said := <-line:
		if said == "" {
			b.stopLast()
			return "", fmt.Errorf("%s ended: %s", filepath.Base(path), complaint)
		}
		return said, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// output runs a program to its end.
func (b *bench) output(ctx context.Context, env []string, path string, args ...string) (string, error) {
	out, err := command(ctx, env, path, args...).Output()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%w: %s", err, e.Stderr)
	}
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", filepath.Base(path), strings.Join(args, " "), err)
	}
	return string(out), nil
}

func (b *bench) buildFloors(ctx context.Context) error {
	_, err := b.output(ctx, []string{"CGO_ENABLED=0", "GOFLAGS="}, "go", "build", "-C", filepath.Join(b.source, ".tools"),
		"-trimpath", "-o", filepath.Join(b.cache, "bench")+"/", "./bench/floor/...")
	return err
}

// startKeeper starts our keeper in a home of its own, with two sessions.
func (b *bench) startKeeper(ctx context.Context) error {
	home := filepath.Join(b.dir, "home")
	b.home = []string{"SESSIONKEEPER_HOME=" + home, "SESSIONKEEPER_NO_AUTOSTART=1"}
	b.socket = filepath.Join(home, "run", "api.sock")
	passphrase := filepath.Join(b.dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("bench bench bench\n"), 0o600); err != nil {
		return err
	}
	if _, err := b.launchReady(ctx, b.home, b.front, "serve", "--keychain", "file", "--passphrase-file", passphrase); err != nil {
		return err
	}
	return b.addSession(ctx, sessionName, b.provider)
}

// addSession signs our keeper in.
func (b *bench) addSession(ctx context.Context, name string, p *provider) error {
	refresh, err := p.signIn(ctx)
	if err != nil {
		return err
	}
	token, secret := filepath.Join(b.dir, name+".refresh"), filepath.Join(b.dir, "client.secret")
	if err := errors.Join(os.WriteFile(token, []byte(refresh), 0o600), os.WriteFile(secret, []byte(clientID), 0o600)); err != nil {
		return err
	}
	if _, err := b.output(ctx, b.home, b.front, "add", name, "--issuer", p.issuer, "--client-id", clientID,
		"--client-secret-file", secret, "--scope", "openid", "--scope", "offline_access",
		"--refresh-token-file", token); err != nil {
		return err
	}
	_, err = b.output(ctx, b.home, b.front, "token", name)
	return err
}

// startAgent starts oidc-agent, with two accounts.
func (b *bench) startAgent(ctx context.Context) error {
	var err error
	if b.oidcToken, err = exec.LookPath("oidc-token"); err != nil {
		return fmt.Errorf("%w; it is in the Debian package oidc-agent-cli", err)
	}
	folder := filepath.Join(b.dir, "oidc-agent")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	b.agentSocket = filepath.Join(b.dir, "agent.sock")
	b.agentEnv = []string{"OIDC_CONFIG_DIR=" + folder, "OIDC_SOCK=" + b.agentSocket}
	cmd, _ := launch(ctx, b.agentEnv, "oidc-agent", "--console", "--pw-store", "--no-autoreauthenticate",
		"--socket-path="+b.agentSocket)
	if err := cmd.Start(); err != nil {
		return err
	}
	b.running = append(b.running, cmd)
	if err := await(ctx, func() bool { _, err := os.Stat(b.agentSocket); return err == nil }); err != nil {
		return err
	}
	return b.addAccount(ctx, accountName, b.provider)
}

// addAccount signs oidc-agent in.
func (b *bench) addAccount(ctx context.Context, name string, p *provider) error {
	password := filepath.Join(b.dir, "password")
	if err := os.WriteFile(password, []byte("bench\n"), 0o600); err != nil {
		return err
	}
	refresh, err := p.signIn(ctx)
	if err != nil {
		return err
	}
	if _, err := b.output(ctx, b.agentEnv, "oidc-gen", "-m", "--iss="+p.issuer, "--client-id="+clientID,
		"--client-secret="+clientID, "--redirect-uri=http://localhost:45871", "--scope=openid offline_access",
		"--rt="+refresh, "--pw-file="+password, "--prompt=none", name); err != nil {
		return err
	}
	_, err = b.output(ctx, b.agentEnv, b.oidcToken, name)
	return err
}

// await looks until something is there.
func await(ctx context.Context, there func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for !there() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}
