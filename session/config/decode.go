package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// FieldOf names the key that an error of this package is about, as definitions and requests spell it ("client_id",
// "vars.tenant", "name"); "" where it is about none, or about several.
func FieldOf(err error) string {
	if bad, ok := errors.AsType[*fieldError](err); ok {
		return bad.key
	}
	if _, ok := errors.AsType[*caseError](err); ok {
		return "name"
	}
	return ""
}

// fieldError is a bad value; key is the TOML key that holds it, with a dot before what lies below it; "" where none does.
type fieldError struct {
	key string
	err error
}

func (e *fieldError) Error() string {
	if e.key == "" {
		return e.err.Error()
	}
	return e.key + ": " + e.err.Error()
}

func (e *fieldError) Unwrap() error { return e.err }

func badf(key, format string, args ...any) error {
	return &fieldError{key: key, err: fmt.Errorf(format, args...)}
}

// place is where a top-level key stands and what kind of value it has.
type place struct {
	row, column int
	kind        unstable.Kind
	value       string
}

// locate turns a bad value into "path:row:column: key: what is wrong"; data is what the file holds.
func locate(path string, data []byte, err error) error {
	if bad, ok := errors.AsType[*fieldError](err); ok {
		top, _, _ := strings.Cut(bad.key, ".")
		found, _ := scan(unmarked(data))
		if at, ok := found[top]; ok {
			return fmt.Errorf("%s:%d:%d: %w", path, at.row, at.column, err)
		}
	}
	return fmt.Errorf("%s: %w", path, err)
}

// unmarked is data without the byte order mark that editors on Windows put first.
func unmarked(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) }

// decode reads data into the struct that into points at, which has these fields. No error repeats a value of the file other
// than a bad duration.
func decode(path string, data []byte, into any, fields fieldList) error {
	data = unmarked(data)
	err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(into)
	if err == nil && !fields.timed(reflect.ValueOf(into).Elem()) { // most of thousands
		return nil
	}
	if bad := checkKeys(path, data, fields); bad != nil {
		return bad
	}
	if err != nil {
		return explain(path, err, fields)
	}
	return nil
}

// checkKeys says which keys are unknown, and which durations are numbers: the decoder would take 300 for 300 nanoseconds.
func checkKeys(path string, data []byte, fields fieldList) error {
	found, order := scan(data)
	var errs []error
	for _, key := range order {
		at, where := found[key], fmt.Sprintf("%s:%d:%d", path, found[key].row, found[key].column)
		field, known := fields.lookup(key)
		switch {
		case !known:
			errs = append(errs, unknownKey(where, key, fields))
		case field.is(reflect.TypeFor[Duration]()) && !at.mayBeDuration():
			errs = append(errs, fmt.Errorf("%s: %s wants %s", where, key, field.wants()))
		}
	}
	return errors.Join(errs...)
}

// mayBeDuration reports whether the value is a string, or the one number that needs no unit.
func (p place) mayBeDuration() bool {
	return p.kind == unstable.String || p.kind == unstable.Integer && p.value == "0"
}

// scan finds the top-level keys, in the order of the document. It stops at the first syntax error, which the decoder
// then reports.
func scan(data []byte) (found map[string]place, order []string) {
	found = map[string]place{}
	var p unstable.Parser
	p.Reset(data)
	inTable := false
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.Comment || e.Kind == unstable.KeyValue && inTable {
			continue
		}
		inTable = e.Kind != unstable.KeyValue
		keys := e.Key()
		if !keys.Next() {
			continue
		}
		key := string(keys.Node().Data)
		if _, twice := found[key]; twice {
			continue
		}
		at := place{kind: e.Kind}
		at.row, at.column = position(data, int(keys.Node().Raw.Offset))
		if e.Kind == unstable.KeyValue && !keys.Next() {
			at.kind, at.value = e.Value().Kind, string(e.Value().Data)
		}
		found[key] = at
		order = append(order, key)
	}
	return found, order
}

func position(data []byte, offset int) (row, column int) {
	before := data[:offset]
	return 1 + bytes.Count(before, []byte("\n")), offset - bytes.LastIndexByte(before, '\n')
}

// explain words the decoder's error: position, what is wrong, what is allowed.
func explain(path string, err error, fields fieldList) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var errs []error
		for i := range strict.Errors {
			row, column := strict.Errors[i].Position()
			where := fmt.Sprintf("%s:%d:%d", path, row, column)
			errs = append(errs, unknownKey(where, strings.Join(strict.Errors[i].Key(), "."), fields))
		}
		return errors.Join(errs...)
	}
	bad, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return fmt.Errorf("%s: %s", path, strings.TrimPrefix(err.Error(), "toml: "))
	}
	row, column := bad.Position()
	message := strings.TrimPrefix(bad.Error(), "toml: ")
	if key := bad.Key(); len(key) > 0 {
		field, known := fields.lookup(key[0])
		if known && (strings.HasPrefix(message, "cannot decode") || strings.HasPrefix(message, "cannot store")) {
			message = "wants " + field.wants()
		}
		message = strings.Join(key, ".") + ": " + message
	}
	return fmt.Errorf("%s:%d:%d: %s", path, row, column, message)
}

// secretKeys are what people look for first in such a file; the answer is not a list of keys but a place.
var secretKeys = []string{"client_secret", "refresh_token", "access_token", "id_token", "password", "secret", "token"}

func unknownKey(where, key string, fields fieldList) error {
	if slices.Contains(secretKeys, strings.ToLower(key)) {
		return fmt.Errorf("%s: unknown key %q; secrets do not belong in this file: delete the line, then use "+
			"sessionkeeper set-secret or login", where, key)
	}
	return fmt.Errorf("%s: unknown key %q; allowed here: %s", where, key, fields.names())
}

// field is a key that a file may hold.
type field struct {
	name  string
	typ   reflect.Type
	index []int // in the struct
}

type fieldList []field

func fieldsOf(t reflect.Type) (list fieldList) {
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("toml"), ","); !f.Anonymous && name != "-" {
			list = append(list, field{name, f.Type, f.Index})
		}
	}
	return list
}

// timed reports whether the struct v, which has these fields, holds a duration.
func (l fieldList) timed(v reflect.Value) bool {
	return slices.ContainsFunc(l, func(f field) bool {
		return f.is(reflect.TypeFor[Duration]()) && !v.FieldByIndex(f.index).IsZero()
	})
}

func (l fieldList) lookup(name string) (field, bool) {
	i := slices.IndexFunc(l, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return l[i], true
}

func (l fieldList) names() string {
	names := make([]string, len(l))
	for i, f := range l {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

func (f field) is(t reflect.Type) bool { return f.typ == t || f.typ == reflect.PointerTo(t) }

func (f field) wants() string {
	switch {
	case f.is(reflect.TypeFor[Duration]()):
		return `a duration in quotes, like "90s", "5m4s" or "30d"`
	case f.is(reflect.TypeFor[bool]()):
		return "true or false"
	case f.is(reflect.TypeFor[[]string]()):
		return `a list of strings, like ["one", "two"]`
	case f.is(reflect.TypeFor[map[string]string]()):
		return `a table of strings, like [vars] and below it name = "value"`
	default:
		return `a string in quotes`
	}
}
