package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// patience is how long we wait for a token while the provider of another one hangs.
const patience = 20 * time.Second

// measureHang asks for a token that is there while another session's provider does not answer.
func measureHang(ctx context.Context, b *bench) error {
	stop, err := b.letHang(ctx)
	if err != nil {
		return err
	}
	defer stop()
	ours := &contestant{name: "sessionkeeper token", path: b.front, args: []string{"token", sessionName}, env: b.home}
	theirs := &contestant{name: "oidc-token", path: b.oidcToken, args: []string{accountName}, env: b.agentEnv}
	b.table.section("A token that is there, while another session's provider hangs (10 starts each, in turn)", "median", "longest")
	for range 10 {
		for _, c := range []*contestant{ours, theirs} {
			if len(c.took) > 0 && c.took[len(c.took)-1] >= patience {
				continue
			}
			took, err := c.patiently(ctx)
			if err != nil {
				return err
			}
			c.took = append(c.took, took)
		}
	}
	for _, c := range []*contestant{ours, theirs} {
		bound := ""
		if c.took.at(1) >= patience {
			bound = "more than "
		}
		b.table.add(c.name, bound+millis(c.took.at(.5)), bound+millis(c.took.at(1)))
	}
	return nil
}

// letHang signs both in at a second provider, whose tokens soon run out, and leaves the refresh of each without an answer.
func (b *bench) letHang(ctx context.Context) (stop func(), err error) {
	p, err := b.startProvider(ctx, "3s")
	if err != nil {
		return nil, err
	}
	if err := b.addAccount(ctx, hungAccount, p); err != nil {
		return nil, err
	}
	if err := b.addSession(ctx, hungSession, p); err != nil {
		return nil, err
	}
	// Our keeper renews by itself; oidc-agent when it is asked and the token has run out.
	for _, stuck := range []*contestant{
		{path: b.front, args: []string{"token", hungSession, "--wait", "5m", "--min-ttl", "3s"}, env: b.home},
		{path: b.oidcToken, args: []string{"--force-new", hungAccount}, env: b.agentEnv},
	} {
		if err := p.hang(ctx, 1); err != nil {
			return nil, err
		}
		cmd := command(context.WithoutCancel(ctx), stuck.env, stuck.path, stuck.args...)
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		b.running = append(b.running, cmd)
		if err := p.hung(ctx); err != nil {
			return nil, fmt.Errorf("waiting for a refresh that hangs: %w", err)
		}
	}
	return func() { _, _ = p.control(context.WithoutCancel(ctx), fault{Kind: "ok"}) }, p.hang(ctx, 0)
}

// patiently runs a program, for as long as patience lasts.
func (c *contestant) patiently(ctx context.Context) (time.Duration, error) {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := command(bounded, c.env, c.path, c.args...)
	begin := time.Now()
	err := cmd.Run()
	took := time.Since(begin)
	if errors.Is(bounded.Err(), context.DeadlineExceeded) {
		return max(took, patience), nil
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", filepath.Base(c.path), err)
	}
	return took, nil
}
