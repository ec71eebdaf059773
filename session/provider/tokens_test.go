package provider

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sessionkeeper/session/secret"
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
		{"negative", `{"access_token":"a","expires_in":-5}`, 0, "", 0, nil},
		{"negative in a string", `{"access_token":"a","expires_in":"-1"}`, 0, "", 0, nil},
		{"zero in a string", `{"access_token":"a","expires_in":"0","refresh_token":"r"}`, 0, "r", 0, nil},
		{"less than a second", `{"access_token":"a","expires_in":0.2}`, time.Second, "", 0, nil},
		{"truth", `{"access_token":"a","expires_in":true,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"object", `{"access_token":"a","expires_in":{"s":60},"refresh_token":"r"}`, 0, "r", 0, nil},
		{"date as a span", `{"access_token":"a","expires_in":"2026-01-02T03:14:05Z"}`, 10 * time.Minute, "", 0, nil},
		{"zero, then an end", `{"access_token":"a","expires_in":0,"expires_at":"2026-01-02T03:14:05Z"}`, 10 * time.Minute, "", 0, nil},
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
		{"instant in the past", `{"access_token":"a","expires_at":1500000000}`, time.Second, "", 0, nil},
		{"date in the past", `{"access_token":"a","expires_at":"2020-01-02T03:04:05Z"}`, time.Second, "", 0, nil},
		{"span under the name of an instant", `{"access_token":"a","expires_at":3600}`, time.Hour, "", 0, nil},
		{"date without a zone", `{"access_token":"a","expires_at":"2026-01-02T03:14:05"}`, 10 * time.Minute, "", 0, nil},
		{"date with a fraction", `{"access_token":"a","expires_at":"2026-01-02T03:14:05.000+00:00"}`, 10 * time.Minute, "", 0, nil},
		{"date of SQL", `{"access_token":"a","expires_at":"2026-01-02 03:14:05"}`, 10 * time.Minute, "", 0, nil},
		{"date of HTTP", `{"access_token":"a","expires":"Fri, 02 Jan 2026 03:14:05 GMT"}`, 10 * time.Minute, "", 0, nil},
		{"word as a date", `{"access_token":"a","expires_at":"tomorrow, early in the day","refresh_token":"r"}`, 0, "r", 0, nil},
		{
			"camel case", `{"accessToken":"a","refreshToken":"r","expiresIn":60,"refreshTokenExpiresIn":"600","tokenType":"x"}`,
			time.Minute, "r", 10 * time.Minute, nil,
		},
		{
			"camel case and dates",
			`{"accessToken":"a","refreshToken":"r","expiresAt":"2026-01-02T03:14:05Z","refreshTokenExpiresAt":"2026-01-02T04:04:05Z"}`,
			10 * time.Minute, "r", time.Hour, nil,
		},
		{"capitals", `{"Access_Token":"a","Refresh_Token":"r","Expires_In":"60"}`, time.Minute, "r", 0, nil},
		{"a number for a token", `{"access_token":"a","refresh_token":17}`, 0, "17", 0, nil},
		{"called a token", `{"token":"a","expires_in":300,"issued_at":"2026-01-02T03:04:05Z"}`, 5 * time.Minute, "", 0, nil},
		{"an installation's", `{"token":"a","expires_at":"2026-01-02T04:04:05Z"}`, time.Hour, "", 0, nil},
		{"list of one", `[{"access_token":"a","refresh_token":"r","expires_in":60}]`, time.Minute, "r", 0, nil},
		{"data with a list of one", `{"data":[{"access_token":"a","refresh_token":"r"}]}`, 0, "r", 0, nil},
		{"in a token", `{"token":{"access_token":"a","refresh_token":"r"},"expires_in":60}`, time.Minute, "r", 0, nil},
		{
			"its end at the top", `{"result":{"accessToken":"a","refreshToken":"r"},"refresh_token_expires_in":60}`, 0, "r",
			time.Minute, nil,
		},
		{"refresh end in the past", `{"access_token":"a","refresh_token":"r","refresh_token_expires_at":5000000000}`, 0, "r", 0, nil},
		{
			"refresh end as a span", fmt.Sprintf(`{"access_token":"a","refresh_token":"r","refresh_expires_in":%d}`, unix+600),
			0, "r", 10 * time.Minute, nil,
		},
		{"scopes", `{"access_token":"a","scopes":["x","y"]}`, 0, "", 0, []string{"x", "y"}},
		{"scope empty", `{"access_token":"a","scope":""}`, 0, "", 0, nil},
		{"error null", `{"access_token":"a","error":null,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"error empty", `{"access_token":"a","error":"","error_description":"","refresh_token":"r"}`, 0, "r", 0, nil},
		{"error object beside", `{"access_token":"a","error":{"code":"token_expired"},"refresh_token":"r"}`, 0, "r", 0, nil},
		{"not ok beside", `{"ok":false,"access_token":"a","refresh_token":"r"}`, 0, "r", 0, nil},
		{"token type a number", `{"access_token":"a","token_type":7,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"token type an object", `{"access_token":"a","token_type":{},"refresh_token":"r"}`, 0, "r", 0, nil},
		{"refresh a list", `{"access_token":"a","refresh_token":["r"]}`, 0, "", 0, nil},
		{"twice", `{"access_token":"z","access_token":"a","refresh_token":"r"}`, 0, "r", 0, nil},
		{"cut behind both", `{"access_token":"a","expires_in":60,"refresh_token":"r","scope":"x`, time.Minute, "r", 0, nil},
		{"cut in its life", `{"access_token":"a","refresh_token":"r","expires_in":36`, 0, "r", 0, nil},
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
		{"error zero", `{"access_token":"a","error":0,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"errors none", `{"access_token":"a","errors":[],"success":true,"refresh_token":"r"}`, 0, "r", 0, nil},
		{"ok beside", `{"ok":true,"access_token":"a","refresh_token":"r","code":0,"message":"success"}`, 0, "r", 0, nil},
		{"twice, the second void", `{"access_token":"a","refresh_token":"r","refresh_token":"","access_token":null}`, 0, "r", 0, nil},
		{"twice in the nest", `{"data":{"access_token":"a","refresh_token":"r","refresh_token":null}}`, 0, "r", 0, nil},
		{"guarded", ")]}',\n{\"access_token\":\"a\",\"refresh_token\":\"r\"}", 0, "r", 0, nil},
		{"guarded by a loop", `for(;;);{"access_token":"a","refresh_token":"r"}`, 0, "r", 0, nil},
		{"given to a function", `callback( {"access_token":"a","refresh_token":"r"} );`, 0, "r", 0, nil},
		{"UTF-16 with a mark", utf16Of(`{"access_token":"a","refresh_token":"r"}`, true), 0, "r", 0, nil},
		{"UTF-16 without", utf16Of(`{"access_token":"a","refresh_token":"r"}`, false), 0, "r", 0, nil},
		{"packed", packed(`{"access_token":"a","refresh_token":"r"}`), 0, "r", 0, nil},
		{"packed with a mark", packed("\xef\xbb\xbf" + `{"access_token":"a","refresh_token":"r"}`), 0, "r", 0, nil},
		{"two levels down", `{"data":{"session":{"access_token":"a","refresh_token":"r","expires_in":60}}}`, time.Minute, "r", 0, nil},
		{
			"four levels down", `{"a":1,"b":{"c":[{"d":{"accessToken":"a","refreshToken":"r"}}]},"expires_in":60}`, time.Minute, "r", 0, nil,
		},
		{"in a name of its own", `{"oauth_credentials":{"access_token":"a","refresh_token":"r"}}`, 0, "r", 0, nil},
		{"behind many members", manyMembers() + `"z":{"access_token":"a","refresh_token":"r"}}`, 0, "r", 0, nil},
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

// utf16Of is text in UTF-16: big-endian with a byte order mark, or little-endian without one.
func utf16Of(text string, mark bool) string {
	var order binary.AppendByteOrder = binary.LittleEndian
	if mark {
		order, text = binary.BigEndian, "\ufeff"+text
	}
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// packed is text as gzip.
func packed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

// manyMembers begins an object that has some hundred.
func manyMembers() string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range 300 {
		fmt.Fprintf(&b, `"a%d":%d,`, i, i)
	}
	return b.String()
}

func TestNoTokens(t *testing.T) {
	for _, body := range []string{
		`{"access_token":""}`, `{"access_token":null}`, `{"access_token":{}}`, `{"access_token":true}`,
		`[]`, `"access_token"`,
		`access_token=`, `not a form: access_token=a`, `<access_token>a</access_token>`, `{"data":[{"access_token":"a"},{"access_token":"b"}]}`,
		`[{"access_token":"a"},{"access_token":"b"}]`, `{"token":"csrf"}`, `{"token":"t","error":"x","expires_in":1}`,
		`<pre>{"access_token":"a","refresh_token":"r"}</pre>`, `{"refresh_token":"r"}`,
		`{"token":{"access_token":"a"`, `{"error":"of_tomorrow","request":{"access_token":"a"}}`,
		packed(`{"refresh_token":"r"}`), packed(`{"access_token":"a"}`)[:12], `callback({"access_token":"a"}`, `)]}'`,
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

// A refresh token that comes without an access token is the one that counts: the one before may be spent. One that comes
// with a fault may be a copy of what was sent.
func TestRefreshTokenWithoutAccessToken(t *testing.T) {
	for body, want := range map[string]string{
		`{"refresh_token":"r","token_type":"Bearer"}`:                          "r",
		`{"access_token":null,"refresh_token":"r"}`:                            "r",
		`{"access_token":"","refresh_token":"r","id_token":"x.y.z"}`:           "r",
		`{"data":{"refresh_token":"r"}}`:                                       "r",
		`{"error":"invalid_request","refresh_token":"r"}`:                      "",
		`{"message":"Validation failed","refresh_token":"r"}`:                  "",
		`{"success":false,"data":{"refresh_token":"r"},"message":"not today"}`: "",
	} {
		a := Judge(nil, 200, nil, []byte(body))
		if a.Verdict != VerdictPassing || !a.Tokens.Access.Empty() || a.Tokens.Refresh.Reveal() != want ||
			want != "" && (a.Code != "no_token" || a.Known || !a.OutcomeUnknown) {
			t.Errorf("%s: %s %s, known %t, refresh token %q; want %q", body, a.Verdict, a.Code, a.Known, a.Tokens.Refresh.Reveal(), want)
		}
	}
	if a := Judge(nil, 200, nil, []byte(`{"refresh_token":"r","x":{"y":{"access_token":"a"}}}`)); a.Verdict != VerdictOK {
		t.Errorf("an access token further down: %s", a.Verdict)
	}
}

// No token that would end a line, or command a terminal, comes in; the refresh token beside it is kept.
func TestTLINE1TokensFitOnALine(t *testing.T) {
	for _, evil := range []string{`\r`, `\n`, `\u0000`, `\u001b[2J`, `\u0085`, `\u009b2J`, `\u2028`, `\u2029`} {
		a := Judge(nil, 200, nil, []byte(`{"access_token":"a`+evil+`b","refresh_token":"r"}`))
		if a.Verdict != VerdictPassing || a.Code != "malformed_token" || !a.Tokens.Access.Empty() || a.Tokens.Refresh.Reveal() != "r" {
			t.Errorf("an access token with %s: %s %s", evil, a.Verdict, a.Code)
		}
		a = Judge(nil, 200, nil, []byte(`{"access_token":"a","id_token":"a.`+evil+`b.c","token_type":"Bearer`+evil+`X: 1"}`))
		if a.Verdict != VerdictOK || !a.Tokens.ID.Empty() || !secret.OneLine(a.Tokens.Type) {
			t.Errorf("an ID token and a type with %s: %s, type %q, ID token kept: %v", evil, a.Verdict, a.Tokens.Type, !a.Tokens.ID.Empty())
		}
	}
}

// What came whole of an answer that was cut is kept.
func TestCutAnswers(t *testing.T) {
	for _, v := range []struct {
		body            string
		rotation        Rotation
		verdict         Verdict
		access, refresh string
	}{
		{`{"access_token":"a","refresh_token":"r","expires_in":36`, RotationUnknown, VerdictOK, "a", "r"},
		{`{"access_token":"a","refresh_token":"r`, RotationAlways, VerdictPassing, "a", ""},
		{`{"access_token":"a","refresh_token":"r`, RotationNever, VerdictOK, "a", ""},
		{`{"refresh_token":"r","access_token":"a`, RotationAlways, VerdictPassing, "", "r"},
		{`{"refreshToken":"r","accessToken":"a\`, RotationUnknown, VerdictPassing, "", "r"},
		{`{"access_token":"a`, RotationNever, VerdictPassing, "", ""},
		{`{"error":"invalid_grant","error_description":"say \"access_token\":\"a\"`, RotationNever, VerdictPassing, "", ""},
	} {
		p := &Provider{Rotation: v.rotation}
		a := Judge(p, 200, nil, []byte(v.body))
		if a.Verdict != v.verdict || a.Tokens.Access.Reveal() != v.access || a.Tokens.Refresh.Reveal() != v.refresh {
			t.Errorf("%s: %s, access %q, refresh %q; want %s, %q, %q", v.body, a.Verdict, a.Tokens.Access.Reveal(),
				a.Tokens.Refresh.Reveal(), v.verdict, v.access, v.refresh)
		}
		if v.verdict == VerdictPassing && (a.Code != "truncated" || !a.OutcomeUnknown) {
			t.Errorf("%s: %s, outcome unknown %t; want truncated and unknown", v.body, a.Code, a.OutcomeUnknown)
		}
		base, _ := raw(t, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n%s", v.body), false)
		p.TokenURL = base
		sent := NewWire(nil, nil).Refresh(t.Context(), p, Client{ID: "app"}, oldToken, nil)
		if sent.Verdict != a.Verdict || sent.Code != a.Code || !sent.Tokens.Access.Equal(a.Tokens.Access) ||
			!sent.Tokens.Refresh.Equal(a.Tokens.Refresh) || sent.SentAt.IsZero() {
			t.Errorf("%s from a server: %s %s; want %s %s", v.body, sent.Verdict, sent.Code, a.Verdict, a.Code)
		}
	}
	p := &Provider{Members: Members{Paths: map[string]string{"access_token": "data.access_token"}, Milliseconds: true}}
	a := Judge(p, 200, nil, []byte(`{"data":{"access_token":"a","expires_in":60000,"refresh_token":"r"},"scope":"x`))
	if a.Verdict != VerdictOK || a.Tokens.Refresh.Reveal() != "r" || a.Tokens.ExpiresIn != time.Minute {
		t.Errorf("cut, in a form of its own: %s %s %v", a.Verdict, a.Code, a.Tokens.ExpiresIn)
	}
	base, _ := raw(t, "HTTP/1.1 400 Bad Request\r\nContent-Length: 90\r\n\r\n{\"error\":\"invalid_grant\"}", false)
	if a := NewWire(nil, nil).Refresh(t.Context(), &Provider{TokenURL: base}, Client{ID: "app"}, oldToken, nil); a.Verdict !=
		VerdictPassing || a.Code != "truncated" {
		t.Errorf("an error that was cut: %s %s", a.Verdict, a.Code)
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

// What a provider that speaks no OpenID Connect leaves out is not missed.
func TestF40ProviderWithoutOpenID(t *testing.T) {
	c := known(t)
	for _, v := range []struct {
		provider, body string
		verdict        Verdict
		code           string
	}{
		{"github", `{"access_token":"a","scope":"repo,gist","token_type":"bearer"}`, VerdictOK, ""},
		{"github", `access_token=a&scope=repo%2Cgist&token_type=bearer`, VerdictOK, ""},
		{"github", `{"error":"bad_verification_code"}`, VerdictSignIn, "bad_verification_code"},
		{"github", `error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired.`, VerdictSignIn, "bad_verification_code"},
		{"github", `{"error":"incorrect_client_credentials"}`, VerdictSetup, "incorrect_client_credentials"},
		{"slack", `{"ok":true,"authed_user":{"access_token":"a"}}`, VerdictOK, ""},
		{"slack", `{"ok":false,"error":"invalid_refresh_token"}`, VerdictSignIn, "invalid_refresh_token"},
		{"slack", `{"ok":false,"error":"internal_error"}`, VerdictPassing, "internal_error"},
		{"google", `{"access_token":"a"}`, VerdictOK, ""},
	} {
		p, ok := c.Lookup(v.provider)
		if !ok {
			t.Fatalf("no provider %q", v.provider)
		}
		server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, v.body) })
		p.TokenURL, p.RefreshURL = server.URL, ""
		a := w.Refresh(t.Context(), &p, Client{ID: "app"}, oldToken, nil)
		if a.Verdict != v.verdict || a.Code != v.code || v.verdict == VerdictOK && (a.Tokens.Access.Reveal() != "a" ||
			!a.Tokens.Refresh.Empty() || !a.Tokens.ID.Empty() || a.Tokens.ExpiresIn != 0) {
			t.Errorf("%s %s: %s %s; want %s %s", v.provider, v.body, a.Verdict, a.Code, v.verdict, v.code)
		}
	}
	none := &Provider{TokenURL: "https://as.example/token"}
	if account, a := NewWire(nil, nil).Userinfo(t.Context(), none, accessToken); a.Verdict == VerdictOK || account != (Account{}) {
		t.Errorf("userinfo of nobody: %s %v", a.Verdict, account)
	}
}

// The refresh token of an answer may be the one that was sent, none, or one that lives shorter.
func TestF42RefreshTokenOfAnAnswer(t *testing.T) {
	for body, want := range map[string]struct {
		refresh string
		life    time.Duration
	}{
		`{"access_token":"a","refresh_token":"rt-old-token"}`:                         {"rt-old-token", 0},
		`{"access_token":"a","refresh_token":""}`:                                     {},
		`{"access_token":"a","refresh_token":"  "}`:                                   {},
		`{"access_token":"a","refresh_token":null}`:                                   {},
		`{"access_token":"a"}`:                                                        {},
		`{"access_token":"a","refresh_token":"r","refresh_expires_in":60}`:            {"r", time.Minute},
		`{"access_token":"a","refresh_token":"r","refresh_token_expires_in":"60.0"}`:  {"r", time.Minute},
		`{"access_token":"a","refresh_token":"r","refresh_token_expires_in":0}`:       {"r", 0},
		`{"access_token":"a","refresh_token_expires_in":60}`:                          {"", time.Minute},
		`{"access_token":"a","refresh_token":"rt-old-token","refresh_expires_in":60}`: {"rt-old-token", time.Minute},
	} {
		server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, body) })
		a := refreshAt(t.Context(), w, server.URL)
		if a.Verdict != VerdictOK || a.Tokens.Access.Reveal() != "a" || a.Tokens.Refresh.Reveal() != want.refresh ||
			a.Tokens.RefreshExpiresIn != want.life {
			t.Errorf("%s: %s, refresh %q for %v; want %q for %v", body, a.Verdict, a.Tokens.Refresh.Reveal(), a.Tokens.RefreshExpiresIn,
				want.refresh, want.life)
		}
	}
}

// Scopes without end are no reason to refuse a token, nor to keep them all.
func TestScopesWithoutEnd(t *testing.T) {
	many := strings.TrimSpace(strings.Repeat("s ", 2*maxScopes))
	for _, scope := range []string{`"` + many + `"`, `["` + strings.ReplaceAll(many, " ", `","`) + `"]`} {
		a := Judge(nil, 200, nil, []byte(`{"access_token":"at","scope":`+scope+`}`))
		if n := len(a.Tokens.Scopes); a.Verdict != VerdictOK || n != maxScopes {
			t.Errorf("%s, %d scopes; want %d", a.Verdict, n, maxScopes)
		}
	}
}

// An access token that an error quotes from elsewhere was not given.
func TestTokensInsideAnError(t *testing.T) {
	for _, body := range []string{
		`{"error":{"code":"invalid_grant"},"request":{"session":{"access_token":"x"}}}`,
		`{"ok":false,"context":{"access_token":"x","refresh_token":"y"}}`,
		`{"errors":[{"code":"server_error"}],"seen":[{"access_token":"x"}]}`,
		`{"error":"server_error","seen":{"access_token":"x"}}`,
	} {
		if a := Judge(nil, 200, nil, []byte(body)); a.Verdict == VerdictOK || !a.Tokens.Access.Empty() {
			t.Errorf("%s: %s", body, a.Verdict)
		}
	}
}
