package provider

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request says how a provider's token requests differ from those of RFC 6749. The zero value is no difference.
type Request struct {
	// Fields are the names of the form's fields there, by the RFC's: "refresh_token" to "refreshToken". "" leaves a
	// field out. In a JSON body a dot leads into an object.
	Fields map[string]string `json:",omitempty"`
	// Grants are the values of grant_type there, by the RFC's.
	Grants map[string]string `json:",omitempty"`
	// Headers are sent with every token request. {refresh_token}, {client_id} and {client_secret} stand for the values;
	// a header whose value a request does not have is left out.
	Headers map[string]string `json:",omitempty"`
	// Bare are the TokenParams that JSON writes without quotes: numbers, true and false.
	Bare []string `json:",omitempty"`
}

// requestFields are the fields of token requests: RFC 6749 sections 2.3.1, 4.1.3 and 6, RFC 7636 section 4.5 and
// RFC 8628 section 3.4. The user code is sent only where it is given a name.
var requestFields = []string{
	"client_id", "client_secret", "code", "code_verifier", "device_code", "grant_type", "redirect_uri", "refresh_token",
	"scope", "user_code",
}

// headerMarks are what a header may carry of a request.
var headerMarks = []string{"refresh_token", "client_id", "client_secret"}

// carries reports whether a header has a place for the value.
func (r *Request) carries(mark string) bool {
	for _, value := range r.Headers {
		if strings.Contains(value, "{"+mark+"}") {
			return true
		}
	}
	return false
}

// takesNoClient reports whether the provider's requests need no client's id: nobody signs in there, and the refresh token
// is all the proof there is.
func (p *Provider) takesNoClient() bool {
	return p.AuthStyle == AuthNone && p.Issuer == "" && p.AuthorizeURL == "" && p.DeviceURL == "" &&
		!p.Request.carries("client_id")
}

// named gives a form the names that the provider has for its fields.
func (r *Request) named(form url.Values) url.Values {
	if len(r.Fields) == 0 && len(r.Grants) == 0 {
		return form
	}
	out := url.Values{}
	for field, values := range form {
		if grant, ok := r.Grants[form.Get(field)]; ok && field == "grant_type" {
			values = []string{grant}
		}
		name, renamed := r.Fields[field]
		switch {
		case !renamed:
			out[field] = values
		case name != "":
			out[name] = values
		}
	}
	return out
}

// json writes a form as a JSON object.
func (r *Request) json(form url.Values) []byte {
	top := map[string]any{}
	for name := range form {
		value := any(form.Get(name))
		if slices.Contains(r.Bare, name) {
			value = json.RawMessage(form.Get(name))
		}
		in, path := top, strings.Split(name, ".")
		for _, step := range path[:len(path)-1] {
			next, ok := in[step].(map[string]any)
			if !ok {
				next = map[string]any{}
				in[step] = next
			}
			in = next
		}
		in[path[len(path)-1]] = value
	}
	b, _ := json.Marshal(top) // strings, checked literals and objects of them always encode
	return b
}

// errHeader says that a value cannot stand in a header.
var errHeader = errors.New("a secret holds characters that cannot be sent in a header")

// addHeaders sets the headers of a token request. form has the RFC's names still.
func (r *Request) addHeaders(header http.Header, form url.Values, c Client) error {
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		value, lacks := r.Headers[name], false
		for _, mark := range headerMarks {
			if !strings.Contains(value, "{"+mark+"}") {
				continue
			}
			with := form.Get(mark)
			switch mark {
			case "client_id":
				with = c.ID
			case "client_secret":
				with = c.Secret.Reveal()
			}
			lacks = lacks || with == ""
			value = strings.ReplaceAll(value, "{"+mark+"}", with)
		}
		if lacks {
			continue
		}
		if !headerValue(value) {
			return errHeader
		}
		header.Set(name, value)
	}
	return nil
}

// headerValue reports whether net/http would send a value: an error of its own would come too late to tell that nothing
// was sent.
func headerValue(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// setTokenParams takes over the fixed fields of a catalogue file.
func (p *Provider) setTokenParams(params map[string]any) {
	if len(params) == 0 {
		return
	}
	p.TokenParams = make(map[string]string, len(params))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		text, bare, _ := fixedValue(params[name]) // checked when the file was read
		if p.TokenParams[name] = text; bare {
			p.Request.Bare = append(p.Request.Bare, name)
		}
	}
}

// fixedValue writes a fixed field as text; bare says that it is no string.
func fixedValue(v any) (text string, bare, ok bool) {
	switch v := v.(type) {
	case string:
		return v, false, true
	case bool, int64, float64:
		b, err := json.Marshal(v) // what is no number in JSON has no place in a request
		return string(b), true, err == nil
	}
	return "", false, false
}
