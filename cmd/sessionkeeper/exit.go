package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// The exit codes, which scripts rely on.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitSignIn      = 3
	exitUnavailable = 4
	exitKeychain    = 5
	exitSetup       = 6
	exitPaused      = 7
	exitUnknown     = 8
	exitInterrupted = 130
)

// exitCodes turns the local API's codes into exit codes. What it does not name is exitFailed.
var exitCodes = map[string]int{
	string(session.CodeSignIn):      exitSignIn,
	string(session.CodeUnavailable): exitUnavailable,
	string(session.CodeKeychain):    exitKeychain,
	string(session.CodeSetup):       exitSetup,
	string(session.CodePaused):      exitPaused,
	string(session.CodeNotFound):    exitUnknown,
	string(session.CodeInvalid):     exitFailed,
	string(session.CodeConflict):    exitFailed,
}

// fault is an error with the exit code that it ends the command with. Its text ends with what to do next; an empty one
// says that the command has said everything already.
type fault struct {
	code int
	text string
}

func (f *fault) Error() string { return f.text }

func faultf(code int, format string, args ...any) error {
	return &fault{code: code, text: fmt.Sprintf(format, args...)}
}

// misuse is a command line that cannot be understood; the command's usage line is shown with it.
type misuse struct{ text, usage string }

func (m *misuse) Error() string { return m.text }

func misusef(cmd *cobra.Command, format string, args ...any) error {
	return &misuse{text: fmt.Sprintf(format, args...), usage: cmd.UseLine()}
}

// exitCode says what a command that ended with err exits with.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if _, ok := errors.AsType[*misuse](err); ok {
		return exitUsage
	}
	if f, ok := errors.AsType[*fault](err); ok {
		return f.code
	}
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return exitOfCode(p.Code)
	}
	return exitFailed
}

func exitOfCode(code string) int {
	if exit, ok := exitCodes[code]; ok {
		return exit
	}
	return exitFailed
}
