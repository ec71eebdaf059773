package keychain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"sessionkeeper/keychain"
	"sessionkeeper/keychain/keychaintest"
)

const workerArg = "keychain-worker"

// work is what a process does that is killed in the middle.
type work struct {
	Backend  string
	StateDir string
	Child    []string
	Env      map[string]string
	What     string // rotate, passphrase, or the backend to move to
}

// passphraseNow opens the file store before and after any piece of work.
var passphraseNow = []byte("correct horse")

func (w work) options() keychain.Options {
	return keychain.WithLittleWork(keychain.Options{
		Backend: w.Backend, StateDir: w.StateDir, Home: home, Child: w.Child, Env: w.Env,
		Passphrase: func(context.Context) ([]byte, error) { return passphraseNow, nil },
	})
}

// runWorker does it in the process that is to be killed, all changes of files on one thread, which strace counts.
func runWorker(arg string) int {
	runtime.LockOSThread()
	var w work
	err := json.Unmarshal([]byte(arg), &w)
	var c *keychain.Chain
	if err == nil {
		c, err = keychain.OpenChain(context.Background(), w.options())
	}
	if err == nil {
		switch w.What {
		case "rotate":
			err = c.Rotate(context.Background(), passphraseNow)
		case "passphrase":
			err = c.ChangePassphrase(context.Background(), passphraseNow, passphraseNow)
		default:
			for again := true; again; { // a busy machine's keychain is slow
				err = c.Move(context.Background(), keychain.Move{To: w.What, Passphrase: passphraseNow, Keys: moveKeys})
				e, unusable := errors.AsType[*keychain.Error](err)
				again = unusable && e.Reason == keychain.ReasonSlow
			}
		}
	}
	if err == nil {
		err = c.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// fileChanges are the system calls after which a file is another.
const fileChanges = "renameat,renameat2,unlinkat"

// killedAt does w in a process that is killed (SIGKILL) as it enters its nth change of a file. done: it had fewer.
func killedAt(t *testing.T, w work, n int) (done bool) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("%v: these tests need the Debian package strace", err)
	}
	arg, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace="+fileChanges,
		"-e", "inject="+fileChanges+":signal=SIGKILL:when="+strconv.Itoa(n), os.Args[0], workerArg, string(arg))
	out, err := cmd.CombinedOutput()
	if e, ok := errors.AsType[*exec.ExitError](err); ok && !e.Exited() || ok && e.ExitCode() == 137 {
		t.Attr("real", "strace")
		return false
	}
	if err != nil {
		t.Fatalf("killed at change %d: %v\n%s", n, err, out)
	}
	return true
}

// TestF9KilledMove kills a move at every change of a file: all records can be read afterwards, in one store, and what is
// left in the other goes with the next start.
func TestF9KilledMove(t *testing.T) {
	t.Parallel()
	for _, way := range [][2]string{{"os", "sealed"}, {"sealed", "os"}, {"sealed", "file"}} {
		t.Run(way[0]+" to "+way[1], func(t *testing.T) {
			t.Parallel()
			desktop := keychaintest.Start(t)
			for n := 1; ; n++ {
				o := options(t, way[0], desktop.Vars())
				for _, user := range desktop.Users(service) {
					desktop.Remove(service, user)
				}
				c := openChain(t, o)
				fill(t, c)
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
				w := work{Backend: way[0], StateDir: o.StateDir, Child: o.Child, Env: o.Env, What: way[1]}
				done := killedAt(t, w, n)
				again := openChain(t, o)
				wantFilled(t, again)
				if err := again.Tidy(t.Context(), moveKeys); err != nil {
					t.Fatalf("killed at change %d: Tidy: %v", n, err)
				}
				wantFilled(t, again)
				wantOnly(t, desktop, o, again.Health().Backend)
				if done {
					if n < 5 || again.Health().Backend != way[1] {
						t.Errorf("done before change %d, in %s", n, again.Health().Backend)
					}
					return
				}
			}
		})
	}
}

// TestF9KilledRotation kills a change of keys at every change of a file; the next start finishes it.
func TestF9KilledRotation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ backend, what string }{
		{"os", "rotate"}, {"sealed", "rotate"}, {"file", "passphrase"},
	} {
		t.Run(c.backend+" "+c.what, func(t *testing.T) {
			t.Parallel()
			desktop := keychaintest.Start(t)
			o := options(t, c.backend, desktop.Vars())
			first := openChain(t, o)
			fill(t, first)
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			for n := 1; ; n++ {
				w := work{Backend: c.backend, StateDir: o.StateDir, Child: o.Child, Env: o.Env, What: c.what}
				done := killedAt(t, w, n)
				again := openChain(t, o)
				wantFilled(t, again)
				if done {
					return
				}
				if err := again.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestRotationIsFinishedByTheNextStart has a record under an old key, as a crash leaves one.
func TestRotationIsFinishedByTheNextStart(t *testing.T) {
	t.Parallel()
	o := options(t, "sealed", keychaintest.Start(t).Vars())
	v := open(t, o)
	save(t, v, "abc", "one", 1)
	save(t, v, "xyz", "one", 1)
	path := filepath.Join(o.StateDir, "sealed", "k-abc.sealed")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Rotate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	again := open(t, o)
	run(t, again)
	for {
		if now, err := os.ReadFile(path); err == nil && !bytes.Equal(now, old) {
			break
		}
		runtime.Gosched()
	}
	if keyOf(t, o, "abc") != keyOf(t, o, "xyz") {
		t.Error("the records are under two keys")
	}
	wantRecord(t, again, "abc", "one", 1)
}

// TestF9KilledMoveToTheKeychain kills a move at each item that the keychain gets or loses.
func TestF9KilledMoveToTheKeychain(t *testing.T) {
	t.Parallel()
	for _, way := range [][2]string{{"sealed", "os"}, {"os", "sealed"}} {
		t.Run(way[0]+" to "+way[1], func(t *testing.T) {
			t.Parallel()
			desktop := keychaintest.Start(t)
			items := desktop.Items()
			for n := 1; ; n++ {
				o := options(t, way[0], desktop.Vars())
				for _, user := range desktop.Users(service) {
					desktop.Remove(service, user)
				}
				c := openChain(t, o)
				fill(t, c)
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
				desktop.Get(service, "settle") // signals of what was before are here when this is answered
				for len(items) > 0 {
					<-items
				}
				arg, err := json.Marshal(work{Backend: way[0], StateDir: o.StateDir, Child: o.Child, Env: o.Env, What: way[1]})
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), os.Args[0], workerArg, string(arg))
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- cmd.Wait() }()
				seen := 0
				var end error
				for over := false; !over; {
					select {
					case <-items:
						if seen++; seen == n {
							_ = cmd.Process.Kill()
						}
					case end = <-ended:
						over = true
					}
				}
				again := openChain(t, o)
				wantFilled(t, again)
				if err := again.Tidy(t.Context(), moveKeys); err != nil {
					t.Fatalf("killed at item %d: Tidy: %v", n, err)
				}
				wantFilled(t, again)
				if slices.Contains([]string{"sealed", "os"}, again.Health().Backend) {
					wantOnly(t, desktop, o, again.Health().Backend)
				}
				if end == nil {
					if n < 3 {
						t.Errorf("done before item %d", n)
					}
					return
				}
			}
		})
	}
}
