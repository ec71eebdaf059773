package provider

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Every built-in entry says what is known of it, and says so where a thing is not known.
func TestBuiltInEntriesLeaveNothingOpen(t *testing.T) {
	c := known(t)
	for id, e := range c.entries {
		f := &e.file
		for key, value := range map[string]string{
			"name": f.Name, "token_url or issuer": f.TokenURL + f.Issuer, "auth_style": f.AuthStyle,
			"needs_secret": f.NeedsSecret, "rotation": f.Rotation, "replay": f.Replay, "offline_needs": f.OfflineNeeds,
			"redirect_rule": f.RedirectRule, "console_url": f.ConsoleURL, "note": f.Note,
		} {
			if value == "" {
				t.Errorf("%s: nothing says %s", id, key)
			}
		}
		if !f.RefreshAbsolute.said || !f.RefreshIdle.said || !f.AccessLife.said {
			t.Errorf("%s: nothing says how long its tokens last, not even that it is unknown", id)
		}
		if f.TokenURL == "" && f.Issuer == "" || len(f.Sources) == 0 {
			t.Errorf("%s: no address, or no sources", id)
		}
		for _, source := range f.Sources {
			if u, err := url.Parse(source); err != nil || u.Scheme != "https" || u.Host == "" || u.Path == "" {
				t.Errorf("%s: the source %q is no page", id, source)
			}
		}
		if never := f.OfflineNeeds == "never"; (f.Rotation == notApplicable) != never || (f.Replay == notApplicable) != never {
			t.Errorf("%s: offline_needs %q beside rotation %q and replay %q", id, f.OfflineNeeds, f.Rotation, f.Replay)
		}
		asks := f.OfflineScope != "" || len(f.OfflineParams) > 0 || f.ConsentPrompt != "" || len(f.TokenParams) > 0
		if asks && !slices.Contains([]string{"request", "setting"}, f.OfflineNeeds) {
			t.Errorf("%s: asks for refresh tokens and offline_needs is %q", id, f.OfflineNeeds)
		}
		if !asks && f.OfflineNeeds == "request" {
			t.Errorf(`%s: offline_needs "request" and nothing is asked for`, id)
		}
		if fixed := f.RedirectPort != 0 || f.PasteOnly || f.AuthorizeURL == "" && f.Issuer == ""; (f.RedirectRule == "any_port") == fixed {
			t.Errorf("%s: redirect_rule %q beside redirect_port %d", id, f.RedirectRule, f.RedirectPort)
		}
		if f.Replay == "unsafe" && f.Rotation == "never" {
			t.Errorf("%s: a refresh token that stays the same and may not be sent again", id)
		}
	}
}

// What is said in words agrees with what is said in data.
func TestBuiltInWords(t *testing.T) {
	for _, p := range known(t).All() {
		at := "http://"
		if at += p.RedirectHost; p.RedirectHost == "" {
			at += "127.0.0.1"
		}
		if strings.Contains(p.Note, "http://") && !strings.Contains(p.Note, at) {
			t.Errorf("%s: the note names another address than %s", p.ID, at)
		}
		for _, text := range append([]string{p.Note, p.OfflineNote}, p.EndsWhen...) {
			if strings.ContainsAny(text, "\"\n\t") || strings.Contains(text, "  ") || strings.TrimSpace(text) != text {
				t.Errorf("%s: %q is not one clean line", p.ID, text)
			}
		}
		for _, text := range []string{p.Note, p.OfflineNote} {
			if text != "" && !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q is no sentence", p.ID, text)
			}
		}
		for _, text := range p.EndsWhen {
			if strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q: want what follows the word when", p.ID, text)
			}
		}
	}
}

// The providers that people name first.
func TestWellKnownProviders(t *testing.T) {
	c := known(t)
	for id := range strings.FieldsSeq(`google microsoft github github-app gitlab gitea forgejo bitbucket atlassian okta auth0
		keycloak cognito snowflake salesforce slack slack-https dropbox box zoom hubspot notion linear figma discord spotify
		twitch reddit linkedin x facebook asana airtable digitalocean heroku strava fitbit quickbooks xero shopify yahoo zoho
		openai huggingface databricks sentry vercel cloudflare`) {
		if _, ok := c.Lookup(id); !ok {
			t.Errorf("%s is missing", id)
		}
	}
	for _, id := range []string{"slack-https", "shopify"} {
		if p, _ := c.Lookup(id); !p.PasteOnly || p.RedirectURL != "{redirect}" {
			t.Errorf("%s: takes %q, pasted %t", id, p.RedirectURL, p.PasteOnly)
		}
	}
}
