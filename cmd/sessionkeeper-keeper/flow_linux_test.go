package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/ui/helper"
)

// bench is a home with what its commands need.
type bench struct {
	t      *testing.T
	home   string
	env    []string
	issuer string
}

// newBench gives a home on a private desktop, with a provider that approves by itself.
func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchWith(t, "--auto-approve")
}

// newBenchWith is newBench with the provider's flags.
func newBenchWith(t *testing.T, providerFlags ...string) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{t: t, home: t.TempDir()}
	desktop := keychaintest.Start(t)
	b.env = append(cleanEnv(), desktop.Env()...)
	b.env = append(b.env, "SESSIONKEEPER_HOME="+b.home, "OPENED="+filepath.Join(t.TempDir(), "opened"))
	t.Cleanup(func() { endKeeper(b.home, syscall.SIGTERM) })
	program := filepath.Join(demoDir(t), "sessionkeeper-demo")
	provider := exec.Command(program, append([]string{"--until-stdin-closes", longTokens, longSignIns}, providerFlags...)...)
	issuer, stop, err := startProvider(provider)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	b.issuer = issuer
	return b
}

// quickExit spares each process of a test under the race detector the second that it waits at its end.
const quickExit = "GORACE=atexit_sleep_ms=0"

// cleanEnv is our environment without the desktop that the tests run in.
func cleanEnv() []string {
	env := []string{quickExit}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case strings.HasPrefix(name, "XDG_"), strings.HasPrefix(name, "SESSIONKEEPER_"),
			name == "DISPLAY", name == "WAYLAND_DISPLAY", name == "DBUS_SESSION_BUS_ADDRESS", name == "HOME":
		default:
			env = append(env, v)
		}
	}
	return env
}

// process is a command that runs.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
}

func (b *bench) start(args ...string) *process {
	b.t.Helper()
	cmd := exec.Command("sessionkeeper", args...)
	cmd.Env = b.env
	return startProcess(b.t, cmd)
}

func startProcess(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd}
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(stdout)
	cmd.Stderr = &p.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// line is the next line of stdout.
func (p *process) line() string {
	p.t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		_ = p.cmd.Wait()
		p.t.Fatalf("%q ended before its line on stdout: %v\n%s", p.cmd.Args, err, &p.stderr)
	}
	return strings.TrimSuffix(line, "\n")
}

// until is the next line of stdout that holds text.
func (p *process) until(text string) string {
	p.t.Helper()
	for {
		if line := p.line(); strings.Contains(line, text) {
			return line
		}
	}
}

// ends waits for the end and wants an exit code; it gives the rest of stdout.
func (p *process) ends(want int) string {
	p.t.Helper()
	_ = p.stdin.Close()
	rest, _ := io.ReadAll(p.stdout)
	err := p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.t.Fatalf("%q: exit code %d (%v); want %d\nstdout: %s\nstderr: %s", p.cmd.Args, got, err, want, rest, &p.stderr)
	}
	return string(rest)
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// run runs a command that succeeds and gives its stdout.
func (b *bench) run(args ...string) string {
	b.t.Helper()
	return b.start(args...).ends(helper.ExitDone)
}

func (b *bench) add(name string, flags ...string) *process {
	b.t.Helper()
	return b.start(append([]string{
		"add", name, "--issuer", b.issuer, "--client-id", "demo", "--scope", "openid", "--scope", "offline_access",
	}, flags...)...)
}

// state is a session's state, "" where there is none.
func (b *bench) state(name string) string {
	b.t.Helper()
	var sessions []struct{ Name, State string }
	if err := json.Unmarshal([]byte(b.run("list", "--json")), &sessions); err != nil {
		b.t.Fatal(err)
	}
	for _, s := range sessions {
		if s.Name == name {
			return s.State
		}
	}
	return ""
}

func TestServe(t *testing.T) {
	b := newBench(t)
	serve := b.start("serve")
	ready, ok := parseReady(serve.line())
	pid := strconv.Itoa(serve.cmd.Process.Pid)
	if !ok || ready["pid"] != pid || ready["keychain"] != "os" || !strings.HasPrefix(ready["http"], "http://127.0.0.1:") {
		t.Fatalf("ready line %v", ready)
	}
	info, err := os.Stat(ready["socket"])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("socket: %v, %v", info, err)
	}
	limits, err := os.ReadFile("/proc/" + pid + "/limits")
	if err != nil || !strings.Contains(string(limits), "Max core file size        0                    0") {
		t.Errorf("core dumps are not forbidden: %v\n%s", err, limits)
	}

	// A stopped keeper is a keeper: nobody takes its place, and nobody waits for it for ever.
	serve.signal(syscall.SIGSTOP)
	second, list, doctor := b.start("serve"), b.start("list"), b.start("doctor")
	second.ends(helper.ExitFailed)
	list.ends(helper.ExitUnavailable)
	for what, said := range map[string]string{
		"a second keeper": second.stderr.String(), "list": list.stderr.String(), "doctor": doctor.ends(helper.ExitFailed),
	} {
		if !strings.Contains(said, "(pid "+pid+")") {
			t.Errorf("beside a stopped keeper %s says %q", what, said)
		}
	}
	serve.signal(syscall.SIGCONT)

	serve.signal(os.Interrupt)
	if rest := serve.ends(helper.ExitDone); rest != "" {
		t.Errorf("more than one line on stdout: %q", rest)
	}
	if _, held := lockHolder(homeOf(b.home)); held {
		t.Error("the lock is still held")
	}
	if _, err := os.Stat(ready["socket"]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestServeFileKeychain(t *testing.T) {
	b := newBench(t)
	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve := b.start("serve", "--keychain", "file", "--passphrase-file", file)
	if ready, _ := parseReady(serve.line()); ready["keychain"] != "file" {
		t.Fatalf("ready line %v", ready)
	}
	b.add("work").ends(helper.ExitDone)
	token := b.run("token", "work")
	serve.signal(syscall.SIGTERM)
	serve.ends(helper.ExitDone)

	serve = b.start("serve", "--keychain", "file", "--passphrase-file", file)
	serve.line()
	if again := b.run("token", "work"); again != token {
		t.Error("another token after the restart")
	}
	serve.signal(syscall.SIGTERM)
	serve.ends(helper.ExitDone)

	// Without a terminal nobody can be asked.
	b.start("serve", "--keychain", "file").ends(helper.ExitFailed)
}

// A page's address that is taken stops nothing: health tells.
func TestF28ServePageAddressTaken(t *testing.T) {
	b := newBench(t)
	serve := b.start("serve", "--http", strings.TrimPrefix(b.issuer, "http://"))
	if ready, _ := parseReady(serve.line()); ready["http"] != "none" {
		t.Errorf("ready line %v", ready)
	}
	if text := b.run("status"); !strings.Contains(text, "page      The page cannot be opened (") {
		t.Errorf("status says\n%s", text)
	}
	serve.signal(syscall.SIGTERM)
	serve.ends(helper.ExitDone)
}

// What is wrong with the settings is said as the file stands now: broken, mended, and broken another way.
func TestServeSettingsThatBreakTwice(t *testing.T) {
	b := newBench(t)
	b.start("serve").line()
	for _, c := range []struct{ file, says, not string }{
		{"warn_before = ", "config.toml:1", "config.toml:3"},
		{"\n\nlog_level = \"loud\"", "config.toml:3", "config.toml:1"},
		{"log_level = \"debug\"", "", "config.toml:"},
		{"warn_before = ", "config.toml:1", "config.toml:3"},
	} {
		if err := os.WriteFile(filepath.Join(b.home, "config", "config.toml"), []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		var said []byte
		if !comes(func() bool {
			doctor := exec.Command("sessionkeeper", "doctor")
			doctor.Env = b.env
			said, _ = doctor.Output() // it fails where anything is wrong
			return len(said) > 0 && strings.Contains(string(said), c.says) && !strings.Contains(string(said), c.not)
		}) {
			t.Fatalf("of %s it says\n%s", c.file, said)
		}
	}
}

// A keeper that is told to end says so to who waits for a provider that hangs, before it cuts anybody off.
func TestServeEndsWithAWord(t *testing.T) {
	b := newBench(t)
	var requests atomic.Int64
	asked, answered := make(chan struct{}), make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch requests.Add(1) {
		case 1:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"at","refresh_token":"rt2","token_type":"Bearer","expires_in":3600}`)
			return
		case 2:
			close(asked)
		}
		<-answered
	}))
	t.Cleanup(hanging.Close)
	t.Cleanup(func() { close(answered) })
	serve := b.start("serve")
	serve.line()
	brought := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(brought, []byte("rt1"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.run("add", "slow", "--authorize-url", hanging.URL+"/authorize", "--token-url", hanging.URL+"/token", "--client-id", "desk",
		"--refresh-token-file", brought)
	serve.signal(syscall.SIGTERM)
	serve.ends(helper.ExitDone)
	serve = b.start("serve") // which knows of no demand a moment ago
	serve.line()
	waits := b.start("token", "slow", "--force", "--wait", "5m")
	<-asked
	serve.signal(syscall.SIGTERM)
	waits.ends(helper.ExitUnavailable)
	if said := waits.stderr.String(); !strings.Contains(said, "The keeper is stopping") {
		t.Errorf("who waits hears %q", said)
	}
	serve.ends(helper.ExitDone)
}

func TestAddWithoutBrowser(t *testing.T) {
	b := newBench(t)
	add := b.add("work", "--no-browser")
	link := add.line()
	if !strings.HasPrefix(link, b.issuer+"/authorize?") {
		t.Fatalf("first line %q", link)
	}
	authservertest.Browser{}.Open(t, link)
	if rest := add.ends(helper.ExitDone); rest != "" {
		t.Errorf("more on stdout: %q", rest)
	}
	if got := b.state("work"); got != "active" {
		t.Errorf("state %q", got)
	}
}

func TestInterruptedAddKeepsNothing(t *testing.T) {
	b := newBench(t)
	add := b.add("work", "--no-browser")
	link := add.line()
	add.signal(os.Interrupt)
	add.ends(helper.ExitInterrupted)
	if got := b.state("work"); got != "" {
		t.Errorf("state %q of a session that was never signed in to", got)
	}
	// The page that is still open finishes nothing.
	_ = visit(link)
	if got := b.state("work"); got != "" {
		t.Errorf("state %q after a late visit", got)
	}
}

func TestDeniedAddKeepsNothing(t *testing.T) {
	b := newBenchWith(t)
	add := b.add("work", "--no-browser")
	authservertest.Browser{Deny: true}.Open(t, add.line())
	add.ends(helper.ExitSignIn)
	if got := b.state("work"); got != "" {
		t.Errorf("state %q of a session that was refused", got)
	}
}

// Another account than before is refused, unless the user says so.
func TestF32LoginAsOther(t *testing.T) {
	b := newBenchWith(t)
	add := b.add("work", "--no-browser")
	authservertest.Browser{Account: "ada"}.Open(t, add.line())
	add.ends(helper.ExitDone)

	login := b.start("login", "work", "--no-browser")
	authservertest.Browser{Account: "grace"}.Open(t, login.line())
	login.ends(helper.ExitSignIn)
	if said := login.stderr.String(); !strings.Contains(said, "belongs to the account") || !strings.Contains(said, "login --as-other work") {
		t.Errorf("another account was refused with\n%s", said)
	}
	if text := b.run("status", "work"); !strings.Contains(text, "ada") {
		t.Errorf("status says\n%s", text)
	}
	login = b.start("login", "work", "--no-browser", "--as-other")
	authservertest.Browser{Account: "grace"}.Open(t, login.line())
	login.ends(helper.ExitDone)
	if text := b.run("status", "work"); !strings.Contains(text, "grace") {
		t.Errorf("status says\n%s", text)
	}
}

func TestDevice(t *testing.T) {
	b := newBenchWith(t, "--auto-approve", "--device-interval", "1s")
	add := b.add("work", "--device", "--json")
	var login struct {
		URL  string `json:"login_url"`
		Code string `json:"user_code"`
	}
	if err := json.Unmarshal([]byte(add.line()), &login); err != nil {
		t.Fatal(err)
	}
	if login.Code == "" || !strings.HasPrefix(login.URL, b.issuer+"/device") {
		t.Fatalf("%+v", login)
	}
	link := login.URL
	if !strings.Contains(link, login.Code) {
		link += "?user_code=" + login.Code
	}
	authservertest.Browser{}.Open(t, link)
	if rest := add.ends(helper.ExitDone); !strings.Contains(rest, `"state":"active"`) {
		t.Errorf("the session's line: %q", rest)
	}
}

func TestPaste(t *testing.T) {
	b := newBench(t)
	b.add("work").ends(helper.ExitDone)

	login := b.start("login", "work", "--paste")
	address, _, _ := authservertest.Browser{Stay: true}.Open(t, login.line())
	fmt.Fprintln(login.stdin, address)
	login.ends(helper.ExitDone)
	if got := b.state("work"); got != "active" {
		t.Errorf("state %q", got)
	}

	// A wrong line is told, and the next one counts.
	login = b.start("login", "work", "--paste")
	address, _, _ = authservertest.Browser{Stay: true}.Open(t, login.line())
	fmt.Fprintf(login.stdin, "https://example.org/elsewhere\n\n%s\n", address)
	login.ends(helper.ExitDone)
	if !strings.Contains(login.stderr.String(), "https://example.org") {
		t.Errorf("the wrong address is not told: %q", login.stderr.String())
	}
	login = b.start("login", "work", "--paste")
	login.line()
	fmt.Fprintln(login.stdin, "https://example.org/elsewhere")
	login.ends(helper.ExitFailed)
	if !strings.Contains(login.stderr.String(), "no address that fits") {
		t.Errorf("stderr %q", login.stderr.String())
	}
	login = b.start("login", "work", "--paste")
	login.line()
	login.ends(helper.ExitFailed) // stdin is empty
	if got := b.state("work"); got != "active" {
		t.Errorf("state %q after sign-ins that failed", got)
	}
}

func TestF30LoginThatNobodyFinishes(t *testing.T) {
	b := newBench(t)
	b.add("work").ends(helper.ExitDone)
	login := b.start("login", "work", "--no-browser", "--wait", "50ms")
	login.ends(helper.ExitSignIn)
	if !strings.Contains(login.stderr.String(), "sessionkeeper login work") {
		t.Errorf("stderr %q", login.stderr.String())
	}
}

// A pipe that a script has open does not stay open because a keeper was started under it.
func TestStartedKeeperInheritsNothing(t *testing.T) {
	b := newBench(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("sessionkeeper", "list", "--json")
	cmd.Env = b.env
	cmd.ExtraFiles = []*os.File{w}
	startProcess(t, cmd).ends(helper.ExitDone)
	w.Close()
	if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
		t.Errorf("the pipe: %q, %v", rest, err)
	}
	pid, held := lockHolder(homeOf(b.home))
	if !held {
		t.Fatal("no keeper was started")
	}
	if sid, err := unix.Getsid(pid); err != nil || sid != pid {
		t.Errorf("the keeper's session is %d, %v; want its own, %d", sid, err, pid)
	}
}

func TestEvents(t *testing.T) {
	b := newBench(t)
	b.add("work").ends(helper.ExitDone)
	events := b.start("events", "--json")
	type event struct{ Type, Session, State string }
	next := func() (e event) {
		t.Helper()
		if err := json.Unmarshal([]byte(events.line()), &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	if e := next(); e.Type != "snapshot" {
		t.Errorf("first event %+v", e)
	}
	b.run("pause", "work")
	want := event{Type: "session.state", Session: "work", State: "paused"}
	if e := next(); e != want {
		t.Errorf("event %+v; want %+v", e, want)
	}
	events.signal(os.Interrupt)
	events.ends(helper.ExitInterrupted)
}

// Two sessions of one account and client: signing out of one may end the other, so a script has to say yes.
func TestLogoutOfRelated(t *testing.T) {
	b := newBench(t)
	b.add("one").ends(helper.ExitDone)
	b.add("two").ends(helper.ExitDone)
	logout := b.start("logout", "one")
	logout.ends(helper.ExitUsage)
	if text := logout.stderr.String(); !strings.Contains(text, "two") || !strings.Contains(text, "--yes") {
		t.Errorf("stderr %q", text)
	}
	if got := b.state("one"); got != "active" {
		t.Errorf("state %q", got)
	}
	b.run("logout", "one", "--yes")
	if got := b.state("one"); got != "signed_out" {
		t.Errorf("state %q", got)
	}
}
