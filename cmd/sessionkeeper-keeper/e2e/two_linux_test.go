package e2e

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
	"sessionkeeper/ui/api/fast"
)

// A home has one keeper: another one ends at once and names the first, also where that one is stopped. Another home on the
// same keyring has its own, with a session of the same name.
func TestF23OneKeeperForEachHome(t *testing.T) {
	t.Parallel()
	p := authservertest.Start(t, authserver.Options{SessionTTL: -1, AutoApprove: true})
	ring := keychaintest.Start(t)
	first, second := newHome(t, ring.Env()...), newHome(t, ring.Env()...)
	for _, h := range []*home{first, second} {
		h.serve()
		h.must("add", "one", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	}
	for _, stopped := range []bool{false, true} {
		if stopped {
			first.signal(syscall.SIGSTOP)
		}
		out, errs, code := first.another()
		if code != 1 || out != "" || !strings.Contains(errs, strconv.Itoa(first.keeper.Process.Pid)) {
			t.Errorf("a second keeper, the first stopped: %v: exit %d, %q, %q; want 1 and the pid", stopped, code, out, errs)
		}
	}
	first.signal(syscall.SIGCONT)
	names := map[string]bool{}
	for _, user := range ring.Users("sessionkeeper") {
		name, _, _ := strings.Cut(user, "/")
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("on the keyring there are the homes %v; want two", names)
	}
	tokens := map[string]bool{}
	for _, h := range []*home{first, second} {
		a, err := h.token("one", 10*time.Second)
		if err != nil || !works(t, p.Issuer()+"/userinfo", a.Token.Reveal()) {
			t.Errorf("a token of %s: %v", h.dir, err)
		}
		tokens[a.Token.Reveal()] = true
	}
	if len(tokens) != 2 {
		t.Error("two homes have the same token")
	}
	t.Attr("real", "gnome-keyring")
}

// Two log-ins of one user have run folders of their own, and one keeper.
func TestF23OneKeeperForAllLogIns(t *testing.T) {
	t.Parallel()
	h := newHome(t, "SESSIONKEEPER_HOME=")
	for _, name := range []string{"CONFIG", "STATE", "RUNTIME"} {
		variable := "XDG_" + name + "_HOME"
		if name == "RUNTIME" {
			variable = "XDG_RUNTIME_DIR"
		}
		h.env = append(h.env, variable+"="+filepath.Join(h.dir, name))
	}
	h.serve()
	h.env = append(h.env, "XDG_RUNTIME_DIR="+filepath.Join(h.dir, "another"))
	out, errs, code := h.another()
	if code != 1 || out != "" || !strings.Contains(errs, strconv.Itoa(h.keeper.Process.Pid)) {
		t.Errorf("a second keeper: exit %d, %q, %q; want 1 and the pid", code, out, errs)
	}
}

// another starts a second keeper, which has to end by itself.
func (h *home) another() (stdout, stderr string, code int) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "serve")
	cmd.Env, cmd.Stdout, cmd.Stderr = h.env, &out, &errs
	if err := cmd.Run(); err == nil {
		return out.String(), errs.String(), 0
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// A keeper that is told to end finishes what it has begun: at a provider that never takes a refresh token twice, nothing is
// lost however often that happens in the middle of renewals.
func TestF35TermDuringRenewals(t *testing.T) {
	t.Parallel()
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 3 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationStrict,
	})
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.serve()
	names := []string{"one", "two", "three", "four"}
	for _, name := range names {
		h.must("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	}
	for i := range 8 * scale(t) {
		<-time.After(1100 * time.Millisecond) // past the floor under demands
		sent := len(p.Log().Requests)
		var asking sync.WaitGroup
		for _, name := range names {
			asking.Go(func() {
				_, _ = fast.Token(t.Context(), h.socket(), name, fast.Request{Force: true, Wait: time.Second})
			})
		}
		if i%2 == 0 { // as soon as one is under way, else before
			h.until("a renewal", patience, func() bool { return len(p.Log().Requests) > sent })
		}
		h.kill(syscall.SIGTERM)
		asking.Wait()
		h.serve()
		for _, name := range names {
			if err := h.handsOut(name, p.Issuer()+"/userinfo"); err != nil {
				t.Fatalf("%s: %+v, %v", name, h.session(name), err)
			}
		}
	}
	for _, s := range h.sessions() {
		if s.State != session.Active {
			t.Errorf("%s is %s %s", s.Name, s.State, s.Reason)
		}
	}
	if log := p.Log(); log.DoubleSends > 0 || log.ReuseDetected > 0 {
		t.Errorf("%d double sends, %d reuses", log.DoubleSends, log.ReuseDetected)
	}
	if n := len(h.tabs()); n != len(names) {
		t.Errorf("%d pages were opened; want those of the sign-ins", n)
	}
	t.Attr("real", "gnome-keyring")
}

// The page's port is taken: the keeper goes on without it, says so, and takes it once it is free; the proxy's is taken: it
// says so and ends, and all else goes on.
func TestF28PortsOfOthers(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	out, errs, code := d.run("proxy", "one", "--target", "https://api.example", "--listen", d.page)
	if code != 1 || out != "" || !strings.Contains(errs, d.page) || !strings.Contains(errs, "another port") {
		t.Errorf("exit %d, %q, %q; want 1 and what to do", code, out, errs)
	}
	other := newHome(t)
	other.configure("http = \"" + d.page + "\"\nkeychain = \"os\"\n")
	other.serve()
	if answer := other.overSocket(http.MethodGet, "/v1/health"); !strings.HasPrefix(answer, "HTTP/1.1 503 ") || !strings.Contains(answer, "http") {
		t.Errorf("health beside a taken port: %.300q", answer)
	}
	d.unharmed()
	page := door{name: "the other's page", network: "tcp", address: d.page, request: d.each()[1].request, answered: "HTTP/1.1 200 "}
	d.kill(syscall.SIGTERM)
	until(t, "the port to be taken once it is free", func() bool {
		c, err := net.Dial("tcp", d.page)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	page.serves(t)
}
