package provider

import (
	"io"
	"net/http"
	"net/url"
	"testing"

	"sessionkeeper/session/secret"
)

func TestRevoke(t *testing.T) {
	var got *http.Request
	var body, answer string
	status := 200
	server, w := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
		rw.WriteHeader(status)
		io.WriteString(rw, answer)
	})
	c := Client{ID: "app", Secret: secret.New("s")}
	p := &Provider{RevokeURL: server.URL + "/revoke", AuthStyle: AuthPost}
	a := w.Revoke(t.Context(), p, c, oldToken, "refresh_token")
	form, _ := url.ParseQuery(body)
	if a.Verdict != VerdictOK || form.Get("token") != "rt-old-token" || form.Get("token_type_hint") != "refresh_token" ||
		form.Get("client_secret") != "s" {
		t.Errorf("standard: %s, sent %q", a.Verdict, body)
	}
	p = &Provider{RevokeURL: server.URL + "/applications/{client_id}/token", RevokeStyle: RevokeDelete}
	a = w.Revoke(t.Context(), p, c, accessToken, "access_token")
	if id, password, _ := got.BasicAuth(); a.Verdict != VerdictOK || got.Method != "DELETE" || id != "app" ||
		password != "s" || got.URL.Path != "/applications/app/token" || body != `{"access_token":"at-access"}` {
		t.Errorf("delete: %s %s %s %q", a.Verdict, got.Method, got.URL.Path, body)
	}
	if a = w.Revoke(t.Context(), p, c, oldToken, "refresh_token"); a.Code != "unsupported" {
		t.Errorf("a refresh token where only access tokens are revoked: %s", a.Code)
	}
	p = &Provider{RevokeURL: server.URL, RevokeStyle: RevokeBearer}
	answer = `{"ok":false,"error":"token_revoked"}`
	a = w.Revoke(t.Context(), p, c, accessToken, "access_token")
	if a.Verdict == VerdictOK || got.Method != "POST" || got.Header.Get("Authorization") != "Bearer at-access" {
		t.Errorf("bearer: %s %s", a.Verdict, got.Method)
	}
	status, answer = 503, ""
	p = &Provider{RevokeURL: server.URL}
	if a = w.Revoke(t.Context(), p, c, oldToken, "refresh_token"); a.Verdict != VerdictPassing || !a.OutcomeUnknown {
		t.Errorf("503: %s", a.Verdict)
	}
	if a = w.Revoke(t.Context(), &Provider{}, c, oldToken, "refresh_token"); a.Code != "unsupported" {
		t.Errorf("no endpoint: %s", a.Code)
	}
}
