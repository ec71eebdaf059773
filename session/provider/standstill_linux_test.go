package provider

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// standstillURL names the token endpoint to the program that is stopped.
const standstillURL = "STANDSTILL_URL"

// The answer with the rotated refresh token comes while the program is stopped, for longer than it waits for answers.
func TestF19AnswerToAStoppedProgram(t *testing.T) {
	if target := os.Getenv(standstillURL); target != "" {
		w := NewWire(nil, nil)
		w.limits.toHeaders, w.limits.total = standstill, standstill
		if a := refreshAt(t.Context(), w, target); a.Verdict != VerdictOK || a.Tokens.Refresh.Reveal() != "next" {
			t.Errorf("%s %s; want the rotated token", a.Verdict, a.Code)
		}
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), program, "-test.run=^"+t.Name()+"$", "-test.count=1")
	asked, answered := make(chan struct{}), make(chan struct{})
	stopped := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		close(asked)
		<-stopped
		io.WriteString(rw, `{"access_token":"a","refresh_token":"next"}`)
		close(answered)
	}))
	defer server.Close()
	child.Env = append(os.Environ(), standstillURL+"="+server.URL)
	var said bytes.Buffer
	child.Stdout, child.Stderr = &said, &said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	var status unix.WaitStatus
	if err := child.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Wait4(child.Process.Pid, &status, unix.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the program did not stop: %v, %v", status, err)
	}
	close(stopped)
	<-answered
	<-time.After(standstill + standstill/4)
	if err := child.Process.Signal(unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		t.Errorf("%v\n%s", err, said.Bytes())
	}
}

// standstill is how long the stopped program waits for an answer.
const standstill = 2 * time.Second
