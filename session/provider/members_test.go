package provider

import (
	"net/http"
	"reflect"
	"testing"
	"time"
)

func TestAnswersAsDescribed(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	header := http.Header{"Date": {now.Format(http.TimeFormat)}}
	for _, v := range []struct {
		name    string
		members Members
		body    string
		access  string
		refresh string
		life    time.Duration
		ends    time.Duration
	}{
		{
			"beside the token",
			Members{Paths: map[string]string{"access_token": "data.token"}},
			`{"data":{"token":"a","refresh_token":"r","expires_in":60}}`, "a", "r", time.Minute, 0,
		},
		{
			"beside the token, without underscores",
			Members{Paths: map[string]string{"access_token": "data.token"}},
			`{"data":{"token":"a","refreshToken":"r","expiresIn":60,"refreshTokenExpiresIn":"120"}}`, "a", "r", time.Minute,
			2 * time.Minute,
		},
		{
			"at the top",
			Members{Paths: map[string]string{"access_token": "data.token"}},
			`{"refresh_token":"r","data":{"token":"a"}}`, "a", "r", 0, 0,
		},
		{
			"in a list",
			Members{Paths: map[string]string{"access_token": "tokens.0.value", "refresh_token": "tokens.1.value"}},
			`{"tokens":[{"value":"a"},{"value":"r"}]}`, "a", "r", 0, 0,
		},
		{
			"another case",
			Members{Paths: map[string]string{"access_token": "Data.AccessToken"}},
			`{"data":{"accesstoken":"a"}}`, "a", "", 0, 0,
		},
		{
			"another member of that name",
			Members{Paths: map[string]string{"access_token": "jwt"}},
			`{"access_token":"opaque","jwt":"a"}`, "a", "", 0, 0,
		},
		{
			"one life silences the other",
			Members{Paths: map[string]string{"expires_at": "until"}},
			`{"access_token":"a","expires_in":5,"until":"2026-01-02T03:05:05Z"}`, "a", "", time.Minute, 0,
		},
		{
			"lives of both in ms",
			Members{
				Milliseconds: true,
				Paths:        map[string]string{"expires_in": "ttl", "refresh_token_expires_in": "refreshTtl"},
			},
			`{"access_token":"a","ttl":60000,"refresh_token":"r","refreshTtl":"90500"}`, "a", "r", time.Minute,
			90500 * time.Millisecond,
		},
		{
			"a path to nowhere",
			Members{Paths: map[string]string{"refresh_token": "data.x.y"}},
			`{"access_token":"a","data":[7]}`, "a", "", 0, 0,
		},
		{"null on the way", Members{Paths: map[string]string{"access_token": "data.token"}}, `{"data":null}`, "", "", 0, 0},
		{"not there", Members{Paths: map[string]string{"access_token": "data.token"}}, `{"access_token":"a"}`, "", "", 0, 0},
	} {
		a := Judge(&Provider{Members: v.members}, 200, header, []byte(v.body))
		if (a.Verdict == VerdictOK) != (v.access != "") {
			t.Errorf("%s: %s %s", v.name, a.Verdict, a.Code)
		}
		k := a.Tokens
		if k.Access.Reveal() != v.access || k.Refresh.Reveal() != v.refresh || k.ExpiresIn != v.life ||
			k.RefreshExpiresIn != v.ends {
			t.Errorf("%s: %q %q %v %v; want %q %q %v %v", v.name, k.Access.Reveal(), k.Refresh.Reveal(), k.ExpiresIn,
				k.RefreshExpiresIn, v.access, v.refresh, v.life, v.ends)
		}
	}
}

// FuzzMembers: whatever a server answers and a file describes, nothing breaks, and no token comes from nowhere.
func FuzzMembers(f *testing.F) {
	f.Add("data.token", "data.next", `{"data":{"token":"a","next":"r"}}`)
	f.Add("0.0", "0", `[[["a"]]]`)
	f.Add("a.b.c.d.e.f.g.h", "a", `{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":"x"}}}}}}}}`)
	f.Add("A", "a", `{"A":"x","a":{}}`)
	f.Add("expiresin", "", `access_token=a&expires_in=7`)
	f.Fuzz(func(t *testing.T, access, refresh, body string) {
		p := &Provider{Members: Members{Milliseconds: true, Paths: map[string]string{"access_token": access, "refresh_token": refresh}}}
		a := Judge(p, 200, http.Header{}, []byte(body))
		checkAnswer(t, a)
		if a.Verdict == VerdictOK && a.Tokens.Access.Empty() {
			t.Error("ok without a token")
		}
	})
}

// Every key of an [answer] table is a name that answers are read by.
func TestAnswerKeysAreRead(t *testing.T) {
	read := []string{"access_token", "refresh_token", "id_token", "token_type", "scope", "error", "error_description", "unit"}
	for _, names := range lives {
		read = append(read, names...)
	}
	for field := range reflect.TypeFor[answerFile]().Fields() {
		key, found := field.Tag.Get("toml"), false
		for _, name := range read {
			found = found || name == key
		}
		if !found {
			t.Errorf("nothing reads answer.%s", key)
		}
	}
}
