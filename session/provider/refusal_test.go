package provider

import (
	"net/http"
	"strings"
	"testing"
)

// refusedBy is Refused, with its findings as a word.
func refusedBy(status int, header http.Header, scheme, body string) (why, scopes string) {
	r, scopes := Refused(status, header, scheme, func() []byte { return []byte(body) })
	return map[Refusal]string{RefusesNothing: "", RefusesToken: "token", RefusesScope: "scope"}[r], scopes
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		status int
		fields []string
		body   string
		want   string
		scopes string
	}{
		{status: 401, fields: []string{`Bearer error="invalid_token"`}, want: "token"},
		{status: 401, fields: []string{`Bearer realm="example", error="invalid_token", error_description="The access token expired"`}, want: "token"},
		{status: 401, fields: []string{`bearer error=invalid_token`}, want: "token"},
		{status: 401, fields: []string{`Bearer`}, want: "token"},
		{status: 401, fields: []string{`Bearer realm="x"`}, want: "token"},
		{status: 401, fields: []string{`Basic realm="x", Bearer realm="y" , error = "invalid_token"`}, want: "token"},
		{status: 401, fields: []string{`Basic realm="x"`, `Bearer error="invalid_token"`}, want: "token"},
		{status: 401, fields: []string{`Negotiate, Bearer error="invalid_token"`}, want: "token"},
		{status: 401, fields: []string{`Negotiate a87421000492aa874209af8bc028==, Bearer error="invalid_token"`}, want: "token"},
		{status: 401, fields: []string{`,, ,Bearer ,error="invalid_token",,`}, want: "token"},
		{status: 401, fields: []string{`Bearer realm="a \"quoted, error=\\\"insufficient_scope\" one", error="invalid_token"`}, want: "token"},
		{status: 401, fields: []string{`Bearer error="insufficient_scope", scope="mail.read mail.send"`}, want: "scope", scopes: "mail.read mail.send"},
		{status: 403, fields: []string{`Bearer error="insufficient_scope", scope="a"`}, want: "scope", scopes: "a"},
		{status: 403, fields: []string{`Bearer error="insufficient_scope"`}, want: "scope"},
		{status: 403, fields: []string{`Bearer error="invalid_token"`}, want: "token"},
		{status: 400, fields: []string{`Bearer error="invalid_token"`}, want: "token"},
		{status: 403, fields: []string{`Bearer error="token_expired"`}, want: "token"},
		{status: 400, fields: []string{`Bearer error="invalid_grant"`}},
		{status: 404, fields: []string{`Bearer error="invalid_token"`}},
		{status: 403, fields: []string{`Bearer`}},
		{status: 401, fields: []string{`Bearer error="invalid_request"`}},
		{status: 401, fields: []string{`Basic realm="Bearer error=\"invalid_token\""`}},
		{status: 401, fields: []string{`Basic realm="x, Bearer error=invalid_token"`}},
		{status: 401, fields: []string{`DPoP error="invalid_token"`}},
		{status: 401, fields: []string{`Custom error="invalid_token"`}, want: "token"}, // the scheme of the token that was sent
		{status: 401},
		{status: 401, body: `{"message":"Unauthorized"}`},
		{status: 401, body: `{"error":"invalid_token"}`, want: "token"},
		{status: 403, body: `{"error":{"code":"account_suspended"}}`, want: "token"},
		{status: 400, body: `{"errors":[{"code":"TOKEN_EXPIRED"}]}`, want: "token"},
		{status: 400, body: `{"error":"invalid_grant"}`},
		{status: 403, body: `<html>invalid_token`},
		{status: 200, body: `{"error":"invalid_token"}`},
		{status: 401, fields: []string{`Bearer error="insufficient_scope"`}, body: `{"error":"invalid_token"}`, want: "scope"},
		{status: 200, fields: []string{`Bearer error="invalid_token"`}},
		{status: 500, fields: []string{`Bearer error="invalid_token"`}},
		{status: 401, fields: []string{`Basic realm="never ends, Bearer error="invalid_token"`}},
		{status: 401, fields: []string{`error="invalid_token"`}},
		{status: 401, fields: []string{`Bearer error="invalid_token", error="insufficient_scope"`}, want: "token"},
	} {
		header := http.Header{"Www-Authenticate": c.fields}
		if why, scopes := refusedBy(c.status, header, "custom", c.body); why != c.want || scopes != c.scopes {
			t.Errorf("%d %q: %q, scopes %q; want %q, %q", c.status, c.fields, why, scopes, c.want, c.scopes)
		}
	}
}

func FuzzRefused(f *testing.F) {
	for _, seed := range []string{
		`Bearer error="invalid_token"`, `Basic realm="x", Bearer error=insufficient_scope,scope="a b"`, `Bearer a=="\`, `"`, `= , =`,
		strings.Repeat(`Bearer a="`, 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		header := http.Header{"Www-Authenticate": {field}}
		why, _ := refusedBy(http.StatusUnauthorized, header, "bearer", "")
		if why != "" && !strings.Contains(strings.ToLower(field), "bearer") {
			t.Errorf("%q has no challenge of ours and says %q", field, why)
		}
		// What stands before ours must not hide it.
		header = http.Header{"Www-Authenticate": {`Bearer error="invalid_token"`, field}}
		if why, _ := refusedBy(http.StatusUnauthorized, header, "bearer", ""); why == "" {
			t.Errorf("a challenge before %q is not seen", field)
		}
	})
}
