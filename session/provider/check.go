package provider

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sessionkeeper/session/secret"
)

// Check runs the proof of life. VerdictOK: the token works. VerdictSignIn: the check refuses the token (401, 403 with
// invalid_token, active:false, or what the provider's Check names). Anything else is VerdictPassing.
func (w *Wire) Check(ctx context.Context, p *Provider, c Client, check Check, access secret.Text) Answer {
	check.URL = p.checkTarget(check)
	if check.Kind == CheckUserinfo && check.URL == "" {
		found, err := w.discovered(ctx, p)
		if err != nil {
			return w.undiscovered()
		}
		check.URL = found.UserinfoURL
	}
	switch {
	case check.Kind == CheckNone || check.URL == "":
		return w.unsupported("there is nothing to check the token with")
	case check.Kind == CheckIntrospect:
		form := url.Values{"token": {access.Reveal()}, "token_type_hint": {"access_token"}}
		r := w.post(ctx, p, c, check.URL, form)
		return w.proven(&r, r.introspected())
	}
	r := w.bearer(ctx, check, access)
	return w.proven(&r, r.checked(check))
}

// proven takes note of the time in an answer that was of use.
func (w *Wire) proven(r *reply, a Answer) Answer {
	if a.Verdict == VerdictOK {
		w.saw(r)
	}
	return a
}

// checkTarget is the URL of a check: its own, or the provider's endpoint of that kind.
func (p *Provider) checkTarget(check Check) string {
	switch {
	case check.URL != "":
		return check.URL
	case check.Kind == CheckUserinfo:
		return p.UserinfoURL
	case check.Kind == CheckIntrospect:
		return p.IntrospectURL
	}
	return ""
}

// bearer sends a request with an access token (RFC 6750 section 2.1).
func (w *Wire) bearer(ctx context.Context, check Check, access secret.Text) reply {
	method := cmp.Or(check.Method, http.MethodGet)
	req, err := newRequest(ctx, method, check.URL, nil)
	if err != nil {
		return w.unsendable(err)
	}
	for k, v := range check.Headers {
		req.Header.Set(k, v)
	}
	req.Header.Set("Authorization", check.scheme()+" "+access.Reveal())
	r := w.send(ctx, req, w.limits.document)
	r.secrets = []string{access.Reveal()}
	return r
}

// scheme is that of the Authorization header.
func (check *Check) scheme() string { return cmp.Or(check.Scheme, "Bearer") }

// checked judges an answer to a request with a bearer token. An answer that says "later" says nothing of the token.
func (r *reply) checked(check Check) Answer {
	if r.err != nil {
		return r.failed()
	}
	a := Answer{Verdict: VerdictPassing, Known: true, Status: r.status, SentAt: r.sentAt, Date: r.date}
	a.RetryAfter = retryAfter(r.header, headerDate(r.header, r.sentAt))
	doc := parseBody(r.body)
	f := doc.fault(r.secrets)
	switch {
	case later(r.status, r.header) && r.status >= 300:
		a.Code = f.main
	case check.dead(r, &f) || doc.refused() && (f.ends() || f.has("invalid_token")):
		a.Verdict, a.Reason, a.Code, a.Message = VerdictSignIn, statedReason(f.text), f.main, f.message()
		if o := codeTable[f.main]; o.verdict == VerdictSignIn && o.reason != "" {
			a.Reason = o.reason
		}
	case r.status >= 200 && r.status <= 299 && doc.kind != kindHTML && !doc.refused():
		a.Verdict = VerdictOK
		return a
	case f.main != "":
		a.Code, a.Message = f.main, f.message()
	default:
		a.Code, _ = doc.oddity(r.status)
	}
	if a.Code == "" {
		a.Code = httpCode(r.status)
	}
	a.Advice = Advise(&a)
	return a
}

// dead reports whether an answer refuses the token itself. A 401 does so whatever it says: the check asks for nothing
// that another token could not have.
func (check *Check) dead(r *reply, f *fault) bool {
	refusal, _ := challenged(r.status, r.header, check.scheme())
	switch {
	case r.status == http.StatusUnauthorized, slices.Contains(check.DeadStatus, r.status):
		return true
	case refusal == RefusesToken, refusal == RefusesNothing && f.refusesToken(r.status):
		return true
	case slices.ContainsFunc(check.DeadCodes, f.has):
		return true
	}
	return slices.ContainsFunc(check.DeadText, func(s string) bool { return strings.Contains(f.text, bare(s)) })
}

// introspected judges an introspection (RFC 7662 section 2.2). A 401 there speaks of the client, not of the token.
func (r *reply) introspected() Answer {
	if r.err != nil {
		return r.failed()
	}
	a := Answer{Verdict: VerdictPassing, Status: r.status, SentAt: r.sentAt, Date: r.date}
	doc := parseBody(r.body)
	active := strings.Trim(string(doc.fields["active"]), `"`) // some write it as a string
	switch {
	case r.status == http.StatusOK && active == "true":
		a.Verdict, a.Known = VerdictOK, true
		return a
	case r.status == http.StatusOK && active == "false":
		a.Verdict, a.Known, a.Reason, a.Code = VerdictSignIn, true, reasonRefused, "inactive_token"
	default:
		a.Code = doc.fault(r.secrets).main
		a.RetryAfter = retryAfter(r.header, headerDate(r.header, r.sentAt))
	}
	if a.Code == "" {
		a.Code = httpCode(r.status)
	}
	a.Advice = Advise(&a)
	return a
}
