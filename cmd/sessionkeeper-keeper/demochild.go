package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/programs"
)

// childWait is how long a child of the demo may take to be ready, and to end.
const childWait = 2 * time.Minute

// child is a program that runs for the demo alone.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	done  chan struct{} // closed when it has ended
	ready map[string]string
}

// startChild starts a program and waits for its line "ready …". Its words go to a file in dir.
func startChild(ctx context.Context, dir string, cmd *exec.Cmd) (*child, error) {
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", filepath.Base(cmd.Path), err)
	}
	c, err := launch(dir, cmd)
	if err != nil {
		return nil, err
	}
	lines := make(chan string, 1)
	go func() {
		defer close(lines)
		in := bufio.NewScanner(stdout)
		if in.Scan() {
			lines <- in.Text()
		}
		_, _ = io.Copy(io.Discard, stdout)
	}()
	late := time.NewTimer(childWait)
	defer late.Stop()
	select {
	case line := <-lines:
		if ready, ok := parseReady(line); ok {
			c.ready = ready
			return c, nil
		}
		err = errors.New(lastLine(logOf(dir, cmd)))
	case <-late.C:
		err = fmt.Errorf("it was not ready within %s", words.Span(childWait))
	case <-ctx.Done():
		err = ctx.Err()
	}
	c.stop()
	return nil, fmt.Errorf("starting %s: %w; try the demo again", filepath.Base(cmd.Path), err)
}

// launch starts a program that Ctrl-C in our terminal does not reach: the demo ends its children in their order.
func launch(dir string, cmd *exec.Cmd) (*child, error) {
	name := filepath.Base(cmd.Path)
	log, err := os.OpenFile(logOf(dir, cmd), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	defer log.Close()
	cmd.Stderr = log
	programs.Apart(cmd)
	c := &child{cmd: cmd, done: make(chan struct{})}
	if cmd.Stdin == nil {
		// It stays open as long as we live: some of our children end with it.
		if c.stdin, err = cmd.StdinPipe(); err != nil {
			return nil, fmt.Errorf("starting %s: %w", name, err)
		}
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	go func() {
		defer close(c.done)
		_ = c.cmd.Wait()
	}()
	return c, nil
}

// stop ends the program, by force where it does not end by itself, and waits for it.
func (c *child) stop() {
	if c.stdin != nil {
		_ = c.stdin.Close()
	}
	_ = programs.Terminate(c.cmd.Process)
	late := time.NewTimer(childWait)
	defer late.Stop()
	select {
	case <-c.done:
	case <-late.C:
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

func logOf(dir string, cmd *exec.Cmd) string {
	return filepath.Join(dir, filepath.Base(cmd.Path)+".log")
}

// lastLine is the last line of a file, or a sentence where there is none.
func lastLine(path string) string {
	data, _ := os.ReadFile(path) //nolint:gosec // a file of the demo's own
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return cmp.Or(lines[len(lines)-1], "it ended and did not say why")
}
