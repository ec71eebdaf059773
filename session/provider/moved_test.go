package provider

import (
	"slices"
	"testing"
)

func TestMovedFrom(t *testing.T) {
	was := &Provider{TokenURL: "https://as.example/token", RevokeURL: "https://as.example/revoke"}
	for _, v := range []struct {
		name string
		now  Provider
		want string
	}{
		{"the same", *was, ""},
		{"another path", Provider{TokenURL: "https://as.example/v2/token"}, ""},
		{"another spelling", Provider{TokenURL: "https://AS.example.:443/token"}, ""},
		{"another host", Provider{TokenURL: "https://tokens.example/token"}, "tokens.example"},
		{"a host below", Provider{TokenURL: "https://x.as.example/token"}, "x.as.example"},
		{"another port", Provider{TokenURL: "https://as.example:8443/token"}, "as.example:8443"},
		{"renewal alone", Provider{TokenURL: was.TokenURL, RefreshURL: "https://renew.example/"}, "renew.example"},
		{"revocation alone", Provider{TokenURL: was.TokenURL, RevokeURL: "https://end.example/"}, "end.example"},
		{
			"revocation that takes no refresh token",
			Provider{TokenURL: was.TokenURL, RevokeURL: "https://api.example/", RevokeStyle: RevokeBearer},
			"",
		},
		{"a user name that looks like a host", Provider{TokenURL: "https://as.example@evil.example/token"}, "evil.example"},
		{"this machine", Provider{TokenURL: "http://127.0.0.1/token"}, "127.0.0.1:80"},
	} {
		if got := v.now.MovedFrom(was); got != v.want {
			t.Errorf("%s: %q; want %q", v.name, got, v.want)
		}
		for _, nothing := range []*Provider{nil, {}} {
			if got := v.now.MovedFrom(nothing); got != "" {
				t.Errorf("%s: moved from nowhere to %q", v.name, got)
			}
		}
	}
	here := Provider{TokenURL: "http://localhost:1/token"}
	if got := here.MovedFrom(&Provider{TokenURL: "http://localhost:2/token"}); got != "localhost:1" {
		t.Errorf("another program on this machine: %q", got)
	}
	if got := was.refreshHosts(); !slices.Equal(got, []string{"as.example"}) {
		t.Errorf("hosts %q", got)
	}
}

func TestElsewhere(t *testing.T) {
	c := known(t)
	for _, v := range []struct{ id, issuer, token, want string }{
		{"", "https://as.example/realms/x", "https://as.example/token", ""},
		{"", "https://as.example/realms/x", "https://AS.example:443/token", ""},
		{"", "https://as.example/realms/x", "https://tokens.example/token", "tokens.example"},
		{"google", "https://accounts.google.com", "https://oauth2.googleapis.com/token", ""},
		{"google", "https://accounts.google.com", "https://tokens.example/token", "tokens.example"},
		{"keycloak", "https://as.example/realms/x", "https://tokens.example/token", "tokens.example"},
		{"", "", "https://as.example/token", ""},
	} {
		p := Provider{ID: v.id, Issuer: v.issuer, TokenURL: v.token}
		if got := c.Elsewhere(&p); got != v.want {
			t.Errorf("%s at %s: %q; want %q", v.token, v.issuer, got, v.want)
		}
	}
}
