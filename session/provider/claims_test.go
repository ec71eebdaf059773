package provider

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
)

func TestReadClaims(t *testing.T) {
	const asked = `{"access_token":{"acrs":{"essential":true,"value":"cp1"}}}`
	std, raw := base64.StdEncoding.EncodeToString([]byte(asked)), base64.RawURLEncoding.EncodeToString([]byte(asked))
	for name, v := range map[string]struct{ text, want string }{
		"Microsoft's":    {std, asked},
		"for addresses":  {raw, asked},
		"as it is":       {" " + strings.ReplaceAll(asked, ":", " : "), asked},
		"empty":          {"", ""},
		"no object":      {"[]", ""},
		"empty object":   {"{}", ""},
		"coded list":     {base64.StdEncoding.EncodeToString([]byte(`["x"]`)), ""},
		"not Base64":     {"%%%", ""},
		"bytes":          {base64.StdEncoding.EncodeToString([]byte{0xff, 0xfe}), ""},
		"cut":            {asked[:20], ""},
		"more behind it": {asked + `{"x":1}`, ""},
		"too long":       {`{"x":"` + strings.Repeat("y", maxClaims) + `"}`, ""},
		"far too long":   {strings.Repeat("A", 1<<20), ""},
	} {
		if got, ok := ReadClaims(v.text); got != v.want && (ok || v.want != "") || ok != (v.want != "") {
			t.Errorf("%s: %q, %t; want %q", name, got, ok, v.want)
		}
	}
}

func TestMergeClaims(t *testing.T) {
	long := `{"b":"` + strings.Repeat("y", maxClaims-20) + `"}`
	for _, v := range []struct{ older, newer, want string }{
		{"", "", ""},
		{`{"a":1}`, "", `{"a":1}`},
		{"", `{"a":1}`, `{"a":1}`},
		{`{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
		{`{"a":1}`, `{"a":2}`, `{"a":2}`},
		{`{"a":{"x":1,"y":{"z":1}}}`, `{"a":{"y":{"w":2}}}`, `{"a":{"x":1,"y":{"w":2,"z":1}}}`},
		{`{"a":{"x":1}}`, `{"a":null}`, `{"a":null}`},
		{`not JSON`, `{"a":1}`, `{"a":1}`},
		{`{"a":1}`, `not JSON`, `{"a":1}`},
		{`{"a":"` + strings.Repeat("x", 100) + `"}`, long, long},
	} {
		if got := MergeClaims(v.older, v.newer); got != v.want {
			t.Errorf("%s and %s are %s; want %s", v.older, v.newer, got, v.want)
		}
	}
}

func TestChallengedClaims(t *testing.T) {
	for _, v := range []struct {
		status int
		header string
		want   string
	}{
		{401, `Bearer realm="", authorization_uri="https://as.example", error="insufficient_claims", claims="e30="`, "e30="},
		{403, `bearer error=insufficient_claims, claims="x"`, "x"},
		{401, `Basic realm="x", Bearer error="insufficient_claims", claims="x"`, "x"},
		{401, `Bearer error="invalid_token", claims="x"`, ""},
		{401, `Basic error="insufficient_claims", claims="x"`, ""},
		{200, `Bearer error="insufficient_claims", claims="x"`, ""},
		{401, `Bearer error="insufficient_claims"`, ""},
		{401, ``, ""},
	} {
		if got := ChallengedClaims(v.status, http.Header{"Www-Authenticate": {v.header}}, "Bearer"); got != v.want {
			t.Errorf("%d %s: %q; want %q", v.status, v.header, got, v.want)
		}
	}
}

func TestWithClaims(t *testing.T) {
	p := &Provider{TokenParams: map[string]string{"resource": "x"}}
	if p.WithClaims("") != p {
		t.Error("without claims it is another provider")
	}
	with := p.WithClaims(`{"a":1}`)
	if with.TokenParams["claims"] != `{"a":1}` || with.TokenParams["resource"] != "x" || len(p.TokenParams) != 1 {
		t.Errorf("%v of %v", with.TokenParams, p.TokenParams)
	}
}

func FuzzReadClaims(f *testing.F) {
	f.Add(`{"access_token":{"acrs":{"value":"c1"}}}`)
	f.Add("eyJhIjoxfQ==")
	f.Fuzz(func(t *testing.T, text string) {
		claims, ok := ReadClaims(text)
		if !ok {
			return
		}
		again, ok := ReadClaims(claims)
		if !ok || again != claims || len(claims) > 3*maxClaims {
			t.Errorf("%q reads as %q and that as %q", text, claims, again)
		}
	})
}
