package words

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTLINE2Clean(t *testing.T) {
	for given, want := range map[string]string{
		"plain ünïcode 日本": "plain ünïcode 日本",
		"\x1b[31mred":      "\uFFFD[31mred",
		"a\nb\tc\rd":       "a\uFFFDb\uFFFDc\uFFFDd",
		"\u202egpj.exe":    "\uFFFDgpj.exe", // right-to-left override
		"\u2066x\u2069":    "\uFFFDx\uFFFD", // isolates
		"a\u200bb":         "a\uFFFDb",      // zero width space
		"\u2028\u2029":     "\uFFFD\uFFFD",
		"\x9b31m":          "\uFFFD31m", // not UTF-8
		"\u009b31m":        "\uFFFD31m", // C1 control sequence introducer
		"tag\U000e0041":    "tag\uFFFD", // invisible tags

		"a" + strings.Repeat("\u0301", 100) + "b":    "a" + strings.Repeat("\u0301", maxMarks) + "b", // a tower of accents
		"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301": "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301",

		// Joiners stay where they change how a word or an emoji looks, and nowhere else.
		"می\u200cخواهم":             "می\u200cخواهم",
		"क्\u200dष, শ্\u200cর":      "क्\u200dष, শ্\u200cর",
		"👩🏽\u200d💻 🏳️\u200d🌈":       "👩🏽\u200d💻 🏳️\u200d🌈",
		"wo\u200drk p\u0430\u200cy": "wo\uFFFDrk p\u0430\uFFFDy",
		"\u200dمی\u200c":            "\uFFFDمی\uFFFD",
		"م\u200c\u200cم":            "م\uFFFD\uFFFDم",
		"م\u200c x":                 "م\uFFFD x",
		"\u202e\u200d\u202e":        "\uFFFD\uFFFD\uFFFD",

		"م" + strings.Repeat("\u200d\u064b", 6): "م" + strings.Repeat("\u200d\u064b", maxMarks) + "\u200d\uFFFD",
	} {
		if got := Clean(given, 0); got != want {
			t.Errorf("Clean(%q) = %q; want %q", given, got, want)
		}
	}
	for given, want := range map[string]string{
		"12345": "12345", "123456": "1234…", "123 56": "123…", "日本日本日本": "日本日本…",
		"abce\u0301fgh":                    "abc…", // no letter loses its accent
		"a👩\u200d💻b":                       "a👩\u200d💻b",
		"ab👩\u200d💻b":                      "ab…",
		"🇩🇪🇫🇷🇮🇹":                           "🇩🇪🇫🇷…",
		"ممم\u200cخواهم":                   "ممم…",
		"👩" + strings.Repeat("\u200d👩", 9): "👩\u200d👩…", // one letter without an end
	} {
		if got := Clean(given, 5); got != want {
			t.Errorf("Clean(%q, 5) = %q; want %q", given, got, want)
		}
	}
}

func TestTTERM1Line(t *testing.T) {
	for given, want := range map[string]string{
		"plain ünïcode 日本":       "plain ünïcode 日本",
		"\x1b[31mred\n":          "\uFFFD[31mred\uFFFD",
		"\u202egpj.exe":          "\uFFFDgpj.exe", // right-to-left override
		"“\u2068日本\u2069”":       "“日本”",          // isolates, which our own sentences have
		strings.Repeat("x", 500): strings.Repeat("x", 500),
	} {
		if got := Line(given); got != want {
			t.Errorf("Line(%q) = %q; want %q", given, got, want)
		}
	}
}

func TestSafe(t *testing.T) {
	for _, c := range []struct{ got, want Safe }{
		{Name("work"), "work"},
		{Name("<b>{name}"), "<b>{name}"},
		{Name("\u202eevil"), "\u2068\uFFFDevil\u2069"},
		{Name("שלום"), "\u2068שלום\u2069"},
		{Name("x\u2069y"), "\u2068x\uFFFDy\u2069"}, // cannot end its own isolation
		{Name(strings.Repeat("ش", 200)), Safe("\u2068" + strings.Repeat("ش", maxName-1) + "…\u2069")},
		{Message(" a\nb "), "\u2068a\uFFFDb\u2069"},
		{Address(strings.Repeat("x", 500)), Safe(strings.Repeat("x", 500))},
		{Names([]string{"א", "b"}), "\u2068א\u2069, b"},
		{Names([]string{"team 1, tool 0", "b"}), "“team 1, tool 0”, b"},
		{TitleNames([]string{"a", "א"}), "a, \u2068א\u2069"},
		{TitleNames([]string{"a", "b", "c"}), "a and 2 more"},
		{TitleNames([]string{strings.Repeat("x", 40), "b"}), Safe("\u2068" + strings.Repeat("x", maxTitle-1) + "…\u2069 and 1 more")},
		{inTitle(Name("work"), maxTitle), "work"},
		{inTitle(Name(strings.Repeat("שלום", 20)), maxTitle), Safe("\u2068" + strings.Repeat("שלום", 20)[:2*(maxTitle-1)] + "…\u2069")},
		{Path("/usr/bin/curl"), "/usr/bin/curl"},
		{Path("/a\n\u202e<b>"), "\u2068/a\uFFFD\uFFFD<b>\u2069"},
		{Path("/" + strings.Repeat("x", 10_000) + "/curl"), Safe("\u2068/" + strings.Repeat("x", 29) + "…" + strings.Repeat("x", 54) + "/curl\u2069")},
		{Path(strings.Repeat("👩‍👩‍👧", 50)), Safe("\u2068" + strings.Repeat("👩‍👩‍👧", 6) + "…" + strings.Repeat("👩‍👩‍👧", 11) + "\u2069")},
	} {
		if c.got != c.want {
			t.Errorf("got %q; want %q", c.got, c.want)
		}
	}
}

// A name that has the title to itself has more room in it than one of two.
func TestNoticeTitle(t *testing.T) {
	long := Name(strings.Repeat("x", 60))
	title, _ := Notice("approval", Values{"program": long, "name": long})
	half := "\u2068" + strings.Repeat("x", maxTitle/2-1) + "…\u2069"
	if want := half + " wants to use " + half; title != want {
		t.Errorf("got %q; want %q", title, want)
	}
	title, _ = Notice("end", Values{"name": long, "span": "5 min"})
	if want := "\u2068" + strings.Repeat("x", maxTitle-1) + "…\u2069 ends in 5 min"; title != want {
		t.Errorf("got %q; want %q", title, want)
	}
}

func TestShell(t *testing.T) {
	for given, want := range map[string]string{
		"work": "work", "a.b-c_d@e": "a.b-c_d@e", "日本": "日本", "-x": "-- -x", "--help me": "-- '--help me'",
		"my work": "'my work'", "it's": `'it'\''s'`, "$(rm)": "'$(rm)'", "": "''", "a\nb": "'a\uFFFDb'",
	} {
		if got := Shell(given); got != want {
			t.Errorf("Shell(%q) = %s; want %s", given, got, want)
		}
	}
}

// What strangers write stays in its place in a sentence, whatever it is.
func FuzzOf(f *testing.F) {
	for _, seed := range []string{"work", "", "{name}", "\u202e\u2069”", "a\x00\xff", strings.Repeat("م\u0301", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		p, ok := Of("paused", "", name)
		if !ok || !utf8.ValidString(p.Detail) || utf8.RuneCountInString(p.Detail) > 200 {
			t.Fatalf("got %q, %t", p.Detail, ok)
		}
		if strings.ContainsAny(p.Detail+p.Action.Command, "\x00\x1b\n\u202e\u2066\u2067\u200b\ufeff") {
			t.Errorf("got %q", p)
		}
		if n := strings.Count(p.Detail, "\u2068"); n > 1 || strings.Count(p.Detail, "\u2069") != n {
			t.Errorf("isolates do not match in %q", p.Detail)
		}
		if !strings.HasSuffix(p.Detail, "” is paused: it is not renewed, and programs cannot use it. Resume it to go on.") {
			t.Errorf("the sentence became %q", p.Detail)
		}
	})
}

// However long a name is, the end of a title can be read; the sentence under it says more of the name.
func TestLongNames(t *testing.T) {
	name := strings.Repeat("session ", 30)
	title, _ := Notice("end", Values{"name": inText(name), "span": "5 min"})
	if !strings.HasSuffix(title, "… ends in 5 min") && !strings.HasSuffix(title, "…\u2069 ends in 5 min") ||
		utf8.RuneCountInString(title) > 46 {
		t.Errorf("the title is %q", title)
	}
	p, _ := Of("paused", "", name)
	if n := strings.Count(p.Detail, "session"); n != maxInText/len("session ") {
		t.Errorf("the detail is %q", p.Detail)
	}
}
