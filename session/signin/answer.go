package signin

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/secret"
	table "sessionkeeper/session/words"
)

// maxParams is far more than any provider sends back.
const maxParams = 100

// answer is what an authorization server sent back through the browser (RFC 6749 section 4.1.2).
type answer struct {
	state, code        secret.Text
	iss                string // RFC 9207
	fault, description string // section 4.1.2.1
}

func (a answer) some() bool { return !a.code.Empty() || a.fault != "" }

// same reports whether both carry the same outcome: a reload while the first one is being worked on.
func (a answer) same(b answer) bool { return a.code.Equal(b.code) && a.fault == b.fault }

// misfit is an answer that changes nothing: the flow goes on.
type misfit struct {
	page pageKind
	say  string // what is told to whoever pasted it: what is wrong and what to do; quotes nothing of the answer
}

func (m *misfit) Error() string { return m.say }

func malformed(said string) *misfit { return &misfit{page: pageMalformed, say: said} }

// parseAnswer reads an answer in query form. It refuses what no provider sends: repeated parameters (RFC 6749 section
// 3.1), control characters, a code together with an error, bad escapes.
func parseAnswer(query string) (answer, *misfit) {
	if strings.Count(query, "&") >= maxParams {
		return answer{}, malformed(say("answer_parts"))
	}
	v, err := url.ParseQuery(query)
	if err != nil {
		return answer{}, malformed(say("answer_written"))
	}
	for _, key := range []string{"state", "code", "iss", "error", "error_description"} {
		if len(v[key]) > 1 {
			return answer{}, malformed(sayWith("answer_twice", table.Values{"key": table.Safe(key)}))
		}
		if key != "error_description" && strings.ContainsFunc(v.Get(key), unprintable) {
			return answer{}, malformed(say("answer_characters"))
		}
	}
	a := answer{
		state:       secret.New(v.Get("state")),
		code:        secret.New(v.Get("code")),
		iss:         v.Get("iss"),
		fault:       v.Get("error"),
		description: v.Get("error_description"),
	}
	if a.state.Empty() {
		return answer{}, &misfit{page: pageUnknown, say: say("answer_unknown")}
	}
	return a, nil
}

func unprintable(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }

// fits checks an answer that has the flow's state.
func (f *Flow) fits(a answer) *misfit {
	switch {
	case !a.code.Empty() && a.fault != "":
		return malformed(say("answer_both"))
	case !a.some():
		return malformed(say("answer_neither"))
	}
	p := f.req.Provider
	if a.iss == "" && p.IssRequired {
		return &misfit{page: pageIssuer, say: say("answer_nameless")}
	}
	if a.iss != "" && !fromProvider(p, a.iss) {
		return &misfit{page: pageIssuer, say: say("answer_elsewhere")}
	}
	return nil
}

// fromProvider reports whether iss may stand for p (RFC 9207 section 2.4). Where p's addresses were typed by hand its
// issuer is not known: then it is one at the host of the sign-in page or of the token endpoint, or, as they are, on this
// machine, which has several names.
func fromProvider(p *provider.Provider, iss string) bool {
	if p.Issuer != "" {
		return sameIssuer(p.Issuer, iss)
	}
	said, err := url.Parse(iss)
	if err != nil {
		return false
	}
	for _, typed := range []string{p.AuthorizeURL, p.TokenURL} {
		asked, err := url.Parse(typed)
		if err == nil && (strings.EqualFold(asked.Host, said.Host) || ownPort(asked) != "" && ownPort(asked) == ownPort(said)) {
			return true
		}
	}
	return false
}

// ownPort is the port of an address on this machine; "" for any other.
func ownPort(u *url.URL) string {
	if provider.Local(u.Hostname()) {
		return u.Port()
	}
	return ""
}

// sameIssuer compares exactly (RFC 9207 section 2.4), except where the expected issuer has a tenant still to be filled
// in, as Microsoft's multi-tenant metadata does ("https://login.microsoftonline.com/{tenantid}/v2.0").
func sameIssuer(want, got string) bool {
	before, rest, open := strings.Cut(want, "{")
	if !open {
		return want == got
	}
	_, after, _ := strings.Cut(rest, "}")
	tenant, ok := strings.CutPrefix(got, before)
	if !ok {
		return false
	}
	tenant, ok = strings.CutSuffix(tenant, after)
	return ok && tenant != "" && !strings.Contains(tenant, "/")
}

// authorizationFaults are the codes of the authorization endpoint: RFC 6749 section 4.1.2.1, OIDC Core 3.1.2.6 and
// what large providers add. Anything else is taken for a passing fault of the provider.
var authorizationFaults = map[string]struct {
	kind   Kind
	reason string
}{
	"access_denied":              {KindDenied, "refused"},
	"user_denied":                {KindDenied, "refused"},
	"user_cancelled":             {KindDenied, "refused"},
	"user_cancelled_login":       {KindDenied, "refused"}, // LinkedIn
	"user_cancelled_authorize":   {KindDenied, "refused"}, // LinkedIn
	"consent_required":           {KindDenied, "interaction_required"},
	"login_required":             {KindDenied, "interaction_required"},
	"interaction_required":       {KindDenied, "interaction_required"},
	"account_selection_required": {KindDenied, "interaction_required"},
	"invalid_request":            {KindSetup, "config"},
	"invalid_client":             {KindSetup, "client"},
	"unauthorized_client":        {KindSetup, "client"},
	"application_suspended":      {KindSetup, "client"}, // GitHub
	"unsupported_response_type":  {KindSetup, "config"},
	"unsupported_response_mode":  {KindSetup, "config"},
	"request_not_supported":      {KindSetup, "config"},
	"request_uri_not_supported":  {KindSetup, "config"},
	"invalid_request_uri":        {KindSetup, "config"},
	"invalid_request_object":     {KindSetup, "config"},
	"registration_not_supported": {KindSetup, "config"},
	"invalid_scope":              {KindSetup, "scope"},
	"invalid_target":             {KindSetup, "scope"}, // RFC 8707
	"invalid_resource":           {KindSetup, "scope"}, // Microsoft
	"redirect_uri_mismatch":      {KindSetup, "redirect"},
	"invalid_redirect_uri":       {KindSetup, "redirect"},
}

// refused turns an authorization endpoint's error into ours; session is the name of the one that signs in.
func (a answer) refused(session string) *Error {
	code := strings.ToLower(provider.CleanLine(a.fault))
	known, ok := authorizationFaults[code]
	e := &Error{Kind: KindExchange, Detail: say("fault"), Answer: provider.Answer{
		Verdict: provider.VerdictPassing, Code: code, Message: provider.CleanLine(a.description), Known: ok,
	}}
	if ok {
		e.Kind, e.Answer.Reason = known.kind, known.reason
	}
	switch {
	case e.Kind == KindDenied:
		e.Answer.Verdict, e.Detail = provider.VerdictSignIn, say("denied")
	case e.Kind == KindSetup:
		e.Answer.Verdict, e.Detail = provider.VerdictSetup, saySetup(known.reason, session)
	case code == "temporarily_unavailable" || code == "server_error":
		e.Answer.Known, e.Detail = true, say("busy")
	}
	return e
}
