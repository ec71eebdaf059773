package provider

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// bodyKind is what a body turned out to be, whatever its Content-Type says.
type bodyKind int

const (
	kindEmpty bodyKind = iota
	kindJSON
	kindForm
	kindHTML
	kindCut // JSON that ends too early
	kindOther
)

// document is a parsed answer. fields is nil for anything but a JSON object or a form.
type document struct {
	kind   bodyKind
	fields object
}

// object is a JSON object whose members are decoded one by one, so that an odd one spoils nothing else.
type object map[string]json.RawMessage

// parseBody finds out what a body is by looking at it.
func parseBody(body []byte) *document {
	body = unwrapped(body)
	if len(body) == 0 {
		return &document{kind: kindEmpty}
	}
	switch body[0] {
	case '{':
		return parseObject(body)
	case '[':
		if in := (object{"list": body}).only("list"); in.access() != "" {
			return &document{kind: kindJSON, fields: in}
		}
		return &document{kind: kindOther}
	case '<':
		return &document{kind: kindHTML}
	}
	if fields := parseForm(body); fields != nil {
		return &document{kind: kindForm, fields: fields}
	}
	return &document{kind: kindOther}
}

// parseCut finds out what came of a body that is not whole. Of a form only what ends in "&" is known to be whole.
func parseCut(body []byte) *document {
	doc := parseBody(body)
	if doc.kind == kindForm {
		doc = parseBody(body[:max(0, bytes.LastIndexByte(body, '&'))])
		doc.kind = kindCut
	}
	return doc
}

// parseObject reads the first JSON object of body. What follows it is of no interest.
func parseObject(body []byte) *document {
	fields, err := readObject(body)
	if err == nil {
		return &document{kind: kindJSON, fields: fields}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || body[len(body)-1] != '}' {
		return &document{kind: kindCut, fields: salvage(body)}
	}
	return &document{kind: kindOther, fields: salvage(body)}
}

var errNoObject = errors.New("not an object")

// UnmarshalJSON reads the members one by one.
func (o *object) UnmarshalJSON(b []byte) (err error) {
	*o, err = readObject(b)
	return err
}

// readObject reads the object that b begins with. Of two members that are called the same the last counts, except where
// that one says nothing.
func readObject(b []byte) (object, error) {
	in := json.NewDecoder(bytes.NewReader(b))
	begin, err := in.Token()
	if err != nil || begin != json.Delim('{') {
		return nil, cmp.Or(err, errNoObject)
	}
	fields := object{}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			return nil, err
		}
		if key, ok := name.(string); ok && (fields[key] == nil || !void(value)) {
			fields[key] = value
		}
	}
	if _, err := in.Token(); err != nil { // nothing more comes also where the end is missing
		return nil, err
	}
	fields.fold()
	return fields, nil
}

// void reports whether a member says nothing.
func void(value json.RawMessage) bool {
	return len(value) == 0 || string(value) == "null" || string(value) == `""`
}

// fold gives every member a lower-case name too, as servers write "errorCode" and "Error".
func (o object) fold() {
	var other []string
	for k := range o {
		if strings.ContainsFunc(k, unicode.IsUpper) {
			other = append(other, k)
		}
	}
	slices.Sort(other) // of two that differ in their case alone, always the same one counts
	for _, k := range other {
		if low := strings.ToLower(k); void(o[low]) {
			o[low] = o[k]
		}
	}
}

// lostMember finds the names of members that matter in an object that is not valid JSON, as with "expires_in":NaN, or
// that was cut.
var lostMember = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)"(?:access_?token|refresh_?token|id_?token|token_?type|scope|expires_?in)"\s*:\s*`)
})

// salvage rescues tokens from an object with a syntax error: a rotated refresh token that is not read is lost.
func salvage(body []byte) object {
	fields := object{}
	for {
		at := lostMember().FindIndex(body)
		if at == nil {
			break
		}
		name, _, _ := bytes.Cut(body[at[0]+1:at[1]], []byte{'"'})
		value := wholeValue(body[at[1]:])
		body = body[at[1]+len(value):]
		if key := strings.ToLower(string(name)); fields[key] == nil && json.Valid(value) {
			fields[key] = value
		}
	}
	if fields.value("access_token", "accesstoken", "refresh_token", "refreshtoken") == "" {
		return nil
	}
	return fields
}

// wholeValue is the string or the number that b begins with, if all of it is there.
func wholeValue(b []byte) json.RawMessage {
	if !bytes.HasPrefix(b, []byte{'"'}) {
		end := bytes.IndexFunc(b, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		return json.RawMessage(b[:max(end, 0)])
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return json.RawMessage(b[:i+1])
		}
	}
	return nil
}

var formName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_.\-]{1,64}$`)
})

// parseForm reads a form-encoded answer. Only one that holds an error or an access token counts as a form, and only
// one without a space, quote or angle bracket: prose and pages must not pass for it.
func parseForm(body []byte) object {
	if !utf8.Valid(body) || bytes.ContainsAny(body, " \t\r\n<>\"{}") {
		return nil
	}
	values, err := url.ParseQuery(string(body))
	if err != nil || !values.Has("error") && !values.Has("access_token") {
		return nil
	}
	fields := object{}
	for k := range values {
		if !formName().MatchString(k) {
			return nil
		}
		if v, err := json.Marshal(values.Get(k)); err == nil {
			fields[k] = v
		}
	}
	return fields
}

// begins reports whether there is a member of that kind of value. Most that are looked for are not there.
func (o object) begins(name string, with byte) bool {
	raw := o[name]
	return len(raw) > 0 && raw[0] == with
}

// text returns a member that is a string, trimmed; "" for anything else.
func (o object) text(name string) string {
	var s string
	if !o.begins(name, '"') || json.Unmarshal(o[name], &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// scalar returns a string or a number as text; "" for anything else.
func (o object) scalar(name string) string {
	if s := o.text(name); s != "" {
		return s
	}
	var n json.Number
	if raw := o[name]; len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') || json.Unmarshal(raw, &n) != nil {
		return ""
	}
	return n.String()
}

// value returns the first of several members that is a string or a number.
func (o object) value(names ...string) string {
	for _, name := range names {
		if s := o.scalar(name); s != "" {
			return s
		}
	}
	return ""
}

// object returns a member that is an object, else nil.
func (o object) object(name string) object {
	if !o.begins(name, '{') {
		return nil
	}
	in, _ := readObject(o[name]) // it was read as a whole before
	return in
}

// objectOrFirst returns a member that is an object, or the first one of a member that is an array of objects, else nil.
func (o object) objectOrFirst(name string) object {
	if in := o.object(name); in != nil {
		return in
	}
	var list []json.RawMessage
	if !o.begins(name, '[') || json.Unmarshal(o[name], &list) != nil || len(list) == 0 {
		return nil
	}
	return object{"first": list[0]}.object("first")
}

// only returns the object of a member that is an array of one, else nil.
func (o object) only(name string) object {
	var list []json.RawMessage
	if !o.begins(name, '[') || json.Unmarshal(o[name], &list) != nil || len(list) != 1 {
		return nil
	}
	return object{"only": list[0]}.object("only")
}

// oddity names an answer that is neither tokens nor an error, and says whether that is a known sight.
func (d *document) oddity(status int) (code string, known bool) {
	success := status >= 200 && status <= 299
	switch d.kind {
	case kindHTML:
		if success {
			return "captive_portal", true
		}
		return "html_page", true
	case kindCut:
		return "truncated", true
	case kindEmpty:
		if success {
			return "truncated", true
		}
	case kindJSON, kindForm, kindOther:
		if success {
			return "no_token", false
		}
	}
	return "", false
}
