package provider

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// gateways are what stands before a token endpoint, or speaks in its place while it is away. Many quote what was asked, or
// what another server said before.
func gateways() []look {
	limited := http.Header{"X-Ratelimit-Remaining": {"0"}}
	return []look{
		{"Kong, limited", 403, nil, `{"message":"API rate limit exceeded"}`},
		{"Kong, request id", 401, nil, `{"message":"Unauthorized","request_id":"8a1b"}`},
		{"Tyk", 403, nil, `{"error":"Access to this API has been disallowed"}`},
		{"Tyk, key", 401, nil, `{"error":"Authorization field missing"}`},
		{"Apigee, fault", 401, nil, `{"fault":{"faultstring":"Invalid access token","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}`},
		{"Apigee, quota", 403, nil, `{"fault":{"faultstring":"Rate limit quota violation","detail":{"errorcode":"policies.ratelimit.QuotaViolation"}}}`},
		{"Apigee, spike", 400, nil, `{"fault":{"faultstring":"Spike arrest violation","detail":{"errorcode":"policies.ratelimit.SpikeArrestViolation"}}}`},
		{"Apigee, JSON threat", 400, nil, `{"fault":{"faultstring":"JSONThreatProtection: Execution failed. invalid_grant","detail":{"errorcode":"steps.jsonthreatprotection.ExecutionFailed"}}}`},
		{"Azure API Management", 401, nil, `{"statusCode":401,"message":"Access denied due to missing subscription key."}`},
		{"Azure API Management, quota", 403, nil, `{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 02:12:45."}`},
		{"Azure Front Door", 403, nil, `{"error":{"code":"Forbidden","message":"The request is blocked.","innererror":{"code":"invalid_grant"}}}`},
		{"Azure, throttled", 400, nil, `{"error":{"code":"TooManyRequests","message":"invalid_grant was retried too often"}}`},
		{"AWS WAF", 403, nil, `{"message":"Forbidden","reason":"WAF: body matched refresh_token=invalid_grant"}`},
		{"AWS, signature", 403, nil, `{"__type":"IncompleteSignatureException","message":"Authorization header requires 'Credential' parameter."}`},
		{"AWS, throttled", 400, nil, `{"__type":"ThrottlingException","message":"Rate exceeded"}`},
		{"AWS, throttled with a space of names", 400, nil, `{"__type":"com.amazon.coral.availability#ThrottlingException","message":"invalid_grant"}`},
		{"AWS, too many", 400, nil, `{"__type":"TooManyRequestsException","message":"Refresh Token has been revoked too often to say"}`},
		{"AWS, limit", 400, nil, `{"__type":"LimitExceededException","message":"Exceeded"}`},
		{"AWS, gateway", 403, nil, `{"message":"The security token included in the request is expired"}`},
		{"Cloudflare, 1020", 403, nil, `{"error":"error code: 1020","message":"Access denied"}`},
		{"Cloudflare, 1015", 403, nil, `{"type":"https://developers.cloudflare.com/1015/","title":"Error 1015: You are being rate limited","status":403,"detail":"invalid_client","cloudflare_error":true,"retryable":true,"error_code":1015,"error_name":"rate_limited"}`},
		{"Cloudflare, challenge", 403, http.Header{"Cf-Mitigated": {"challenge"}}, `{"success":false,"errors":[{"code":1010,"message":"The owner has banned your access"}]}`},
		{"Akamai", 403, nil, `{"type":"https://problems.example/denied","title":"Access Denied","status":403,"detail":"Reference #18.2 invalid_grant","instance":"/oauth/token"}`},
		{"Imperva", 403, nil, `{"incidentId":"7-1","hostName":"login.example","errorCode":"15","description":"This request was blocked by our security service","timeUtc":"","clientId":"invalid_client","clientIp":"::1"}`},
		{"F5", 403, nil, `{"supportID":"1187","error":"The requested URL was rejected. Please consult with your administrator."}`},
		{"Fastly", 403, nil, `{"msg":"Fastly error: unknown domain: login.example"}`},
		{"Envoy", 403, nil, `{"code":403,"message":"RBAC: access denied"}`},
		{"Envoy, JWT", 401, nil, `{"code":401,"message":"Jwt is expired"}`},
		{"Istio", 401, nil, `{"error":"Jwt issuer is not configured"}`},
		{"gRPC gateway", 401, nil, `{"code":16,"message":"token is expired","details":[]}`},
		{"gRPC gateway, later", 403, nil, `{"code":14,"message":"upstream said {\"error\":\"invalid_grant\"}","details":[]}`},
		{"gRPC gateway, detail", 400, nil, `{"code":8,"message":"exhausted","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","metadata":{"error":"invalid_grant"}}]}`},
		{"Google, quota", 403, nil, `{"error":{"code":403,"message":"Quota exceeded for quota metric 'Token requests'","status":"RESOURCE_EXHAUSTED","details":[{"reason":"RATE_LIMIT_EXCEEDED"}]}}`},
		{"Google, not enabled", 403, nil, `{"error":{"code":403,"message":"API has not been used before or it is disabled","errors":[{"reason":"accessNotConfigured"}],"status":"PERMISSION_DENIED"}}`},
		{"Google, limited the old way", 403, nil, `{"error":{"code":403,"message":"Rate Limit Exceeded","errors":[{"domain":"usageLimits","reason":"rateLimitExceeded","message":"invalid_grant"}]}}`},
		{"GitHub, secondary", 403, nil, `{"message":"You have exceeded a secondary rate limit","documentation_url":"https://docs.github.com/rest"}`},
		{"GitHub, limited", 403, limited, `{"message":"API rate limit exceeded for installation","error":"invalid_grant"}`},
		{"Traefik", 404, nil, `404 page not found`},
		{"nginx, as JSON", 413, nil, `{"status":"error","code":413,"message":"Request Entity Too Large"}`},
		{"maintenance", 403, nil, `{"status":"maintenance","message":"Sign-in is down until 06:00. Your session has expired? Come back later."}`},
		{"maintenance, in an object", 400, nil, `{"error":{"code":"maintenance","message":"All tokens are revoked after the maintenance"}}`},
		{"maintenance, as an error", 400, nil, `{"error":"maintenance_mode","error_description":"invalid_grant answers are expected until 06:00"}`},
		{"maintenance, 200", 200, nil, `{"maintenance":true,"until":"06:00","message":"invalid_grant"}`},
		{"feature flag", 403, nil, `{"code":"FEATURE_DISABLED","message":"refresh token rotation is disabled"}`},
		{"echo of the request", 400, nil, `{"title":"Bad Request","request":{"grant_type":"refresh_token","error":"invalid_grant","client_id":"x"}}`},
		{"echo in data", 400, nil, `{"success":false,"data":{"grant_type":"refresh_token","client_id":"x","refresh_token":"x"},"message":"Validation failed"}`},
		{"echo in detail", 422, nil, `{"detail":[{"loc":["body","refresh_token"],"msg":"field required","type":"value_error.missing"}]}`},
		{"echo with input", 422, nil, `{"detail":[{"type":"missing","loc":["body","username"],"msg":"Field required","input":{"error":"invalid_grant"}}]}`},
		{"trace", 400, nil, `{"message":"upstream failed","trace":["POST /token","401 invalid_client","retry"],"stack":"Error: invalid_grant\n at x"}`},
		{"trace in an object", 403, nil, `{"result":{"trace":[{"error":"invalid_grant"}],"status":"blocked"}}`},
		{"trace of another hop", 400, nil, `{"data":{"hops":[{"error":"invalid_grant"},{"error":"timeout"}]},"message":"no route"}`},
		{"inner answer as text", 400, nil, `{"error":"upstream_error","body":"{\"error\":\"invalid_grant\"}"}`},
		{"inner answer", 400, nil, `{"error":"upstream_error","response":{"error":"invalid_grant"}}`},
		{"inner answer, failing", 403, nil, `{"message":"bad gateway","cause":{"error":"invalid_grant"}}`},
		{"last error", 400, nil, `{"status":"throttled","last_error":{"error":"invalid_grant"}}`},
		{"breaker", 403, nil, `{"error":"circuit_open","message":"5 of 5 answers were invalid_grant"}`},
		{"bot", 403, nil, `{"url":"https://geo.captcha-delivery.example/c/?x","error":"bot","reason":"token_expired"}`},
		{"bot, code", 403, nil, `{"appId":"PX1","code":"blocked","reason":"invalid_token"}`},
		{"device posture", 403, nil, `{"error":"device_not_compliant","message":"Your session expired"}`},
		{"country", 451, nil, `{"error":{"code":"unsupported_country","message":"account is disabled in your country"}}`},
		{"address", 403, nil, `{"error":"ip_not_allowed","error_description":"token revoked for this network"}`},
		{"load shed", 400, nil, `{"errors":[{"code":"LOAD_SHED","detail":"invalid_grant"}]}`},
		{"lock", 409, nil, `{"error":"conflict","error_description":"refresh token is being used by another request"}`},
		{"lock, RFC code", 400, nil, `{"error":"invalid_request","error_description":"the refresh token was used concurrently, retry"}`},
		{"replica", 400, nil, `{"error":"replication_lag","error_description":"refresh token not found"}`},
		{"database", 400, nil, `{"error":"database_error","error_description":"SQLSTATE 40001 while reading refresh token: expired lock"}`},
		{"challenge of the gateway", 401, http.Header{"Www-Authenticate": {`Basic realm="staging"`}}, `{"message":"Unauthorized"}`},
		{"proxy that signs in", 401, http.Header{"Www-Authenticate": {`Negotiate`, `NTLM`}}, ``},
		{"gateway's bearer", 401, http.Header{"Www-Authenticate": {`Bearer realm="gateway", error="invalid_token", error_description="expired"`}}, `{}`},
		{"method", 405, nil, `{"error":{"code":"method_not_allowed","message":"Only GET. invalid_grant"}}`},
		{"content type", 415, nil, `{"timestamp":"x","status":415,"error":"Unsupported Media Type","trace":"invalid_grant","path":"/token"}`},
		{"wrong host", 421, nil, `{"error":"misdirected","message":"invalid_client"}`},
		{"HAL", 400, nil, `{"_embedded":{"errors":[{"message":"invalid_grant"}]},"message":"Bad Request"}`},
		{"SOAP in JSON", 400, nil, `{"Envelope":{"Body":{"Fault":{"faultcode":"Server","faultstring":"invalid_grant"}}}}`},
		{"throttled, quoting a code", 400, nil, `{"error":{"code":"throttled","message":"invalid_grant"}}`},
		{"throttled, quoting a reason", 403, nil, `{"error":{"error":"throttled","reason":"account_disabled"}}`},
		{"OData", 400, nil, `{"odata.error":{"code":"Request_Throttled","message":{"lang":"en","value":"invalid_grant"}}}`},
	}
}

// ownCodes are answers that cannot be told at one provider from its own.
var ownCodes = map[string][]string{
	"reddit":   {"Envoy, JWT"}, // it says what is wrong by the status alone
	"sentry":   {"lock, RFC code"},
	"twitch":   {"wrong host", "AWS, too many"}, // its messages are its codes
	"withings": {"Envoy, JWT"},                  // its status is its code
}

// What a gateway says of itself, of a limit or of what it was asked ends no session: not in JSON either, and not inside
// another object.
func TestGatewaysEndNothing(t *testing.T) {
	c := known(t)
	providers := append(c.All(), Provider{ID: "unknown"})
	for _, l := range gateways() {
		for i := range providers {
			for _, body := range []string{l.body, `{"data":` + l.body + `}`} {
				if body != l.body && !strings.HasPrefix(l.body, "{") {
					continue
				}
				if slices.Contains(ownCodes[providers[i].ID], l.name) {
					continue
				}
				a := Judge(&providers[i], l.status, l.header, []byte(body))
				if a.Verdict != VerdictPassing {
					t.Errorf("%s: %s: %d %.160s: %s (%s)", providers[i].ID, l.name, l.status, body, a.Verdict, a.Code)
				}
				checkAnswer(t, a)
			}
		}
	}
}
