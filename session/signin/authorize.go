package signin

import (
	"cmp"
	"context"
	"crypto/rand"
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/secret"
)

// codeRequest is what one authorization request was sent with and its answer is held against. The verifier lives in
// memory alone: after a restart no old answer can be exchanged.
type codeRequest struct {
	state, nonce, verifier secret.Text
	redirect               string // the redirect_uri, the same in the authorization and in the exchange
	redirectURL            *url.URL
}

// newCodeRequest draws a request's secrets: 130 bits each for state and nonce, 256 for the verifier.
func newCodeRequest(redirect string) (*codeRequest, error) {
	u, err := url.Parse(redirect)
	if err != nil || u.Scheme == "" {
		return nil, &Error{Kind: KindSetup, Detail: say("redirect")}
	}
	return &codeRequest{
		state:       secret.New(rand.Text()),
		nonce:       secret.New(rand.Text()),
		verifier:    secret.New(oauth2.GenerateVerifier()),
		redirect:    redirect,
		redirectURL: u,
	}, nil
}

// fixedParams are the parameters that a provider's own extras never replace.
var fixedParams = []string{
	"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
}

// authorizationURL builds the page to open (RFC 6749 section 4.1.1).
func authorizationURL(r Request, c *codeRequest) string {
	p := r.Provider
	cfg := oauth2.Config{
		ClientID:    r.Client.ID,
		RedirectURL: c.redirect,
		Endpoint:    oauth2.Endpoint{AuthURL: p.AuthorizeURL},
	}
	opts := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(c.verifier.Reveal())}
	set := func(key, value string) {
		if value != "" {
			opts = append(opts, oauth2.SetAuthURLParam(key, value))
		}
	}
	extra := maps.Clone(p.OfflineParams)
	if r.More && len(p.MoreParams) > 0 {
		extra = maps.Clone(p.MoreParams)
		maps.Copy(extra, p.OfflineParams)
	}
	for k, v := range extra {
		if !slices.Contains(fixedParams, k) {
			set(k, v)
		}
	}
	set(cmp.Or(p.ScopeParam, "scope"), strings.Join(scopes(r), scopeSeparator(p)))
	if p.OIDC {
		set("nonce", c.nonce.Reveal())
	}
	set("prompt", prompt(r))
	set("login_hint", loginHint(r))
	set("claims", r.Claims)
	return cfg.AuthCodeURL(c.state.Reveal(), opts...)
}

// scopes are those of the request, or the provider's, and what brings a refresh token.
func scopes(r Request) []string {
	s := slices.Clone(r.Scopes)
	if len(s) == 0 {
		s = slices.Clone(r.Provider.Scopes)
	}
	if o := r.Provider.OfflineScope; o != "" && !slices.Contains(s, o) {
		s = append(s, o)
	}
	return s
}

func scopeSeparator(p *provider.Provider) string {
	if p.ScopeSeparator == "" {
		return " "
	}
	return p.ScopeSeparator
}

// prompt is the provider's own, with "consent" added where the refresh token depends on it, and with what lets the user
// choose another account where that is wanted.
func prompt(r Request) string {
	values := strings.Fields(r.Provider.OfflineParams["prompt"])
	if choose := r.Provider.AccountPrompt; r.Choose && choose != "" && !slices.Contains(values, choose) {
		values = append(slices.DeleteFunc(values, func(v string) bool { return v == "none" }), choose)
	}
	again := r.Provider.ConsentPrompt == provider.ConsentAgain && (r.Choose || r.Account != (provider.Account{}))
	if r.ForceConsent || again || r.Provider.ConsentPrompt == provider.ConsentAlways {
		values = slices.DeleteFunc(values, func(v string) bool { return v == "consent" || v == "none" })
		values = append(values, "consent")
	}
	return strings.Join(values, " ")
}

func loginHint(r Request) string {
	switch {
	case r.Account.Email != "":
		return r.Account.Email
	case r.Account.Name != "":
		return r.Account.Name
	}
	return r.Hint
}

// authorize builds the page to open and, where the provider demands it, sends the parameters ahead (RFC 9126).
func authorize(ctx context.Context, w *provider.Wire, r Request, c *codeRequest) (string, error) {
	full, err := url.Parse(authorizationURL(r, c))
	if err != nil {
		return "", &Error{Kind: KindSetup, Detail: say("authorize_url")}
	}
	if !r.Provider.PARRequired {
		return full.String(), nil
	}
	pushed, a := w.Push(ctx, r.Provider, r.Client, full.Query())
	if a.Verdict != provider.VerdictOK {
		return "", failure(a, say("pushed"), r.Session)
	}
	page := oauth2.Config{ClientID: r.Client.ID, Endpoint: oauth2.Endpoint{AuthURL: r.Provider.AuthorizeURL}}
	return page.AuthCodeURL("", oauth2.SetAuthURLParam("request_uri", pushed)), nil
}

// checkEndpoints refuses a provider that a code flow cannot run at.
func checkEndpoints(r Request) error {
	switch {
	case r.Provider.AuthorizeURL == "" && r.Provider.DeviceURL == "":
		return &Error{Kind: KindSetup, Detail: say("no_page")}
	case r.Client.ID == "":
		return &Error{Kind: KindSetup, Detail: say("client_id")}
	case r.Provider.TokenURL == "":
		return &Error{Kind: KindSetup, Detail: say("token_url")}
	case !safeURL(r.Provider.AuthorizeURL):
		return &Error{Kind: KindSetup, Detail: say("authorize_url")}
	}
	return nil
}
