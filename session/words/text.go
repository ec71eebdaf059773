package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// How much of a stranger's text people are shown, in characters.
const (
	maxTitle   = 30 // in a notification's title, of which desktops show a line of some 44
	maxName    = 48 // in a line, a menu, a list
	maxInText  = 80 // in a sentence that wraps
	maxMessage = 300
	maxPath    = 90
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
// or hide text are replaced (Unicode categories Cc, Cf, Zl, Zp; joiners stay where a script or an emoji needs them), marks
// that pile up on one letter are left out, and what is longer than limit characters is cut between two letters as people
// see them and ends in an ellipsis. A limit of 0 is none.
func Clean(text string, limit int) string {
	var b strings.Builder
	before, marks := rune(0), 0 // the last one that stayed, and how many marks are on its letter
	for i, r := range text {
		switch {
		case joiner(r):
			after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if !joins(before) || !joins(after) {
				r = unicode.ReplacementChar
			}
		case unicode.Is(unicode.Mn, r):
			marks++
			if marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && !joiner(r) {
			r = unicode.ReplacementChar
		}
		before = r
		b.WriteRune(r)
	}
	return cut(b.String(), limit)
}

// Line makes text of strangers safe for a line on a terminal, whole. The isolates that our own sentences put around names
// go: few terminals know them.
func Line(text string) string {
	return Clean(strings.ReplaceAll(strings.ReplaceAll(text, firstStrongIsolate, ""), popIsolate, ""), 0)
}

// joiner reports whether r is the zero width joiner or its opposite.
func joiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// joins reports whether a joiner beside r changes how it looks: a letter of the scripts that join (Unicode 17.0, chapter
// 23.2), or an emoji. Beside others it would only hide.
func joins(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.So, unicode.Sk) && r > unicode.MaxASCII &&
		r != unicode.ReplacementChar && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han)
}

// cut shortens text to limit characters, the ellipsis among them, and takes none apart that people see as one letter
// (Unicode Standard Annex 29).
func cut(text string, limit int) string {
	if limit <= 0 || utf8.RuneCountInString(text) <= limit {
		return text
	}
	end, count := 0, 0
	for letters := graphemes.FromString(text); letters.Next(); end = letters.End() {
		if count += utf8.RuneCountInString(letters.Value()); count >= limit {
			break
		}
	}
	if end == 0 { // one letter without an end
		end = len(string([]rune(text)[:limit-1]))
	}
	return strings.TrimRightFunc(text[:end], func(r rune) bool { return unicode.IsSpace(r) || joiner(r) }) + "…"
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

// Name is a name as it stands in a line, a menu or a list: a session's, an account's, a host's.
func Name(name string) Safe { return isolate(Clean(name, maxName)) }

// inText is a name in a sentence, which has room for more of it.
func inText(name string) Safe { return isolate(Clean(name, maxInText)) }

// inTitle shortens a name that stands in a sentence already: a title is one line, and its end says what the matter is.
func inTitle(name Safe, limit int) Safe {
	return isolate(cut(strings.Trim(string(name), firstStrongIsolate+popIsolate), limit))
}

// Message is what a provider, a service or the system said, as it stands in a sentence.
func Message(text string) Safe { return isolate(Clean(strings.TrimSpace(text), maxMessage)) }

// Address is a web address or a path, whole.
func Address(text string) Safe { return isolate(Clean(text, 0)) }

// Path is where a file lies, shortened in its middle: both ends of it say the most.
func Path(path string) Safe {
	path = Clean(path, 0)
	over := utf8.RuneCountInString(path) - maxPath
	if over <= 0 {
		return isolate(path)
	}
	// Letters that people see as one are not taken apart: at both ends as many are taken as fit.
	var letters []string
	for all := graphemes.FromString(path); all.Next(); {
		letters = append(letters, all.Value())
	}
	head, tail := fitting(letters, maxPath/3), 0
	for left := maxPath - maxPath/3 - 1; tail < len(letters)-head; tail++ {
		if left -= utf8.RuneCountInString(letters[len(letters)-1-tail]); left < 0 {
			break
		}
	}
	return isolate(strings.Join(letters[:head], "") + "…" + strings.Join(letters[len(letters)-tail:], ""))
}

// fitting is how many of the letters fit into limit characters.
func fitting(letters []string, limit int) int {
	for i, letter := range letters {
		if limit -= utf8.RuneCountInString(letter); limit < 0 {
			return i
		}
	}
	return len(letters)
}

// Names are the first few names, and how many more there are.
func Names(names []string) Safe { return someOf(names, maxNames, Name) }

// TitleNames are Names for a title: two short ones, or one, and how many more there are.
func TitleNames(names []string) Safe {
	most := 2
	if len(names) > most || utf8.RuneCountInString(strings.Join(names, ", ")) > maxTitle {
		most = 1
	}
	return someOf(names, most, func(name string) Safe { return inTitle(Name(name), maxTitle) })
}

// someOf are the first most of the names, each as given, and how many more there are.
func someOf(names []string, most int, each func(string) Safe) Safe {
	shown := make([]string, 0, most)
	for _, n := range names[:min(len(names), most)] {
		text := string(each(n))
		if strings.Contains(text, ",") {
			text = "“" + text + "”" // else it would look like two
		}
		shown = append(shown, text)
	}
	text := Safe(strings.Join(shown, ", "))
	if more := len(names) - len(shown); more > 0 {
		return Safe(fill(read().Counts["more"].Many, Values{"names": text, "n": number(more)}))
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
