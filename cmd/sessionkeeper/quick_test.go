package main

import (
	"io"
	"testing"
	"time"

	"sessionkeeper/ui/api/fast"
)

func TestParseTokenCall(t *testing.T) {
	plain := tokenCall{name: "work"}
	for _, c := range []struct {
		args []string
		want tokenCall
		ok   bool
	}{
		{[]string{"token", "work"}, plain, true},
		{[]string{"token", "work", "--json"}, tokenCall{name: "work", json: true}, true},
		{[]string{"token", "--id-token", "work"}, tokenCall{name: "work", request: fast.Request{IDToken: true}}, true},
		{[]string{"token", "work", "--force"}, tokenCall{name: "work", request: fast.Request{Force: true}}, true},
		{[]string{"token", "--min-ttl", "1d", "work"}, tokenCall{name: "work", request: fast.Request{MinTTL: 24 * time.Hour}}, true},
		{[]string{"token", "--wait=2s", "work"}, tokenCall{name: "work", request: fast.Request{Wait: 2 * time.Second}}, true},
		{[]string{"header", "work"}, tokenCall{name: "work", header: true}, true},
		{args: []string{"header", "work", "--json"}},
		{args: []string{"header", "work", "--id-token"}},
		{args: []string{"token"}},
		{args: []string{"token", "work", "play"}},
		{args: []string{"token", "work", "--min-ttl"}},
		{args: []string{"token", "work", "--min-ttl", "soon"}},
		{args: []string{"token", "work", "--help"}},
		{args: []string{"token", "work", "--force=false"}},
		{args: []string{"token", "--", "work"}},
		{args: []string{"list"}},
		{args: nil},
	} {
		got, ok := parseTokenCall(c.args)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("parseTokenCall(%q) = %+v, %t; want %+v, %t", c.args, got, ok, c.want, c.ok)
		}
	}
}

// What the quick way accepts the full parser accepts as well: nothing may work only while a keeper runs.
func TestParseTokenCallAgreesWithFullParser(t *testing.T) {
	t.Setenv("SESSIONKEEPER_HOME", t.TempDir())
	t.Setenv("SESSIONKEEPER_NO_AUTOSTART", "1")
	for _, args := range [][]string{
		{"token", "work"},
		{"token", "work", "--json", "--id-token", "--force"},
		{"token", "--min-ttl", "1d", "--wait=2s", "work"},
		{"header", "--wait", "0s", "work", "--force"},
	} {
		if _, ok := parseTokenCall(args); !ok {
			t.Errorf("the quick way refuses %q", args)
		}
		if code := run(t.Context(), args, nil, io.Discard, t.Output()); code != exitFailed {
			t.Errorf("run(%q) = %d; want %d, for no keeper may be started", args, code, exitFailed)
		}
	}
}

func TestScheme(t *testing.T) {
	for given, want := range map[string]string{"": "Bearer", "bearer": "Bearer", "BEARER": "Bearer", "DPoP": "DPoP"} {
		if got := scheme(given); got != want {
			t.Errorf("scheme(%q) = %q; want %q", given, got, want)
		}
	}
}
