package install

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// dialect is how a file of sections with a header and settings below it is written.
type dialect struct {
	header func(line string) (name string, ok bool)
	adds   bool // settings with one name add to each other: none is replaced, a new section goes to the end
	toml   bool
}

// The files of git (git-config(1), "Syntax"), of Python's configparser and the AWS tools, and TOML 1.0.
var (
	gitDialect  = dialect{header: gitHeader, adds: true}
	iniDialect  = dialect{header: iniHeader}
	tomlDialect = dialect{header: tomlHeader, toml: true}
)

func bracketed(line string) (inner string, ok bool) {
	inner, ok = strings.CutPrefix(strings.TrimSpace(line), "[")
	if !ok {
		return "", false
	}
	end := strings.LastIndexByte(inner, ']')
	if end < 0 {
		return "", false
	}
	return inner[:end], true
}

// gitHeader folds the case of a section's name and keeps that of its subsection, as git does.
func gitHeader(line string) (string, bool) {
	inner, ok := bracketed(line)
	if !ok {
		return "", false
	}
	section, sub, has := strings.Cut(inner, `"`)
	name := strings.ToLower(strings.TrimSpace(section))
	if has {
		name += ` "` + sub
	}
	return name, true
}

func iniHeader(line string) (string, bool) {
	if line != strings.TrimLeft(line, " \t") {
		return "", false // it goes on with the value above it
	}
	inner, ok := bracketed(line)
	return strings.TrimSpace(inner), ok
}

func tomlHeader(line string) (string, bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	if isArray := strings.HasPrefix(line, "[["); isArray {
		return line, true // never one of ours
	}
	inner, _, ok := strings.Cut(line[1:], "]")
	return strings.TrimSpace(inner), ok
}

// sections edits such a file.
type sections struct{ dialect }

// section is the lines [from, to) of one; its header is the line before, but for what stands before every header.
type section struct {
	name     string
	from, to int
}

func (s sections) split(lines []string) []section {
	all := []section{{}}
	for i, line := range lines {
		if name, ok := s.header(line); ok {
			all[len(all)-1].to = i
			all = append(all, section{name: name, from: i + 1})
		}
	}
	all[len(all)-1].to = len(lines)
	return all
}

// of gives the sections that a header means; "" is what stands before every header.
func (s sections) of(lines []string, header string) []section {
	all := s.split(lines)
	if header == "" {
		return all[:1]
	}
	name, _ := s.header(header)
	return slices.DeleteFunc(all[1:], func(c section) bool { return c.name != name })
}

// linesOf gives the lines of a text, and whether the last has its end.
func linesOf(text string) (lines []string, ended bool) {
	if text == "" {
		return nil, true
	}
	body, ended := strings.CutSuffix(text, "\n")
	return strings.Split(body, "\n"), ended
}

func textOf(lines []string, ended bool) string {
	if len(lines) == 0 {
		return ""
	}
	text := strings.Join(lines, "\n")
	if ended {
		text += "\n"
	}
	return text
}

// consecutive gives the place of consecutive lines in [from, to).
func consecutive(lines, wanted []string, from, to int) (int, bool) {
	for i := from; i+len(wanted) <= to; i++ {
		if slices.EqualFunc(lines[i:i+len(wanted)], wanted, equalLines) {
			return i, true
		}
	}
	return 0, false
}

func equalLines(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

// setting gives the lines [i, j) of the setting of a key in a section: with those that go on with its value.
func (s sections) setting(lines []string, in section, key string) (i, j int, ok bool) {
	for i = in.from; i < in.to; i++ {
		line := lines[i]
		if !s.toml && line != strings.TrimLeft(line, " \t") {
			continue
		}
		name, _, isSetting := strings.Cut(line, "=")
		if name = strings.Trim(strings.TrimSpace(name), `"'`); !isSetting || name != key {
			continue
		}
		for j = i + 1; j < in.to && s.continues(lines[i:j], lines[j]); j++ {
			continue
		}
		return i, j, true
	}
	return 0, 0, false
}

// continues reports whether next goes on with the value that begins above.
func (s sections) continues(above []string, next string) bool {
	if !s.toml {
		return strings.TrimSpace(next) != "" && next != strings.TrimLeft(next, " \t")
	}
	var whole map[string]any
	return toml.Unmarshal([]byte(strings.Join(above, "\n")), &whole) != nil
}

func (s sections) set(text string, e *edit) (string, error) {
	if err := s.check(text); err != nil {
		return "", err
	}
	header, wanted := e.Place[0], strings.Split(e.Text, "\n")
	lines, ended := linesOf(text)
	there := s.of(lines, header)
	for _, in := range there {
		if _, ok := consecutive(lines, wanted, in.from, in.to); ok {
			return text, nil
		}
	}
	var out string
	switch at, to, ok := s.settingIn(lines, there, e); {
	case ok:
		was := strings.Join(lines[at:to], "\n")
		e.Was = &was
		out = textOf(slices.Concat(lines[:at], wanted, lines[to:]), ended)
	case len(there) > 0 && !s.adds:
		at := there[0].from
		out = textOf(slices.Insert(slices.Clone(lines), at, wanted...), ended || at == len(lines))
	default:
		out = appendLines(text, slices.Concat([]string{header}, wanted), e)
	}
	return out, s.verify(text, out, *e)
}

// settingIn gives the setting that e replaces.
func (s sections) settingIn(lines []string, there []section, e *edit) (at, to int, ok bool) {
	if s.adds {
		return 0, 0, false
	}
	for _, in := range there {
		if at, to, ok = s.setting(lines, in, e.Place[1]); ok {
			return at, to, true
		}
	}
	return 0, 0, false
}

// appendLines puts lines to the end of a text, with an empty line before them, and notes what it made.
func appendLines(text string, added []string, e *edit) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if text != "" && !strings.HasSuffix(text, "\n\n") && text != "\n" {
		text += "\n"
		e.Made.Blank = true
	}
	e.Made.Section = true
	return text + strings.Join(added, "\n") + "\n"
}

func (s sections) unset(text string, e edit) (string, made, error) {
	if err := s.check(text); err != nil {
		return "", e.Made, err
	}
	wanted := strings.Split(e.Text, "\n")
	lines, ended := linesOf(text)
	there := s.of(lines, e.Place[0])
	for _, in := range slices.Backward(there) {
		at, ok := consecutive(lines, wanted, in.from, in.to)
		if !ok {
			continue
		}
		if e.Was != nil {
			was := strings.Split(*e.Was, "\n")
			out := textOf(slices.Concat(lines[:at], was, lines[at+len(wanted):]), ended)
			return out, e.Made, s.verifyUnset(text, out, e)
		}
		kept, left := s.cut(lines, in, [2]int{at, at + len(wanted)}, e)
		out := textOf(kept, ended)
		return out, left, s.verifyUnset(text, out, e)
	}
	return "", e.Made, s.missing(lines, there, e)
}

// cut takes lines out, and with them the header that was made for them and is needed no more.
func (s sections) cut(lines []string, in section, ours [2]int, e edit) (out []string, left made) {
	left = e.Made
	at, to := ours[0], ours[1]
	if e.Made.Section && blank(lines[in.from:at]) && blank(lines[to:in.to]) {
		at = in.from - 1
		left.Section = false
		if e.Made.Blank && at > 0 && lines[at-1] == "" {
			at--
		}
		left.Blank = false
	}
	return slices.Concat(lines[:at], lines[to:]), left
}

func blank(lines []string) bool {
	return !slices.ContainsFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" })
}

// missing says what became of lines that are not there as they were written.
func (s sections) missing(lines []string, there []section, e edit) error {
	wanted := strings.Split(e.Text, "\n")
	for _, in := range there {
		if s.adds {
			if _, ok := consecutive(lines, wanted[len(wanted)-1:], in.from, in.to); ok {
				return errChanged
			}
			continue
		}
		if at, to, ok := s.setting(lines, in, e.Place[1]); ok {
			if e.Was != nil && *e.Was == strings.Join(lines[at:to], "\n") {
				return errGone
			}
			return errChanged
		}
	}
	return errGone
}

// check refuses a file that its own tool cannot read either.
func (s sections) check(text string) error {
	if s.toml {
		_, err := decodeTOML(text)
		return err
	}
	lines, _ := linesOf(text)
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "[") && !strings.Contains(trimmed, "]") && line == trimmed {
			return fmt.Errorf("line %d is the head of a section without an end", i+1)
		}
		if s.adds || trimmed == "" || strings.ContainsAny(trimmed[:1], "#;[") || line != strings.TrimLeft(line, " \t") {
			continue
		}
		if !strings.ContainsAny(trimmed, "=:") {
			return fmt.Errorf("line %d is no setting", i+1)
		}
	}
	return nil
}

func decodeTOML(text string) (map[string]any, error) {
	all := map[string]any{}
	if err := toml.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("it is no TOML that can be read: %s", strings.TrimPrefix(err.Error(), "toml: "))
	}
	return all, nil
}

// errByHand is a file that is written in a way that this editor does not change without doubt.
var errByHand = errors.New("it is written in a way that is safer changed by hand")

// verify makes sure that the text out says what before said and e, and nothing else.
func (s sections) verify(before, out string, e edit) error {
	if !s.toml {
		return nil
	}
	want, err := decodeTOML(before)
	if err != nil {
		return err
	}
	got, err := decodeTOML(out)
	if err != nil {
		return errByHand
	}
	ours, err := decodeTOML(e.Place[0] + "\n" + e.Text)
	if err != nil {
		return err
	}
	merge(want, ours)
	if !reflect.DeepEqual(got, want) {
		return errByHand
	}
	return nil
}

// verifyUnset makes sure that putting e back gives what was there.
func (s sections) verifyUnset(before, out string, e edit) error {
	if !s.toml {
		return nil
	}
	again, err := decodeTOML(out)
	if err != nil {
		return errByHand
	}
	ours, err := decodeTOML(e.Place[0] + "\n" + e.Text)
	if err != nil {
		return err
	}
	merge(again, ours)
	if was, err := decodeTOML(before); err != nil || !reflect.DeepEqual(again, was) {
		return errByHand
	}
	return nil
}

// merge puts what is in b into a, table by table.
func merge(a, b map[string]any) {
	for key, value := range b {
		inner, isTable := value.(map[string]any)
		there, hasTable := a[key].(map[string]any)
		if isTable && hasTable {
			merge(there, inner)
			continue
		}
		a[key] = value
	}
}
