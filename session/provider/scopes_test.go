package provider

import (
	"slices"
	"strings"
	"testing"
)

func TestMissingScopes(t *testing.T) {
	for _, v := range []struct{ asked, granted, want string }{
		{"a b", "a b", ""},
		{"a b", "b a c", ""},
		{"a b", "a", "b"},
		{"a b", "", ""},          // RFC 6749 section 5.1
		{"a b", "x y", ""},       // other words
		{"a b", "openid", "a b"}, // none of them
		{"openid a", "a", ""},    // Microsoft
		{"a offline_access", "a", ""},
		{"https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read", "User.Read", "https://graph.microsoft.com/Mail.Read"},
		{"User.Read Mail.Read", "profile https://graph.microsoft.com/user.read", "Mail.Read"},
		{"https://graph.microsoft.com/.default", "https://graph.microsoft.com/User.Read", ""},
		{"email https://www.googleapis.com/auth/drive", "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/drive", ""},
		{
			"https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/calendar",
			"https://www.googleapis.com/auth/drive openid", "https://www.googleapis.com/auth/calendar",
		},
		{"https://mail.google.com/", "https://mail.google.com/", ""},
		{"https://a.example/read https://b.example/read", "https://a.example/read", "https://b.example/read"},
		{"repo user:email", "repo user", ""},                   // GitHub
		{"read:org repo", "admin:org repo", ""},                // GitHub
		{"write:org repo", "read:org repo", "write:org"},       // GitHub
		{"admin:org repo", "write:org repo", "admin:org"},      // GitHub
		{"user:follow user", "user:email user:follow", "user"}, // the part is not the whole
	} {
		got := MissingScopes(strings.Fields(v.asked), strings.Fields(v.granted))
		if !slices.Equal(got, strings.Fields(v.want)) && len(got)+len(v.want) > 0 {
			t.Errorf("asked for %q and given %q: missing %q; want %q", v.asked, v.granted, got, v.want)
		}
	}
}

func TestMoreScopes(t *testing.T) {
	have := []string{"a", "b"}
	if got := MoreScopes(have, []string{"b", "c", "c"}); !slices.Equal(got, []string{"a", "b", "c"}) || len(have) != 2 {
		t.Errorf("%q", got)
	}
}
