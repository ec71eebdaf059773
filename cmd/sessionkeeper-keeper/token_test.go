package main

import (
	"io"
	"testing"

	"sessionkeeper/ui/helper"
)

// What the quick way accepts the full parser accepts as well: nothing may work only while a keeper runs.
func TestParseAgreesWithFullParser(t *testing.T) {
	t.Setenv("SESSIONKEEPER_HOME", t.TempDir())
	t.Setenv("SESSIONKEEPER_NO_AUTOSTART", "1")
	for _, args := range [][]string{
		{"token", "work"},
		{"token", "work", "--json", "--id-token", "--force"},
		{"token", "--min-ttl", "1d", "--wait=2s", "work"},
		{"header", "--wait", "0s", "work", "--force"},
	} {
		if _, ok := helper.Parse(args); !ok {
			t.Errorf("the quick way refuses %q", args)
		}
		if code := run(t.Context(), args, nil, io.Discard, t.Output()); code != helper.ExitFailed {
			t.Errorf("run(%q) = %d; want %d, for no keeper may be started", args, code, helper.ExitFailed)
		}
	}
}
