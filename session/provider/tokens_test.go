package provider

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

const year = 365 * 24 * time.Hour

func TestTokenAnswers(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	header := http.Header{"Date": {now.Format(http.TimeFormat)}}
	unix := now.Unix()
	for _, v := range []struct {
		name, body string
		life       time.Duration
		refresh    string
		ends       time.Duration
		scopes     []string
	}{
		{"number", `{"access_token":"a","expires_in":3600}`, time.Hour, "", 0, nil},
		{"string", `{"access_token":"a","expires_in":"3600"}`, time.Hour, "", 0, nil},
		{"fraction", `{"access_token":"a","expires_in":3600.5,"refresh_token":"r"}`, 3600500 * time.Millisecond, "r", 0, nil},
		{"fraction in a string", `{"access_token":"a","expires_in":"3600.0"}`, time.Hour, "", 0, nil},
		{"empty", `{"access_token":"a","expires_in":"","refresh_token":"r"}`, 0, "r", 0, nil},
		{"word", `{"access_token":"a","expires_in":"never","refresh_token":"r"}`, 0, "r", 0, nil},
		{"null", `{"access_token":"a","expires_in":null}`, 0, "", 0, nil},
		{"zero", `{"access_token":"a","expires_in":0}`, 0, "", 0, nil},
		{"missing", `{"access_token":"a"}`, 0, "", 0, nil},
		{"negative", `{"access_token":"a","expires_in":-5}`, time.Second, "", 0, nil},
		{"huge", `{"access_token":"a","expires_in":99999999999999}`, maxAccessLife, "", 0, nil},
		{"thirty years", `{"access_token":"a","expires_in":1000000000}`, maxAccessLife, "", 0, nil},
		{"beyond float", `{"access_token":"a","expires_in":1e999,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"list", `{"access_token":"a","expires_in":[1],"refresh_token":"r"}`, 0, "r", 0, nil},
		{"Facebook's name", `{"access_token":"a","expires":5183000}`, 5183000 * time.Second, "", 0, nil},
		{"epoch", fmt.Sprintf(`{"access_token":"a","expires_at":%d}`, unix+600), 10 * time.Minute, "", 0, nil},
		{"epoch as a span", fmt.Sprintf(`{"access_token":"a","expires_in":%d}`, unix+600), 10 * time.Minute, "", 0, nil},
		{"epoch in ms", fmt.Sprintf(`{"access_token":"a","expires_at":%d}`, (unix+600)*1000), 10 * time.Minute, "", 0, nil},
		{"epoch in a string", fmt.Sprintf(`{"access_token":"a","expires_on":"%d"}`, unix+600), 10 * time.Minute, "", 0, nil},
		{"ISO", `{"access_token":"a","expires_at":"2026-01-02T03:14:05Z"}`, 10 * time.Minute, "", 0, nil},
		{
			"span before instant", fmt.Sprintf(`{"access_token":"a","expires_in":60,"expires_at":%d}`, unix+600),
			time.Minute, "", 0, nil,
		},
		{"instant in the past", `{"access_token":"a","expires_at":5}`, time.Second, "", 0, nil},
		{
			"GitHub's form",
			`access_token=a&expires_in=28800&refresh_token=r&refresh_token_expires_in=15897600&scope=&token_type=bearer`,
			8 * time.Hour, "r", 184 * 24 * time.Hour, nil,
		},
		{"Keycloak never", `{"access_token":"a","refresh_expires_in":0,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"Keycloak", `{"access_token":"a","refresh_expires_in":1800,"refresh_token":"r"}`, 0, "r", 30 * time.Minute, nil},
		{
			"Intuit", `{"access_token":"a","x_refresh_token_expires_in":"8640000","refresh_token":"r"}`, 0, "r",
			100 * 24 * time.Hour, nil,
		},
		{
			"refresh for ever", `{"access_token":"a","refresh_token_expires_in":99999999999,"refresh_token":"r"}`, 0,
			"r", 0, nil,
		},
		{"refresh null", `{"access_token":"a","refresh_token":null}`, 0, "", 0, nil},
		{"refresh empty", `{"access_token":"a","refresh_token":""}`, 0, "", 0, nil},
		{
			"Slack's nesting",
			`{"ok":true,"authed_user":{"access_token":"a","refresh_token":"r","expires_in":43200}}`, 12 * time.Hour,
			"r", 0, nil,
		},
		{
			"Withings' nesting", `{"status":0,"body":{"access_token":"a","refresh_token":"r","expires_in":10800}}`,
			3 * time.Hour, "r", 0, nil,
		},
		{
			"data nesting, span at the top", `{"data":{"access_token":"a","refresh_token":"r"},"expires_in":60}`,
			time.Minute, "r", 0, nil,
		},
		{"error false", `{"access_token":"a","error":false,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"error beside", `{"access_token":"a","error":"invalid_grant","refresh_token":"r"}`, 0, "r", 0, nil},
		{"scope string", `{"access_token":"a","scope":"x  y"}`, 0, "", 0, []string{"x", "y"}},
		{"scope list", `{"access_token":"a","scope":["x","y",""]}`, 0, "", 0, []string{"x", "y"}},
		{"scope commas", `{"access_token":"a","scope":"x,y"}`, 0, "", 0, []string{"x", "y"}},
		{"scope null", `{"access_token":"a","scope":null}`, 0, "", 0, nil},
		{"scope number", `{"access_token":"a","scope":7}`, 0, "", 0, nil},
		{"not JSON but whole", `{"access_token":"a","expires_in":NaN,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"comma at the end", `{"access_token":"a","refresh_token":"r",}`, 0, "r", 0, nil},
		{"more after it", "{\"access_token\":\"a\",\"refresh_token\":\"r\"}\n<!-- cached -->", 0, "r", 0, nil},
		{"mark before it", "\xef\xbb\xbf {\"access_token\":\"a\"}", 0, "", 0, nil},
		{"line end in the token", `{"access_token":"a\n","refresh_token":"r"}`, 0, "r", 0, nil},
	} {
		a := Judge(nil, 200, header, []byte(v.body))
		if a.Verdict != VerdictOK {
			t.Errorf("%s: verdict %s (%s); want ok", v.name, a.Verdict, a.Code)
			continue
		}
		k := a.Tokens
		if k.Access.Reveal() != "a" || k.Refresh.Reveal() != v.refresh || k.ExpiresIn != v.life ||
			k.RefreshExpiresIn != v.ends || !slices.Equal(k.Scopes, v.scopes) {
			t.Errorf("%s: access %q refresh %q life %v end %v scopes %q; want refresh %q life %v end %v scopes %q", v.name,
				k.Access.Reveal(), k.Refresh.Reveal(), k.ExpiresIn, k.RefreshExpiresIn, k.Scopes,
				v.refresh, v.life, v.ends, v.scopes)
		}
	}
}

func TestNoTokens(t *testing.T) {
	for _, body := range []string{
		`{"access_token":""}`, `{"access_token":null}`, `{"access_token":{}}`, `{"access_token":true}`,
		`[]`, `"access_token"`,
		`access_token=`, `not a form: access_token=a`, `<access_token>a</access_token>`, `{"data":[{"access_token":"a"}]}`,
		`{"token":{"access_token":"a"`,
	} {
		if a := Judge(nil, 200, nil, []byte(body)); a.Verdict != VerdictPassing || !a.OutcomeUnknown {
			t.Errorf("%s: %s, outcome unknown %t; want passing and unknown", body, a.Verdict, a.OutcomeUnknown)
		}
	}
	if a := Judge(nil, 400, nil, []byte(`{"access_token":"a"}`)); a.Verdict != VerdictPassing {
		t.Errorf("tokens in a 400: %s; want passing", a.Verdict)
	}
}

func TestMalformedAccessTokenKeepsTheRefreshToken(t *testing.T) {
	a := Judge(nil, 200, nil, []byte(`{"access_token":"a\r\nX-Evil: 1","refresh_token":"r","refresh_expires_in":60}`))
	if a.Verdict != VerdictPassing || a.Code != "malformed_token" || !a.OutcomeUnknown {
		t.Fatalf("%s %s outcome unknown %t", a.Verdict, a.Code, a.OutcomeUnknown)
	}
	if !a.Tokens.Access.Empty() || a.Tokens.Refresh.Reveal() != "r" || a.Tokens.RefreshExpiresIn != time.Minute {
		t.Error("want the refresh token alone")
	}
}

func TestJWTLifeIsAHint(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	header := http.Header{"Date": {now.Format(http.TimeFormat)}}
	jwt := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	for _, v := range []struct {
		name, claims, expiresIn string
		want                    time.Duration
	}{
		{"shorter than said", fmt.Sprintf(`{"exp":%d}`, now.Unix()+60), "3600", time.Minute},
		{"longer than said", fmt.Sprintf(`{"exp":%d}`, now.Unix()+7200), "3600", time.Hour},
		{"not said", fmt.Sprintf(`{"exp":%d,"iat":%d}`, now.Unix()+60, now.Unix()), "null", time.Minute},
		{
			"issued ahead of the clock", fmt.Sprintf(`{"exp":%d,"iat":%d}`, now.Unix()+7200, now.Unix()+6000),
			"null", 20 * time.Minute,
		},
		{"over", fmt.Sprintf(`{"exp":%d}`, now.Unix()-60), "3600", time.Hour},
		{"a word", `{"exp":"x"}`, "3600", time.Hour},
		{"a century", `{"exp":99999999999}`, "null", maxAccessLife},
		{"an array", `[]`, "3600", time.Hour},
	} {
		a := Judge(nil, 200, header, fmt.Appendf(nil, `{"access_token":%q,"expires_in":%s}`, jwt(v.claims), v.expiresIn))
		if a.Tokens.ExpiresIn != v.want {
			t.Errorf("%s: %v; want %v", v.name, a.Tokens.ExpiresIn, v.want)
		}
	}
	if maxAccessLife > 10*year+3*24*time.Hour {
		t.Errorf("an access token may live %v", maxAccessLife)
	}
}
