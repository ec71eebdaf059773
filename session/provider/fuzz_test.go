package provider

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
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
	body = bytes.TrimLeftFunc(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")), unicode.IsSpace)
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

func FuzzCatalogueEntry(f *testing.F) {
	f.Add("name = \"N\"\ntoken_url = \"https://{a}.example/token\"\n[vars.a]\n")
	f.Add("extends = \"google\"\n[[errors]]\ncode = [\"x\"]\nverdict = \"sign_in\"\n")
	c := known(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseEntry("x.toml", []byte(text), c.entries)
		if err == nil {
			p := e.provider()
			Judge(&p, 400, nil, []byte(`{"error":"x"}`))
		}
	})
}
