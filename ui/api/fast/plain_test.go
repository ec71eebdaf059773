package fast

import (
	"encoding/json"
	"reflect"
	"testing"
)

const plainAnswer = `{"access_token":"abc","token_type":"Bearer","expires_at":"2030-01-02T03:04:05.5Z",` +
	`"scopes":["repo","user"],"generation":7}`

// The answers of our own server are read without encoding/json.
func TestParseTokenTakesOurOwn(t *testing.T) {
	for _, body := range []string{
		plainAnswer, plainAnswer + "\n",
		`{"access_token":"a","token_type":"","scopes":[],"generation":0}`,
		`{"access_token":"a","token_type":"x","expires_at":"2030-01-02T03:04:05Z","scopes":["b"],"generation":1}`,
	} {
		if _, ok := parseToken([]byte(body)); !ok {
			t.Errorf("%s is left to encoding/json", body)
		}
	}
}

// FuzzParseToken holds the small parser against encoding/json: what it takes, that one reads the same.
func FuzzParseToken(f *testing.F) {
	for _, seed := range []string{
		plainAnswer, plainAnswer + "\n", plainAnswer + " ", "", "{}", `{"access_token":"`,
		`{"access_token":"a\u0041","token_type":"Bearer","scopes":[],"generation":1}`,
		`{"access_token":"é","token_type":"Bearer","scopes":[],"generation":1}`,
		`{"access_token":"a","token_type":"Bearer","scopes":[,],"generation":1}`,
		`{"access_token":"a","token_type":"Bearer","scopes":["b",],"generation":1}`,
		`{"access_token":"a","token_type":"Bearer","scopes":null,"generation":1}`,
		`{"access_token":"a","token_type":"Bearer","scopes":[],"generation":01}`,
		`{"access_token":"a","token_type":"Bearer","scopes":[],"generation":18446744073709551616}`,
		`{"access_token":"a","token_type":"Bearer","scopes":[],"generation":}`,
		`{"access_token":"a","token_type":"Bearer","expires_at":"2030-01-02T03:04:05,5Z","scopes":[],"generation":1}`,
		`{"access_token":"a","token_type":"Bearer","expires_at":"2030-01-02T3:04:05.1Z","scopes":[],"generation":1}`,
		`{"access_token":"a","token_type":"Bearer","expires_at":"","scopes":[],"generation":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, ok := parseToken(body)
		if !ok {
			return
		}
		var want wire
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("%q was taken; encoding/json says: %v", body, err)
		}
		if !got.ExpiresAt.Equal(want.ExpiresAt) {
			t.Errorf("%q: expires at %v; encoding/json reads %v", body, got.ExpiresAt, want.ExpiresAt)
		}
		got.ExpiresAt = want.ExpiresAt
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v; encoding/json reads %+v", body, got, want)
		}
	})
}
