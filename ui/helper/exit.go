package helper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/fast"
)

// The exit codes, which scripts rely on.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitSignIn      = 3
	ExitUnavailable = 4
	ExitKeychain    = 5
	ExitSetup       = 6
	ExitPaused      = 7
	ExitUnknown     = 8
	ExitInterrupted = 130
)

// ExitOf turns a code of the local API into an exit code; one that it does not know is ExitFailed.
func ExitOf(code string) int {
	switch code {
	case "sign_in_needed":
		return ExitSignIn
	case "unavailable":
		return ExitUnavailable
	case "keychain_locked":
		return ExitKeychain
	case "setup_needed":
		return ExitSetup
	case "paused":
		return ExitPaused
	case "not_found":
		return ExitUnknown
	}
	return ExitFailed
}

// Advice is what to print of an error: its text, ending with what to do next where we know more than the error, each
// line safe for a terminal.
func Advice(err error) string {
	text := err.Error()
	p, refused := errors.AsType[*fast.Problem](err)
	switch {
	case refused && p.LoginURL != "" && !strings.Contains(text, p.LoginURL):
		text += "\nThe sign-in page is open: " + p.LoginURL
	case fast.Late(err):
		for _, library := range []error{context.DeadlineExceeded, os.ErrDeadlineExceeded} {
			text = strings.TrimSuffix(text, ": "+library.Error())
		}
		text += ": the keeper does not answer in time; see: sessionkeeper doctor"
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = words.Line(line)
	}
	return strings.Join(lines, "\n")
}

// report writes what went wrong and gives the exit code.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return ExitDone
	}
	_, _ = fmt.Fprintf(stderr, "sessionkeeper: %s\n", Advice(err))
	return exitCode(err)
}

// exitCode says what a call that ended with err exits with.
func exitCode(err error) int {
	if p, ok := errors.AsType[*fast.Problem](err); ok {
		return ExitOf(p.Code)
	}
	if fast.Late(err) {
		return ExitUnavailable
	}
	return ExitFailed
}
