package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"sync"
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
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return &document{kind: kindEmpty}
	}
	switch body[0] {
	case '{':
		return parseObject(body)
	case '<':
		return &document{kind: kindHTML}
	}
	if fields := parseForm(body); fields != nil {
		return &document{kind: kindForm, fields: fields}
	}
	return &document{kind: kindOther}
}

// parseObject reads the first JSON object of body. What follows it is of no interest.
func parseObject(body []byte) *document {
	var fields object
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&fields)
	if err == nil {
		return &document{kind: kindJSON, fields: fold(fields)}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || body[len(body)-1] != '}' {
		return &document{kind: kindCut}
	}
	return &document{kind: kindOther, fields: salvage(body)}
}

// fold gives every member a lower-case name too, as servers write "errorCode" and "Error".
func fold(fields object) object {
	for k := range maps.Clone(fields) {
		if low := strings.ToLower(k); low != k {
			if _, taken := fields[low]; !taken {
				fields[low] = fields[k]
			}
		}
	}
	return fields
}

// lostTokens finds string members that matter in an object that is whole but not valid JSON, as with "expires_in":NaN.
var lostTokens = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`"(access_token|refresh_token|id_token|token_type|scope)"\s*:\s*("(?:[^"\\\x00-\x1f]|\\.)*")`)
})

// salvage rescues tokens from an object with a syntax error: a rotated refresh token that is not read is lost.
func salvage(body []byte) object {
	fields := object{}
	for _, m := range lostTokens().FindAllSubmatch(body, -1) {
		if json.Valid(m[2]) {
			fields[string(m[1])] = json.RawMessage(m[2])
		}
	}
	if _, ok := fields["access_token"]; !ok {
		return nil
	}
	return fields
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

// text returns a member that is a string, trimmed; "" for anything else.
func (o object) text(name string) string {
	var s string
	if json.Unmarshal(o[name], &s) != nil {
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
	if json.Unmarshal(o[name], &n) != nil {
		return ""
	}
	return n.String()
}

// object returns a member that is an object, else nil.
func (o object) object(name string) object {
	var in object
	if json.Unmarshal(o[name], &in) != nil {
		return nil
	}
	return fold(in)
}

// first returns the first object of a member that is an array of objects, else nil.
func (o object) first(name string) object {
	var list []json.RawMessage
	if json.Unmarshal(o[name], &list) != nil || len(list) == 0 {
		return nil
	}
	return object{"first": list[0]}.object("first")
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
