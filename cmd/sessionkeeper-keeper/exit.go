package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/helper"
)

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
	usage := cmd.UseLine()
	if !cmd.HasParent() {
		usage = cmd.Name() + " COMMAND; all of them: " + cmd.Name() + " --help"
	}
	return &misuse{text: fmt.Sprintf(format, args...), usage: usage}
}

// flagFault says what is wrong with a flag, without the words of the libraries that read them.
func flagFault(err error) string {
	wrong, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err.Error()
	}
	text := fmt.Sprintf("--%s %.40q", wrong.GetFlag().Name, wrong.GetValue())
	switch wrong.GetFlag().Value.Type() {
	case "duration":
		return fmt.Sprintf("--%s: %v", wrong.GetFlag().Name, wrong.Unwrap())
	case "bool":
		return text + " is neither true nor false"
	case "int":
		return text + " is no number"
	}
	return text + " cannot be used"
}

// exitCode says what a command that ended with err exits with.
func exitCode(err error) int {
	if err == nil {
		return helper.ExitDone
	}
	if _, ok := errors.AsType[*misuse](err); ok {
		return helper.ExitUsage
	}
	if f, ok := errors.AsType[*fault](err); ok {
		return f.code
	}
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return helper.ExitOf(p.Code)
	}
	if _, ok := errors.AsType[*silentError](err); ok || fast.Late(err) {
		return helper.ExitUnavailable
	}
	return helper.ExitFailed
}
