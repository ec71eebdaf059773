package provider

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// known loads the built-in catalogue, which must be without a fault.
func known(tb testing.TB) *Catalogue {
	tb.Helper()
	c, errs := LoadCatalogue("")
	for _, err := range errs {
		tb.Fatalf("loading the catalogue: %v", err)
	}
	return c
}

// example is a line of testdata/verdicts.txt.
type example struct {
	provider string
	status   int
	verdict  Verdict
	body     string
}

func examples(tb testing.TB) []example {
	tb.Helper()
	f, err := os.Open("testdata/verdicts.txt")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var all []example
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		part := strings.SplitN(lines.Text(), " ", 4)
		if len(part) != 4 {
			tb.Fatalf("testdata/verdicts.txt: %q has no four parts", lines.Text())
		}
		e := example{provider: part[0], verdict: Verdict(part[2]), body: part[3]}
		if e.status, err = strconv.Atoi(part[1]); err != nil {
			tb.Fatalf("testdata/verdicts.txt: %v", err)
		}
		if e.body == "-" {
			e.body = ""
		}
		all = append(all, e)
	}
	if len(all) < 250 {
		tb.Fatalf("testdata/verdicts.txt has %d examples; want at least 250", len(all))
	}
	return all
}

func (e example) of(tb testing.TB, c *Catalogue) *Provider {
	tb.Helper()
	if e.provider == "*" {
		return nil
	}
	p, ok := c.Lookup(e.provider)
	if !ok {
		tb.Fatalf("no provider %q", e.provider)
	}
	return &p
}

func TestJudgeExamples(t *testing.T) {
	c := known(t)
	for _, e := range examples(t) {
		p := e.of(t, c)
		bodies := []string{e.body}
		var members map[string]any
		if json.Unmarshal([]byte(e.body), &members) == nil {
			members["timestamp"], members["a_new_member"] = "2026-01-02", []int{1}
			if b, err := json.MarshalIndent(members, "", "\t"); err == nil {
				bodies = append(bodies, "\xef\xbb\xbf\r\n"+string(b)+"\n")
			}
		}
		for _, body := range bodies {
			a := Judge(p, e.status, http.Header{}, []byte(body))
			if a.Verdict != e.verdict {
				t.Errorf("%s %d %s: verdict %s (code %q); want %s", e.provider, e.status, body, a.Verdict, a.Code, e.verdict)
			}
			checkAnswer(t, a)
		}
	}
}

// checkAnswer holds what is true of every answer.
func checkAnswer(tb testing.TB, a Answer) {
	tb.Helper()
	if a.Verdict == "" || a.Verdict != VerdictOK && (a.Code == "" || a.Advice == "") {
		tb.Errorf("answer without verdict, code or advice: %+v", a)
	}
	reasons := map[Verdict]string{
		VerdictOK: " ", VerdictPassing: " ",
		VerdictSignIn:      "revoked expired reused refused account_disabled",
		VerdictInteraction: "interaction_required account_disabled",
		VerdictSetup:       "client redirect scope config",
	}
	if !strings.Contains(" "+reasons[a.Verdict]+" ", " "+a.Reason+" ") {
		tb.Errorf("verdict %s with reason %q", a.Verdict, a.Reason)
	}
	if strings.ContainsAny(a.Message+a.Code, "\r\n\x00\x1b") || len([]rune(a.Message)) > maxMessage {
		tb.Errorf("message or code is not one clean line: %q %q", a.Code, a.Message)
	}
	if a.RetryAfter < 0 || a.RetryAfter > maxRetryAfter {
		tb.Errorf("retry after %v", a.RetryAfter)
	}
}

// TestPassingStaysPassing turns every example that condemns a token into one that must not.
func TestPassingStaysPassing(t *testing.T) {
	c := known(t)
	for _, e := range examples(t) {
		p := e.of(t, c)
		for _, v := range []struct {
			what   string
			status int
			header http.Header
			body   string
		}{
			{"500", 500, nil, e.body},
			{"503", 503, nil, e.body},
			{"408", 408, nil, e.body},
			{"425", 425, nil, e.body},
			{"429", 429, nil, e.body},
			{"Retry-After", e.status, http.Header{"Retry-After": {"7"}}, e.body},
			{"no requests left", e.status, http.Header{"X-Ratelimit-Remaining": {"0"}}, e.body},
			{"page that quotes it", e.status, nil, "<html><pre>" + e.body + "</pre></html>"},
			{"prose that quotes it", e.status, nil, "upstream said: " + e.body},
			{"array", e.status, nil, "[" + e.body + "]"},
			{"JSON string", e.status, nil, strconv.Quote(e.body)},
			{"redirect", 302, http.Header{"Location": {"https://portal.example/login"}}, e.body},
		} {
			if v.status == http.StatusProxyAuthRequired {
				continue
			}
			a := Judge(p, v.status, v.header, []byte(v.body))
			if a.Verdict != VerdictPassing {
				t.Errorf("%s %d %s as %s: verdict %s; want passing", e.provider, e.status, e.body, v.what, a.Verdict)
			}
			if want := v.status >= 500; want && !a.OutcomeUnknown {
				t.Errorf("%s as %s: outcome known; want unknown", e.body, v.what)
			}
			checkAnswer(t, a)
		}
	}
}

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

func (e example) ofOrNil(tb testing.TB, c *Catalogue) *Provider {
	tb.Helper()
	if e.provider == "" {
		return nil
	}
	return e.of(tb, c)
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

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, v := range []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"1.5", 1500 * time.Millisecond},
		{"0", 0},
		{"-3", 0},
		{"1e9", maxRetryAfter},
		{"901", maxRetryAfter},
		{"99999999999999999999999", maxRetryAfter},
		{"NaN", 0},
		{"-Inf", 0},
		{"soon", 0},
		{"Fri, 02 Jan 2026 03:05:05 GMT", time.Minute},
		{"Fri, 02 Jan 2026 03:03:05 GMT", 0},
		{"Sat, 02 Jan 2027 03:03:05 GMT", maxRetryAfter},
	} {
		if got := retryAfter(http.Header{"Retry-After": {v.value}}, now); got != v.want {
			t.Errorf("Retry-After %q: %v; want %v", v.value, got, v.want)
		}
	}
	header := http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:05:05 GMT"}, "Date": {"Fri, 02 Jan 2026 03:04:35 GMT"}}
	if a := Judge(nil, 503, header, nil); a.RetryAfter != 30*time.Second {
		t.Errorf("date against the server's own: %v; want 30s", a.RetryAfter)
	}
}

func TestMessageHoldsNoSecret(t *testing.T) {
	const short, long = "rt-9f8e", "0123456789abcdef0123456789abcdef0123"
	body := `{"error":"oops ` + short + `","error_description":"token ` + short + ` and ` + long +
		"\\u202e \\u0007\\n" + `end"}`
	a := judge(nil, 400, nil, []byte(body), time.Now(), []string{"", short})
	for _, bad := range []string{short, long, "\u202e"} {
		if strings.Contains(a.Message+a.Code, bad) {
			t.Errorf("%q is in the message %q or code %q", bad, a.Message, a.Code)
		}
	}
	if !strings.HasSuffix(a.Message, "end") {
		t.Errorf("message %q lost its end", a.Message)
	}
}
