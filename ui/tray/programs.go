package tray

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/programs"
)

const (
	// startLimit is more than the command takes to start a keeper and to wait for it.
	startLimit = 20 * time.Second

	// exitKeychain is the command line's code for a keychain that it cannot open.
	exitKeychain = 5

	maxWhy = 300 // characters of what a program says of its failure
)

// Programs are the ones beside the tray, as absolute paths; empty where one is not installed.
type Programs struct{ Keeper, Window string }

// FindPrograms looks beside our own program, then on PATH.
func FindPrograms() Programs {
	return Programs{Keeper: programs.Find("sessionkeeper"), Window: programs.Find("sessionkeeper-window")}
}

// canShow reports whether windows can be shown: the program is there, and so is a display.
func (p Programs) canShow() bool {
	display := runtime.GOOS == "windows" || runtime.GOOS == "darwin" || os.Getenv("DISPLAY") != ""
	return p.Window != "" && display
}

// startError is why there is no keeper.
type startError struct {
	why        string // in words, cleaned
	passphrase bool   // the user has to type one
}

func (e *startError) Error() string { return e.why }

// forbidden reports whether the user wants no keeper started but by hand.
func forbidden() bool { return os.Getenv("SESSIONKEEPER_NO_AUTOSTART") == "1" }

// start starts a keeper that outlives us, by way of a command that needs one and waits for it. The error is a
// *startError, or ctx's.
func (p Programs) start(ctx context.Context) error {
	if forbidden() {
		p, _ := words.OfMachine("no_autostart", nil)
		return &startError{why: p.Detail}
	}
	if p.Keeper == "" {
		return &startError{why: say("no_program", nil)}
	}
	limited, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	said := &tail{}
	cmd := exec.CommandContext(limited, p.Keeper, "list", "--json") //nolint:gosec // our own program
	cmd.Stderr = said
	cmd.WaitDelay = time.Second
	quiet(cmd)
	err := cmd.Run()
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	failure := &startError{why: sentence(said.line())}
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case exited && exit.ExitCode() == exitKeychain:
		failure.passphrase = true
	case limited.Err() != nil:
		failure.why = say("start_slow", nil)
	case failure.why == "":
		failure.why = words.Clean(fmt.Sprintf("%s: %v", filepath.Base(p.Keeper), err), maxWhy)
	}
	return failure
}

// tail keeps the end of what a program says.
type tail struct{ text []byte }

var _ io.Writer = (*tail)(nil)

const maxTail = 4 << 10 // bytes

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if over := len(t.text) - maxTail; over > 0 {
		t.text = bytes.Clone(t.text[over:])
	}
	return len(p), nil
}

// line is the last one, without the program's name before it.
func (t *tail) line() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	text := strings.TrimPrefix(lines[len(lines)-1], "sessionkeeper: ")
	return words.Clean(text, maxWhy)
}
