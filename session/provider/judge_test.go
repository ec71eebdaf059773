package provider

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// everyReason is the description that RFC 6749 section 5.2 gives of invalid_grant, which many servers send as it is.
const everyReason = "The provided authorization grant (e.g., authorization code) or refresh token is invalid, " +
	"expired, revoked, does not match the redirection URI used in the authorization request, or was issued to " +
	"another client."

func TestJudgeNames(t *testing.T) {
	c := known(t)
	for _, v := range []struct {
		provider string
		status   int
		body     string
		verdict  Verdict
		code     string
		reason   string
		known    bool
	}{
		{"", 400, `{"error":"invalid_grant"}`, VerdictSignIn, "invalid_grant", "refused", true},
		{
			"", 400, `{"error":"Invalid_Grant","error_description":"Token revoked"}`, VerdictSignIn, "invalid_grant",
			"revoked", true,
		},
		{
			"", 400, `{"error":"invalid_grant","error_description":"Refresh token has expired"}`, VerdictSignIn,
			"invalid_grant", "expired", true,
		},
		{
			"", 400, `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`,
			VerdictSignIn, "invalid_grant", "refused", true,
		},
		{
			"", 400,
			`{"error":"invalid_grant","error_description":"` + everyReason + ` The refresh token was already used."}`,
			VerdictSignIn, "invalid_grant", "reused", true,
		},
		{
			"", 400, `{"error":"invalid_grant","error_description":"` + everyReason + `"}`, VerdictSignIn,
			"invalid_grant", "refused", true,
		},
		{
			"", 400, `{"error":"invalid_grant","error_description":"User disabled"}`, VerdictSignIn, "invalid_grant",
			"account_disabled", true,
		},
		{
			"", 401,
			`{"error":{"code":"refresh_token_reused","type":"invalid_request_error","message":"already used"}}`,
			VerdictSignIn, "refresh_token_reused", "reused", true,
		},
		{"", 200, `{"error":"token_expired"}`, VerdictSignIn, "token_expired", "expired", true},
		{
			"", 403, `{"error":{"code":"refresh_token_invalidated"}}`, VerdictSignIn, "refresh_token_invalidated",
			"revoked", true,
		},
		{"", 401, `{"error":"account_deleted"}`, VerdictSignIn, "account_deleted", "account_disabled", true},
		{
			"", 400, `{"error":"invalid_request","error_description":"Refresh token expired."}`, VerdictSignIn,
			"invalid_request", "expired", true,
		},
		{
			"", 400,
			`{"error":"invalid_request","error_description":"Refresh token is invalid or has already been claimed by ` +
				`another client."}`,
			VerdictSignIn, "invalid_request", "refused", true,
		},
		{
			"", 400, `{"error":"invalid_request","error_description":"Value passed for the token was invalid."}`,
			VerdictSignIn, "invalid_request", "refused", true,
		},
		{
			"", 400, `{"error":"invalid_request","error_description":"Missing required parameter: refresh_token"}`,
			VerdictPassing, "invalid_request", "", true,
		},
		{
			"", 400, `{"error":"unauthorized_client","error_description":"unable to parse refresh token"}`,
			VerdictSignIn, "unauthorized_client", "refused", true,
		},
		{
			"", 400,
			`{"error":"unauthorized_client","error_description":"the grant type refresh_token is not allowed"}`,
			VerdictSetup, "unauthorized_client", "client", true,
		},
		{"", 400, `{"error":"invalid_scope"}`, VerdictSetup, "invalid_scope", "scope", true},
		{"", 400, `{"error":"redirect_uri_mismatch"}`, VerdictSetup, "redirect_uri_mismatch", "redirect", true},
		{"", 400, `{"error":"unsupported_grant_type"}`, VerdictSetup, "unsupported_grant_type", "config", true},
		{"", 400, `{"error":"brand_new_code"}`, VerdictPassing, "brand_new_code", "", false},
		{"", 400, `{"message":"no"}`, VerdictPassing, "http_400", "", false},
		{"", 400, ``, VerdictPassing, "http_400", "", false},
		{"", 403, `<html>invalid_grant</html>`, VerdictPassing, "html_page", "", true},
		{"", 200, `<!doctype html><title>Log in</title>`, VerdictPassing, "captive_portal", "", true},
		{"", 200, `{"access_token":"abc","refre`, VerdictPassing, "truncated", "", true},
		{"", 200, ``, VerdictPassing, "truncated", "", true},
		{"", 200, `{"hello":"world"}`, VerdictPassing, "no_token", "", false},
		{"", 302, ``, VerdictPassing, "redirect_refused", "", true},
		{
			"google", 400, `{"error":"invalid_grant","error_subtype":"invalid_rapt"}`, VerdictInteraction,
			"invalid_grant", "interaction_required", true,
		},
		{
			"microsoft", 400, `{"error":"interaction_required","error_codes":[50076],"claims":"{}"}`,
			VerdictInteraction, "interaction_required", "interaction_required", true,
		},
		{
			"microsoft", 400, `{"error":"invalid_grant","error_description":"AADSTS700082: x"}`, VerdictSignIn,
			"invalid_grant", "expired", true,
		},
		{"facebook", 400, `{"error":{"code":190,"error_subcode":460}}`, VerdictSignIn, "190/460", "refused", true},
		{
			"box", 400, `{"error":"invalid_grant","error_description":"Refresh token has expired"}`, VerdictSignIn,
			"invalid_grant", "refused", true,
		},
	} {
		p := example{provider: v.provider}.ofOrNil(t, c)
		a := Judge(p, v.status, http.Header{}, []byte(v.body))
		if a.Verdict != v.verdict || a.Code != v.code || a.Reason != v.reason || a.Known != v.known {
			t.Errorf("%s %d %s: %s %q %q known %t; want %s %q %q known %t", v.provider, v.status, v.body,
				a.Verdict, a.Code, a.Reason, a.Known, v.verdict, v.code, v.reason, v.known)
		}
		checkAnswer(t, a)
	}
}

func TestJudgeOutcomeUnknown(t *testing.T) {
	for _, v := range []struct {
		status int
		body   string
		want   bool
	}{
		{200, `<html>`, true},
		{200, ``, true},
		{200, `{"access_token":"a`, true},
		{200, `{"hello":1}`, true},
		{200, `{"error":"invalid_grant"}`, false},
		{200, `{"error":"who_knows"}`, true},
		{400, `{"error":"server_error"}`, true},
		{400, `{"error":"slow_down"}`, false},
		{500, `{"error":"invalid_grant"}`, true},
		{502, `<html>`, true},
		{429, ``, false},
		{400, `{"error":"who_knows"}`, false},
		{403, `<html>`, true},
		{302, ``, false},
	} {
		if a := Judge(nil, v.status, http.Header{}, []byte(v.body)); a.OutcomeUnknown != v.want {
			t.Errorf("%d %s: outcome unknown %t; want %t", v.status, v.body, a.OutcomeUnknown, v.want)
		}
	}
}

// Where a provider wants the user, the verdict says so and holds what the sign-in must ask for.
func TestInteraction(t *testing.T) {
	const ask = `{"access_token":{"capolids":{"essential":true,"values":["1-2"]}}}`
	quoted := strconv.Quote(ask)
	for _, v := range []struct {
		provider, body string
		verdict        Verdict
		claims         string
	}{
		{"microsoft", `{"error":"interaction_required","error_codes":[50076],"claims":` + quoted + `}`, VerdictInteraction, ask},
		{"microsoft", `{"error":"invalid_grant","suberror":"basic_action","claims":` + quoted + `}`, VerdictInteraction, ask},
		{"microsoft", `{"error":"invalid_grant","error_codes":[999999],"claims":` + quoted + `}`, VerdictInteraction, ask},
		{"microsoft", `{"error":{"code":"invalid_grant","suberror":"basic_action","claims":` + ask + `}}`, VerdictInteraction, ask},
		{"microsoft", `{"error":"invalid_grant","error_description":"AADSTS50079: x"}`, VerdictInteraction, ""},
		{"microsoft", `{"error":"invalid_grant","error_description":"aadsts50074: x"}`, VerdictInteraction, ""},
		{"microsoft", `{"error":"invalid_grant","suberror":"consent_required"}`, VerdictInteraction, ""},
		{"microsoft", `{"error":"invalid_grant","error_codes":[70043],"claims":` + quoted + `}`, VerdictSignIn, ask},
		{"microsoft", `{"error":"invalid_grant","suberror":"basic_action","error_codes":[90033]}`, VerdictPassing, ""},
		{"microsoft", `{"error":"temporarily_unavailable","claims":` + quoted + `}`, VerdictPassing, ask},
		{"google", `{"error":"invalid_grant","error_subtype":"rapt_required"}`, VerdictInteraction, ""},
		{"google", `{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)"}`, VerdictInteraction, ""},
		{"google", `{"error":"rapt_required"}`, VerdictInteraction, ""},
		{"", `{"error":"insufficient_user_authentication","claims":` + ask + `}`, VerdictInteraction, ask},
		{"", `{"error":"login_required","claims":"` + strings.Repeat("x", 99) + `"}`, VerdictInteraction, ""},
		{"", `{"error":"login_required","claims":"[1]"}`, VerdictInteraction, ""},
		{"", `{"error":"login_required","claims":7}`, VerdictInteraction, ""},
		{"", `{"error":"login_required","claims":"{}"}`, VerdictInteraction, ""},
		{"", `{"error":"login_required","claims":{"a":"` + strings.Repeat("x", maxClaims) + `"}}`, VerdictInteraction, ""},
		{"", `{"error":"invalid_grant","claims":"{}"}`, VerdictSignIn, ""},
	} {
		a := Judge(example{provider: v.provider}.ofOrNil(t, known(t)), 400, nil, []byte(v.body))
		if a.Verdict != v.verdict || a.Claims != v.claims {
			t.Errorf("%s %s: %s, claims %q; want %s, %q", v.provider, v.body, a.Verdict, a.Claims, v.verdict, v.claims)
		}
		if v.verdict == VerdictInteraction && a.Reason != reasonInteraction {
			t.Errorf("%s %s: reason %q", v.provider, v.body, a.Reason)
		}
		checkAnswer(t, a)
	}
}

// TestStatedReason has descriptions that name a cause, and those that name several.
func TestStatedReason(t *testing.T) {
	for said, want := range map[string]string{
		"Invalid refresh token (expired)": reasonExpired, "refresh token invalid: it was revoked": reasonRevoked,
		"refresh token is invalid or expired": reasonRefused, "unknown, invalid, or expired refresh token": reasonRefused,
		"expired access/refresh token": reasonExpired, "Token has been expired or revoked.": reasonRefused,
		"refresh token already used": reasonReused, "User is disabled": reasonAccount, "": reasonRefused,
	} {
		body := fmt.Sprintf(`{"error":"invalid_grant","error_description":%q}`, said)
		if a := Judge(nil, 400, nil, []byte(body)); a.Verdict != VerdictSignIn || a.Reason != want {
			t.Errorf("%s: %s %s; want %s", said, a.Verdict, a.Reason, want)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	c := known(b)
	for _, v := range []struct {
		name, provider string
		status         int
		body           string
	}{
		{"tokens", "google", 200, `{"access_token":"a","expires_in":3599,"refresh_token":"r","scope":"x y","token_type":"Bearer"}`},
		{"refused", "", 400, `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`},
		{
			"number", "microsoft", 400,
			`{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired.","error_codes":[700082]}`,
		},
		{"page", "", 403, `<html>` + strings.Repeat("x", 32<<10)},
		{"cut", "", 200, `{"access_token":"` + strings.Repeat("a", 32<<10)},
	} {
		p := example{provider: v.provider}.ofOrNil(b, c)
		b.Run(v.name, func(b *testing.B) {
			body := []byte(v.body)
			b.ReportAllocs()
			for b.Loop() {
				Judge(p, v.status, nil, body)
			}
		})
	}
}
