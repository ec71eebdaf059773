package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// contestant is a program that is started again and again.
type contestant struct {
	name string
	path string
	args []string
	env  []string
	took times
}

// measureProcesses starts each program in turn, as a shell would, and waits for its end.
func measureProcesses(ctx context.Context, b *bench) error {
	floors := filepath.Join(b.cache, "bench")
	all := []*contestant{
		{name: "sessionkeeper token", path: b.front, args: []string{"token", sessionName}, env: b.home},
		{name: "oidc-token", path: b.oidcToken, args: []string{accountName}, env: b.agentEnv},
		{name: "Go: bare socket client", path: filepath.Join(floors, "client"), args: []string{b.socket, tokenRequest(true)}},
		{name: "Go: nothing at all", path: filepath.Join(floors, "nop")},
		{name: "/bin/true", path: "/bin/true"},
	}
	for _, c := range all {
		if err := c.prove(ctx); err != nil {
			return err
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	for round := range b.rounds {
		for _, c := range from(all, round) {
			if err := ctx.Err(); err != nil {
				return err
			}
			took, err := c.start(null)
			if err != nil {
				return err
			}
			c.took = append(c.took, took)
		}
	}
	b.table.section(fmt.Sprintf("A whole process that gets a token that is there (%d starts each, in turn)", b.rounds),
		"p50", "p99", "ours/this p50", "ours/this p99")
	for _, c := range all {
		b.table.add(c.name, millis(c.took.at(.5)), millis(c.took.at(.99)),
			ratio(all[0].took.at(.5), c.took.at(.5)), ratio(all[0].took.at(.99), c.took.at(.99)))
	}
	return b.showInits(ctx)
}

// prove makes sure that what is measured works: all but the last two print something.
func (c *contestant) prove(ctx context.Context) error {
	cmd := command(ctx, c.env, c.path, c.args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", c.name, err, said.String())
	}
	if len(c.args) > 0 && len(out) == 0 {
		return fmt.Errorf("%s printed nothing", c.name)
	}
	return nil
}

// start uses vfork and exec, as posix_spawn does.
func (c *contestant) start(null *os.File) (time.Duration, error) {
	argv := append([]string{c.path}, c.args...)
	attributes := &os.ProcAttr{Env: append(os.Environ(), c.env...), Files: []*os.File{null, null, null}}
	begin := time.Now()
	p, err := os.StartProcess(c.path, argv, attributes)
	if err != nil {
		return 0, err
	}
	state, err := p.Wait()
	took := time.Since(begin)
	if err != nil || !state.Success() {
		return 0, fmt.Errorf("%s: %v, %w", c.name, state, err)
	}
	return took, nil
}

// showInits sums up what our program's packages do before main, by Go's own account.
func (b *bench) showInits(ctx context.Context) error {
	cmd := command(ctx, append([]string{"GODEBUG=inittrace=1"}, b.home...), b.front, "token", sessionName)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return err
	}
	var sum float64
	var packages []string
	for line := range strings.Lines(said.String()) {
		var name string
		var at, took float64
		if n, _ := fmt.Sscanf(line, "init %s @%f ms, %f ms clock", &name, &at, &took); n == 3 && name != "runtime" {
			sum += took
			packages = append(packages, name)
		}
	}
	b.table.note("inittrace: %d packages besides the runtime, %.3f ms in all: %s", len(packages), sum, strings.Join(packages, " "))
	return nil
}
