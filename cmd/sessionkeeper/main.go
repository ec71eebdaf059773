// Command sessionkeeper is what people and programs call. It answers what a program waits for, a token, by itself and in
// a millisecond or two, and hands every other command over to sessionkeeper-keeper, which lies beside it. Under a name
// by which another program looks for its credential helper, git-credential-sessionkeeper say, it is that helper.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sessionkeeper/ui/helper"
)

func main() {
	args := helper.Args(os.Args)
	code, done := helper.Quick(context.Background(), args, helper.Streams{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
	})
	if !done {
		code = handOver(args)
	}
	os.Exit(code)
}

// handOver runs the whole program with these arguments, in our place where the system can do that.
func handOver(args []string) int {
	program, err := whole()
	if err == nil {
		var code int
		if code, err = replace(program, args); err == nil {
			return code
		}
	}
	fmt.Fprintf(os.Stderr, "sessionkeeper: %v; install the programs again, in one folder\n", err)
	return helper.ExitFailed
}

// whole finds the whole program beside us, also where we were called through a link.
func whole() (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding our own program: %w", err)
	}
	if own, err = filepath.EvalSymlinks(own); err != nil {
		return "", fmt.Errorf("finding our own program: %w", err)
	}
	return filepath.Join(filepath.Dir(own), "sessionkeeper-keeper"+filepath.Ext(own)), nil
}
