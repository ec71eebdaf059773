package install

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/helper"
)

// step is one change as people are shown it.
type step struct {
	path          string
	head          string // the path, and what becomes of the file
	removed, more []string
}

const (
	// maxLine is how much of a line is shown.
	maxLine = 200

	// maxShown is how much of what a changed line keeps is shown around the change: the rest may hold secrets of others.
	maxShown = 24
)

// note keeps a change of a file to be shown.
func (p *Plan) note(f *file, before content) {
	s := step{path: f.path, head: p.short(f.path)}
	switch {
	case before == f.now:
		return
	case f.target != "" && f.now.there:
		s.head += " (a link to " + p.short(f.now.text) + ")"
	case f.target != "":
		s.head += " (the link is removed)"
	default:
		if !before.there {
			s.head += " (new)"
		} else if !f.now.there {
			s.head += " (removed)"
		}
		s.removed, s.more = difference(before.text, f.now.text)
	}
	p.steps = append(p.steps, s)
}

// difference gives the lines that two texts do not share at their beginnings and ends. How a line ends is no difference
// that people could see.
func difference(a, b string) (removed, added []string) {
	one, two := shownLines(a), shownLines(b)
	for len(one) > 0 && len(two) > 0 && one[0] == two[0] {
		one, two = one[1:], two[1:]
	}
	for len(one) > 0 && len(two) > 0 && one[len(one)-1] == two[len(two)-1] {
		one, two = one[:len(one)-1], two[:len(two)-1]
	}
	if len(one) == 1 && len(two) > 0 {
		// A long line that changes in one place, as JSON on one line does.
		one[0], two[0] = shortened(one[0], two[0])
	}
	return one, two
}

// shownLines are the lines of a text without what ends them.
func shownLines(text string) []string {
	lines, _ := linesOf(text)
	for i, line := range lines {
		lines[i] = strings.TrimSuffix(line, "\r")
	}
	return lines
}

// shortened leaves out what two lines share beyond a little.
func shortened(a, b string) (string, string) {
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	cut := func(s string) string {
		if tail > maxShown {
			s = s[:len(s)-tail+maxShown] + "…"
		}
		if head > maxShown {
			s = "…" + s[head-maxShown:]
		}
		return strings.ToValidUTF8(s, "")
	}
	return cut(a), cut(b)
}

// Preview writes what the plan changes: a file's name, and below it the lines that go ("-") and come ("+").
func (p *Plan) Preview(w io.Writer) error {
	var b strings.Builder
	for i, s := range p.steps {
		if i == 0 || p.steps[i-1].path != s.path {
			_, _ = fmt.Fprintln(&b, words.Clean(s.head, 0))
		}
		for _, sign := range []struct {
			sign  string
			lines []string
		}{{"-", s.removed}, {"+", s.more}} {
			for _, line := range sign.lines {
				line = strings.ReplaceAll(line, "\t", "  ")
				_, _ = fmt.Fprintf(&b, "  %s %s\n", sign.sign, words.Clean(line, maxLine))
			}
		}
	}
	removed, added := p.bindings()
	if len(removed)+len(added) > 0 {
		_, _ = fmt.Fprintln(&b, words.Clean(p.short(helper.BindingsPath(p.home.Places)), 0))
	}
	for _, line := range removed {
		_, _ = fmt.Fprintf(&b, "  - %s\n", words.Clean(line, maxLine))
	}
	for _, line := range added {
		_, _ = fmt.Fprintf(&b, "  + %s\n", words.Clean(line, maxLine))
	}
	for _, k := range p.kept {
		_, _ = fmt.Fprintln(&b, words.Clean(k, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// bindings says which bindings go and come.
func (p *Plan) bindings() (removed, added []string) {
	then, now := sentences(p.thenBind), sentences(p.nowBind)
	for _, s := range then {
		if !slices.Contains(now, s) {
			removed = append(removed, s)
		}
	}
	for _, s := range now {
		if !slices.Contains(then, s) {
			added = append(added, s)
		}
	}
	return removed, added
}

func sentences(all []helper.Binding) []string {
	var out []string
	for _, b := range all {
		s := fmt.Sprintf("%s may have tokens of %q", b.Tool, b.Session)
		if len(b.Hosts) == 0 {
			out = append(out, s+options(b.Options))
		}
		for _, h := range b.Hosts {
			out = append(out, s+" for https://"+h+options(b.Options))
		}
	}
	return out
}

// options says what a binding says beyond its hosts.
func options(o helper.Options) string {
	var parts []string
	for _, p := range [][2]string{
		{"user", o.Username},
		{"scheme", o.Scheme},
		{"role", o.Role},
		{"region", o.Region},
		{"audience", o.Audience},
		{"index", o.Index},
	} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	if o.IDToken != nil {
		parts = append(parts, map[bool]string{true: "the ID token", false: "the access token"}[*o.IDToken])
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// short writes a path below the user's home with ~.
func (p *Plan) short(path string) string { return p.home.short(path) }

func (h Home) short(path string) string {
	if rest, ok := strings.CutPrefix(path, h.Dir+string(filepath.Separator)); ok && h.Dir != "" {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}
