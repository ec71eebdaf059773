package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a stranger's text people are shown, in characters.
const (
	maxName    = 48
	maxMessage = 300
	maxNames   = 4 // of a list; the rest is counted
	maxMarks   = 4 // on one letter; more of them run over the lines above
)

// Safe is text that can stand in a sentence that people read: what strangers wrote becomes it through Name, Names,
// Message or Address.
type Safe string

// Values are what a text leaves open, by the word that stands there in braces. What is missing is left out.
type Values map[string]Safe

// fill puts values into a text, once: a value's own braces are left alone.
func fill(text string, v Values) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		key, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("{" + rest)
			return b.String()
		}
		b.WriteString(string(v[key]))
		text = after
	}
}

// Clean makes text of strangers fit to be shown: control characters, line ends and the invisible characters that reorder
// or hide text are replaced (Unicode categories Cc, Cf, Zl, Zp), marks that pile up on one letter are left out, and what is
// longer than limit characters is cut and ends in an ellipsis. A limit of 0 is none.
func Clean(text string, limit int) string {
	if limit > 0 && utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit-1])
		text = strings.TrimRightFunc(text, unicode.IsSpace) + "…"
	}
	marks := 0
	return strings.Map(func(r rune) rune {
		if marks++; !unicode.Is(unicode.Mn, r) {
			marks = 0
		}
		if marks > maxMarks {
			return -1
		}
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// The characters that keep the direction of a text from its surroundings (Unicode Standard Annex 9, section 2.4).
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// isolate keeps text that may run from right to left from reordering the sentence around it. ASCII does not need it, and
// fonts without the two characters then show no boxes.
func isolate(text string) Safe {
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return Safe(firstStrongIsolate + text + popIsolate)
	}
	return Safe(text)
}

// Name is a name as it stands in a sentence: a session's, an account's, a host's.
func Name(name string) Safe { return isolate(Clean(name, maxName)) }

// Message is what a provider, a service or the system said, as it stands in a sentence.
func Message(text string) Safe { return isolate(Clean(strings.TrimSpace(text), maxMessage)) }

// Address is a web address or a path, whole.
func Address(text string) Safe { return isolate(Clean(text, 0)) }

// Names are the first few names, and how many more there are.
func Names(names []string) Safe {
	shown := make([]string, 0, maxNames)
	for _, n := range names[:min(len(names), maxNames)] {
		shown = append(shown, string(Name(n)))
	}
	text := Safe(strings.Join(shown, ", "))
	if more := len(names) - len(shown); more > 0 {
		return Safe(fill(read.Counts["more"].Many, Values{"names": text, "n": number(more)}))
	}
	return text
}

// Shell is a session's name as it is typed at the end of a command, for a POSIX shell.
func Shell(name string) string {
	name = Clean(name, 0)
	plain := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.@", r) }
	word := name
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		word = "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	if strings.HasPrefix(name, "-") {
		return "-- " + word // it is no flag
	}
	return word
}
