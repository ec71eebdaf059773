package provider

import (
	"strings"
	"unicode"
)

// The reasons, as the states know them.
const (
	reasonRevoked     = "revoked"
	reasonExpired     = "expired"
	reasonReused      = "reused"
	reasonRefused     = "refused"
	reasonInteraction = "interaction_required"
	reasonAccount     = "account_disabled"
	reasonClient      = "client"
	reasonRedirect    = "redirect"
	reasonScope       = "scope"
	reasonConfig      = "config"
)

// codeTable says what an error code means at any provider that has no rule of its own for it: RFC 6749 section 5.2,
// RFC 6750 section 3.1, RFC 7591, RFC 8628 section 3.5, RFC 8707, RFC 9101, RFC 9396, RFC 9449, RFC 9470, OIDC Core
// 3.1.2.6, CIBA section 13, and names that several vendors share. A sign_in without a reason takes it from the
// description. invalid_token is not among them: at a token endpoint it may speak of a token that was never sent.
var codeTable = map[string]outcome{
	"invalid_grant":              {VerdictSignIn, ""},
	"bad_refresh_token":          {VerdictSignIn, ""},
	"invalid_refresh_token":      {VerdictSignIn, ""},
	"bad_verification_code":      {VerdictSignIn, reasonRefused},
	"expired_token":              {VerdictSignIn, reasonExpired},
	"token_expired":              {VerdictSignIn, reasonExpired},
	"refresh_token_expired":      {VerdictSignIn, reasonExpired},
	"refresh_token_reused":       {VerdictSignIn, reasonReused},
	"refresh_token_invalidated":  {VerdictSignIn, reasonRevoked},
	"refresh_token_revoked":      {VerdictSignIn, reasonRevoked},
	"token_invalidated":          {VerdictSignIn, reasonRevoked},
	"token_revoked":              {VerdictSignIn, reasonRevoked},
	"refresh_token_already_used": {VerdictSignIn, reasonReused},
	"refresh_token_not_found":    {VerdictSignIn, reasonRefused},
	"refresh_token_invalid":      {VerdictSignIn, ""},
	"expired_refresh_token":      {VerdictSignIn, reasonExpired},
	"revoked_refresh_token":      {VerdictSignIn, reasonRevoked},
	"token_inactive":             {VerdictSignIn, reasonRefused},
	"account_disabled":           {VerdictSignIn, reasonAccount},
	"user_disabled":              {VerdictSignIn, reasonAccount},
	"user_not_found":             {VerdictSignIn, reasonAccount},
	"account_deactivated":        {VerdictSignIn, reasonAccount},
	"account_suspended":          {VerdictSignIn, reasonAccount},
	"account_deleted":            {VerdictSignIn, reasonAccount},
	"account_inactive":           {VerdictSignIn, reasonAccount},
	"inactive_user":              {VerdictSignIn, reasonAccount},
	"user_inactive":              {VerdictSignIn, reasonAccount},
	"user_deactivated":           {VerdictSignIn, reasonAccount},
	"user_suspended":             {VerdictSignIn, reasonAccount},
	"user_deleted":               {VerdictSignIn, reasonAccount},
	"user_banned":                {VerdictSignIn, reasonAccount},

	"interaction_required":              {VerdictInteraction, reasonInteraction},
	"login_required":                    {VerdictInteraction, reasonInteraction},
	"consent_required":                  {VerdictInteraction, reasonInteraction},
	"account_selection_required":        {VerdictInteraction, reasonInteraction},
	"mfa_required":                      {VerdictInteraction, reasonInteraction},
	"access_denied":                     {VerdictInteraction, reasonInteraction},
	"unmet_authentication_requirements": {VerdictInteraction, reasonInteraction},
	"insufficient_user_authentication":  {VerdictInteraction, reasonInteraction},
	"admin_policy_enforced":             {VerdictInteraction, reasonInteraction},
	"rapt_required":                     {VerdictInteraction, reasonInteraction},
	"invalid_rapt":                      {VerdictInteraction, reasonInteraction},
	"expired_login_hint_token":          {VerdictInteraction, reasonInteraction},
	"unknown_user_id":                   {VerdictInteraction, reasonInteraction},
	"missing_user_code":                 {VerdictInteraction, reasonInteraction},
	"invalid_user_code":                 {VerdictInteraction, reasonInteraction},

	"invalid_client":                {VerdictSetup, reasonClient},
	"invalid_client_id":             {VerdictSetup, reasonClient},
	"invalid_client_secret":         {VerdictSetup, reasonClient},
	"incorrect_client_credentials":  {VerdictSetup, reasonClient},
	"bad_client_id":                 {VerdictSetup, reasonClient},
	"bad_client_secret":             {VerdictSetup, reasonClient},
	"unauthorized_client":           {VerdictSetup, reasonClient},
	"deleted_client":                {VerdictSetup, reasonClient},
	"disabled_client":               {VerdictSetup, reasonClient},
	"org_internal":                  {VerdictSetup, reasonClient},
	"application_suspended":         {VerdictSetup, reasonClient},
	"invalid_scope":                 {VerdictSetup, reasonScope},
	"redirect_uri_mismatch":         {VerdictSetup, reasonRedirect},
	"invalid_redirect_uri":          {VerdictSetup, reasonRedirect},
	"bad_redirect_uri":              {VerdictSetup, reasonRedirect},
	"unsupported_grant_type":        {VerdictSetup, reasonConfig},
	"invalid_grant_type":            {VerdictSetup, reasonConfig},
	"unsupported_response_type":     {VerdictSetup, reasonConfig},
	"unsupported_token_type":        {VerdictSetup, reasonConfig},
	"invalid_target":                {VerdictSetup, reasonConfig},
	"invalid_resource":              {VerdictSetup, reasonConfig},
	"invalid_dpop_proof":            {VerdictSetup, reasonConfig},
	"insufficient_scope":            {VerdictSetup, reasonScope},
	"invalid_authorization_details": {VerdictSetup, reasonScope},
	"invalid_client_metadata":       {VerdictSetup, reasonClient},
	"unsupported_pop_key":           {VerdictSetup, reasonConfig},
	"invalid_request_uri":           {VerdictSetup, reasonConfig},
	"invalid_request_object":        {VerdictSetup, reasonConfig},
	"request_not_supported":         {VerdictSetup, reasonConfig},
	"request_uri_not_supported":     {VerdictSetup, reasonConfig},
	"registration_not_supported":    {VerdictSetup, reasonConfig},
	"invalid_binding_message":       {VerdictSetup, reasonConfig},
	"invalid_software_statement":    {VerdictSetup, reasonClient},
	"unapproved_software_statement": {VerdictSetup, reasonClient},

	"invalid_request":          {VerdictPassing, ""},
	"transaction_failed":       {VerdictPassing, ""},
	"authorization_pending":    {VerdictPassing, ""},
	"slow_down":                {VerdictPassing, ""},
	"temporarily_unavailable":  {VerdictPassing, ""},
	"server_error":             {VerdictPassing, ""},
	"internal_failure":         {VerdictPassing, ""},
	"internal_error":           {VerdictPassing, ""},
	"fatal_error":              {VerdictPassing, ""},
	"service_unavailable":      {VerdictPassing, ""},
	"internal_server_error":    {VerdictPassing, ""},
	"timeout":                  {VerdictPassing, ""},
	"use_dpop_nonce":           {VerdictPassing, ""},
	"rate_limit_exceeded":      {VerdictPassing, ""},
	"rate_limit_error":         {VerdictPassing, ""},
	"rate_limit":               {VerdictPassing, ""},
	"ratelimited":              {VerdictPassing, ""},
	"too_many_requests":        {VerdictPassing, ""},
	"toomanyrequestsexception": {VerdictPassing, ""},
}

// registered is the code of codeTable that s spells in another way: as the name of an exception, with the name of its
// space before it, in camel case or with hyphens; "" where there is none. Codes that want the user are not looked for:
// gateways and pages to log in at call theirs by the same names (AccessDenied).
func registered(s string) string {
	s = strings.TrimSpace(s)
	s = s[strings.LastIndexAny(s, "#:/.")+1:]
	s = strings.TrimSuffix(strings.TrimSuffix(s, "Exception"), "Error")
	if len(s) > maxCode {
		return ""
	}
	var b strings.Builder
	small := false
	for _, r := range s {
		if unicode.IsUpper(r) && small {
			b.WriteByte('_')
		}
		small = unicode.IsLower(r) || unicode.IsDigit(r)
		if r == '-' {
			r = '_'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	code := b.String()
	if o, ok := codeTable[code]; !ok || o.verdict == VerdictInteraction {
		return ""
	}
	return code
}
