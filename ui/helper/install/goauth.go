package install

import (
	"slices"
	"strings"
)

// goAuth edits GOAUTH in the file of `go env -w`: commands with ";" between them, of which the earlier ones win.
// https://pkg.go.dev/cmd/go#hdr-GOAUTH_environment_variable
type goAuth struct{}

const (
	goAuthKey = "GOAUTH="

	// goAuthDefault is what go does where nothing is set.
	goAuthDefault = "netrc"
)

func goAuthLine(lines []string) int {
	return slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, goAuthKey) })
}

func commands(line string) []string {
	var all []string
	for c := range strings.SplitSeq(strings.TrimPrefix(line, goAuthKey), ";") {
		if c = strings.TrimSpace(c); c != "" {
			all = append(all, c)
		}
	}
	return all
}

func (goAuth) set(text string, e *edit) (string, error) {
	lines, ended := linesOf(text)
	i := goAuthLine(lines)
	if i < 0 {
		if !ended {
			text += "\n"
		}
		e.Made.Section = true
		return text + goAuthKey + e.Text + "; " + goAuthDefault + "\n", nil
	}
	if slices.Contains(commands(lines[i]), e.Text) {
		return text, nil
	}
	value := strings.TrimPrefix(lines[i], goAuthKey)
	if all := commands(value); len(all) == 0 || slices.Equal(all, []string{"off"}) {
		value = "" // off wants to stand alone
		was := lines[i]
		e.Was = &was
	}
	lines[i] = goAuthKey + e.Text
	if value != "" {
		lines[i] += "; " + value
	}
	return textOf(lines, ended), nil
}

func (goAuth) unset(text string, e edit) (string, made, error) {
	lines, ended := linesOf(text)
	i := goAuthLine(lines)
	if i < 0 {
		return "", e.Made, errGone
	}
	all := commands(lines[i])
	at := slices.Index(all, e.Text)
	if at < 0 {
		return "", e.Made, errGone
	}
	left, rest := e.Made, slices.Delete(all, at, at+1)
	switch {
	case len(rest) == 0 && e.Was != nil:
		lines[i] = *e.Was
	case e.Made.Section && (len(rest) == 0 || len(rest) == 1 && rest[0] == goAuthDefault):
		lines = slices.Delete(lines, i, i+1)
		left.Section = false
	case len(rest) == 0:
		lines = slices.Delete(lines, i, i+1)
	default:
		lines[i] = goAuthKey + without(strings.TrimPrefix(lines[i], goAuthKey), e.Text)
	}
	return textOf(lines, ended), left, nil
}

// without takes one command out of a value and leaves the others as they are written.
func without(value, command string) string {
	if rest, ok := strings.CutPrefix(value, command+"; "); ok {
		return rest
	}
	parts := strings.Split(value, ";")
	i := slices.IndexFunc(parts, func(p string) bool { return strings.TrimSpace(p) == command })
	return strings.TrimLeft(strings.Join(slices.Delete(parts, i, i+1), ";"), " ")
}
