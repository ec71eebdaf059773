package window

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/programs"
)

// errNoProgram says that the command line is not installed beside the window.
var errNoProgram = errors.New(say("no_program"))

// wakeKeeper runs a command that starts a keeper where none runs, and says what it said where that failed.
func wakeKeeper(ctx context.Context, program string) error {
	if program == "" {
		return errNoProgram
	}
	said := new(tail)
	cmd := exec.CommandContext(ctx, program, "list", "--json")
	cmd.Stderr = said
	if err := cmd.Run(); err != nil {
		if why := said.line(); why != "" {
			return errors.New(why)
		}
		return fmt.Errorf("starting the keeper: %w", err)
	}
	return nil
}

// stopWait is how long a keeper that was never opened may take to end.
const stopWait = 5 * time.Second

// sealed is a keeper that gets its passphrase from us, through a pipe: a line each time it asks.
type sealed struct {
	cmd   *exec.Cmd
	lines io.WriteCloser
	said  *tail
	ended chan struct{}
}

// serveSealed starts a keeper that outlives us.
func serveSealed(program string) (*sealed, error) {
	if program == "" {
		return nil, errNoProgram
	}
	k := &sealed{said: new(tail), ended: make(chan struct{})}
	// It outlives every context of ours.
	k.cmd = exec.Command(program, "serve", "--keychain", "file", "--passphrase-file", "-") //nolint:noctx // see above
	k.cmd.Stderr = k.said
	err := programs.Outlive(k.cmd)
	if err != nil {
		return nil, err
	}
	if k.lines, err = k.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("starting the keeper: %w", err)
	}
	if err := k.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the keeper: %w", err)
	}
	go func() {
		defer close(k.ended)
		_ = k.cmd.Wait()
	}()
	return k, nil
}

// pass gives the keeper a passphrase, for the next time it asks.
func (k *sealed) pass(p secret.Text) error {
	if _, err := io.WriteString(k.lines, p.Reveal()+"\n"); err != nil {
		return errors.New(cmp.Or(k.said.line(), say("keeper_ended")))
	}
	return nil
}

// leave lets the keeper go on alone.
func (k *sealed) leave() { _ = k.lines.Close() }

// stop ends a keeper that nobody could open.
func (k *sealed) stop() {
	_ = k.lines.Close()
	_ = programs.Terminate(k.cmd.Process)
	select {
	case <-k.ended:
	case <-time.After(stopWait):
		_ = k.cmd.Process.Kill() // it has opened nothing that could be lost
		<-k.ended
	}
}

// tail keeps the end of what a program writes.
type tail struct {
	mu   sync.Mutex // guards data
	data []byte
}

const maxTail = 4 << 10

// Write is that of io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	t.data = t.data[max(len(t.data)-maxTail, 0):]
	return len(p), nil
}

// line is what the program says to people at its end, without its name before it.
func (t *tail) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := string(t.data)
	if at := strings.LastIndex(text, programName); at >= 0 {
		text = text[at+len(programName):]
	}
	return strings.Join(strings.Fields(text), " ")
}

// programName stands before what the command line says to people.
const programName = "sessionkeeper: "
