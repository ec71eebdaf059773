package install

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// kubeEditor puts a user into the list of users of a kubeconfig. Its text is the JSON of the user's exec object. kubectl
// itself rewrites the whole file at each change, so what is ours is told by its meaning.
// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
type kubeEditor struct{}

// kubeExec is what decides whether a user is ours.
type kubeExec struct {
	APIVersion         string   `yaml:"apiVersion"`
	Command            string   `yaml:"command"`
	Args               []string `yaml:"args"`
	InteractiveMode    string   `yaml:"interactiveMode"`
	ProvideClusterInfo bool     `yaml:"provideClusterInfo"`
}

type kubeUser struct {
	Name string         `yaml:"name"`
	User map[string]any `yaml:"user"`
}

// kubeFile is a kubeconfig with the places of its users.
type kubeFile struct {
	lines []string
	ended bool
	root  *yaml.Node // nil in a file without content
	key   *yaml.Node // "users"; nil where it is not there
	users *yaml.Node
}

func readKube(text string) (kubeFile, error) {
	f := kubeFile{}
	f.lines, f.ended = linesOf(text)
	var document yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&document); err != nil {
		if strings.TrimSpace(text) == "" || err.Error() == "EOF" {
			return f, nil
		}
		return f, fmt.Errorf("it is no YAML that can be read: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := decoder.Decode(new(yaml.Node)); err == nil {
		return f, errors.New("it holds several documents; kubectl reads one")
	}
	f.root = document.Content[0]
	if f.root.Kind == yaml.ScalarNode && f.root.Tag == "!!null" {
		f.root = nil
		return f, nil
	}
	if f.root.Kind != yaml.MappingNode {
		return f, errors.New("it is no kubeconfig")
	}
	for i := 0; i+1 < len(f.root.Content); i += 2 {
		if f.root.Content[i].Value == "users" {
			f.key, f.users = f.root.Content[i], f.root.Content[i+1]
		}
	}
	return f, nil
}

// user gives the user of a name.
func (f kubeFile) user(name string) (i int, u kubeUser, ok bool) {
	if f.users == nil || f.users.Kind != yaml.SequenceNode {
		return 0, u, false
	}
	for i, node := range f.users.Content {
		var u kubeUser
		if err := node.Decode(&u); err == nil && u.Name == name {
			return i, u, true
		}
	}
	return 0, u, false
}

// isOurs reports whether a user is asked for by exec, and by nothing else.
func isOurs(u kubeUser, text string) bool {
	var want, have kubeExec
	exec, ok := u.User["exec"]
	if !ok || len(u.User) != 1 || yaml.Unmarshal([]byte(text), &want) != nil {
		return false
	}
	again, err := yaml.Marshal(exec)
	if err != nil || yaml.Unmarshal(again, &have) != nil {
		return false
	}
	if have.InteractiveMode == "" {
		have.InteractiveMode = want.InteractiveMode // kubectl before 1.22 drops what it does not know
	}
	return reflect.DeepEqual(have, want)
}

func (kubeEditor) set(text string, e *edit) (string, error) {
	f, err := readKube(text)
	if err != nil {
		return "", err
	}
	name := e.Place[0]
	if _, u, ok := f.user(name); ok {
		if isOurs(u, e.Text) {
			return text, nil
		}
		return "", fmt.Errorf("it has another user %q; choose a name that is free with --profile", name)
	}
	out, err := f.insert(name, e)
	if err != nil {
		return "", err
	}
	after, err := readKube(out)
	if err != nil {
		return "", errByHand
	}
	if _, u, ok := after.user(name); !ok || !isOurs(u, e.Text) || !f.same(after, name) {
		return "", errByHand
	}
	return out, nil
}

func (f kubeFile) insert(name string, e *edit) (string, error) {
	flow := f.root != nil && f.root.Style&yaml.FlowStyle != 0
	empty := f.users != nil && (f.users.Tag == "!!null" || f.users.Kind == yaml.SequenceNode && len(f.users.Content) == 0)
	switch {
	case flow || f.users != nil && !empty && (f.users.Kind != yaml.SequenceNode || f.users.Style&yaml.FlowStyle != 0):
		return "", errByHand
	case f.users == nil:
		item, err := kubeItem(name, e.Text, 0)
		if err != nil {
			return "", err
		}
		lines := append([]string{"users:"}, item...)
		return f.appendUsers(lines, e), nil
	}
	at, column := f.key.Line-1, f.key.Column-1
	if !empty {
		at, column = f.users.Content[0].Line-1, f.dash()
	}
	if column < 0 || empty && f.users.Tag != "!!null" && f.users.Line != f.key.Line {
		return "", errByHand
	}
	item, err := kubeItem(name, e.Text, column)
	if err != nil {
		return "", err
	}
	if !empty {
		return textOf(slices.Insert(slices.Clone(f.lines), at, item...), f.ended), nil
	}
	was := f.lines[at]
	e.Made.Inner = &was
	head := strings.Repeat(" ", column) + "users:"
	return textOf(slices.Concat(f.lines[:at], []string{head}, item, f.lines[at+1:]), f.ended), nil
}

// appendUsers puts the list of users to the end of the file.
func (f kubeFile) appendUsers(lines []string, e *edit) string {
	text := textOf(f.lines, f.ended)
	if text != "" && !f.ended {
		text += "\n"
	}
	e.Made.Section = true
	return text + strings.Join(lines, "\n") + "\n"
}

// dash is the column of the dash before the first user, from 0; less than 0 where that is not on the user's own line.
func (f kubeFile) dash() int {
	first := f.users.Content[0]
	line := f.lines[first.Line-1]
	if i := skipSpace(line, 0); i < len(line) && line[i] == '-' {
		return i
	}
	return -1
}

// kubeItem writes a user as an item of a list whose dashes are in a column.
func kubeItem(name, exec string, column int) ([]string, error) {
	var inner yaml.Node
	if err := yaml.Unmarshal([]byte(exec), &inner); err != nil {
		return nil, err
	}
	blockStyle(&inner)
	var b strings.Builder
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	user := []map[string]any{{"name": name, "user": map[string]*yaml.Node{"exec": inner.Content[0]}}}
	if err := encoder.Encode(user); err != nil {
		return nil, err
	}
	lines, _ := linesOf(b.String())
	for i, line := range lines {
		lines[i] = strings.Repeat(" ", column) + line
	}
	return lines, nil
}

// blockStyle makes JSON look like the rest of a kubeconfig.
func blockStyle(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		n.Style = 0
	} else if n.Style&yaml.DoubleQuotedStyle != 0 && plainScalar(n.Value) {
		n.Style = 0
	}
	for _, c := range n.Content {
		blockStyle(c)
	}
}

// plainScalar reports whether a text needs no quotes in YAML. It is short of what would do.
func plainScalar(s string) bool {
	for i, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', r == '/':
		case i > 0 && ('0' <= r && r <= '9' || strings.ContainsRune("-_.", r)):
		default:
			return false
		}
	}
	return s != "" && !slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "null", "y", "n"}, strings.ToLower(s))
}

// same reports whether two files say the same but for the user of a name.
func (f kubeFile) same(o kubeFile, but string) bool {
	a, okA := f.rest(but)
	b, okB := o.rest(but)
	return okA && okB && reflect.DeepEqual(a, b)
}

func (f kubeFile) rest(but string) (all map[string]any, ok bool) {
	all = map[string]any{}
	if f.root != nil && f.root.Decode(&all) != nil {
		return nil, false
	}
	var others []any
	users, _ := all["users"].([]any)
	for _, u := range users {
		if m, isMap := u.(map[string]any); !isMap || m["name"] != but {
			others = append(others, u)
		}
	}
	delete(all, "users")
	if others != nil {
		all["users"] = others
	}
	return all, true
}

func (kubeEditor) unset(text string, e edit) (string, made, error) {
	f, err := readKube(text)
	if err != nil {
		return "", e.Made, err
	}
	i, u, ok := f.user(e.Place[0])
	if !ok {
		return "", e.Made, errGone
	}
	if !isOurs(u, e.Text) {
		return "", e.Made, errChanged
	}
	if f.users.Style&yaml.FlowStyle != 0 {
		return "", e.Made, errByHand
	}
	out, left := f.remove(i, e)
	after, err := readKube(out)
	if err != nil {
		return "", e.Made, errByHand
	}
	if _, _, still := after.user(e.Place[0]); still || !f.same(after, e.Place[0]) {
		return "", e.Made, errByHand
	}
	return out, left, nil
}

// remove takes user i out, and the list with it where it was made for it.
func (f kubeFile) remove(i int, e edit) (string, made) {
	left := e.Made
	from := f.users.Content[i].Line - 1
	to := lastLine(f.users.Content[i])
	if len(f.users.Content) > 1 {
		return textOf(slices.Concat(f.lines[:from], f.lines[to:]), f.ended), left
	}
	left.Section, left.Inner = false, nil
	head := f.key.Line - 1
	var instead []string
	switch {
	case e.Made.Inner != nil:
		instead = []string{*e.Made.Inner}
	case !e.Made.Section:
		instead = []string{strings.Repeat(" ", f.key.Column-1) + "users: []"}
	}
	return textOf(slices.Concat(f.lines[:head], instead, f.lines[to:]), f.ended), left
}

// lastLine is the last line of a node, from 1. Texts of several lines are never ours, and kubectl writes none of ours so.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}
