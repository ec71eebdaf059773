package provider

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"testing"

	"sessionkeeper/session/secret"
)

var accessToken = secret.New("at-access")

func TestCheck(t *testing.T) {
	slack := Check{Kind: CheckGet, DeadCodes: []string{"token_revoked"}}
	shop := Check{Kind: CheckGet, DeadStatus: []int{402, 404}, DeadText: []string{"account was closed"}}
	introspect := Check{Kind: CheckIntrospect}
	for _, v := range []struct {
		name    string
		check   Check
		status  int
		header  http.Header
		body    string
		verdict Verdict
	}{
		{"lives", Check{Kind: CheckGet}, 200, nil, `{"id":1}`, VerdictOK},
		{"lives without a body", Check{Kind: CheckGet}, 204, nil, ``, VerdictOK},
		{"401", Check{Kind: CheckGet}, 401, nil, `{"message":"Bad credentials"}`, VerdictSignIn},
		{"401 to wait for", Check{Kind: CheckGet}, 401, http.Header{"Retry-After": {"5"}}, ``, VerdictPassing},
		{"403", Check{Kind: CheckGet}, 403, nil, `{}`, VerdictPassing},
		{
			"403 lacks a scope",
			Check{Kind: CheckGet},
			403,
			http.Header{"Www-Authenticate": {`Bearer error="insufficient_scope"`}},
			``, VerdictPassing,
		},
		{
			"403 challenge",
			Check{Kind: CheckGet},
			403,
			http.Header{"Www-Authenticate": {`Bearer realm="x", error="invalid_token"`}},
			``, VerdictSignIn,
		},
		{"403 body", Check{Kind: CheckGet}, 403, nil, `{"error":"invalid_token"}`, VerdictSignIn},
		{"403 page", Check{Kind: CheckGet}, 403, nil, `<html>invalid_token`, VerdictPassing},
		{"404", Check{Kind: CheckGet}, 404, nil, `{}`, VerdictPassing},
		{"404 that is named", shop, 404, nil, `{}`, VerdictSignIn},
		{"402 that is named", shop, 402, nil, ``, VerdictSignIn},
		{"text that is named", shop, 403, nil, `{"message":"This Account was closed."}`, VerdictSignIn},
		{"Slack", slack, 200, nil, `{"ok":false,"error":"token_revoked"}`, VerdictSignIn},
		{"Slack otherwise", slack, 200, nil, `{"ok":false,"error":"ratelimited"}`, VerdictPassing},
		{"the account is suspended", Check{Kind: CheckGet}, 403, nil, `{"error":"account_suspended"}`, VerdictSignIn},
		{"the account is gone", Check{Kind: CheckGet}, 404, nil, `{"error":{"code":"account_deleted"}}`, VerdictSignIn},
		{"the account is not paid for", Check{Kind: CheckGet}, 402, nil, `{"code":"account_deactivated"}`, VerdictSignIn},
		{"402", Check{Kind: CheckGet}, 402, nil, `{"message":"Payment required"}`, VerdictPassing},
		{"a page about the account", Check{Kind: CheckGet}, 403, nil, `<html>account_suspended`, VerdictPassing},
		{"no account to find", Check{Kind: CheckGet}, 404, nil, `{"error":"not_found"}`, VerdictPassing},
		{"revoked in a 200", Check{Kind: CheckGet}, 200, nil, `{"ok":false,"error":"token_revoked"}`, VerdictSignIn},
		{"revoked in an object in a 200", Check{Kind: CheckGet}, 200, nil, `{"error":{"code":"token_revoked"}}`, VerdictSignIn},
		{"refused in a 200", Check{Kind: CheckGet}, 200, nil, `{"error":"invalid_token"}`, VerdictSignIn},
		{"an object in a 200", Check{Kind: CheckGet}, 200, nil, `{"error":{"code":190,"type":"OAuthException"}}`, VerdictPassing},
		{"an object in a 200 that is named", Check{Kind: CheckGet, DeadCodes: []string{"190"}}, 200, nil, `{"error":{"code":190}}`, VerdictSignIn},
		{"GraphQL", Check{Kind: CheckGet}, 200, nil, `{"errors":[{"message":"x","extensions":{"code":"x"}}]}`, VerdictPassing},
		{"GraphQL in part", Check{Kind: CheckGet}, 200, nil, `{"data":{"me":{"id":1}},"errors":[{"message":"x"}]}`, VerdictOK},
		{"GraphQL refuses", Check{Kind: CheckGet}, 200, nil, `{"data":null,"errors":[{"code":"token_expired"}]}`, VerdictSignIn},
		{"errors of none", Check{Kind: CheckGet}, 200, nil, `{"id":1,"error":null,"errors":[]}`, VerdictOK},
		{"400 with the token's code", Check{Kind: CheckGet}, 400, nil, `{"error":{"code":"token_expired"}}`, VerdictSignIn},
		{"400 of the token", Check{Kind: CheckGet}, 400, nil, `{"error":"invalid_token"}`, VerdictSignIn},
		{
			"400 challenge of another scheme",
			Check{Kind: CheckGet},
			400,
			http.Header{"Www-Authenticate": {`Basic error="invalid_token"`}},
			``, VerdictPassing,
		},
		{"active as a string", introspect, 200, nil, `{"active":"true"}`, VerdictOK},
		{"inactive as a string", introspect, 200, nil, `{"active":"false"}`, VerdictSignIn},
		{"a profile with a status", Check{Kind: CheckGet}, 200, nil, `{"id":1,"status":"account_suspended"}`, VerdictOK},
		{"suspended, later", Check{Kind: CheckGet}, 503, nil, `{"error":"account_suspended"}`, VerdictPassing},
		{"not for the token endpoint's words", Check{Kind: CheckGet}, 400, nil, `{"error":"invalid_grant"}`, VerdictPassing},
		{"402 to wait for", shop, 402, http.Header{"Retry-After": {"5"}}, ``, VerdictPassing},
		{"text in other letters", shop, 403, nil, `{"message":"this account  WAS 'closed'"}`, VerdictSignIn},
		{"500", Check{Kind: CheckGet}, 500, nil, `{"error":"invalid_token"}`, VerdictPassing},
		{"429", Check{Kind: CheckGet}, 429, nil, `{"error":"invalid_token"}`, VerdictPassing},
		{"portal", Check{Kind: CheckGet}, 200, nil, `<html>`, VerdictPassing},
		{"redirect", Check{Kind: CheckGet}, 302, http.Header{"Location": {"/login"}}, ``, VerdictPassing},
		{"active", introspect, 200, nil, `{"active":true}`, VerdictOK},
		{"inactive", introspect, 200, nil, `{"active":false}`, VerdictSignIn},
		{"no word of it", introspect, 200, nil, `{}`, VerdictPassing},
		{"the client is refused", introspect, 401, nil, `{"error":"invalid_client"}`, VerdictPassing},
	} {
		server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
			maps.Copy(rw.Header(), v.header)
			rw.WriteHeader(v.status)
			io.WriteString(rw, v.body)
		})
		v.check.URL = server.URL
		a := w.Check(t.Context(), &Provider{}, Client{ID: "app"}, v.check, accessToken)
		if a.Verdict != v.verdict || a.Status != v.status {
			t.Errorf("%s: %s, status %d; want %s", v.name, a.Verdict, a.Status, v.verdict)
		}
		checkAnswer(t, a)
	}
	if a := NewWire(nil, nil).Check(t.Context(), &Provider{}, Client{}, Check{}, accessToken); a.Code != "unsupported" {
		t.Errorf("no check: %s", a.Code)
	}
}

func TestCheckRequest(t *testing.T) {
	var got *http.Request
	var body string
	server, w := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
	})
	check := Check{
		Kind: CheckGet, URL: server.URL + "/me?fields=id", Method: "POST", Scheme: "OAuth",
		Headers: map[string]string{"Notion-Version": "1"},
	}
	w.Check(t.Context(), &Provider{}, Client{ID: "app"}, check, accessToken)
	if got.Method != "POST" || got.URL.RawQuery != "fields=id" || got.Header.Get("Authorization") != "OAuth at-access" ||
		got.Header.Get("Notion-Version") != "1" || body != "" {
		t.Errorf("%s %s %v %q", got.Method, got.URL, got.Header, body)
	}
	p := &Provider{IntrospectURL: server.URL, Check: Check{Kind: CheckIntrospect}}
	w.Check(t.Context(), p, Client{ID: "app", Secret: secret.New("s")}, p.Check, accessToken)
	form, err := url.ParseQuery(body)
	if err != nil || form.Get("token") != "at-access" || form.Get("token_type_hint") != "access_token" {
		t.Errorf("introspection sent %q", body)
	}
	if id, password, ok := got.BasicAuth(); !ok || id != "app" || password != "s" {
		t.Error("introspection without the client's proof")
	}
}
