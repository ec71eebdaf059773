package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/ui/helper"
)

// The demo on a desktop leaves the keychain there alone.
func TestDemoOnDesktop(t *testing.T) {
	t.Parallel()
	desktop := keychaintest.Start(t)
	cmd := exec.Command("sessionkeeper", "demo", "--no-browser")
	cmd.Env = append(cleanEnv(), desktop.Env()...)
	cmd.Env = append(cmd.Env, "TMPDIR="+t.TempDir(), "PATH="+os.Getenv("PATH")+string(os.PathListSeparator)+demoDir(t))
	demo := startProcess(t, cmd)
	authservertest.Browser{}.Open(t, demo.line())
	demo.line() // the sessions as they stand
	demo.signal(os.Interrupt)
	demo.ends(helper.ExitDone)
	if users := desktop.Users("sessionkeeper"); len(users) > 0 {
		t.Errorf("left in the keychain: %q", users)
	}
}

// The demo on a machine without desktop or keychain: it shows
// renewals and a revocation, and leaves no process and no file behind.
func TestDemo(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("sessionkeeper", "demo", "--no-browser", "--access-ttl", "3s")
	cmd.Env = append(cleanEnv(), "HOME="+t.TempDir(), "TMPDIR="+temp, "BROWSER_IDLE=1",
		"PATH="+os.Getenv("PATH")+string(os.PathListSeparator)+demoDir(t))
	cmd.ExtraFiles = []*os.File{w} // everything that the demo starts has it open
	demo := startProcess(t, cmd)
	w.Close()
	link := demo.line()
	authservertest.Browser{}.Open(t, link)
	demo.until("demo was renewed, good for")

	issuer, _, _ := strings.Cut(link, "/authorize")
	response, err := http.Post(issuer+"/control", "application/json", strings.NewReader(`{"revoke":"all"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	_, link, _ = strings.Cut(demo.until("sign in again here: "), "here: ")
	authservertest.Browser{}.Open(t, link)
	demo.until("demo: Signed in (was: Sign-in needed)")
	demo.until("demo was renewed, good for")
	demo.signal(os.Interrupt)
	demo.ends(helper.ExitDone)
	if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
		t.Errorf("the pipe: %q, %v", rest, err)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	for _, want := range []string{"starts a private keychain", "press Revoke"} {
		if !strings.Contains(demo.stderr.String(), want) {
			t.Errorf("stderr has no %q:\n%s", want, &demo.stderr)
		}
	}
}
