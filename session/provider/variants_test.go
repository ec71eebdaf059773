package provider

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// members are a JSON object's, decoded.
type members map[string]any

func (m members) json(tb testing.TB) string {
	tb.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// reversed writes the members in the order opposite to json's.
func (m members) reversed(tb testing.TB) string {
	tb.Helper()
	names := slices.Sorted(maps.Keys(m))
	slices.Reverse(names)
	var out []string
	for _, name := range names {
		one := members{name: m[name]}.json(tb)
		out = append(out, one[1:len(one)-1])
	}
	return "{" + strings.Join(out, ",") + "}"
}

// edited returns a copy in which every string of the named members, nested ones too, went through edit; what edit
// returns "" for is left out.
func (m members) edited(names []string, edit func(string) string) members {
	out := members{}
	for name, v := range m {
		switch in := v.(type) {
		case map[string]any:
			v = map[string]any(members(in).edited(names, edit))
		case []any:
			list := slices.Clone(in)
			for i := range list {
				if o, ok := list[i].(map[string]any); ok {
					list[i] = map[string]any(members(o).edited(names, edit))
				}
			}
			v = list
		case string:
			if slices.Contains(names, name) {
				if v = edit(in); v == "" {
					continue
				}
			}
		}
		out[name] = v
	}
	return out
}

// renamed returns a copy whose members have other names.
func (m members) renamed(rename func(string) string) members {
	out := members{}
	for name, v := range m {
		out[rename(name)] = v
	}
	return out
}

// nested puts what is said of the error into an object, the way of OpenAI, Facebook and others.
func (m members) nested() members {
	in := members{}
	_, coded := m["code"]
	for name, v := range m {
		switch {
		case name == "error" && !coded:
			in["code"] = v
		case name == "error_description":
			in["message"] = v
		default:
			in[name] = v
		}
	}
	return members{"error": in}
}

// form writes flat members as a form; ok is false where they are not flat, or where there is no error among them.
func (m members) form() (body string, ok bool) {
	values := url.Values{}
	for name, v := range m {
		switch v := v.(type) {
		case string:
			values.Set(name, v)
		case json.Number:
			values.Set(name, v.String())
		default:
			return "", false
		}
	}
	return values.Encode(), values.Has("error")
}

func decoded(body string) members {
	var m members
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if d.Decode(&m) != nil {
		return nil
	}
	return m
}

// prose are the members that hold sentences, codes those that hold codes.
var (
	prose = []string{"error_description", "message", "reason", "errorSummary"}
	codes = []string{"error", "code", "suberror", "error_subtype", "status", "errorType", "errorCode", "__type", "type"}
)

// aadNumber keeps the number that stands in front of a sentence of Microsoft's.
func aadNumber(said string) string {
	if number, _, ok := strings.Cut(said, ": "); ok && strings.HasPrefix(number, "AADSTS") {
		return number + ": "
	}
	return ""
}

// variants are other ways to say the same, which must not change the verdict.
func variants(t *testing.T, m members) map[string]string {
	t.Helper()
	body := m.json(t)
	more := maps.Clone(m)
	more["error_uri"], more["trace_id"] = "https://login.example/why?error=invalid_client", "0a1b-invalid_grant"
	more["timestamp"], more["a_new_member"] = "2026-01-02 03:04:05Z", members{"error": "server_error", "code": 7}
	all := map[string]string{
		"as it is":           body,
		"other order":        m.reversed(t),
		"more members":       more.json(t),
		"more, other order":  more.reversed(t),
		"byte order mark":    "\xef\xbb\xbf" + body,
		"white space":        "\r\n\t " + strings.ReplaceAll(body, `":`, "\"\n:\t ") + "\r\n\r\n",
		"garbage after it":   body + "\x00\x1f\x8b\x08garbage",
		"a comment after it": body + "\n<!-- 0.01s -->",
		"said twice":         body + body,
		"capital names":      m.renamed(func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }).json(t),
		"shouted names":      m.renamed(strings.ToUpper).json(t),
		"shouted codes":      m.edited(codes, strings.ToUpper).json(t),
		"small codes":        m.edited(codes, strings.ToLower).json(t),
		"space around codes": m.edited(codes, func(s string) string { return "\t" + s + " " }).json(t),
		"shouted prose":      m.edited(prose, strings.ToUpper).json(t),
		"small prose":        m.edited(prose, strings.ToLower).json(t),
		"longer prose": m.edited(prose, func(s string) string {
			return strings.TrimRight(s, ".") + ". Trace ID: 6a1f Correlation ID: 77 Timestamp: 2026-01-02 03:04:05Z"
		}).json(t),
		"two spaces in prose": m.edited(prose, func(s string) string { return strings.ReplaceAll(s, " ", "  ") }).json(t),
		"no underscores in prose": m.edited(prose, func(s string) string {
			if !strings.Contains(s, " ") {
				return s // a code
			}
			return strings.ReplaceAll(s, "_", " ")
		}).json(t),
	}
	if _, word := m["error"].(string); word {
		all["nested"] = m.nested().json(t)
	}
	if form, ok := m.form(); ok {
		all["form"] = form
		all["form with a line end"] = form + "\r\n"
	}
	return all
}

// wordless are bodies without their prose, or with another's.
func wordless(t *testing.T, m members) map[string]string {
	t.Helper()
	said := m.edited(prose, func(s string) string { return aadNumber(s) + "Etwas ging schief; bitte warten" })
	all := map[string]string{
		"without prose":             m.edited(prose, aadNumber).json(t),
		"prose in another language": said.json(t),
	}
	if _, word := m["error"].(string); word {
		all["nested, without prose"] = m.edited(prose, aadNumber).nested().json(t)
	}
	return all
}

// statuses are those a server might send as well; what a status alone says must not decide.
func (e example) statuses() []int {
	if slices.Contains([]int{200, 400, 401, 403}, e.status) {
		return []int{e.status, 200, 400, 401, 403}
	}
	return []int{e.status}
}

func TestVariantsKeepTheirVerdict(t *testing.T) {
	c := known(t)
	kinds := []string{"", "application/json", "text/html; charset=iso-8859-1", "application/x-www-form-urlencoded"}
	for _, e := range examples(t) {
		m := decoded(e.body)
		if m == nil {
			continue
		}
		p := e.of(t, c)
		for what, body := range variants(t, m) {
			for i, status := range e.statuses() {
				header := http.Header{"Content-Type": {kinds[(i+len(what))%len(kinds)]}}
				a := Judge(p, status, header, []byte(body))
				if a.Verdict != e.verdict {
					t.Errorf("%s %d %s: %s: %s (%s); want %s", e.provider, status, what, body, a.Verdict, a.Code, e.verdict)
				}
				checkAnswer(t, a)
			}
		}
	}
}

// A verdict must not hang on prose, but where a provider uses one code for different things: those answers are listed
// here, so that none is added without being seen.
func TestVerdictsThatHangOnProse(t *testing.T) {
	c := known(t)
	found := map[string]bool{}
	for _, e := range examples(t) {
		m := decoded(e.body)
		if m == nil {
			continue
		}
		for what, body := range wordless(t, m) {
			a := Judge(e.of(t, c), e.status, nil, []byte(body))
			checkAnswer(t, a)
			if a.Verdict == e.verdict {
				continue
			}
			found[e.provider+" "+string(e.verdict)+" "+a.Code] = true
			if a.Verdict != VerdictPassing && e.verdict == VerdictPassing && e.provider != "salesforce" {
				t.Errorf("%s %d %s: %s: %s; want it to pass", e.provider, e.status, what, body, a.Verdict)
			}
		}
	}
	want := []string{
		"* sign_in invalid_argument", // INVALID_REFRESH_TOKEN stands where others have a sentence
		"atlassian sign_in unauthorized_client",
		"bitbucket setup invalid_grant",
		"box interaction unauthorized_client",
		"databricks sign_in invalid_request",
		"dex setup invalid_grant",
		"dex sign_in invalid_request",
		"dropbox setup invalid_grant",
		"facebook setup 1",
		"gitea sign_in unauthorized_client",
		"keycloak interaction invalid_grant",
		"keycloak setup invalid_grant",
		"openai sign_in http_401",
		"salesforce passing invalid_grant",
		"salesforce setup invalid_grant",
		"twitch setup 403",
		"twitch sign_in 400",
		"x sign_in invalid_request",
	}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
		t.Errorf("verdicts that hang on prose:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
