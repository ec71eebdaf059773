package words_test

import (
	"strings"
	"testing"

	"sessionkeeper/session/words"
)

func TestUses(t *testing.T) {
	for want, got := range map[string]words.Safe{
		"The file /run/token":               words.OfUse("file", "/run/token", "", 0),
		"The proxy https://api.example.org": words.OfUse("proxy", "https://api.example.org", "/usr/bin/x", 7),
		"Reports (process 7)":               words.OfUse("program", "Reports", "/usr/bin/python3.13", 7),
		"python3.13 (process 7)":            words.OfUse("program", "", "/usr/bin/python3.13", 7),
		"tool�x":                            words.OfUse("exec", "tool\u202ex", "", 0),
		"A program that hides its name":     words.OfUse("exec", "", "", 0),
	} {
		if plain := strings.NewReplacer("\u2068", "", "\u2069", "").Replace(string(got)); plain != want {
			t.Errorf("got %q; want %q", plain, want)
		}
	}
	if got := words.StopWorking([]words.Safe{"a", "b"}); got != "These use it and stop working: a, b." {
		t.Error(got)
	}
	if got := words.StopWorking(make([]words.Safe, 7)); !strings.Contains(got, "2 more") {
		t.Errorf("%q; want the rest counted", got)
	}
}
