package provider

import (
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// requestFile is a [request] table.
type requestFile struct {
	Fields  map[string]string `toml:"fields"`
	Grants  map[string]string `toml:"grants"`
	Headers map[string]string `toml:"headers"`
}

func (f requestFile) clone() requestFile {
	return requestFile{Fields: maps.Clone(f.Fields), Grants: maps.Clone(f.Grants), Headers: maps.Clone(f.Headers)}
}

func (f requestFile) request() Request {
	grants := f.Grants
	if name, ok := grants["device_code"]; ok { // its own name is too long to write
		delete(grants, "device_code")
		grants[deviceGrant] = name
	}
	return Request{Fields: f.Fields, Grants: grants, Headers: f.Headers}
}

var (
	// fieldName is a name in a request; a dot leads into an object.
	fieldName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Za-z0-9_\-]{1,64}(\.[A-Za-z0-9_\-]{1,64}){0,7}$`)
	})
	headerName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")
	})
	headerMark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[^}]*\}`) })
)

// ourHeaders are set by the wire itself.
var ourHeaders = []string{
	"Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Host",
	"Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
}

// checkRequest finds what would keep a token request from being what the file means.
func (f *entryFile) checkRequest() error {
	for _, field := range slices.Sorted(maps.Keys(f.Request.Fields)) {
		if !slices.Contains(requestFields, field) {
			return fmt.Errorf("request.fields.%s: no field of a token request; known are %s", field,
				strings.Join(requestFields, ", "))
		}
		if name := f.Request.Fields[field]; name != "" && !fieldName().MatchString(name) {
			return fmt.Errorf("request.fields.%s %q: use letters, digits, - and _, and a dot to go into an object", field, name)
		}
	}
	for _, grant := range slices.Sorted(maps.Keys(f.Request.Grants)) {
		known := []string{"authorization_code", "device_code", "refresh_token"}
		if !slices.Contains(known, grant) {
			return fmt.Errorf("request.grants.%s: no grant that is used; known are %s", grant, strings.Join(known, ", "))
		}
		if f.Request.Grants[grant] == "" {
			return fmt.Errorf(`request.grants.%s: missing; request.fields.grant_type = "" leaves it out`, grant)
		}
	}
	if err := f.checkHeaders(); err != nil {
		return err
	}
	request := Request{Headers: f.Request.Headers}
	if name, ok := f.Request.Fields["refresh_token"]; ok && name == "" && !request.carries("refresh_token") {
		return fmt.Errorf(`request.fields.refresh_token "": then a header must carry it: ` +
			`headers = { Authorization = "Bearer {refresh_token}" }`)
	}
	return f.checkNames()
}

func (f *entryFile) checkHeaders() error {
	for _, name := range slices.Sorted(maps.Keys(f.Request.Headers)) {
		value := f.Request.Headers[name]
		switch {
		case !headerName().MatchString(name):
			return fmt.Errorf("request.headers %q: no name of a header", name)
		case slices.Contains(ourHeaders, textproto.CanonicalMIMEHeaderKey(name)):
			return fmt.Errorf("request.headers.%s: is set already", name)
		case http.CanonicalHeaderKey(name) == "Authorization" && f.AuthStyle != "none" && f.AuthStyle != "post":
			return fmt.Errorf(`request.headers.%s: auth_style "none" or "post" must leave room for it`, name)
		case !headerValue(value):
			return fmt.Errorf("request.headers.%s: holds a control character", name)
		}
		for _, mark := range headerMark().FindAllString(value, -1) {
			if !slices.Contains(headerMarks, strings.Trim(mark, "{}")) {
				return fmt.Errorf("request.headers.%s: %s is unknown; known are {%s}", name, mark, strings.Join(headerMarks, "}, {"))
			}
		}
	}
	return nil
}

// checkNames makes sure that no two fields of a request get in each other's way.
func (f *entryFile) checkNames() error {
	taken := map[string]string{} // the key that a name comes from
	for _, field := range requestFields {
		name, renamed := f.Request.Fields[field]
		if !renamed && field != "user_code" {
			name = field
		}
		if name == "" {
			continue
		}
		key := "request.fields." + field
		other, ok := clash(taken, name, f.JSONBody)
		if ok && field == "device_code" && other == "request.fields.code" { // no request has both
			continue
		}
		if ok {
			return fmt.Errorf("%s %q: gets in the way of %s", key, name, other)
		}
		taken[name] = key
	}
	for _, name := range slices.Sorted(maps.Keys(f.TokenParams)) {
		key := "token_params." + name
		if !fieldName().MatchString(name) {
			return fmt.Errorf("%s: use letters, digits, - and _, and a dot to go into an object", key)
		}
		if _, _, ok := fixedValue(f.TokenParams[name]); !ok {
			return fmt.Errorf("%s: want a text, a number, true or false", key)
		}
		if other, ok := clash(taken, name, f.JSONBody); ok {
			return fmt.Errorf("%s: gets in the way of %s", key, other)
		}
		taken[name] = key
	}
	return nil
}

// clash reports whether a name is taken already, or, in JSON, is an object's that is a value elsewhere.
func clash(taken map[string]string, name string, nested bool) (key string, ok bool) {
	if key, ok = taken[name]; ok || !nested {
		return key, ok
	}
	for _, other := range slices.Sorted(maps.Keys(taken)) {
		if strings.HasPrefix(other, name+".") || strings.HasPrefix(name, other+".") {
			return taken[other], true
		}
	}
	return "", false
}
