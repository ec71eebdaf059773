package install

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// jsonEditor edits a member of a JSON object, or of an object in it, and leaves every other byte of the file as it is.
type jsonEditor struct{}

// member is where the key and the value of one are.
type member struct {
	name               string
	key, value, behind int // offsets of the key, of the value and of what is behind it
}

// object is where one is: its braces and its members in their order.
type object struct {
	open, shut int
	members    []member
}

// scanObject reads the object at text[open], which is part of a JSON text known to be valid.
func scanObject(text string, open int) object {
	o := object{open: open}
	i := skipSpace(text, open+1)
	for text[i] != '}' {
		m := member{key: i}
		end := skipValue(text, i)
		_ = json.Unmarshal([]byte(text[i:end]), &m.name) // the whole text is valid
		m.value = skipSpace(text, skipSpace(text, end)+1)
		m.behind = skipValue(text, m.value)
		o.members = append(o.members, m)
		i = skipSpace(text, m.behind)
		if text[i] == ',' {
			i = skipSpace(text, i+1)
		}
	}
	o.shut = i
	return o
}

func skipSpace(text string, i int) int {
	for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
		i++
	}
	return i
}

// skipValue gives the offset behind the value at i.
func skipValue(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth > 0 || i+1 < len(text) && strings.IndexByte(" \t\r\n,:]}", text[i+1]) < 0 {
				continue
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
	return i
}

// named gives the last member of a name, which is the one that counts.
func (o object) named(name string) (i int, ok bool) {
	for i = len(o.members) - 1; i >= 0; i-- {
		if o.members[i].name == name {
			return i, true
		}
	}
	return 0, false
}

var errNoObject = errors.New("it is no JSON object")

// root checks the whole text and gives its object.
func root(text string) (object, error) {
	if !utf8.ValidString(text) || !json.Valid([]byte(text)) {
		return object{}, errors.New("it is no JSON that can be read")
	}
	open := skipSpace(text, 0)
	if text[open] != '{' {
		return object{}, errNoObject
	}
	return scanObject(text, open), nil
}

// inside gives the objects on the way to a member, from the outermost on, as far as they are there.
func inside(text string, place []string) ([]object, error) {
	o, err := root(text)
	if err != nil {
		return nil, err
	}
	way := []object{o}
	for _, name := range place[:len(place)-1] {
		i, ok := o.named(name)
		if !ok {
			return way, nil
		}
		at := o.members[i].value
		if text[at] != '{' {
			return nil, errors.New(name + " in it is no object")
		}
		o = scanObject(text, at)
		way = append(way, o)
	}
	return way, nil
}

func (jsonEditor) set(text string, e *edit) (string, error) {
	if strings.TrimSpace(text) == "" {
		was := text
		e.Made.Root, e.Made.Section = &was, len(e.Place) > 1
		return makeObject(e.Place, e.Text, "\n") + "\n", nil
	}
	way, err := inside(text, e.Place)
	if err != nil {
		return "", err
	}
	o, name := way[len(way)-1], e.Place[len(way)-1]
	value := e.Text
	if len(way) < len(e.Place) {
		value = ""
	} else if i, ok := o.named(name); ok {
		m := o.members[i]
		was := text[m.value:m.behind]
		if was == e.Text {
			return text, nil
		}
		e.Was = &was
		return text[:m.value] + e.Text + text[m.behind:], nil
	}
	space := o.space(text, len(way))
	if value == "" {
		e.Made.Section = true
		value = makeObject(e.Place[len(way):], e.Text, space)
	}
	added := quote(name) + colon(text, o, space) + value
	if len(o.members) > 0 {
		last := o.members[len(o.members)-1].behind
		return text[:last] + "," + space + added + text[last:], nil
	}
	inner := text[o.open+1 : o.shut]
	e.Made.Inner = &inner
	return text[:o.open+1] + space + added + shorter(space) + text[o.shut:], nil
}

// space is what stands before a member of an object that is depth objects deep.
func (o object) space(text string, depth int) string {
	if len(o.members) > 0 {
		return text[o.open+1 : o.members[0].key]
	}
	line := text[strings.LastIndexByte(text[:o.open], '\n')+1 : o.open]
	return "\n" + line[:skipSpace(line, 0)] + indent(text[:o.open], depth)
}

// indent is one step of a text's indentation.
func indent(above string, depth int) string {
	if i := strings.IndexByte(above, '\n'); i >= 0 && depth > 1 {
		line := above[i+1:]
		if step := line[:skipSpace(line, 0)]; step != "" && !strings.Contains(step, "\n") {
			return step
		}
	}
	return "\t"
}

// shorter is the space before the brace that ends an object with this space before its members.
func shorter(space string) string {
	if !strings.Contains(space, "\n") {
		return space
	}
	return strings.TrimSuffix(strings.TrimSuffix(space, "\t"), "  ")
}

func colon(text string, o object, space string) string {
	if len(o.members) > 0 {
		first := o.members[0]
		return text[skipValue(text, first.key):first.value]
	}
	if strings.Contains(space, "\n") {
		return ": "
	}
	return ":"
}

func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string
	return strings.TrimSuffix(b.String(), "\n")
}

// makeObject writes an object of one member, or of one such object, with the space that stands before the brace.
func makeObject(place []string, value, space string) string {
	if len(place) == 0 {
		return value
	}
	deeper, between := space, ":"
	if strings.Contains(space, "\n") {
		deeper, between = space+oneMore(space), ": "
	}
	return "{" + deeper + quote(place[0]) + between + makeObject(place[1:], value, deeper) + space + "}"
}

// oneMore is one step more of the indentation that a space has.
func oneMore(space string) string {
	line := space[strings.LastIndexByte(space, '\n')+1:]
	switch {
	case strings.Contains(line, "\t") || line == "":
		return "\t"
	case len(line)%4 == 0:
		return "    "
	}
	return "  "
}

func (jsonEditor) unset(text string, e edit) (string, made, error) {
	if strings.TrimSpace(text) == "" {
		return "", e.Made, errGone
	}
	way, err := inside(text, e.Place)
	if err != nil {
		return "", e.Made, err
	}
	if len(way) < len(e.Place) {
		return "", e.Made, errGone
	}
	o := way[len(way)-1]
	i, ok := o.named(e.Place[len(e.Place)-1])
	if !ok {
		return "", e.Made, errGone
	}
	m := o.members[i]
	switch now := text[m.value:m.behind]; {
	case now == e.Text && e.Was != nil:
		left := e.Made
		left.Section, left.Inner = false, nil
		return text[:m.value] + *e.Was + text[m.behind:], left, nil
	case e.Was != nil && now == *e.Was:
		return "", e.Made, errGone
	case now != e.Text:
		return "", e.Made, errChanged
	}
	out, left := takeOut(text, way, i, e)
	return out, left, nil
}

// takeOut takes member i of the innermost object out, and with it the objects that were made for it.
func takeOut(text string, way []object, i int, e edit) (string, made) {
	left := e.Made
	o := way[len(way)-1]
	switch {
	case len(o.members) > 1:
		return remove(text, o, i, ""), left
	case e.Made.Section:
		parent := way[len(way)-2]
		i, _ = parent.named(e.Place[len(way)-2])
		text = remove(text, parent, i, innerOf(e))
		left.Section = false
	default:
		text = remove(text, o, i, innerOf(e))
	}
	left.Inner = nil
	if now, err := root(text); err == nil && len(now.members) == 0 && e.Made.Root != nil {
		left.Root = nil
		return *e.Made.Root, left
	}
	return text, left
}

func innerOf(e edit) string {
	if e.Made.Inner == nil {
		return ""
	}
	return *e.Made.Inner
}

// remove takes member i out. inner is what stands in an object that has none left.
func remove(text string, o object, i int, inner string) string {
	switch last := len(o.members) - 1; {
	case last == 0:
		return text[:o.open+1] + inner + text[o.shut:]
	case i == last:
		return text[:o.members[i-1].behind] + text[o.members[i].behind:]
	}
	return text[:o.members[i].key] + text[o.members[i+1].key:]
}
