package install

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// thereAndBack puts an edit into a text and takes it out again: the same text is left.
func thereAndBack(t *testing.T, before string, e edit) (text string, ok bool) {
	t.Helper()
	ed := editorOf(e.Kind)
	text, err := ed.set(before, &e)
	if err != nil || text == before {
		return "", false
	}
	if again, err := ed.set(text, &edit{Kind: e.Kind, Place: e.Place, Text: e.Text}); err != nil || again != text {
		t.Fatalf("%q over %q is not what it says: %q, %v", text, before, again, err)
	}
	out, _, err := ed.unset(text, e)
	if err != nil {
		t.Fatalf("%q over %q cannot be undone: %v", text, before, err)
	}
	if _, unfinished := unended(before); unfinished {
		out = strings.TrimSuffix(out, "\n") // which the plan knows
		before = strings.TrimSuffix(before, "\n")
	}
	if out != before {
		t.Fatalf("%q came back as %q by way of %q", before, out, text)
	}
	return text, true
}

func FuzzJSON(f *testing.F) {
	for _, c := range requests {
		if c.request.Tool == "docker" {
			for _, a := range c.already {
				f.Add(a, "credHelpers", "a.example")
			}
		}
	}
	f.Add(`{"a":1e5,"credHelpers" : {"b":"c" , "d":[{}]}}`, "credHelpers", "x")
	f.Fuzz(func(t *testing.T, before, outer, inner string) {
		if !utf8.ValidString(outer) || !utf8.ValidString(inner) {
			return
		}
		text, ok := thereAndBack(t, before, edit{Kind: kindJSON, Place: []string{outer, inner}, Text: `"sessionkeeper"`})
		if !ok {
			return
		}
		was, now := map[string]any{}, map[string]any{}
		if err := json.Unmarshal([]byte(text), &now); err != nil {
			t.Fatalf("%q over %q: %v", text, before, err)
		}
		if strings.TrimSpace(before) != "" {
			if err := json.Unmarshal([]byte(before), &was); err != nil {
				t.Fatalf("%q was taken for JSON: %v", before, err)
			}
		}
		object, _ := was[outer].(map[string]any)
		if object == nil {
			object = map[string]any{}
		}
		object[inner] = "sessionkeeper"
		was[outer] = object
		if !reflect.DeepEqual(was, now) {
			t.Fatalf("%q became %q", before, text)
		}
	})
}

func FuzzSections(f *testing.F) {
	for _, c := range requests {
		for _, a := range c.already {
			f.Add(a)
		}
	}
	f.Fuzz(func(t *testing.T, before string) {
		if strings.Contains(before, "\r") {
			return
		}
		for _, e := range []edit{
			{Kind: kindINI, Place: []string{"[global]", "keyring-provider"}, Text: "keyring-provider = subprocess"},
			{Kind: kindTOML, Place: []string{"", "keyring-provider"}, Text: `keyring-provider = "subprocess"`},
			{Kind: kindTOML, Place: []string{"[registries.corp]", "credential-provider"}, Text: `credential-provider = ["x"]`},
			{Kind: kindGit, Place: []string{`[credential "https://a.example"]`}, Text: "\thelper =\n\thelper = /x"},
			{Kind: kindBlock, Place: []string{"msmtp work"}, Text: "account work\nauth xoauth2"},
		} {
			thereAndBack(t, before, e)
		}
	})
}

func FuzzGoAuth(f *testing.F) {
	for _, a := range []string{"GOAUTH=off\n", "GOAUTH=netrc;git /src\n", "A=b", "GOAUTH= a ; b "} {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, before string) {
		if strings.Contains(before, "\r") {
			return
		}
		thereAndBack(t, before, edit{Kind: kindGoAuth, Text: "/x helper goauth -"})
	})
}

func FuzzKube(f *testing.F) {
	for _, c := range requests {
		if c.request.Tool == "kubectl" {
			for _, a := range c.already {
				f.Add(a, "work")
			}
		}
	}
	const exec = `{"apiVersion":"client.authentication.k8s.io/v1","command":"/x y","args":["helper","kubectl","a b"],` +
		`"interactiveMode":"Never","provideClusterInfo":false}`
	f.Fuzz(func(t *testing.T, before, name string) {
		if strings.Contains(before, "\r") || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
			return
		}
		thereAndBack(t, before, edit{Kind: kindKube, Place: []string{name}, Text: exec})
	})
}
