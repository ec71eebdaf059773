package e2e

import (
	"fmt"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// gitHome has a repository behind https and a git that asks our helper for it.
type gitHome struct {
	*toolHome

	server *resource
	env    []string
}

func newGitHome(t *testing.T) *gitHome {
	t.Helper()
	h := &gitHome{toolHome: newToolHome(t)}
	h.env = []string{"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false"}
	root := filepath.Join(h.dir, "repositories")
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", filepath.Join(root, "one.git")},
		{"-C", filepath.Join(root, "one.git"), "config", "http.receivepack", "true"},
	} {
		if out, code := outcome(h.tool(h.env, "git", args...)); code != 0 {
			t.Fatalf("git %q: exit %d\n%s", args, code, out)
		}
	}
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	h.server = h.startResource("Basic", &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"},
	})
	h.env = append(h.env, "GIT_SSL_CAINFO="+h.server.caFile)
	h.write(".gitconfig", "[user]\nname=Ada\nemail=ada@example.org\n[credential]\nhelper=sessionkeeper\n")
	h.bind([]string{h.server.host()}, "git")
	return h
}

func (h *gitHome) git(args ...string) (string, int) { return outcome(h.tool(h.env, "git", args...)) }

func (h *gitHome) mustGit(args ...string) {
	h.t.Helper()
	if out, code := h.git(args...); code != 0 {
		h.t.Fatalf("git %q: exit %d\n%s", args, code, out)
	}
}

// comesBack reports whether this git is 2.46 or newer, and so asks again within one command.
func (h *gitHome) comesBack() bool {
	h.t.Helper()
	out, code := h.git("version")
	var major, minor int
	if _, err := fmt.Sscanf(out, "git version %d.%d", &major, &minor); err != nil || code != 0 {
		h.t.Fatalf("git version: exit %d, %s", code, out)
	}
	return major > 2 || major == 2 && minor >= 46
}

// Git clones and pushes with the keeper's tokens. A token that the server refuses is erased, which keeps the session
// signed in and brings a new one: at once where git can say which token it had, else for the next command.
func TestGit(t *testing.T) {
	t.Parallel()
	h := newGitHome(t)
	address := h.server.URL[:len("https://")] + h.server.host() + "/one.git"
	first := h.token()
	h.mustGit("clone", "--quiet", address, "clone")
	if got := h.server.requests(); !strings.HasSuffix(got[len(got)-1], " Basic oauth2 "+first) {
		t.Errorf("the server saw %q; want the token of the session", got)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "clone", "file"), []byte("text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.mustGit("-C", "clone", "add", "file")
	h.mustGit("-C", "clone", "commit", "--quiet", "-m", "one")
	h.mustGit("-C", "clone", "push", "--quiet", "origin", "HEAD")

	h.server.refuse(first)
	out, code := h.git("-C", "clone", "fetch", "--quiet")
	if code != 0 {
		if !strings.Contains(out, "Authentication failed") || h.comesBack() {
			t.Errorf("git with a refused token: exit %d, %s", code, out)
		}
		h.mustGit("-C", "clone", "fetch", "--quiet")
	}
	if second := h.token(); second == first {
		t.Error("the token that the server refused is still handed out")
	}
	if s := h.session("work"); s.State != "active" {
		t.Errorf("the session is %s; want it active", s.State)
	}
	t.Attr("real", "git")
}

// What no binding names gets no token, and git is told why a session has none.
func TestGitWithoutToken(t *testing.T) {
	t.Parallel()
	h := newGitHome(t)
	address := "https://127.0.0.1" + strings.TrimPrefix(h.server.host(), "localhost") + "/one.git"
	if out, code := h.git("ls-remote", address); code == 0 || strings.Contains(out, "sessionkeeper") {
		t.Errorf("a host that no binding names: exit %d, %s", code, out)
	}
	for _, request := range h.server.requests() {
		if strings.Contains(request, h.token()) {
			t.Errorf("it got the token: %q", request)
		}
	}
	h.must("logout", "work", "--yes")
	out, code := h.git("ls-remote", "https://"+h.server.host()+"/one.git")
	if code == 0 || !strings.Contains(out, "sessionkeeper login work") || !strings.Contains(out, "told us to quit") {
		t.Errorf("a session without a token: exit %d, %s", code, out)
	}
	if n := len(h.tabs()); n != 1 {
		t.Errorf("%d pages were opened; want the one of the sign-in alone", n)
	}
	t.Attr("real", "git")
}

// A keeper that does not answer holds git up for seconds, not for ever, and nothing asks for a password instead.
func TestGitKeeperHangs(t *testing.T) {
	t.Parallel()
	h := newGitHome(t)
	h.signal(syscall.SIGSTOP)
	out, code := h.git("ls-remote", "https://"+h.server.host()+"/one.git")
	h.signal(syscall.SIGCONT)
	if code == 0 || !strings.Contains(out, "sessionkeeper doctor") || !strings.Contains(out, "told us to quit") {
		t.Errorf("exit %d, %s", code, out)
	}
	h.mustGit("ls-remote", "https://"+h.server.host()+"/one.git")
	t.Attr("real", "git")
}
