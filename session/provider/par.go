package provider

import (
	"context"
	"net/http"
	"net/url"
)

// Push sends authorization parameters ahead (RFC 9126 section 2) and gives the request_uri to open the authorization
// endpoint with. It takes params over. Where it is not VerdictOK the answer says why; Code "unsupported" where the
// provider names no endpoint for it.
func (w *Wire) Push(ctx context.Context, p *Provider, c Client, params url.Values) (requestURI string, a Answer) {
	if p.PARURL == "" {
		a = Answer{Verdict: VerdictSetup, Code: "unsupported", Reason: reasonConfig, Known: true, Unsent: true}
		a.SentAt, a.Advice = w.wall(), Advise(&a)
		return "", a
	}
	plain := *p
	plain.JSONBody = false // that is a habit of token endpoints; section 2.1 knows forms alone
	r := w.post(ctx, &plain, c, p.PARURL, params)
	if r.err == nil && (r.status == http.StatusCreated || r.status == http.StatusOK) {
		if pushed := parseBody(r.body).fields.text("request_uri"); pushed != "" {
			return pushed, Answer{Verdict: VerdictOK, Known: true, Status: r.status, SentAt: r.sentAt, Date: r.date}
		}
	}
	a = w.judged(p, &r)
	if a.Verdict == VerdictOK { // tokens, where a request_uri was due
		a = Answer{Verdict: VerdictPassing, Code: "malformed_answer", Status: r.status, SentAt: r.sentAt}
	}
	return "", a
}
