package config

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckName(t *testing.T) {
	for _, name := range []string{
		"work", "Work at ACME", "البريد الإلكتروني", "工作", "a:b", "50%", "CON", "name.with.dots", "trailing.", "trailing ",
		"-flag", "می\u200cخواهم", "👩\u200d💻", "a\\b", strings.Repeat("م", 200), "toml", "x.tomlx",
	} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", ".", "..", ".hidden", "a/b", "/", "a\x00b", "a\nb", "a\tb", "a\x7fb", "a\u202eb", "a\u200fb", "a\u2066b",
		"a\u061cb",
		"a\u2028b", "work.toml", "work.TOML", ".toml", " ", "\u200b\u00a0", "a\xffb", strings.Repeat("م", 201),
	} {
		if err := CheckName(name); err == nil {
			t.Errorf("%q: want an error", name)
		}
	}
}

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"work":     "work.toml",
		"a b":      "a b.toml",
		"工作":       "工作.toml",
		"a:b?":     "a%3Ab%3F.toml",
		`<>"\|*`:   "%3C%3E%22%5C%7C%2A.toml",
		"50%":      "50%25.toml",
		"dot.":     "dot%2E.toml",
		"space ":   "space%20.toml",
		"dots..":   "dots.%2E.toml",
		"CON":      "%43ON.toml",
		"con.work": "%63on.work.toml",
		"nul ":     "%6Eul%20.toml",
		"COM1":     "%43OM1.toml",
		"lpt²":     "%6Cpt².toml",
		"COM":      "COM.toml",
		"COM10":    "COM10.toml",
		"console":  "console.toml",
	} {
		got := fileName(name)
		if got != want {
			t.Errorf("fileName(%q) = %q; want %q", name, got, want)
		}
		if back, hashed, err := sessionName(got); back != name || hashed || err != nil {
			t.Errorf("sessionName(%q) = %q, %v, %v; want %q", got, back, hashed, err, name)
		}
	}
}

func TestFileNameOfLongName(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{
		strings.Repeat("م", 200), strings.Repeat("م", 199) + "ن", strings.Repeat(":", 200), strings.Repeat("a:", 100),
		strings.Repeat("aa:", 60), strings.Repeat("👩", 200), strings.Repeat("x", 136), strings.Repeat("x", 137),
	} {
		got := fileName(name)
		if len(got) > maxFileName || !utf8.ValidString(got) {
			t.Errorf("%q: file name of %d bytes, valid %v", name, len(got), utf8.ValidString(got))
		}
		if other, taken := seen[got]; taken {
			t.Errorf("%q and %q share the file %q", name, other, got)
		}
		seen[got] = name
		if _, hashed, err := sessionName(got); !hashed || err != nil {
			t.Errorf("sessionName(%q): hashed %v, %v; want true", got, hashed, err)
		}
	}
	if got, want := fileName(strings.Repeat("x", 135)), strings.Repeat("x", 135)+".toml"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestSessionNameRefuses(t *testing.T) {
	for _, file := range []string{
		"50%.toml", "a%2.toml", "a%zz.toml", "a%2F.toml", "a%3ab.toml", "a:b.toml", "CON.toml", "%61.toml", "dot..toml",
		"a%80.toml", "a.toml.toml", "%00.toml",
	} {
		if name, _, err := sessionName(file); err == nil {
			t.Errorf("%s: got %q; want an error", file, name)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("work")
	f.Add("CON.%25")
	f.Add(strings.Repeat("é:", 100))
	f.Fuzz(func(t *testing.T, name string) {
		if CheckName(name) != nil {
			return
		}
		file := fileName(name)
		if len(file) > maxFileName || strings.ContainsAny(file, `/\:*?"<>|`) ||
			!utf8.ValidString(file) || !isDefinition(file) {
			t.Fatalf("%q: file name %q", name, file)
		}
		back, hashed, err := sessionName(file)
		if err != nil || !hashed && back != name {
			t.Fatalf("%q: %q comes back as %q, %v, %v", name, file, back, hashed, err)
		}
	})
}
