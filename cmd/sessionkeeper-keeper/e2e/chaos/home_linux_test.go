// Package chaos breaks everything around the keeper, and the keeper itself, at chosen places and at random, and counts by
// the provider's own log whether a login was lost.
package chaos

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

// patience bounds every wait. Only something broken meets it.
const patience = 60 * time.Second

// program is the built keeper; fragile is the same with failpoints.
var program, fragile string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sessionkeeper-chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program, fragile = filepath.Join(dir, "keeper"), filepath.Join(dir, "keeper-fragile")
	for _, args := range [][]string{{"-o", program}, {"-o", fragile, "-tags", "failpoints"}} {
		build := exec.Command("go", append(append([]string{"build"}, args...), "sessionkeeper/cmd/sessionkeeper-keeper")...)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building the keeper: %v\n%s", err, out)
			return 1
		}
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // they wait more than they work
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// home is a user's home with a keeper in it.
type home struct {
	t      testing.TB
	dir    string
	env    []string
	flags  []string
	api    *client.Client
	stderr *tape
	keeper *exec.Cmd // nil where none runs
}

// newHome makes a home whose keeper keeps its secrets in this kind of keychain, on this desktop.
func newHome(tb testing.TB, ring *keychaintest.Desktop, keychain string) *home {
	tb.Helper()
	dir, err := os.MkdirTemp("", "sk-") //nolint:usetesting // short: a socket's path has 108 bytes
	if err != nil {
		tb.Fatal(err)
	}
	h := &home{t: tb, dir: dir, flags: []string{"serve", "--keychain", keychain}, stderr: new(tape)}
	h.api = client.New(h.socket())
	h.env = append(ring.Env(), "PATH="+os.Getenv("PATH"), "SESSIONKEEPER_HOME="+dir+"/sk", "LANG=C.UTF-8", "TZ=UTC")
	settings := []byte("auto_open = false\nlog_level = \"debug\"\n")
	err = errors.Join(os.MkdirAll(dir+"/sk/config", 0o700), os.WriteFile(dir+"/sk/config/config.toml", settings, 0o600))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		h.kill(syscall.SIGKILL)
		h.api.Close()
		if tb.Failed() {
			_ = os.WriteFile(filepath.Join(tb.ArtifactDir(), keychain+".log"), []byte(h.stderr.String()), 0o600)
			lines := strings.Split(h.stderr.String(), "\n")
			tb.Logf("the end of the keeper's log:\n%s", strings.Join(lines[max(0, len(lines)-80):], "\n"))
		}
		_ = os.RemoveAll(dir)
	})
	return h
}

func (h *home) socket() string { return h.dir + "/sk/run/api.sock" }

// serve starts a keeper and waits for its line. env is set for it alone.
func (h *home) serve(binary string, env ...string) error {
	h.t.Helper()
	cmd := exec.Command(binary, h.flags...)
	cmd.Env = append(slices.Clip(h.env), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = h.stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.keeper = cmd
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready ") {
		h.kill(syscall.SIGKILL)
		return fmt.Errorf("the keeper did not come up: %q, %w", line, err)
	}
	return nil
}

func (h *home) mustServe(binary string, env ...string) {
	h.t.Helper()
	if err := h.serve(binary, env...); err != nil {
		h.t.Fatal(err)
	}
}

// kill ends the keeper with a signal and waits for its end.
func (h *home) kill(sig syscall.Signal) {
	h.t.Helper()
	if h.keeper == nil {
		return
	}
	_ = h.keeper.Process.Signal(sig)
	h.ended()
}

// ended waits for the keeper's end.
func (h *home) ended() {
	h.t.Helper()
	late := time.AfterFunc(patience, func() {
		h.t.Errorf("the keeper did not end within %v", patience)
		_ = h.keeper.Process.Kill()
	})
	_ = h.keeper.Wait()
	late.Stop()
	h.keeper = nil
}

func (h *home) signal(sig syscall.Signal) {
	h.t.Helper()
	if err := h.keeper.Process.Signal(sig); err != nil {
		h.t.Fatal(err)
	}
}

// add adds a session by a refresh token that the issuer gives at once.
func (h *home) add(name string, issuer *providertest.Issuer) (family int) {
	h.t.Helper()
	grant := issuer.Grant(name, "desk", "openid")
	_, err := h.api.Put(h.t.Context(), name, client.Addition{
		Definition: client.Definition{
			Issuer: issuer.URL, ClientID: "desk", Scopes: []string{"openid"}, Account: name + "@example.org",
		},
		RefreshToken: secret.New(grant.Refresh),
	})
	if err != nil {
		h.t.Fatalf("adding %s: %v", name, err)
	}
	return grant.Family
}

func (h *home) session(name string) client.Session {
	h.t.Helper()
	s, err := h.api.Session(h.t.Context(), name)
	if err != nil {
		h.t.Fatalf("looking at %s: %v", name, err)
	}
	return s
}

// signIn signs in as a person does whom the provider knows already: the browser goes where it is sent.
func (h *home) signIn(ctx context.Context, name string) error {
	login, err := h.api.Login(ctx, name, client.LoginRequest{NoBrowser: true})
	if err != nil {
		return err
	}
	if err := browse(ctx, login.URL); err != nil {
		return err
	}
	login, err = h.api.LoginStatus(ctx, name, login.ID, 10*time.Second)
	if err == nil && login.Status != "done" {
		err = fmt.Errorf("the sign-in is %s: %s %s", login.Status, login.Failure, login.Detail)
	}
	return err
}

func browse(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	browser := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := browser.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// until waits for something to become true.
func (h *home) until(what string, ok func() bool) {
	h.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-timeout.C:
			h.t.Fatalf("waited %v in vain: %s", patience, what)
		}
	}
}

// settled waits until a session is no longer of the generation that it had, or is refused, and gives it.
func (h *home) settled(name string, before uint64) (s client.Session) {
	h.t.Helper()
	h.until(name+" to be settled", func() bool {
		s = h.session(name)
		return s.State == "sign_in_needed" || s.State == "active" && s.Generation > before
	})
	return s
}

// tape keeps what was written. It is safe for concurrent use.
type tape struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (t *tape) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *tape) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

func startProvider(tb testing.TB) *providertest.Server {
	tb.Helper()
	p, err := providertest.Start(providertest.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.Close)
	return p
}
