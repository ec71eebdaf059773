package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// oddTokenBodies are the shapes that token answers come in.
var oddTokenBodies = []string{
	`{"data":{"accessToken":"a","refreshToken":"r","expiresIn":"3600.5"}}`,
	`{"ok":true,"authed_user":{"access_token":"a","expires_in":-1,"scope":"a,b"}}`,
	`{"status":0,"body":{"access_token":"a","expires_at":"2030-01-02T03:04:05Z"}}`,
	`[{"access_token":"a","refresh_token":7,"refresh_expires_in":0}]`,
	`{"token":"a","expires_at":1900000000000}`,
	`{"access_token":"a","error":false,"token_type":null,"scope":["x",1]}`,
	`{"access_token":"a","refresh_token":"r","expires_in":36`,
	`{"access_token":"a\u000d\u000a","refresh_token":"r"}`,
	`{"access_token":"a","expires_in":NaN,"refresh_token":"r"}`,
	`access_token=a&expires=5183000&refresh_token=&scope=x%20y`,
	")]}',\n" + `{"access_token":"a"}`,
	`callback({"access_token":"a","refresh_token":null,"refresh_token":"r"});`,
	"\xfe\xff\x00{\x00\"\x00a\x00\"\x00:\x001\x00}",
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
	`{"a":{"b":[{"c":{"access_token":"a","expires_in":0}}]},"error":0,"ok":true}`,
}

// around are what servers put around a token answer, with the answer at %s.
var around = []string{
	`%s`, "\xef\xbb\xbf\r\n%s\n", `{"data":%s}`, `{"ok":true,"authed_user":%s}`, `[%s]`, `{"a":{"b":[{"c":%s}]}}`, `cb(%s);`,
	")]}'\n%s", `%s<!-- cached -->`, `{"error":false,"result":%s}`, `{"error":null,"code":0,"message":"","body":%s}`,
}

// A 2xx that carries an access token is a grant, whatever stands beside it and around it.
func FuzzTokenResponse(f *testing.F) {
	for i := range around {
		for _, beside := range []string{
			`"error":false`, `"error":"invalid_grant"`, `"expires_in":"3600.5"`, `"expires_in":-1`, `"expires_in":{}`, `"scope":["x",1]`,
			`"refresh_token":null`, `"refresh_token":""`, `"access_token":null`, `"token_type":0`, `"ok":false`, `"data":{"access_token":"b"}`,
			`"error":{"code":"token_expired"}`, `"expires_at":"tomorrow"`, `"id_token":[]`, `"ACCESS_TOKEN":7`, `"errors":[{"code":"x"}]`,
		} {
			f.Add(200, i, "at-1", "rt-1", beside)
		}
	}
	f.Add(299, 0, "a", "", `"a":`+strings.Repeat(`[`, 9000)+strings.Repeat(`]`, 9000))
	f.Fuzz(func(t *testing.T, status, shape int, access, refresh, beside string) {
		if status < 200 || status > 299 || shape < 0 || !plainToken(access) ||
			refresh != "" && !plainToken(refresh) || !json.Valid([]byte("{"+beside+"}")) {
			return
		}
		comma := ","
		if len(bytes.TrimSpace([]byte(beside))) == 0 {
			comma = ""
		}
		body := fmt.Sprintf(`{%s%s"access_token":%q,"refresh_token":%q}`, beside, comma, access, refresh)
		body = strings.ReplaceAll(around[shape%len(around)], "%s", body)
		a := Judge(nil, status, nil, []byte(body))
		if a.Verdict != VerdictOK || a.Tokens.Access.Reveal() != access || refresh != "" && a.Tokens.Refresh.Reveal() != refresh {
			t.Errorf("%d %s: %s %s, access %q, refresh %q", status, body, a.Verdict, a.Code, a.Tokens.Access.Reveal(), a.Tokens.Refresh.Reveal())
		}
		checkAnswer(t, a)
	})
}

// plainToken reports whether a token is made of what RFC 6749 appendix A.12 allows, and a string of Go is one of JSON.
func plainToken(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func FuzzJudge(f *testing.F) {
	for _, e := range examples(f) {
		f.Add(e.status, e.provider, "", []byte(e.body))
	}
	f.Add(200, "*", "7", []byte(`{"access_token":"a","expires_in":"1e400","refresh_token":"r","scope":[1,"x"]}`))
	f.Add(200, "*", "", []byte(strings.Repeat(`{"error":`, 9000)))
	f.Add(200, "*", "", []byte("access_token=a%00b&error"))
	for _, l := range looksLikeAnEnd() {
		f.Add(l.status, "microsoft", l.header.Get("Retry-After"), []byte(l.body))
	}
	for _, body := range oddTokenBodies {
		f.Add(200, "slack", "", []byte(body))
	}
	c := known(f)
	f.Fuzz(func(t *testing.T, status int, id, retry string, body []byte) {
		p, ok := c.Lookup(id)
		target := &p
		if !ok {
			target = nil
		}
		a := Judge(target, status, http.Header{"Retry-After": {retry}}, body)
		checkAnswer(t, a)
		if a.Verdict != VerdictPassing && a.Verdict != VerdictOK {
			condemned(t, status, retry, body)
		}
		if held := !a.Tokens.Access.Empty() || !a.Tokens.Refresh.Empty(); held && (status < 200 || status > 299) {
			t.Errorf("tokens of a %d", status)
		}
		if a.Claims != "" && (!json.Valid([]byte(a.Claims)) || len(a.Claims) > maxClaims) {
			t.Errorf("claims %q", a.Claims)
		}
		if said := (Unknowns{}); said.Meet(&a, time.Now()) {
			t.Error("shown at once")
		}
		if a.Verdict == VerdictOK && (a.Tokens.Access.Empty() || status < 200 || status > 299) {
			t.Errorf("ok without a token in a 2xx")
		}
		k := a.Tokens
		if k.ExpiresIn < 0 || k.ExpiresIn > maxAccessLife || k.RefreshExpiresIn < 0 || k.RefreshExpiresIn > maxRefreshLife {
			t.Errorf("lives %v and %v", k.ExpiresIn, k.RefreshExpiresIn)
		}
	})
}

// condemned holds what must be true of any body that ends a session: it is an object or a form, it speaks of
// something, and nothing in the answer says "later".
func condemned(t *testing.T, status int, retry string, body []byte) {
	t.Helper()
	if status == http.StatusProxyAuthRequired || retry == "" && moved(status, nil) {
		return
	}
	body = unwrapped(body)
	form := bytes.Contains(body, []byte("error=")) || bytes.Contains(body, []byte("%")) // which may spell it
	if !bytes.HasPrefix(body, []byte("{")) && !form {
		t.Errorf("%d %q condemned a session", status, body)
	}
	if bytes.HasPrefix(body, []byte("<")) || len(body) == 0 || status >= 500 || status == 429 || retry != "" ||
		status >= 300 && status <= 399 {
		t.Errorf("%d with Retry-After %q and %q condemned a session", status, retry, body)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "7", "1e9", "-1", "NaN", "Fri, 02 Jan 2026 03:05:05 GMT", "0x1p3"} {
		f.Add(s)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if d := retryAfter(http.Header{"Retry-After": {s}}, now); d < 0 || d > maxRetryAfter {
			t.Errorf("%q: %v", s, d)
		}
	})
}

// FuzzCatalogueEntry: whatever a user's file holds, it makes a provider that is sound, or an error that says where.
func FuzzCatalogueEntry(f *testing.F) {
	f.Add("name = \"N\"\ntoken_url = \"https://{a}.example/token\"\n[vars.a]\n")
	f.Add("extends = \"google\"\n[[errors]]\ncode = [\"x\"]\nverdict = \"sign_in\"\n")
	f.Add("refresh_url = \"{b}/r\"\nauth_style = \"none\"\njson_body = true\ntoken_params = { a = 1, \"b.c\" = true }\n" +
		"[vars.b]\nnote = \"x\"\n[request]\nfields = { grant_type = \"\", client_id = \"\" }\nheaders = { X = \"{client_id}\" }\n" +
		"[answer]\naccess_token = \"data.0.token\"\nunit = \"ms\"\n")
	f.Add("\"token\\u005furl\" = 1\nrefresh_idle = \"none\"\nreplay = \"grace\"\n[[errors]]\n[[errors]]\nmatch = \"\\u202e\"\n")
	f.Add("device_params = { response_type = \"device_code\" }\n[request.grants]\ndevice_code = \"device\"\n[check]\nheaders = { a = ''}")
	c := known(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseEntry("x.toml", []byte(text), c.entries)
		if err != nil {
			if !atPlace(err, "x.toml") {
				t.Errorf("nothing says where: %v", err)
			}
			return
		}
		p := e.provider()
		Judge(&p, 400, nil, []byte(`{"error":"x"}`))
		Judge(&p, 200, nil, []byte(`{"access_token":"at","refresh_token":"rt","data":[{"token":"x"}]}`))
		p.takesNoClient()
		vars := map[string]string{}
		for _, v := range p.Vars {
			vars[v.Name] = "https://sample.example"
		}
		if p.fill(vars) == nil && p.checkURLs() == nil {
			p.Request.json(p.Request.named(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"rt"}}))
		}
	})
}
