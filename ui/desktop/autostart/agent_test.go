//go:build unix

package autostart

import (
	"encoding/xml"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// property is a value of a property list.
type property struct {
	XMLName xml.Name
	Text    string     `xml:",chardata"`
	Values  []property `xml:",any"`
}

// dictionary reads key and value in turn.
func dictionary(t *testing.T, p property) map[string]property {
	t.Helper()
	found := map[string]property{}
	if p.XMLName.Local != "dict" || len(p.Values)%2 != 0 {
		t.Fatalf("%+v is no dictionary", p)
	}
	for pair := range slices.Chunk(p.Values, 2) {
		if pair[0].XMLName.Local != "key" {
			t.Fatalf("%+v is no key", pair[0])
		}
		found[pair[0].Text] = pair[1]
	}
	return found
}

func texts(list []property) []string {
	var found []string
	for _, p := range list {
		found = append(found, p.Text)
	}
	return found
}

func readAgent(t *testing.T, text string) map[string]property {
	t.Helper()
	var list struct {
		XMLName xml.Name   `xml:"plist"`
		Values  []property `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(text), &list); err != nil || len(list.Values) != 1 {
		t.Fatalf("%v in %s", err, text)
	}
	return dictionary(t, list.Values[0])
}

func TestAgent(t *testing.T) {
	for _, name := range []string{
		"plain", "two words", "it's", `say "hi"`, `back\slash`, "100%", "$HOME", "<a>&amp;]]>-->", "--", "smörgås 日本 👩‍👩‍👧",
		"{label}{arguments}{seal}",
	} {
		home := "/home of/" + name
		h, err := newHost("darwin", env(map[string]string{"HOME": "/Users/me", "SESSIONKEEPER_HOME": home}))
		if err != nil {
			t.Fatal(err)
		}
		path := "/Applications/" + name + "/sessionkeeper"
		e := h.agent("keeper", path, "serve")
		got := readAgent(t, e.text)
		if args := texts(got["ProgramArguments"].Values); !slices.Equal(args, []string{path, "serve"}) {
			t.Errorf("%q: arguments %q", name, args)
		}
		if e.path != "/Users/me/Library/LaunchAgents/"+got["Label"].Text+".plist" {
			t.Errorf("%q: label %q in %s", name, got["Label"].Text, e.path)
		}
		environment := map[string]string{}
		for key, value := range dictionary(t, got["EnvironmentVariables"]) {
			environment[key] = value.Text
		}
		if !maps.Equal(environment, map[string]string{"SESSIONKEEPER_HOME": filepath.Clean(home)}) {
			t.Errorf("%q: environment %q", name, environment)
		}
		if got["RunAtLoad"].XMLName.Local != "true" || got["Umask"].Text != "63" {
			t.Errorf("%q: got %+v", name, got)
		}
	}
}

func TestAgentsOnAndOff(t *testing.T) {
	_, p := folders(t)
	h, err := newHost("darwin", env(map[string]string{"HOME": t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	warning, err := h.install(p)
	if err != nil || !strings.Contains(warning, "next log-in") {
		t.Errorf("got %q, %v; want word that launchctl is missing", warning, err)
	}
	want := []string{
		"Library/LaunchAgents/local.sessionkeeper.keeper.plist", "Library/LaunchAgents/local.sessionkeeper.tray.plist",
	}
	files := tree(t, h.home)
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("installed %q; want %q", got, want)
	}
	tray := readAgent(t, files[want[1]])
	if args := texts(tray["ProgramArguments"].Values); !slices.Equal(args, []string{p.Tray}) {
		t.Errorf("the tray's arguments are %q", args)
	}
	if _, carried := tray["EnvironmentVariables"]; carried {
		t.Error("the usual home needs no environment")
	}
	if s := mustLook(t, h, p); !s.On || s.Kind != "launchd" || s.Detail != "" {
		t.Errorf("on: got %+v", s)
	}
	if s := mustLook(t, h, Programs{Keeper: p.Keeper}); !strings.Contains(s.Detail, "left from before") {
		t.Errorf("without a tray: got %+v", s)
	}
	mustRemove(t, h, p)
	if left := tree(t, h.home); len(left) > 0 {
		t.Errorf("off left %q", left)
	}
}
