package api_test

import (
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api"
)

func TestEncodeToken(t *testing.T) {
	for _, token := range []session.Token{
		{},
		{Access: secret.New("abc"), Type: "Bearer", Scopes: []string{"a", "b"}, Generation: 7},
		{Access: secret.New("<&>\"\\\u2028\x00é\xff"), Type: "B\x7f", Scopes: []string{"<"}, Generation: 1 << 63},
		{ExpiresAt: time.Date(2030, 1, 2, 3, 4, 5, 678900000, time.FixedZone("", 3600))},
		{ExpiresAt: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
	} {
		if ours, theirs := api.EncodeToken(token); ours != theirs {
			t.Errorf("got %q; encoding/json writes %q", ours, theirs)
		}
	}
}

func FuzzEncodeToken(f *testing.F) {
	f.Add("abc", "Bearer", "repo user", int64(1893553445), int64(5), uint64(3))
	f.Add("\x7f<\u202e", "\xff", "", int64(0), int64(0), uint64(1)<<63)
	f.Fuzz(func(t *testing.T, access, kind, scopes string, seconds, nanos int64, generation uint64) {
		at := time.Unix(seconds%(1<<37), nanos%1e9)
		if at.UTC().Year() < 0 || at.UTC().Year() > 9999 {
			return
		}
		token := session.Token{Access: secret.New(access), Type: kind, ExpiresAt: at, Generation: generation}
		if scopes != "" {
			token.Scopes = strings.Split(scopes, " ")
		}
		if ours, theirs := api.EncodeToken(token); ours != theirs {
			t.Errorf("got %q; encoding/json writes %q", ours, theirs)
		}
	})
}
