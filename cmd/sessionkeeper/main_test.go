package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What a token is handed out by links nothing that takes time to start, and nothing that it has no use for.
func TestLinksLittle(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "sessionkeeper/cmd/sessionkeeper").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	for _, name := range linked {
		for _, heavy := range []string{
			"net", "net/http", "crypto/tls", "database/sql", "modernc.org/", "github.com/godbus/", "github.com/spf13/",
			"golang.org/x/oauth2/", "sessionkeeper/session/provider", "sessionkeeper/keychain/", "text/template",
		} {
			if name == strings.TrimSuffix(heavy, "/") || strings.HasSuffix(heavy, "/") && strings.HasPrefix(name, heavy) {
				t.Errorf("it links %s", name)
			}
		}
	}
	if len(linked) < 20 {
		t.Errorf("only %d packages are known to be linked: %q", len(linked), linked)
	}
}

// What runs before main is Go's own and next to nothing else: it runs anew for each token.
func TestStartsWithLittle(t *testing.T) {
	program := filepath.Join(t.TempDir(), "sessionkeeper")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v: %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, "token", "work")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1", "SESSIONKEEPER_HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("without a keeper, and without the program that starts one, it said %s", out)
	}
	const most = 16 << 10
	packages, sum := 0, 0
	for line := range strings.Lines(string(out)) {
		var name string
		var at, took float64
		var bytes int
		if n, _ := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes", &name, &at, &took, &bytes); n == 4 {
			packages, sum = packages+1, sum+bytes
			t.Logf("%s: %d bytes", name, bytes)
		}
	}
	if packages < 5 || sum > most {
		t.Errorf("%d packages take %d bytes before main; want %d at most", packages, sum, most)
	}
}
