// Package e2e runs the built programs against real parts: a certified provider that this project did not write, the
// demo provider, a real keyring and a real browser opener on PATH.
package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/fast"
)

// program is the built keeper.
var program string

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "xdg-open" {
		os.Exit(browse(os.Args[1]))
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sessionkeeper-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "sessionkeeper")
	for _, name := range []string{"sessionkeeper", "sessionkeeper-keeper", "sessionkeeper-demo"} {
		build := exec.Command("go", "build", "-o", dir, "sessionkeeper/cmd/"+name)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building %s: %v\n%s", name, err, out)
			return 1
		}
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // they wait more than they work
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

var (
	formAction = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	formField  = regexp.MustCompile(`<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"`)
)

// browse is a person's browser: it notes the address, follows redirects and submits the provider's forms as they are.
func browse(address string) int {
	f, err := os.OpenFile(os.Getenv("OPENED"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return 3
	}
	if _, err = fmt.Fprintln(f, address); err != nil || f.Close() != nil {
		return 3
	}
	if os.Getenv("BROWSER_CLOSED") != "" {
		return 0
	}
	if shown(address) {
		return 0
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return 4
	}
	c := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	res, err := c.Get(address)
	for range 10 {
		if err != nil {
			return 4
		}
		var page bytes.Buffer
		_, _ = page.ReadFrom(res.Body)
		_ = res.Body.Close()
		action := formAction.FindStringSubmatch(page.String())
		if action == nil || res.Request.URL.Path == "/callback" || strings.HasPrefix(res.Request.URL.Path, "/done") {
			return 0
		}
		form := url.Values{}
		for _, in := range formField.FindAllStringSubmatch(page.String(), -1) {
			form.Set(html.UnescapeString(in[1]), html.UnescapeString(in[2]))
		}
		to, perr := res.Request.URL.Parse(html.UnescapeString(action[1]))
		if perr != nil {
			return 4
		}
		res, err = c.PostForm(to.String(), form)
	}
	return 4
}

// shown gives the address to a browser that runs on the test's desktop, if there is one and a person sits before it.
func shown(address string) bool {
	conn, err := net.Dial("unix", os.Getenv("OPENED")+".sock")
	if err != nil {
		return false
	}
	defer conn.Close()
	if _, err := fmt.Fprintln(conn, address); err != nil {
		return false
	}
	answer, _ := bufio.NewReader(conn).ReadString('\n')
	return answer == "shown\n"
}

// home is a user's home with a keeper in it.
type home struct {
	t      testing.TB
	dir    string
	env    []string
	opened string
	keeper *exec.Cmd
	ready  string
	stderr *bytes.Buffer
}

// newHome makes a home; env is what the desktop adds to the environment.
func newHome(tb testing.TB, env ...string) *home {
	tb.Helper()
	dir, err := os.MkdirTemp("", "sk-") //nolint:usetesting // short: a socket's path has 108 bytes
	if err != nil {
		tb.Fatal(err)
	}
	h := &home{t: tb, dir: dir, opened: filepath.Join(dir, "opened")}
	bin := filepath.Join(dir, "bin")
	self, err := os.Executable()
	if err == nil {
		err = os.Mkdir(bin, 0o700)
	}
	if err == nil {
		err = os.Symlink(self, filepath.Join(bin, "xdg-open"))
	}
	if err != nil {
		tb.Fatal(err)
	}
	h.env = []string{
		"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + dir, "OPENED=" + h.opened, "SESSIONKEEPER_HOME=" + dir + "/sk",
		"SESSIONKEEPER_NO_AUTOSTART=1", "LANG=C.UTF-8", "TZ=UTC",
	}
	h.env = append(h.env, env...)
	tb.Cleanup(func() {
		h.kill(syscall.SIGKILL)
		if tb.Failed() {
			if log, err := os.ReadFile(dir + "/sk/state/keeper.log"); err == nil {
				lines := bytes.Split(log, []byte("\n"))
				tb.Logf("the end of the keeper's log:\n%s", bytes.Join(lines[max(0, len(lines)-60):], []byte("\n")))
			}
		}
		_ = os.RemoveAll(dir)
	})
	return h
}

func (h *home) socket() string { return h.dir + "/sk/run/api.sock" }

// serve starts the keeper, with flags, and waits for its line.
func (h *home) serve(flags ...string) {
	h.t.Helper()
	h.keeper = exec.Command(program, append([]string{"serve"}, flags...)...)
	h.keeper.Env = h.env
	h.stderr = &bytes.Buffer{}
	h.keeper.Stderr = h.stderr
	out, err := h.keeper.StdoutPipe()
	if err == nil {
		err = h.keeper.Start()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.ready, err = bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(h.ready, "ready ") {
		h.kill(syscall.SIGKILL)
		h.t.Fatalf("the keeper did not come up: %q, %v\n%s", h.ready, err, h.stderr.String())
	}
}

// kill ends the keeper with a signal and waits for its end.
func (h *home) kill(sig syscall.Signal) {
	if h.keeper == nil || h.keeper.Process == nil {
		return
	}
	_ = h.keeper.Process.Signal(sig)
	_ = h.keeper.Wait()
	h.keeper = nil
}

func (h *home) signal(sig syscall.Signal) {
	h.t.Helper()
	if err := h.keeper.Process.Signal(sig); err != nil {
		h.t.Fatal(err)
	}
}

// run runs a command and gives what it printed and its exit code.
func (h *home) run(args ...string) (stdout, stderr string, code int) {
	h.t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = h.env, &out, &errs
	if err := cmd.Run(); err != nil {
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			code = e.ExitCode()
		} else {
			h.t.Fatal(err)
		}
	}
	return out.String(), errs.String(), code
}

// must runs a command that has to succeed.
func (h *home) must(args ...string) string {
	h.t.Helper()
	out, errs, code := h.run(args...)
	if code != 0 {
		h.t.Fatalf("sessionkeeper %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

func (h *home) sessions() []session.Session {
	h.t.Helper()
	var all []session.Session
	if err := json.Unmarshal([]byte(h.must("list", "--json")), &all); err != nil {
		h.t.Fatal(err)
	}
	return all
}

func (h *home) session(name string) session.Session {
	h.t.Helper()
	all := h.sessions()
	i := slices.IndexFunc(all, func(s session.Session) bool { return s.Name == name })
	if i < 0 {
		h.t.Fatalf("there is no session %q", name)
	}
	return all[i]
}

// tabs are the pages that were opened.
func (h *home) tabs() []string {
	h.t.Helper()
	data, err := os.ReadFile(h.opened)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		h.t.Fatal(err)
	}
	return strings.Fields(string(data))
}

// token asks over the socket, as programs do.
func (h *home) token(name string, wait time.Duration) (fast.Answer, error) {
	return fast.Token(h.t.Context(), h.socket(), name, fast.Request{Wait: wait})
}

// until waits for something to become true and fails the test after limit.
func (h *home) until(what string, limit time.Duration, ok func() bool) {
	h.t.Helper()
	untilOr(h.t, limit, ok, func() string { return what })
}

// configure writes config.toml.
func (h *home) configure(text string) {
	h.t.Helper()
	if err := os.MkdirAll(h.dir+"/sk/config", 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.dir+"/sk/config/config.toml", []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}
