package main

import (
	"os/exec"
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
			"net/http", "crypto/tls", "database/sql", "modernc.org/", "github.com/godbus/", "github.com/spf13/",
			"golang.org/x/oauth2", "sessionkeeper/session/provider", "sessionkeeper/keychain", "text/template",
		} {
			if name == strings.TrimSuffix(heavy, "/") || strings.HasPrefix(name, heavy) {
				t.Errorf("it links %s", name)
			}
		}
	}
	if len(linked) < 20 {
		t.Errorf("only %d packages are known to be linked: %q", len(linked), linked)
	}
}
