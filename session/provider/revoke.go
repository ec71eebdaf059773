package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"sessionkeeper/session/secret"
)

// Revoke asks the provider to forget a token (RFC 7009). kind is "refresh_token" or "access_token". The answer's
// verdict is VerdictOK where the provider took it; Code "unsupported" where there is no endpoint for that kind.
func (w *Wire) Revoke(ctx context.Context, p *Provider, c Client, token secret.Text, kind string) Answer {
	if p.RevokeURL == "" || p.RevokeStyle != RevokeStandard && kind != "access_token" {
		return w.unsupported("the provider has no endpoint to revoke this token")
	}
	r := w.revoke(ctx, p, c, token, kind)
	if r.err != nil {
		return r.failed()
	}
	if r.status >= 200 && r.status <= 299 && !parseBody(r.body).refused() {
		return Answer{Verdict: VerdictOK, Known: true, Status: r.status, SentAt: r.sentAt, Date: r.date}
	}
	a := w.judged(p, &r)
	return withoutTokens(a)
}

func (w *Wire) revoke(ctx context.Context, p *Provider, c Client, token secret.Text, kind string) reply {
	switch p.RevokeStyle {
	case RevokeBearer:
		return w.bearer(ctx, Check{URL: p.RevokeURL, Method: http.MethodPost}, token)
	case RevokeDelete:
		target := strings.ReplaceAll(p.RevokeURL, "{client_id}", url.PathEscape(c.ID))
		body, _ := json.Marshal(map[string]string{"access_token": token.Reveal()}) // strings always encode
		req, err := newRequest(ctx, http.MethodDelete, target, body)
		if err != nil {
			return w.unsendable(err)
		}
		req.SetBasicAuth(c.ID, c.Secret.Reveal())
		req.Header.Set("Content-Type", "application/json")
		return w.send(ctx, req, w.limits.body)
	case RevokeStandard:
	}
	return w.post(ctx, p, c, p.RevokeURL, url.Values{"token": {token.Reveal()}, "token_type_hint": {kind}})
}

// refused reports whether a 2xx speaks of an error all the same, as Slack's ok:false does, an object of the name or,
// where nothing else is answered, a list (GraphQL).
func (d *document) refused() bool {
	o := d.fields
	return string(o["ok"]) == "false" || o.text("error") != "" || len(o.object("error")) > 0 ||
		o.objectOrFirst("errors") != nil && void(o["data"])
}

// withoutTokens is for endpoints that give none: an answer with one is not understood.
func withoutTokens(a Answer) Answer {
	a.Tokens = Tokens{}
	if a.Verdict == VerdictOK {
		a.Verdict, a.Code, a.Known = VerdictPassing, "malformed_answer", false
		a.Advice = Advise(&a)
	}
	return a
}
