package helper

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestArgs(t *testing.T) {
	for _, c := range []struct{ argv, want []string }{
		{[]string{"/usr/bin/sessionkeeper", "token", "work"}, []string{"token", "work"}},
		{[]string{"sessionkeeper"}, nil},
		{nil, nil},
		{[]string{"git-credential-sessionkeeper", "get"}, []string{"helper", "git", "-", "get"}},
		{[]string{filepath.Join("x", "docker-credential-sessionkeeper.exe"), "list"}, []string{"helper", "docker", "-", "list"}},
		{[]string{"cargo-credential-sessionkeeper", "--cargo-plugin"}, []string{"helper", "cargo", "-", "--cargo-plugin"}},
		{[]string{"terraform-credentials-sessionkeeper", "get", "h"}, []string{"helper", "terraform", "-", "get", "h"}},
		{[]string{"git-credential-other", "get"}, []string{"get"}},
	} {
		if got := Args(c.argv); !slices.Equal(got, c.want) {
			t.Errorf("Args(%q) = %q; want %q", c.argv, got, c.want)
		}
	}
}

func TestParseInvocation(t *testing.T) {
	for _, c := range []struct {
		args          []string
		tool, session string
		rest          []string
	}{
		{[]string{"helper", "git", "work", "get"}, "git", "work", []string{"get"}},
		{[]string{"helper", "git", "-", "get"}, "git", "", []string{"get"}},
		{[]string{"helper", "kubectl", "work"}, "kubectl", "work", nil},
		{[]string{"helper", "goauth", "work", "https://example.org"}, "goauth", "work", []string{"https://example.org"}},
		{[]string{"helper", "cargo", "work", "--cargo-plugin"}, "cargo", "work", []string{"--cargo-plugin"}},
		{args: []string{"helper", "git"}},
		{args: []string{"helper", "git", ""}},
		{args: []string{"helper", "git", "--help"}},
		{args: []string{"helper", "install", "git", "work"}},
		{args: []string{"helper", "telnet", "work"}},
		{args: []string{"token", "git", "work"}},
		{args: nil},
	} {
		i, ok := ParseInvocation(c.args)
		if ok != (c.tool != "") || i.Tool.ID != c.tool || ok && i.Session != c.session || ok && !slices.Equal(i.Args, c.rest) {
			t.Errorf("ParseInvocation(%q) = %s %q %q, %t; want %s %q %q", c.args, i.Tool.ID, i.Session, i.Args, ok, c.tool, c.session, c.rest)
		}
	}
}

// The table can be driven by names: none is there twice, and each has all that people and tools see of it.
func TestTools(t *testing.T) {
	names := map[string]bool{}
	for _, tool := range Tools() {
		if tool.ID == "" || tool.Title == "" || tool.Run == nil {
			t.Errorf("%+v lacks something", tool)
		}
		for _, name := range slices.Compact([]string{tool.ID, tool.Program}) {
			if name != "" && names[name] {
				t.Errorf("%s is there twice", name)
			}
			names[name] = true
		}
		if found, ok := Find(tool.ID); !ok || found.Title != tool.Title {
			t.Errorf("Find(%q) = %+v, %t", tool.ID, found, ok)
		}
	}
	if names["install"] || names["uninstall"] {
		t.Error("a tool has the name of an operation")
	}
}
