package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

// replace runs program with all that is ours and gives its exit code. A Ctrl-C reaches it as well as us, who wait.
func replace(program string, args []string) (int, error) {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(program, args...) //nolint:gosec,noctx // our own program, which lies beside us
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exited, ok := errors.AsType[*exec.ExitError](err); ok {
		return exited.ExitCode(), nil
	}
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", program, err)
	}
	return 0, nil
}
