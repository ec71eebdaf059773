package provider

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

var entryID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
})

// check finds what the form alone does not forbid. Its errors begin with the key that they are about.
func (e *entry) check() error {
	f := &e.file
	for _, id := range append([]string{e.id}, e.aliases...) {
		if !entryID().MatchString(id) {
			return fmt.Errorf("id %q: use small letters, digits and dashes", id)
		}
	}
	for _, v := range []struct {
		key, value string
		allowed    []string
	}{
		{"revoke_style", f.RevokeStyle, []string{"", "bearer", "delete"}},
		{"auth_style", f.AuthStyle, []string{"", "basic", "post", "none", unknown}},
		{"needs_secret", f.NeedsSecret, []string{"", "required", "optional", "none", unknown}},
		{"consent_prompt", f.ConsentPrompt, []string{"", "always", "again"}},
		{"account_prompt", f.AccountPrompt, []string{"", PromptLogin, PromptAccount}},
		{"offline_needs", f.OfflineNeeds, []string{"", "nothing", "request", "setting", "never", unknown}},
		{"redirect_rule", f.RedirectRule, []string{"", "any_port", "exact", unknown}},
		{"rotation", f.Rotation, []string{"", "never", "sometimes", "always", notApplicable, unknown}},
		{"replay", f.Replay, []string{
			"", "safe", "grace", "until_first_use", "conditional", "unsafe", notApplicable, unknown,
		}},
		{"check.kind", f.Check.Kind, []string{"", "userinfo", "introspect", "get"}},
	} {
		if !slices.Contains(v.allowed, v.value) {
			return fmt.Errorf("%s %q: want one of %q", v.key, v.value, v.allowed[1:])
		}
	}
	if err := f.checkTogether(); err != nil {
		return err
	}
	if err := f.checkRequest(); err != nil {
		return err
	}
	if err := f.Answer.check(); err != nil {
		return err
	}
	for i := range f.Errors {
		if err := f.Errors[i].check(fmt.Sprintf("errors[%d]", i)); err != nil {
			return err
		}
	}
	return e.checkTemplates()
}

// checkTogether finds values that are right one by one and not beside each other.
func (f *entryFile) checkTogether() error {
	switch {
	case f.AuthStyle == "none" && f.NeedsSecret != "" && f.NeedsSecret != "none":
		return fmt.Errorf(`needs_secret %q: none is sent with auth_style "none"`, f.NeedsSecret)
	case f.Replay == "grace" && f.ReplayGrace == 0:
		return errors.New(`replay "grace" needs replay_grace`)
	case f.RedirectPort < 0 || f.RedirectPort > 65535:
		return fmt.Errorf("redirect_port %d: no such port", f.RedirectPort)
	case f.RedirectRule == "any_port" && f.RedirectPort != 0:
		return fmt.Errorf(`redirect_port %d: none is fixed with redirect_rule "any_port"`, f.RedirectPort)
	case f.OfflineNeeds == "setting" && f.OfflineNote == "":
		return errors.New(`offline_needs "setting" needs offline_note, which says what to set`)
	case f.ScopeParam != "" && !fieldName().MatchString(f.ScopeParam):
		return fmt.Errorf("scope_param %q: use letters, digits, - and _", f.ScopeParam)
	case f.AuthorizeURL != "" && f.TokenURL == "" && f.Issuer == "":
		return errors.New("token_url: missing; authorize_url alone brings no token")
	}
	return nil
}

// checkTemplates makes sure that every URL is sound once its variables are filled in.
func (e *entry) checkTemplates() error {
	var err error
	if e.file.IssuerMatch != "" {
		if e.issuerMatch, err = regexp.Compile(e.file.IssuerMatch); err != nil {
			return fmt.Errorf("issuer_match: %w", err)
		}
	}
	p := e.provider()
	sample := map[string]string{}
	for _, v := range p.Vars {
		sample[v.Name] = "sample"
	}
	for _, t := range p.templates() {
		for _, m := range variable().FindAllStringSubmatch(*t.url, -1) {
			if _, ok := e.file.Vars[m[1]]; !ok && !reservedVariable(m[1]) {
				return fmt.Errorf("%s: {%s} is not among vars", t.key, m[1])
			}
			if strings.HasPrefix(*t.url, m[0]) {
				sample[m[1]] = "https://sample.example"
			}
		}
	}
	if err := p.fill(sample); err != nil {
		return err
	}
	return p.checkURLs()
}

// check looks at the rule that stands at key.
func (r *ruleFile) check(key string) error {
	reasons := map[string][]string{
		"passing":     {""},
		"sign_in":     {"", reasonRevoked, reasonExpired, reasonReused, reasonRefused, reasonAccount},
		"interaction": {"", reasonInteraction, reasonAccount},
		"setup":       {reasonClient, reasonRedirect, reasonScope, reasonConfig},
	}
	allowed, ok := reasons[r.Verdict]
	if !ok {
		return fmt.Errorf("%s.verdict %q: want passing, sign_in, interaction or setup", key, r.Verdict)
	}
	if !slices.Contains(allowed, r.Reason) {
		return fmt.Errorf("%s.reason %q: want one of %q", key, r.Reason, allowed)
	}
	if len(r.Code) == 0 && r.Match == "" {
		return fmt.Errorf("%s: needs a code or a match", key)
	}
	return nil
}
