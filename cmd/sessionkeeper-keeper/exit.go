package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/client"
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
	return &misuse{text: fmt.Sprintf(format, args...), usage: cmd.UseLine()}
}

// flagFault says what is wrong with a flag, without the words of the library that reads numbers.
func flagFault(err error) string {
	text, _, library := strings.Cut(err.Error(), ": strconv.")
	if !library {
		return text
	}
	kind := "number"
	if strings.Contains(err.Error(), "strconv.ParseBool") {
		kind = "true or false"
	}
	return text + ": it is no " + kind
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
	return helper.ExitFailed
}
