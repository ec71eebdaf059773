package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/helper"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("no"), 1},
		{misusef(&cobra.Command{}, "no"), 2},
		{faultf(helper.ExitInterrupted, "no"), 130},
		{&client.Problem{Code: string(session.CodeSignIn)}, 3},
		{&client.Problem{Code: string(session.CodeUnavailable)}, 4},
		{&client.Problem{Code: string(session.CodeKeychain)}, 5},
		{&client.Problem{Code: string(session.CodeSetup)}, 6},
		{&client.Problem{Code: string(session.CodePaused)}, 7},
		{&client.Problem{Code: string(session.CodeNotFound)}, 8},
		{&client.Problem{Code: string(session.CodeInvalid)}, 1},
		{&client.Problem{Code: string(session.CodeConflict)}, 1},
		{&client.Problem{Code: "from a later version"}, 1},
		{fmt.Errorf("asking: %w", &client.Problem{Code: string(session.CodePaused)}), 7},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("exitCode(%v) = %d; want %d", c.err, got, c.want)
		}
	}
}

// An addition that fails has two exit codes alone, whatever the reason.
func TestAsAddition(t *testing.T) {
	for code, want := range map[session.Code]int{
		session.CodeSignIn: 3, session.CodeUnavailable: 1, session.CodeKeychain: 1, session.CodeSetup: 1, session.CodeConflict: 1,
	} {
		if got := exitCode(asAddition(&client.Problem{Code: string(code), Detail: "why"})); got != want {
			t.Errorf("%s: exit code %d; want %d", code, got, want)
		}
	}
	if err := asAddition(nil); err != nil {
		t.Errorf("success became %v", err)
	}
}

func TestReport(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{&fault{code: 1}, ""},
		{errors.New("bad\x1b[2J"), "sessionkeeper: bad\uFFFD[2J\n"},
		{&misuse{text: "what", usage: "sessionkeeper x"}, "sessionkeeper: what\nusage: sessionkeeper x\n"},
		{
			&client.Problem{Code: "sign_in_needed", Detail: "Sign in.", LoginURL: "https://example.org/a"},
			"sessionkeeper: Sign in.\nThe sign-in page is open: https://example.org/a\n",
		},
	} {
		var b bytes.Buffer
		report(&b, c.err)
		if b.String() != c.want {
			t.Errorf("report(%v) = %q; want %q", c.err, b.String(), c.want)
		}
	}
	const slow = "asking the keeper: the keeper does not answer in time; see: sessionkeeper doctor"
	for _, err := range []error{context.DeadlineExceeded, os.ErrDeadlineExceeded} {
		if text := helper.Advice(fmt.Errorf("asking the keeper: %w", err)); text != slow {
			t.Errorf("a keeper that does not answer: %q", text)
		}
	}
}

// What a library says of a flag is not for people.
func TestFlagFault(t *testing.T) {
	for arg, want := range map[string]string{
		"--limit=x":  `--limit "x" is no number`,
		"--json=may": `--json "may" is neither true nor false`,
		"--bogus":    "unknown flag: --bogus",
	} {
		cmd := historyCommand()
		if got := flagFault(cmd.ParseFlags([]string{arg})); got != want {
			t.Errorf("%s: %q; want %q", arg, got, want)
		}
	}
}
