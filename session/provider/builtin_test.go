package provider

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"sessionkeeper/session/secret"
)

// builtInAt is a built-in entry whose requests go to a server of the test.
func builtInAt(t *testing.T, id, base string) *Provider {
	t.Helper()
	p, ok := known(t).Lookup(id)
	if !ok {
		t.Fatalf("%s is missing", id)
	}
	for _, at := range []*string{&p.TokenURL, &p.RefreshURL, &p.DeviceURL, &p.RevokeURL} {
		if *at == "" {
			continue
		}
		if u, err := url.Parse(*at); err == nil && u.Host != "" {
			*at = base + u.Path
		} else {
			*at = base + "/services/oauth2/token"
		}
	}
	return &p
}

func sent(t *testing.T, last *asked) url.Values {
	t.Helper()
	form, err := url.ParseQuery(last.body)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// Facebook has no refresh tokens: the access token is traded in for the next one.
func TestFacebookTradesTokensIn(t *testing.T) {
	base, w, last := answering(t, 200, `{"access_token":"short","token_type":"bearer","expires_in":3600}`)
	p := builtInAt(t, "facebook", base)
	a := w.Exchange(t.Context(), p, Client{ID: "cid", Secret: secret.New("s")}, Code{Code: secret.New("c")})
	if form := sent(t, last); form.Get("grant_type") != "authorization_code" || form.Get("code") != "c" {
		t.Errorf("asked %s", last.body)
	}
	if a.Tokens.Refresh.Reveal() != "short" || a.Tokens.ExpiresIn != time.Hour || a.Tokens.RefreshExpiresIn != time.Hour {
		t.Errorf("got %+v", a.Tokens)
	}
	base, w, last = answering(t, 200, `{"access_token":"long","token_type":"bearer","expires_in":5183944}`)
	a = w.Refresh(t.Context(), builtInAt(t, "facebook", base), Client{ID: "cid", Secret: secret.New("s")}, a.Tokens.Refresh, nil)
	want := url.Values{
		"grant_type": {"fb_exchange_token"}, "fb_exchange_token": {"short"}, "client_id": {"cid"}, "client_secret": {"s"},
	}
	if form := sent(t, last); form.Encode() != want.Encode() {
		t.Errorf("asked %s; want %s", form.Encode(), want.Encode())
	}
	if a.Tokens.Access.Reveal() != "long" || a.Tokens.Refresh.Reveal() != "long" || a.Tokens.RefreshExpiresIn < 59*24*time.Hour {
		t.Errorf("got %+v", a.Tokens)
	}
	base, w, _ = answering(t, 400, `{"error":{"message":"Session has expired","type":"OAuthException","code":190,"error_subcode":463}}`)
	a = w.Refresh(t.Context(), builtInAt(t, "facebook", base), Client{ID: "cid"}, secret.New("long"), nil)
	if a.Verdict != VerdictSignIn || a.Reason != reasonExpired {
		t.Errorf("a token that ran out: %s %s", a.Verdict, a.Reason)
	}
}

// Two device flows that are older than RFC 8628 and differ from it.
func TestOlderDeviceFlows(t *testing.T) {
	const codes = `{"device_code":"dc","user_code":"AB12","verification_uri":"https://as.example/device","interval":30,"expires_in":600}`
	for id, want := range map[string]url.Values{
		"login-with-amazon": {
			"grant_type": {"device_code"}, "device_code": {"dc"}, "user_code": {"AB12"}, "client_id": {"cid"},
		},
		"salesforce": {"grant_type": {"device"}, "code": {"dc"}, "client_id": {"cid"}},
		"github":     {"grant_type": {deviceGrant}, "device_code": {"dc"}, "client_id": {"cid"}},
	} {
		base, w, last := answering(t, 200, codes)
		p := builtInAt(t, id, base)
		d, a := w.DeviceStart(t.Context(), p, Client{ID: "cid"}, []string{"profile"})
		if a.Verdict != VerdictOK || d.UserCode != "AB12" || d.Interval != 30*time.Second {
			t.Fatalf("%s: %+v %+v", id, d, a)
		}
		if got := sent(t, last).Get("response_type"); (got == "device_code") == (id == "github") {
			t.Errorf("%s: asked for codes with response_type %q", id, got)
		}
		p.TokenURL, w, last = serveToken(t, p.TokenURL)
		a = w.DevicePoll(t.Context(), p, Client{ID: "cid"}, d)
		if form := sent(t, last); form.Encode() != want.Encode() || a.Verdict != VerdictOK {
			t.Errorf("%s: asked %s for %s; want %s", id, form.Encode(), a.Verdict, want.Encode())
		}
	}
}

// serveToken moves a token endpoint to a server that gives a token.
func serveToken(t *testing.T, at string) (moved string, w *Wire, last *asked) {
	t.Helper()
	base, w, last := answering(t, 200, `{"access_token":"at","refresh_token":"rt","expires_in":3600}`)
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	return base + u.Path, w, last
}

// HubSpot takes a token back by the form of RFC 7009; its older version would want it in the address, and is not asked.
func TestHubSpotTakesTokensBack(t *testing.T) {
	base, w, last := answering(t, http.StatusNoContent, "")
	p := builtInAt(t, "hubspot", base)
	a := w.Revoke(t.Context(), p, Client{ID: "cid", Secret: secret.New("s")}, oldToken, "refresh_token")
	form := sent(t, last)
	if a.Verdict != VerdictOK || last.path != "/oauth/2026-03/token/revoke" || form.Get("token") != "rt-old-token" ||
		form.Get("client_id") != "cid" || form.Get("client_secret") != "s" {
		t.Errorf("%s, asked %s %s", a.Verdict, last.path, last.body)
	}
	older, _ := known(t).Lookup("hubspot-v1")
	if older.RevokeURL != "" || older.TokenURL != "https://api.hubapi.com/oauth/v1/token" || len(older.rules) == 0 {
		t.Errorf("the older version: %+v", older)
	}
}

// A client that a header proves is not proven by Basic as well, and without clients none is named.
func TestNoClientIsNamed(t *testing.T) {
	base, w, last := answering(t, 200, `{"access_token":"new"}`)
	p := entryAt(t, w, "token_url = \"{base}/token\"\nauth_style = \"none\"\n[request]\n"+
		"headers = { X-Api-Key = \"{client_secret}\" }\n[vars.base]\nnote = \"x\"\n", base)
	if !p.takesNoClient() {
		t.Error("it is said to need a client")
	}
	a := w.Refresh(t.Context(), p, Client{Secret: secret.New("key")}, oldToken, nil)
	if last.body != "grant_type=refresh_token&refresh_token=rt-old-token" || last.header.Get("X-Api-Key") != "key" ||
		last.header.Get("Authorization") != "" || a.Verdict != VerdictOK {
		t.Errorf("%s, asked %+v", a.Verdict, last)
	}
	for _, p := range known(t).All() {
		if p.takesNoClient() {
			t.Errorf("%s is said to need no client", p.ID)
		}
	}
}

// The two kinds of Okta server end sessions by other rules, and their issuers tell which it is.
func TestServersOfAKindAreTold(t *testing.T) {
	c := known(t)
	for issuer, want := range map[string]string{
		"https://example.okta.com/oauth2/default": "okta",
		"https://example.okta.com":                "okta-org",
		"https://login.example":                   "okta",
	} {
		p, err := c.filled(Target{ID: "okta", Issuer: issuer})
		if err != nil || p.ID != want || p.Issuer != issuer {
			t.Errorf("%s: %s at %s, %v", issuer, p.ID, p.Issuer, err)
		}
		if days := p.RefreshAbsolute / (24 * time.Hour); (days == 90) != (want == "okta-org") {
			t.Errorf("%s: ends after %d days", issuer, days)
		}
	}
}

// A fixed port must be one that no system lends to outgoing connections: while one has it, nobody can listen there. Linux
// lends from 32768 on, others from 49152 on (RFC 6335 section 6).
func TestFixedPortsAreNotLent(t *testing.T) {
	c, faults := LoadCatalogue("")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, p := range c.All() {
		if p.RedirectPort >= 32768 || p.RedirectPort != 0 && p.RedirectPort < 1024 {
			t.Errorf("%s: port %d", p.ID, p.RedirectPort)
		}
	}
}
