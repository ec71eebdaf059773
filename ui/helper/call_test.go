package helper

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/ui/api/fast"
)

// slow runs a helper in a bubble of its own, with what it reads and writes, and gives how long that took.
func slow(t *testing.T, k Keeper, s Streams, args ...string) (exit int, took time.Duration) {
	t.Helper()
	p := testHome(t, "[[helper]]\ntool = '"+args[0]+"'\nsession = 'work'\nhosts = ['example.org']\n")
	i, ok := ParseInvocation(append([]string{"helper"}, args...))
	if !ok {
		t.Fatalf("%q is no invocation", args)
	}
	start := time.Now()
	exit = i.Run(t.Context(), p, k, s)
	return exit, time.Since(start)
}

func noEnv(string) string { return "" }

// Whatever a tool sends slowly or never, it is told within five seconds that it was too slow.
func TestSlowRequest(t *testing.T) {
	for _, args := range [][]string{
		{"git", "-", "get"},
		{"git", "-", "erase"},
		{"docker", "-", "get"},
		{"docker", "-", "store"},
		{"goauth", "-", "https://example.org/x"},
		{"cargo", "-", "--cargo-plugin"},
		{"terraform", "-", "store", "example.org"},
		{"bazel", "-", "get"},
	} {
		synctest.Test(t, func(t *testing.T) {
			reader, writer := io.Pipe()
			go func() { _, _ = io.WriteString(writer, "half of a request") }()
			var stdout, stderr bytes.Buffer
			exit, took := slow(t, newFakeKeeper("work"), Streams{reader, &stdout, &stderr, noEnv}, args...)
			if exit == 0 || took >= answerWait || !strings.Contains(stdout.String()+stderr.String(), "did not end in time") {
				t.Errorf("%q: exit %d after %v, %q, %q", args, exit, took, stdout.String(), stderr.String())
			}
			_ = writer.Close()
			synctest.Wait()
		})
	}
}

func TestSlowKeeper(t *testing.T) {
	for _, c := range []struct {
		args           []string
		request        string
		stdout, stderr string // a part of each
	}{
		{[]string{"git", "-", "get"}, "protocol=https\nhost=example.org\n", "quit=1\n", "sessionkeeper doctor"},
		{[]string{"git", "-", "erase"}, "protocol=https\nhost=example.org\npassword=x\n", "", ""},
		{[]string{"docker", "-", "get"}, "example.org", "sessionkeeper doctor", ""},
		{[]string{"kubectl", "work"}, "", "", "sessionkeeper doctor"},
		{[]string{"goauth", "work"}, "", "", ""},
		{[]string{"goauth", "work", "https://example.org/"}, "HTTP/1.1 404 Not Found\n\n", "", "sessionkeeper doctor"},
		{[]string{"cargo", "-", "--cargo-plugin"}, cargoGet("https://example.org/", "") + "\n", "sessionkeeper doctor", ""},
		{[]string{"terraform", "-", "get", "example.org"}, "", "", "sessionkeeper doctor"},
		{[]string{"bazel", "-", "get"}, `{"uri":"https://example.org/"}`, "", "sessionkeeper doctor"},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := newFakeKeeper("work")
			k.hangs = true
			var stdout, stderr bytes.Buffer
			_, took := slow(t, k, Streams{strings.NewReader(c.request), &stdout, &stderr, noEnv}, c.args...)
			if took >= answerWait || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) ||
				c.stderr == "" && stderr.Len() > 0 {
				t.Errorf("%q: %v, %q, %q; want %q, %q", c.args, took, stdout.String(), stderr.String(), c.stdout, c.stderr)
			}
		})
	}
}

// A tool that does not read its answer does not keep us.
func TestSlowReader(t *testing.T) {
	for _, args := range [][]string{{"git", "-", "get"}, {"cargo", "-", "--cargo-plugin"}, {"terraform", "-", "get", "example.org"}} {
		synctest.Test(t, func(t *testing.T) {
			reader, writer := io.Pipe()
			exit, took := slow(t, newFakeKeeper("work"), Streams{
				strings.NewReader("protocol=https\nhost=example.org\n"), writer, writer, noEnv,
			}, args...)
			if exit == 0 || took != answerWait {
				t.Errorf("%q: exit %d after %v; want it to end after %v", args, exit, took, answerWait)
			}
			_ = reader.Close()
			synctest.Wait()
		})
	}
}

// A tool that has gone is no reason to say so twice, and none to hand out half a token.
func TestClosedReader(t *testing.T) {
	reader, writer := io.Pipe()
	_ = reader.Close()
	var stderr bytes.Buffer
	i, _ := ParseInvocation([]string{"helper", "terraform", "-", "get", "app.example"})
	exit := i.Run(t.Context(), testHome(t, terraformBindings), newFakeKeeper("work"), Streams{strings.NewReader(""), writer, &stderr, noEnv})
	if exit != ExitFailed || !strings.Contains(stderr.String(), "writing the answer") {
		t.Errorf("exit %d, %q", exit, stderr.String())
	}
}

// Where no keeper runs nothing is read or written: another program takes over with all that the tool sends.
func TestQuickWithoutKeeper(t *testing.T) {
	t.Setenv("SESSIONKEEPER_HOME", t.TempDir())
	stdin := strings.NewReader("protocol=https\nhost=example.org\n")
	var stdout, stderr bytes.Buffer
	code, done := Quick(t.Context(), []string{"helper", "git", "-", "get"}, Streams{stdin, &stdout, &stderr, os.Getenv})
	if done || code != 0 || stdin.Len() != int(stdin.Size()) || stdout.Len()+stderr.Len() > 0 {
		t.Errorf("code %d, done %t, %d bytes left, %q, %q", code, done, stdin.Len(), stdout.String(), stderr.String())
	}
}

// A keeper that cannot be reached is told in the tool's own form.
func TestUnreachableKeeper(t *testing.T) {
	k := NewKeeper(func(context.Context) (string, error) { return "", fmt.Errorf("looking: %w", fast.ErrNoKeeper) })
	got := runHelper(t, k, testHome(t, gitBindings), "protocol=https\nhost=example.org\n", "git", "-", "get")
	if got.exit == 0 || got.stdout != "quit=1\n" || !strings.Contains(got.stderr, "no keeper is running") {
		t.Errorf("git: %+v", got)
	}
	// What is for nobody of ours asks for no keeper, and starts none.
	got = runHelper(t, k, testHome(t, gitBindings), "protocol=https\nhost=evil.example\n", "git", "-", "get")
	if got != (ran{}) {
		t.Errorf("another host: %+v", got)
	}
	gone := NewKeeper(func(context.Context) (string, error) { return filepath.Join(t.TempDir(), "none"), nil })
	if _, err := gone.Token(t.Context(), "work", fast.Request{}); err == nil {
		t.Error("a socket that is not there gives a token")
	}
	if err := gone.Reject(t.Context(), "work", 1); err == nil {
		t.Error("a socket that is not there hears of a rejection")
	}
}
