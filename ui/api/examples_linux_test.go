package api_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
)

// The examples are as short as they look, and work: with a token they reach a server that wants one, without one they
// say what the keeper says.
func TestExamples(t *testing.T) {
	one, out := github(), github()
	one.Name, out.Name = "my work", "gone"
	k := apitest.New(one, out)
	refusal := &session.Error{Code: session.CodeSignIn, Session: out.Name, Detail: "Sign in again: sessionkeeper login gone"}
	k.Fail(out.Name, refusal)
	o := apitest.Options(t, k, nil)
	openWith(t, k, o)
	token, err := k.Token(t.Context(), one.Name, session.TokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token.Access.Reveal() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte("hello from the server"))
	}))
	t.Cleanup(server.Close)

	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "sessionkeeper/cmd/sessionkeeper")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, said)
	}
	for _, c := range []struct{ tool, file string }{
		{"python3", "token.py"},
		{"node", "token.mjs"},
		{"curl", "token.sh"},
	} {
		t.Run(c.tool, func(t *testing.T) {
			if _, err := exec.LookPath(c.tool); err != nil {
				t.Fatalf("%v; apt-get install python3 nodejs curl", err)
			}
			interpreter := c.tool
			if filepath.Ext(c.file) == ".sh" {
				interpreter = "sh"
			}
			run := func(name string) (string, error) {
				cmd := exec.CommandContext(t.Context(), interpreter, filepath.Join("examples", c.file), name, server.URL)
				cmd.Env = append(os.Environ(), "SESSIONKEEPER_HOME="+filepath.Dir(o.Places.Run), "PATH="+bin+":"+os.Getenv("PATH"))
				said, err := cmd.CombinedOutput()
				return string(said), err
			}
			if said, err := run(one.Name); err != nil || strings.TrimSpace(said) != "hello from the server" {
				t.Errorf("%v, %q", err, said)
			}
			if said, err := run(out.Name); err == nil || !strings.Contains(said, refusal.Detail) {
				t.Errorf("%v, %q; want %q", err, said, refusal.Detail)
			}
			t.Attr("real", c.tool)
		})
	}
}
