package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Members says where a provider's token answers have what RFC 6749 section 5 names. The zero value is no difference.
type Members struct {
	// Paths lead to the members there, by the RFC's names: "access_token" to "data.token". A number counts in a list.
	Paths map[string]string `json:",omitempty"`
	// Milliseconds says that lifetimes are counted in them. Times of day are told apart without being told.
	Milliseconds bool `json:",omitempty"`
}

// answerFile is an [answer] table: each key is the path of what it is named after.
type answerFile struct {
	AccessToken      string `toml:"access_token"`
	RefreshToken     string `toml:"refresh_token"`
	IDToken          string `toml:"id_token"`
	TokenType        string `toml:"token_type"`
	Scope            string `toml:"scope"`
	ExpiresIn        string `toml:"expires_in"`
	ExpiresAt        string `toml:"expires_at"`
	RefreshExpiresIn string `toml:"refresh_token_expires_in"`
	RefreshExpiresAt string `toml:"refresh_token_expires_at"`
	Error            string `toml:"error"`
	ErrorDescription string `toml:"error_description"`
	Unit             string `toml:"unit"` // of lifetimes: "s" or "ms"
}

// paths lists what a table names.
func (f *answerFile) paths() map[string]string {
	paths := map[string]string{}
	v := reflect.ValueOf(f).Elem()
	for field, value := range v.Fields() {
		if key := field.Tag.Get("toml"); key != "unit" && value.String() != "" {
			paths[key] = value.String()
		}
	}
	return paths
}

func (f *answerFile) members() Members {
	m := Members{Milliseconds: f.Unit == "ms"}
	if paths := f.paths(); len(paths) > 0 {
		m.Paths = paths
	}
	return m
}

// memberPath is a way into an answer. Unlike in a request nearly any name may stand in it.
var memberPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[^.\s\x00-\x1f]{1,64}(\.[^.\s\x00-\x1f]{1,64}){0,7}$`)
})

func (f *answerFile) check() error {
	paths := f.paths()
	for _, key := range slices.Sorted(maps.Keys(paths)) {
		if !memberPath().MatchString(paths[key]) {
			return fmt.Errorf("answer.%s %q: write the names on the way to it with dots between them, like data.token", key,
				paths[key])
		}
	}
	if !slices.Contains([]string{"", "s", "ms"}, f.Unit) {
		return fmt.Errorf(`answer.unit %q: want one of ["s" "ms"]`, f.Unit)
	}
	return nil
}

// lives are the names under which an answer may tell one life; a path to one of them silences the others.
var lives = [][]string{slices.Concat(accessSpans, accessInstants), slices.Concat(refreshSpans, refreshInstants)}

// translated gives an answer the names of RFC 6749. What m does not name is taken from beside the access token, under the
// RFC's name or the same without underscores: a new refresh token that is overlooked would be lost.
func (d *document) translated(m *Members) *document {
	if len(m.Paths) == 0 && !m.Milliseconds || d.fields == nil {
		return d
	}
	if d.kind == kindCut || d.kind == kindOther { // what was rescued of it has those names
		m = &Members{Milliseconds: m.Milliseconds}
	}
	out := maps.Clone(d.fields)
	if way, _, ok := cutLast(m.Paths["access_token"]); ok {
		var beside object
		if json.Unmarshal(d.fields.at(way), &beside) == nil {
			maps.Copy(out, beside)
		}
	}
	for field := range reflect.TypeFor[answerFile]().Fields() {
		name := field.Tag.Get("toml")
		if v, ok := out[strings.ReplaceAll(name, "_", "")]; ok && out[name] == nil {
			out[name] = v
		}
	}
	for _, names := range lives {
		if slices.ContainsFunc(names, func(name string) bool { return m.Paths[name] != "" }) {
			for _, name := range names {
				delete(out, name)
			}
		}
	}
	for name, path := range m.Paths {
		delete(out, name)
		if v := d.fields.at(path); v != nil {
			out[name] = v
		}
	}
	if m.Milliseconds {
		out.inSeconds("expires_in", "refresh_token_expires_in")
	}
	return &document{kind: d.kind, fields: out}
}

// cutLast splits a path before its last name.
func cutLast(path string) (way, name string, ok bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// at follows a path; nil where it leads nowhere.
func (o object) at(path string) json.RawMessage {
	in, value := o, json.RawMessage(nil)
	for step := range strings.SplitSeq(path, ".") {
		if in == nil {
			return nil
		}
		var ok bool
		if value, ok = in[step]; !ok {
			if value, ok = in[strings.ToLower(step)]; !ok {
				return nil
			}
		}
		in = inner(value)
	}
	return value
}

// inner is an object, or a list as an object of its numbers; nil for anything else.
func inner(value json.RawMessage) object {
	var in object
	if json.Unmarshal(value, &in) == nil {
		return in
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return nil
	}
	in = make(object, len(list))
	for i, v := range list {
		in[strconv.Itoa(i)] = v
	}
	return in
}

// inSeconds turns milliseconds into seconds.
func (o object) inSeconds(names ...string) {
	for _, name := range names {
		if ms, ok := o.number(name); ok {
			o[name] = json.RawMessage(strconv.FormatFloat(ms/1000, 'f', -1, 64))
		}
	}
}
