package desktoptest

import (
	"os/exec"
	"regexp"
	"testing"
)

// Focus gives a window the keys, and returns when it has them.
func (s *Screen) Focus(tb testing.TB, w Window) {
	tb.Helper()
	s.xdotool(tb, "windowactivate", "--sync", w.ID)
}

// HasWindow reports whether a visible window has the title.
func (s *Screen) HasWindow(tb testing.TB, title string) bool {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), lookPath(tb, "xdotool", "xdotool"), //nolint:gosec // the machine's own program
		"search", "--onlyvisible", "--limit", "1", "--name", "^"+regexp.QuoteMeta(title)+"$")
	cmd.Env = s.Env()
	return cmd.Run() == nil // it fails where it finds none
}
