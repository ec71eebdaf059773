package main

import (
	"slices"
	"strings"
	"testing"
)

func TestParseBinding(t *testing.T) {
	for arg, want := range map[string]binding{
		"work":                    {session: "work", variable: "WORK_TOKEN"},
		"my-work 2":               {session: "my-work 2", variable: "MY_WORK_2_TOKEN"},
		"2fa":                     {session: "2fa", variable: "_2FA_TOKEN"},
		"bücher":                  {session: "bücher", variable: "B_CHER_TOKEN"},
		"work=GITHUB_TOKEN":       {session: "work", variable: "GITHUB_TOKEN"},
		"a=b=Token_3":             {session: "a=b", variable: "Token_3"},
		"日本語=TOKEN":               {session: "日本語", variable: "TOKEN"},
		"":                        {},
		"work=":                   {},
		"=TOKEN":                  {},
		"日本語":                     {},
		"work=3D":                 {},
		"work=A B":                {},
		"work=A\nB":               {},
		"work=Ä":                  {},
		"work=PATH":               {},
		"work=path":               {},
		"work=LD_PRELOAD":         {},
		"work=DYLD_ANYTHING":      {},
		"work=BASH_ENV":           {},
		"work=NODE_OPTIONS":       {},
		"work=SESSIONKEEPER_HOME": {},
		"a/b=TOKEN":               {},
	} {
		got, err := parseBinding(arg, true)
		if got != want || (err == nil) != (want.session != "") {
			t.Errorf("%q: %+v, %v; want %+v", arg, got, err, want)
		}
	}
	if b, err := parseBinding("work", false); err == nil {
		t.Errorf("a file without a variable is %+v", b)
	}
}

func TestEnvironment(t *testing.T) {
	got, err := environment([]string{"A=1", "GONE=2", "B=3", "=C:=C:\\", "C=5"}, []string{"GONE"}, []variable{{"B", "x=y"}, {"D", ""}})
	if want := []string{"A=1", "=C:=C:\\", "C=5", "B=x=y", "D="}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := environment(nil, nil, []variable{{"A", "1"}, {"A", "2"}}); err == nil {
		t.Error("one variable has two values")
	}
	if got, err := environment(nil, nil, []variable{{"A", "/b\xfccher"}}); err != nil || got[0] != "A=/b\xfccher" {
		t.Errorf("a path in another encoding: %q, %v", got, err)
	}
}

// What a shell or a program reads line by line stays one line.
func TestTLINE1Environment(t *testing.T) {
	for _, evil := range []string{"\r", "\n", "\x00", "\x1b[2J", "\u0085", "\u2028", "\u2029"} {
		if _, err := environment(nil, nil, []variable{{"A", "secret" + evil + "B=1"}}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("a value with %q: %v", evil, err)
		}
	}
}

func FuzzParseBinding(f *testing.F) {
	for _, seed := range []string{"", "work", "work=A", "a=b=C", "=", "日本語", "x=PATH"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		b, err := parseBinding(arg, true)
		if err != nil {
			return
		}
		if b.session == "" || checkVariable(b.variable) != nil || strings.ContainsAny(b.variable, "=\x00 \n") {
			t.Errorf("%q: %+v", arg, b)
		}
	})
}
