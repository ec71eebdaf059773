package install

import (
	"errors"
	"slices"
	"strings"
)

// blocks edits the lines between two marks in a file where # starts a comment.
type blocks struct{}

// marks are lines that no reader joins with the next one, whatever a session is called.
func marks(title string) (begin, end string) {
	return "# >>> sessionkeeper: " + title + " >>>", "# <<< sessionkeeper: " + title + " <<<"
}

// block gives the lines [from, to) between the marks.
func block(lines []string, title string) (from, to int, err error) {
	begin, end := marks(title)
	isMark := func(mark string) func(string) bool {
		return func(line string) bool { return strings.TrimSpace(line) == mark }
	}
	first := slices.IndexFunc(lines, isMark(begin))
	if first < 0 {
		return 0, 0, errGone
	}
	size := slices.IndexFunc(lines[first:], isMark(end))
	if size < 0 {
		return 0, 0, errChanged
	}
	return first + 1, first + size, nil
}

func (blocks) set(text string, e *edit) (string, error) {
	lines, _ := linesOf(text)
	from, to, err := block(lines, e.Place[0])
	switch {
	case errors.Is(err, errGone):
		begin, end := marks(e.Place[0])
		return appendLines(text, []string{begin, e.Text, end}, e), nil
	case err != nil:
		return "", err
	case strings.Join(lines[from:to], "\n") == e.Text:
		return text, nil
	}
	return "", errChanged
}

func (blocks) unset(text string, e edit) (string, made, error) {
	lines, ended := linesOf(text)
	from, to, err := block(lines, e.Place[0])
	if err != nil {
		return "", e.Made, err
	}
	if strings.Join(lines[from:to], "\n") != e.Text {
		return "", e.Made, errChanged
	}
	left := e.Made
	from, to = from-1, to+1
	if e.Made.Blank && from > 0 && lines[from-1] == "" {
		from--
	}
	left.Section, left.Blank = false, false
	return textOf(slices.Concat(lines[:from], lines[to:]), ended), left, nil
}
