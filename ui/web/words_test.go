package web_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sessionkeeper/session/words"
)

// vectors reads the vectors that all faces are tested with.
func vectors(t *testing.T) (v struct {
	Spans, From, About []struct {
		Seconds float64
		Text    string
	}
},
) {
	t.Helper()
	data, err := os.ReadFile("../../session/words/spans.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSpans(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.do(chromedp.Navigate(b.server.PageAddress()))
	v := vectors(t)
	for _, one := range v.Spans {
		got := eval[string](b, fmt.Sprintf(`import("/words.js").then((w) => w.span(%g))`, one.Seconds*1000))
		if got != one.Text {
			t.Errorf("%g s are %q; want %q", one.Seconds, got, one.Text)
		}
	}
	for _, one := range v.About {
		got := eval[string](b, fmt.Sprintf(`import("/words.js").then((w) => w.about(%g))`, one.Seconds*1000))
		if got != one.Text {
			t.Errorf("about %g s are %q; want %q", one.Seconds, got, one.Text)
		}
	}
	for _, one := range v.From {
		got := eval[string](b, fmt.Sprintf(`import("/words.js").then((w) => w.from(%g))`, one.Seconds*1000))
		if got != one.Text {
			t.Errorf("%g s from now are %q; want %q", one.Seconds, got, one.Text)
		}
	}
	if len(v.Spans) == 0 || len(v.From) == 0 || len(v.About) == 0 {
		t.Error("there are no vectors")
	}
}

// strangers are names that others may have given, and what is made of them everywhere alike.
var strangers = []string{
	"plain", "plain ünïcode 日本", "\x1b[31mred", "a\nb\tc\rd", "\u202egpj.exe", "\u2066x\u2069", "a\u200bb",
	"\u2028\u2029", "\u009b31m", "tag\U000e0041", "a" + strings.Repeat("\u0301", 100) + "b", "می\u200cخواهم",
	"क्\u200dष, শ্\u200cর", "👩🏽\u200d💻 🏳️\u200d🌈", "wo\u200drk p\u0430\u200cy", "\u200dمی\u200c", "م\u200c\u200cم",
	"م\u200c x", "\u202e\u200d\u202e", "م" + strings.Repeat("\u200d\u064b", 6), "-x", "--help me", "my work", "it's",
	"$(rm)", "", "a.b-c_d@e", "{name}", "<b>", "x\u2069y", strings.Repeat("شلوم ", 40), strings.Repeat("word ", 40),
	strings.Repeat("👩\u200d💻", 40), strings.Repeat("🇩🇪", 70), strings.Repeat("e\u0301", 90), strings.Repeat("👩\u200d", 99) + "👩",
}

// TestStrangersNames: the page makes of a stranger's text what all other faces make of it, in sentences and in commands.
func TestStrangersNames(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.do(chromedp.Navigate(b.server.PageAddress()))
	given, err := json.Marshal(strangers)
	if err != nil {
		t.Fatal(err)
	}
	type made struct{ Plain, Detail, Command string }
	got := eval[[]made](b, fmt.Sprintf(`import("/words.js").then((w) => %s.map((name) => {
		const p = w.problemOf({state: "paused", name});
		return {Plain: w.plain(name), Detail: p.detail, Command: w.commandOf(p.command, name)};
	}))`, given))
	for i, name := range strangers {
		p, ok := words.Of("paused", "", name)
		want := made{Plain: words.Clean(name, 0), Detail: p.Detail, Command: p.Action.Command}
		if !ok || got[i] != want {
			t.Errorf("of %q the page makes\n%+q; want\n%+q", name, got[i], want)
		}
	}
}
