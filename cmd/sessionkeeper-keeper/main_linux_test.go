package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/ui/api/places"
)

// The binary under test and a browser are this test binary under other names.
func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){
		"sessionkeeper": main,
		"xdg-open":      browse,
	})
}

// browse is the desktop's browser: it writes the address down in $OPENED and visits it. The demo provider approves by
// itself, so a visit is a sign-in. $BROWSER_IDLE makes it a browser that nobody sits at.
func browse() {
	address := os.Args[1]
	if file := os.Getenv("OPENED"); file != "" {
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err == nil {
			_, _ = fmt.Fprintln(f, address)
			_ = f.Close()
		}
	}
	if os.Getenv("BROWSER_IDLE") != "" {
		return
	}
	if err := visit(address); err != nil {
		fmt.Fprintln(os.Stderr, "xdg-open:", err)
		os.Exit(1)
	}
}

// visit opens a page as a browser does.
func visit(address string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Jar: jar}).Get(address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// tests runs the tests and removes what demoBinary built.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer func() {
		if path, err := demoBinary(); err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	}()
	return t.M.Run()
}

// demoBinary builds the test provider once.
var demoBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sessionkeeper-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sessionkeeper-demo")
	out, err := exec.Command("go", "build", "-o", path, "sessionkeeper/cmd/sessionkeeper-demo").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the test provider: %w\n%s", err, out)
	}
	return path, nil
})

func demoDir(t *testing.T) string {
	t.Helper()
	path, err := demoBinary()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(path)
}

// TestScript runs testdata/script, each script with a home of its own and the real keychain of a private desktop.
func TestScript(t *testing.T) {
	desktop := keychaintest.Start(t)
	demo := demoDir(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Vars = append(env.Vars, quickExit)
			env.Setenv("SESSIONKEEPER_HOME", home)
			env.Setenv("OPENED", filepath.Join(env.WorkDir, "opened"))
			env.Setenv("PATH", env.Getenv("PATH")+string(os.PathListSeparator)+demo)
			for name, value := range desktop.Vars() {
				env.Setenv(name, value)
			}
			env.Defer(func() { endKeeper(home, syscall.SIGTERM) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     scriptExits,
			"provider":  scriptProvider,
			"control":   scriptControl,
			"kill9":     scriptKill,
			"endkeeper": scriptStop,
			"opened":    scriptOpened,
			"keeper":    scriptKeeper,
			"becomes":   scriptBecomes,
			"served":    scriptServed,
		},
	})
}

// homeOf gives the places under a SESSIONKEEPER_HOME.
func homeOf(home string) places.Places {
	return places.Places{
		Config: filepath.Join(home, "config"), State: filepath.Join(home, "state"), Run: filepath.Join(home, "run"),
	}
}

// patience bounds every wait. Only something broken meets it.
const patience = 2 * time.Minute

// comes waits for something that is about to be, and reports whether it came.
func comes(there func() bool) bool {
	for late := time.Now().Add(patience); !there(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			return false
		}
	}
	return true
}

// endKeeper ends the keeper of a home and returns when its lock is free.
func endKeeper(home string, how syscall.Signal) {
	for {
		pid, held := lockHolder(homeOf(home))
		if !held {
			return
		}
		if pid > 0 {
			_ = syscall.Kill(pid, how)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// exits N COMMAND...: runs it and wants that exit code.
func scriptExits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError) //nolint:errorlint // as it comes
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d; want %d", got, want)
	}
}

// The provider's flags for tokens and sign-ins that no test outlives, however busy the machine: a token is the same until
// the test itself has it renewed. A flag that follows has the last word.
const (
	longTokens  = "--access-ttl=1h"
	longSignIns = "--session-ttl=12h"
)

// provider [FLAGS]: starts a test provider that approves by itself and sets $ISSUER.
func scriptProvider(ts *testscript.TestScript, _ bool, args []string) {
	path, err := demoBinary()
	ts.Check(err)
	cmd := exec.Command(path, append([]string{"--until-stdin-closes", "--auto-approve", longTokens, longSignIns}, args...)...)
	issuer, stop, err := startProvider(cmd)
	ts.Check(err)
	ts.Defer(stop)
	ts.Setenv("ISSUER", issuer)
}

func startProvider(cmd *exec.Cmd) (issuer string, stop func(), err error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	}
	line, err := lineOf(stdout)
	ready, ok := parseReady(line)
	if err != nil || !ok {
		stop()
		return "", nil, fmt.Errorf("ready line %q: %w", line, err)
	}
	return ready["issuer"], stop, nil
}

// control JSON: tells the provider what to do.
func scriptControl(ts *testscript.TestScript, _ bool, args []string) {
	response, err := http.Post(ts.Getenv("ISSUER")+"/control", "application/json", strings.NewReader(args[0]))
	ts.Check(err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		ts.Fatalf("%s: %s", response.Status, text)
	}
}

// kill9: kills the keeper, which has no time for anything.
func scriptKill(ts *testscript.TestScript, _ bool, _ []string) {
	endKeeper(ts.Getenv("SESSIONKEEPER_HOME"), syscall.SIGKILL)
}

// endkeeper: ends the keeper in order. The name stop is that of a command which ends a script.
func scriptStop(ts *testscript.TestScript, _ bool, _ []string) {
	endKeeper(ts.Getenv("SESSIONKEEPER_HOME"), syscall.SIGTERM)
}

// opened N: wants that many pages to have been opened so far.
func scriptOpened(ts *testscript.TestScript, _ bool, args []string) {
	data, _ := os.ReadFile(ts.Getenv("OPENED"))
	if got := strconv.Itoa(bytes.Count(data, []byte("\n"))); got != args[0] {
		ts.Fatalf("%s pages were opened; want %s:\n%s", got, args[0], data)
	}
}

// keeper | ! keeper: wants one to run, or none, and sets $KEEPER to its pid.
func scriptKeeper(ts *testscript.TestScript, neg bool, _ []string) {
	pid, held := lockHolder(homeOf(ts.Getenv("SESSIONKEEPER_HOME")))
	if held == neg {
		ts.Fatalf("a keeper runs: %t", held)
	}
	ts.Setenv("KEEPER", strconv.Itoa(pid))
}
