package provider

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// look is an answer that passes although it looks like an end.
type look struct {
	name   string
	status int
	header http.Header
	body   string
}

// looksLikeAnEnd are answers of what stands in front of a token endpoint, of endpoints that are something else, and of
// token endpoints that are busy or do not like the request.
func looksLikeAnEnd() []look {
	portal := http.Header{"Location": {"https://portal.example/login?error=invalid_grant"}}
	page := `<!doctype html><title>Access denied</title><p>invalid_grant: the refresh token is expired`
	all := []look{
		{"portal", 200, nil, page},
		{"portal that speaks OAuth", 200, nil, `<html><body>{"error":"invalid_grant"}</body></html>`},
		{"portal with a mark before it", 200, nil, "\xef\xbb\xbf\r\n " + page},
		{"comment first", 403, nil, `<!-- {"error":"invalid_client"} --><html>`},
		{"XML", 400, nil, `<?xml version="1.0"?><Error><Code>invalid_grant</Code></Error>`},
		{"S3", 403, nil, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`},
		{"redirect to a portal", 302, portal, ``},
		{"redirect to a portal by 307", 307, portal, `{"error":"invalid_client"}`},
		{"redirect to a page that is being worked on", 307, http.Header{"Location": {"/maintenance.html"}}, ``},
		{"redirect without TLS", 307, http.Header{"Location": {"http://gateway.example/oauth/token"}}, ``},
		{"redirect to wait for", 307, http.Header{"Location": {"/token"}, "Retry-After": {"9"}}, ``},
		{"see other", 303, http.Header{"Location": {"/oauth/token"}}, `{"error":"invalid_grant"}`},
		{"teapot in prose", 418, nil, `error: invalid_grant`},
		{"prose", 401, nil, `Unauthorized: invalid_client`},
		{"prose in JSON", 401, nil, `"invalid_grant"`},
		{"number", 401, nil, `401`},
		{"list", 400, nil, `["invalid_grant"]`},
		{"list of errors", 400, nil, `[{"error":"invalid_grant"}]`},
		{"truncated", 400, nil, `{"error":"invalid_grant","error_descr`},
		{"truncated behind the code", 400, nil, `{"error":"invalid_grant"`},
		{"truncated in a form", 400, nil, `error=inval`},
		{"not JSON", 400, nil, `{error:"invalid_grant"}`},
		{"quoted form", 400, nil, `"error=invalid_grant"`},
		{"form of an unknown code", 400, nil, `error=not_today&error_description=invalid_grant`},
		{"null", 400, nil, `null`},
		{"null members", 401, nil, `{"error":null,"error_description":null,"code":null}`},
		{"false", 401, nil, `{"error":false}`},
		{"true", 401, nil, `{"error":true}`},
		{"empty code", 400, nil, `{"error":""}`},
		{"code too long", 400, nil, `{"error":"` + strings.Repeat("invalid_grant", 9) + `"}`},
		{"code with a control character", 400, nil, `{"error":"invalid_grant\u0000"}`},
		{"code in a sentence", 400, nil, `{"error":"upstream said invalid_grant"}`},
		{"code in another member", 400, nil, `{"detail":"invalid_grant","title":"invalid_client"}`},
		{"code of tomorrow", 400, nil, `{"error":"grant_on_holiday","error_description":"refresh token expired"}`},
		{"code of tomorrow, nested", 401, nil, `{"error":{"code":"grant_on_holiday","message":"token was revoked"}}`},
		{"code like a known one", 400, nil, `{"error":"invalid_grant_maybe"}`},
		{"code like another", 400, nil, `{"error":"not_invalid_grant"}`},
		{"AWS gateway", 403, nil, `{"message":"Missing Authentication Token"}`},
		{"AWS gateway, forbidden", 403, nil, `{"Message":"User is not authorized to access this resource"}`},
		{"gateway", 401, nil, `{"message":"Unauthorized"}`},
		{"Kong", 401, nil, `{"message":"Invalid authentication credentials"}`},
		{"Kong, no route", 404, nil, `{"message":"no Route matched with those values"}`},
		{"Google's API", 401, nil, `{"error":{"message":"Request had invalid credentials.","status":"UNAUTHENTICATED"}}`},
		{"Google's API, forbidden", 403, nil, `{"error":{"message":"x","status":"PERMISSION_DENIED"}}`},
		{"Graph", 401, nil, `{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired."}}`},
		{
			"Spring", 401, nil,
			`{"timestamp":"2026-01-02T03:04:05Z","status":401,"error":"Unauthorized","message":"","path":"/oauth/token"}`,
		},
		{
			"Spring, bad request", 400, nil,
			`{"timestamp":1767322245,"status":400,"error":"Bad Request","path":"/oauth2/token"}`,
		},
		{"problem", 403, nil, `{"type":"about:blank","title":"Forbidden","detail":"invalid_grant"}`},
		{"GraphQL", 400, nil, `{"errors":[{"message":"refresh token expired","extensions":{"code":"UNAUTHENTICATED"}}]}`},
		{"JSON:API", 403, nil, `{"errors":[{"title":"Forbidden","detail":"invalid_client"}]}`},
		{"another API", 200, nil, `{"status":"ok","login":"invalid_grant"}`},
		{"busy, says expired", 400, nil, `{"error":"temporarily_unavailable","error_description":"cache expired; token revoked"}`},
		{"broken, says revoked", 400, nil, `{"error":"server_error","error_description":"could not see whether it was revoked"}`},
		{"busy, nested", 403, nil, `{"error":{"code":"rate_limit_exceeded","message":"invalid_grant"}}`},
		{"pending", 400, nil, `{"error":"authorization_pending","error_description":"not expired"}`},
		{"nonce", 400, nil, `{"error":"use_dpop_nonce","error_description":"invalid nonce"}`},
		{"malformed request", 400, nil, `{"error":"invalid_request","error_description":"Missing required parameter: refresh_token"}`},
		{"malformed request, said otherwise", 400, nil, `{"error":"invalid_request","error_description":"refresh_token parameter is invalid or missing"}`},
		{"malformed request, no words", 400, nil, `{"error":"invalid_request"}`},
		{"malformed request, expired", 400, nil, `{"error":"invalid_request","error_description":"The request has expired"}`},
		{"refresh token not checked now", 400, nil, `{"error":"invalid_request","error_description":"Invalid refresh token cache, try again later"}`},
		{"access token", 401, nil, `{"error":"invalid_token","error_description":"The access token expired"}`},
		{"gateway's word", 401, nil, `{"error":"unauthorized"}`},
		{"gateway's other word", 403, nil, `{"error":"forbidden","message":"refresh token expired"}`},
		{"deep", 400, nil, strings.Repeat(`{"error":`, 200) + `"invalid_grant"` + strings.Repeat(`}`, 200)},
	}
	for _, status := range []int{400, 401, 402, 403, 404, 405, 409, 410, 415, 422, 451, 499} {
		all = append(all, look{"no body", status, nil, ``}, look{"page", status, nil, page}, look{"empty object", status, nil, `{}`})
	}
	for _, status := range []int{408, 425, 429, 500, 501, 502, 503, 504, 507, 520, 522, 530, 599} {
		for _, body := range []string{
			`{"error":"invalid_grant","error_description":"Token has been revoked"}`, `{"error":"invalid_client"}`,
			`{"error":"interaction_required","claims":"{\"a\":{}}"}`, `{"error":{"code":"account_deactivated"}}`,
			`error=bad_refresh_token`, page, ``,
		} {
			all = append(all, look{"later", status, nil, body})
		}
	}
	for name, value := range map[string]string{"Retry-After": "0", "X-Ratelimit-Remaining": "0"} {
		all = append(all, look{name, 400, http.Header{name: {value}}, `{"error":"invalid_grant"}`})
	}
	return all
}

// ownWords are answers that mean something at one provider although they pass anywhere else.
var ownWords = map[string][]string{
	"notion": {"gateway's word"},
	"sentry": {"malformed request", "refresh token not checked now"},
}

// Whatever looks like an end and is none must not end a session, at any provider that is known and at any other.
func TestWhatLooksLikeAnEndPasses(t *testing.T) {
	c := known(t)
	providers := append(c.All(), Provider{ID: "unknown"})
	for _, l := range looksLikeAnEnd() {
		for i := range providers {
			p := &providers[i]
			if slices.ContainsFunc(ownWords[p.ID], func(s string) bool { return strings.HasPrefix(l.name, s) }) {
				continue
			}
			a := Judge(p, l.status, l.header, []byte(l.body))
			if a.Verdict != VerdictPassing {
				t.Errorf("%s: %s: %d %.90s: %s (%s); want passing", p.ID, l.name, l.status, l.body, a.Verdict, a.Code)
			}
			checkAnswer(t, a)
		}
	}
}

// A redirect that keeps the request and points to a token endpoint says that the address is wrong.
func TestMovedTokenEndpoint(t *testing.T) {
	for _, v := range []struct {
		status   int
		location string
		verdict  Verdict
	}{
		{307, "", VerdictSetup},
		{307, "https://eu.login.example/oauth2/token", VerdictSetup},
		{308, "/oauth/token/", VerdictSetup},
		{308, "https://login.example/v2/access_token", VerdictSetup},
		{307, "//eu.login.example/token", VerdictSetup},
		{308, "http://login.example/token", VerdictPassing},
		{307, "https://gateway.example/auth?to=/oauth/token", VerdictPassing},
		{307, "https://gateway.example:port/token", VerdictPassing},
		{301, "/oauth/token/", VerdictPassing},
		{302, "", VerdictPassing},
		{304, "", VerdictPassing},
	} {
		a := Judge(nil, v.status, http.Header{"Location": {v.location}}, nil)
		if a.Verdict != v.verdict || a.Code != "redirect_refused" || !a.Known {
			t.Errorf("%d to %q: %s %s; want %s", v.status, v.location, a.Verdict, a.Code, v.verdict)
		}
		checkAnswer(t, a)
	}
}
