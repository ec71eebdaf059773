package provider

import (
	"context"

	"sessionkeeper/session/secret"
)

// Userinfo asks who the access token belongs to: at the userinfo endpoint (OIDC Core 5.3), else at the URL of the
// provider's check. The Account is set where the answer's verdict is VerdictOK; where no member names the account its
// Sub is empty.
func (w *Wire) Userinfo(ctx context.Context, p *Provider, access secret.Text) (Account, Answer) {
	check := Check{Kind: CheckUserinfo, URL: p.UserinfoURL}
	if check.URL == "" && p.Check.Kind == CheckGet {
		check = p.Check
	}
	if check.URL == "" {
		found, err := w.discovered(ctx, p)
		if err != nil {
			return Account{}, w.undiscovered()
		}
		check.URL = found.UserinfoURL
	}
	if check.URL == "" {
		return Account{}, w.unsupported("the provider does not say who a token belongs to")
	}
	r := w.bearer(ctx, check, access)
	a := w.proven(&r, r.checked(check))
	if a.Verdict != VerdictOK {
		return Account{}, a
	}
	return parseBody(r.body).account(), a
}

// account finds the account in a userinfo answer or in what an API says of its user.
func (d *document) account() Account {
	o := d.fields
	for _, name := range []string{"data", "result", "user"} {
		if in := o.object(name); in != nil && o.scalar("sub") == "" && o.scalar("id") == "" {
			o = in
			break
		}
	}
	a := Account{
		Sub: o.any("sub", "id", "user_id", "account_id", "uuid", "zuid", "resource_owner_id", "user", "login",
			"username", "email", "name"),
		Name: o.any("name", "display_name", "displayname", "real_name", "full_name", "preferred_username", "nickname",
			"login", "username", "handle", "user"),
		Email: o.any("email", "mail", "email_address"),
	}
	if a.Name == "" {
		a.Name = o.object("name").any("display_name", "full")
	}
	return a
}

// any returns the first of several members that is a string or a number.
func (o object) any(names ...string) string {
	for _, name := range names {
		if s := cleanName(o.scalar(name)); s != "" {
			return s
		}
	}
	return ""
}
