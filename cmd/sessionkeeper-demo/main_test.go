package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// start runs the program until the returned stop is called, which gives its exit code.
func start(t *testing.T, stdin io.Reader, args ...string) (issuer string, stop context.CancelFunc, exited <-chan int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	codes := make(chan int, 1)
	var running sync.WaitGroup
	running.Go(func() {
		code := run(ctx, args, stdin, in, t.Output())
		in.Close()
		codes <- code
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no ready line: %v", err)
	}
	fields := strings.Fields(line)
	issuer, ok := strings.CutPrefix(fields[1], "issuer=")
	if fields[0] != "ready" || !ok || len(fields) != 3 || fields[2] != "page="+issuer+"/" {
		t.Fatalf("ready line %q", line)
	}
	return issuer, cancel, codes
}

func status(t *testing.T, address string) int {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestRun(t *testing.T) {
	issuer, stop, exited := start(t, strings.NewReader(""), "-listen", "[::1]:0", "-access-ttl", "9s", "-rotation", "off")
	for _, path := range []string{"/", "/.well-known/openid-configuration", "/control"} {
		if got := status(t, issuer+path); got != http.StatusOK {
			t.Errorf("%s: status %d", path, got)
		}
	}
	stop()
	if code := <-exited; code != exitDone {
		t.Errorf("exit code %d; want %d", code, exitDone)
	}
}

func TestRunEndsWithStdin(t *testing.T) {
	out, in := io.Pipe()
	issuer, _, exited := start(t, out, "--until-stdin-closes")
	if got := status(t, issuer+"/"); got != http.StatusOK {
		t.Errorf("status %d", got)
	}
	in.Close()
	if code := <-exited; code != exitDone {
		t.Errorf("exit code %d; want %d", code, exitDone)
	}
}

func TestRunWithClients(t *testing.T) {
	name := filepath.Join(t.TempDir(), "clients.json")
	if err := os.WriteFile(name, []byte(`[{"id":"mine","redirect_uris":["https://example.org/cb"]}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	issuer, _, _ := start(t, strings.NewReader(""), "-clients", name)
	ask := func(client string) int {
		return status(t, issuer+"/authorize?response_type=code&client_id="+client+
			"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"+
			"&redirect_uri=https%3A%2F%2Fexample.org%2Fcb")
	}
	if mine, demo := ask("mine"), ask("demo"); mine != http.StatusOK || demo != http.StatusUnauthorized {
		t.Errorf("own client %d, default client %d; want 200, 401", mine, demo)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-listen", "0.0.0.0:0"}, exitFailed, "not a loopback address"},
		{[]string{"-listen", "example.org:80"}, exitFailed, "not a loopback address"},
		{[]string{"-listen", "nowhere"}, exitFailed, "host:port"},
		{[]string{"-rotation", "sideways"}, exitFailed, "sideways"},
		{[]string{"-access-ttl", "1ms"}, exitFailed, "second"},
		{[]string{"-clients", "/nonexistent"}, exitFailed, "clients"},
		{[]string{"-colour"}, exitUsage, "colour"},
		{[]string{"serve"}, exitUsage, "flags"},
		{[]string{"-help"}, exitDone, "-until-stdin-closes"},
	} {
		var stdout, stderr strings.Builder
		code := run(t.Context(), tt.args, strings.NewReader(""), &stdout, &stderr)
		if code != tt.code || !strings.Contains(stderr.String(), tt.want) || stdout.Len() > 0 {
			t.Errorf("%v: exit %d, stderr %q; want %d, %q", tt.args, code, stderr.String(), tt.code, tt.want)
		}
	}
}
