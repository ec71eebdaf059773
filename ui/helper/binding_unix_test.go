//go:build unix

package helper

import (
	"strings"
	"syscall"
	"testing"

	"sessionkeeper/ui/api/places"
)

// A pipe in the place of the file must not hang us.
func TestBindingsInAPipe(t *testing.T) {
	p := places.Places{Config: t.TempDir()}
	if err := syscall.Mkfifo(BindingsPath(p), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadBindings(p); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Errorf("%v; want it refused", err)
	}
}
