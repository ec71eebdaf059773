package provider

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// The codes of RFC 6749 and of what builds on it mean the same at a provider that nobody knows, in any shape.
func TestRegisteredCodes(t *testing.T) {
	for code, want := range map[string]Verdict{
		"invalid_grant": VerdictSignIn, "expired_token": VerdictSignIn,
		"invalid_client": VerdictSetup, "unauthorized_client": VerdictSetup, "unsupported_grant_type": VerdictSetup,
		"invalid_scope": VerdictSetup, "invalid_target": VerdictSetup, "invalid_dpop_proof": VerdictSetup,
		"insufficient_scope": VerdictSetup, "unsupported_response_type": VerdictSetup, "invalid_redirect_uri": VerdictSetup,
		"invalid_authorization_details": VerdictSetup, "request_not_supported": VerdictSetup,
		"request_uri_not_supported": VerdictSetup, "registration_not_supported": VerdictSetup,
		"invalid_request_uri": VerdictSetup, "invalid_request_object": VerdictSetup,
		"interaction_required": VerdictInteraction, "login_required": VerdictInteraction,
		"consent_required": VerdictInteraction, "account_selection_required": VerdictInteraction,
		"access_denied": VerdictInteraction, "unmet_authentication_requirements": VerdictInteraction,
		"insufficient_user_authentication": VerdictInteraction,
		"invalid_request":                  VerdictPassing, "server_error": VerdictPassing, "temporarily_unavailable": VerdictPassing,
		"authorization_pending": VerdictPassing, "slow_down": VerdictPassing, "use_dpop_nonce": VerdictPassing,
		"token_expired": VerdictSignIn, "refresh_token_expired": VerdictSignIn, "refresh_token_reused": VerdictSignIn,
		"refresh_token_invalidated": VerdictSignIn, "account_deactivated": VerdictSignIn, "account_suspended": VerdictSignIn,
		"account_deleted": VerdictSignIn, "invalid_client_metadata": VerdictSetup, "unsupported_token_type": VerdictSetup,
		"expired_login_hint_token": VerdictInteraction, "unknown_user_id": VerdictInteraction,
		"missing_user_code": VerdictInteraction, "invalid_user_code": VerdictInteraction,
		"invalid_binding_message": VerdictSetup, "transaction_failed": VerdictPassing,
	} {
		for _, body := range []string{
			`{"error":"` + code + `"}`, `{"error":{"code":"` + strings.ToUpper(code) + `","message":"x"}}`, "error=" + code,
			`{"errors":[{"code":"` + code + `"}]}`, `{"error_code":"` + code + `"}`,
			`{"error":{"type":"` + code + `"}}`, `{"error":{"error":"` + code + `"}}`, `{"error":{"error":{"code":"` + code + `"}}}`,
			`{"errors":{"code":"` + code + `"}}`, `{"error_type":"` + code + `"}`, `{"errorCode":"` + code + `","errorMessage":"x"}`,
			`{"error":" ` + code + `\n","expires_in":0}`, `{"code":400,"error_code":"` + code + `"}`,
			`{"detail":{"error":"` + code + `"}}`, `{"data":{"error":{"code":"` + code + `"}},"access_token":null}`,
			`{"fault":{"code":"` + code + `"}}`, `{"ErrorCode":"` + code + `","Error":"Some words about it"}`,
			"\xef\xbb\xbf\n\t" + `{"x":1,"error":"` + code + `"}`, `callback({"error":"` + code + `"});`, ")]}'\n" + `{"error":"` + code + `"}`,
			utf16Of(`{"error":"`+code+`"}`, true), packed(`{"error":"` + code + `"}`),
		} {
			for _, status := range []int{200, 400, 403, 404, 409} {
				a := Judge(nil, status, nil, []byte(body))
				if a.Verdict != want || !a.Known || a.Code != code {
					t.Errorf("%d %s: %s %s known %t; want %s", status, body, a.Verdict, a.Code, a.Known, want)
				}
			}
			if a := Judge(nil, 503, nil, []byte(body)); a.Verdict != VerdictPassing {
				t.Errorf("503 %s: %s; want passing", body, a.Verdict)
			}
		}
		header := http.Header{"Www-Authenticate": {`Basic realm="x", Bearer realm="y", error="` + code + `", error_description="z"`}}
		for status, v := range map[int]Verdict{400: want, 403: want, 503: VerdictPassing, 429: VerdictPassing} {
			if a := Judge(nil, status, header, nil); a.Verdict != v || a.Code != code || !a.Known || a.Message != "z" {
				t.Errorf("%d with the challenge %s: %s %s known %t %q; want %s", status, code, a.Verdict, a.Code, a.Known, a.Message, v)
			}
		}
		if a := Judge(nil, 403, header, []byte("<html>")); a.Verdict != VerdictPassing {
			t.Errorf("a page with the challenge %s: %s", code, a.Verdict)
		}
		if a := Judge(nil, 400, header, []byte(`{"error":"of_tomorrow"}`)); a.Verdict != VerdictPassing || a.Known {
			t.Errorf("another code than that of the challenge %s: %s known %t", code, a.Verdict, a.Known)
		}
	}
}

// Codes that are spelled in another way mean the same, except those that gateways and pages to log in at use.
func TestSpellings(t *testing.T) {
	for said, want := range map[string]Verdict{
		"InvalidGrantException": VerdictSignIn, "com.amazonaws.ssooidc#InvalidGrantException": VerdictSignIn,
		"urn:ietf:params:oauth:error:invalid_grant": VerdictSignIn, "invalid-grant": VerdictSignIn,
		"https://as.example/errors/invalid_grant": VerdictSignIn, "invalidRefreshToken": VerdictSignIn,
		"ExpiredTokenException": VerdictSignIn, "RefreshTokenExpired": VerdictSignIn, "account-suspended": VerdictSignIn,
		"InvalidClientException": VerdictSetup, "oauth.invalid_client": VerdictSetup, "UnauthorizedClient": VerdictSetup,
		"SlowDownException": VerdictPassing, "InternalServerError": VerdictPassing,
		"AccessDenied": VerdictPassing, "AccessDeniedException": VerdictPassing, "Access Denied": VerdictPassing,
		"LoginRequired": VerdictPassing, "login-required": VerdictPassing, "Login required": VerdictPassing,
		"InvalidToken": VerdictPassing, "invalid_grants": VerdictPassing, "invalid grant": VerdictPassing,
		"invalid_grant.": VerdictPassing, "#": VerdictPassing, "invalid_grant#": VerdictPassing,
	} {
		for _, form := range []string{`{"error":%q}`, `{"__type":%q}`, `{"error":{"code":%q}}`, `{"errorCode":%q}`} {
			body := fmt.Sprintf(form, said)
			if a := Judge(nil, 400, nil, []byte(body)); a.Verdict != want {
				t.Errorf("%s: %s %s; want %s", body, a.Verdict, a.Code, want)
			}
		}
	}
	a := Judge(nil, 400, nil, []byte(`{"__type":"com.amazonaws.ssooidc#ExpiredTokenException","message":"x"}`))
	if a.Code != "expired_token" || a.Reason != reasonExpired || !a.Known {
		t.Errorf("%s %s known %t", a.Code, a.Reason, a.Known)
	}
}
