package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// description is the API's description, for tests to hold against what really goes over the wire.
type description struct {
	paths   map[string]map[string]operation
	schemas map[string]json.RawMessage
	rules   *jsonschema.Compiler
}

type operation struct {
	Doors       []string `json:"x-doors"`
	RequestBody *struct {
		Required bool                       `json:"required"`
		Content  map[string]json.RawMessage `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]json.RawMessage `json:"content"`
	} `json:"responses"`
}

const described = "openapi.json"

var describe = sync.OnceValues(func() (*description, error) {
	text, err := os.ReadFile(described)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Paths      map[string]map[string]json.RawMessage `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	d := &description{paths: map[string]map[string]operation{}, schemas: doc.Components.Schemas, rules: jsonschema.NewCompiler()}
	for path, methods := range doc.Paths {
		d.paths[path] = map[string]operation{}
		for method, raw := range methods {
			if method == "parameters" {
				continue
			}
			var o operation
			if err := json.Unmarshal(raw, &o); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			d.paths[path][strings.ToUpper(method)] = o
		}
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	closed(whole)
	d.rules.AssertFormat()
	return d, d.rules.AddResource(described, whole)
})

// closed lets objects have no more members than are described. Clients are told to pass over what they do not know; the
// tests are not.
func closed(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, more := v["additionalProperties"]; v["type"] == "object" && v["properties"] != nil && !more {
			v["additionalProperties"] = false
		}
		for _, member := range v {
			closed(member)
		}
	case []any:
		for _, item := range v {
			closed(item)
		}
	}
}

// check holds JSON against the schema at a place in the description.
func (d *description) check(text string, place ...string) error {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var pointer strings.Builder
	for _, step := range place {
		pointer.WriteString("/" + url.PathEscape(escape.Replace(step)))
	}
	schema, err := d.rules.Compile(described + "#" + pointer.String())
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// pattern finds the path in the description that a request's path is one of.
func (d *description) pattern(path string) (string, bool) {
	parts := strings.Split(path, "/")
	for pattern := range d.paths {
		if slices.EqualFunc(strings.Split(pattern, "/"), parts, func(want, got string) bool {
			return want == got || strings.HasPrefix(want, "{") && got != ""
		}) {
			return pattern, true
		}
	}
	return "", false
}

// asDescribed holds a request and its answer against the description. Every request of this package's tests that is sent
// byte by byte comes through here.
func asDescribed(tb testing.TB, q wireRequest, r reply) {
	tb.Helper()
	d, err := describe()
	if err != nil {
		tb.Fatal(err)
	}
	path, _, _ := strings.Cut(q.target, "?")
	pattern, known := d.pattern(path)
	o, allowed := d.paths[pattern][q.method]
	if !known || !allowed {
		if r.StatusCode < http.StatusBadRequest && q.method != http.MethodHead && strings.HasPrefix(path, "/v1") {
			tb.Errorf("%s %s is answered (%d) and not described", q.method, path, r.StatusCode)
		}
		return
	}
	place := []string{"paths", pattern, strings.ToLower(q.method)}
	if o.RequestBody != nil && q.body != "" && r.StatusCode < http.StatusBadRequest {
		if err := d.check(q.body, append(slices.Clone(place), "requestBody", "content", "application/json", "schema")...); err != nil {
			tb.Errorf("%s %s takes a body that is not described: %v", q.method, path, err)
		}
	}
	answer, own := o.Responses[strconv.Itoa(r.StatusCode)]
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch {
	case mediaType == "application/problem+json" && r.StatusCode >= http.StatusBadRequest:
		place = []string{"components", "responses", "Problem", "content", mediaType, "schema"}
	case !own:
		tb.Errorf("%s %s: the answer %d is not described", q.method, path, r.StatusCode)
		return
	case len(answer.Content) == 0:
		if r.body != "" {
			tb.Errorf("%s %s: the answer %d has a body that is not described: %q", q.method, path, r.StatusCode, r.body)
		}
		return
	default:
		place = append(place, "responses", strconv.Itoa(r.StatusCode), "content", mediaType, "schema")
	}
	if r.body == "" { // a stream, which the tests of events read
		return
	}
	if err := d.check(r.body, place...); err != nil {
		tb.Errorf("%s %s: the answer %d is not as described: %v\n%s", q.method, path, r.StatusCode, err, r.body)
	}
}

// Every route is described with its doors, and nothing else is.
func TestDescriptionHasEveryRoute(t *testing.T) {
	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for path, methods := range d.paths {
		for method, o := range methods {
			got = append(got, method+" "+path+" "+strings.Join(o.Doors, "+"))
		}
	}
	for _, route := range open(t, github()).server.Table() {
		if strings.Contains(route, " /v1/") {
			want = append(want, route)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("described are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The description has the members of the client's types, and no others.
func TestDescriptionHasEveryMember(t *testing.T) {
	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range wireTypes {
		var schema struct {
			Properties map[string]json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(d.schemas[name], &schema); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for member := range schema.Properties {
			got = append(got, member)
		}
		want := members(reflect.TypeOf(v))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s has the members %q; want %q", name, got, want)
		}
	}
	for name := range d.schemas {
		if _, ok := wireTypes[name]; !ok && !slices.Contains([]string{"Duration", "Empty", "Bearer", "PageCodeUse", "Clock"}, name) {
			t.Errorf("%s is described and no type of the client's", name)
		}
	}
}

// wireTypes are the client's types by their names in the description.
var wireTypes = map[string]any{
	"Approval": client.Approval{}, "Approvals": client.Approvals{}, "ApprovalAnswer": client.ApprovalBody{},
	"Account": client.Account{}, "LastError": client.LastError{}, "Session": client.Session{},
	"TokenRequest": client.TokenRequest{}, "Token": client.TokenBody{}, "LoginRequest": client.LoginRequest{},
	"Addition": client.PutBody{}, "LoginStep": client.LoginBody{}, "Login": client.Login{}, "Pending": client.PendingBody{},
	"LogoutRequest": client.LogoutBody{}, "Logout": client.Logout{}, "RefreshRequest": client.RefreshBody{},
	"Rejection": client.RejectBody{}, "ClientSecret": client.SecretBody{},
	"Rotation": client.RotationBody{}, "PassphraseChange": client.PassphraseBody{},
	"Relocation": client.RelocationBody{}, "Entry": client.Entry{}, "Use": client.Use{},
	"Keychain": client.Keychain{}, "Part": client.Part{}, "Fault": client.Fault{}, "Health": client.Health{},
	"Event": client.Event{}, "Notice": client.Notice{}, "NoticeAction": client.NoticeAction{}, "Press": client.PressBody{},
	"Shown": client.ShownBody{}, "Provider": client.Provider{}, "Var": client.Var{}, "Fact": client.Fact{},
	"DiscoverRequest": client.DiscoverBody{}, "Discovery": client.Discovery{},
	"Autostart": client.Autostart{}, "AutostartRequest": client.AutostartBody{},
	"PageCode": client.Code{}, "Problem": client.Problem{},
	"File": client.File{}, "FileRequest": client.FileBody{}, "FileRemoval": client.RemoveFileBody{},
	"AWSRequest": client.AWSRequest{}, "AWSCredentials": client.AWSBody{},
}

// members are a struct's members as JSON names them, those of embedded structs among them.
func members(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			names = append(names, members(field.Type)...)
		case name != "-":
			names = append(names, name)
		}
	}
	return names
}

// What the description says is held against answers: one that is not as described is noticed.
func TestDescriptionIsHeld(t *testing.T) {
	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}
	good := `{"name":"work","provider":"","account":{},"client_id":"x","scopes":[],"state":"active","generation":1}`
	if err := d.check(good, "components", "schemas", "Session"); err != nil {
		t.Errorf("a session is refused: %v", err)
	}
	for what, bad := range map[string]string{
		"a member more": strings.Replace(good, `"scopes"`, `"refresh_token":"x","scopes"`, 1),
		"a state":       strings.Replace(good, string(session.Active), "fine", 1),
		"a time":        strings.Replace(good, `"scopes"`, `"renew_at":"soon","scopes"`, 1),
		"a member less": strings.Replace(good, `"client_id":"x",`, "", 1),
	} {
		if d.check(bad, "components", "schemas", "Session") == nil {
			t.Errorf("%s is not noticed", what)
		}
	}
}
