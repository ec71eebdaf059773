package provider

import (
	"net/http"
	"net/url"
	"testing"

	"sessionkeeper/session/secret"
)

func TestAuthStyle(t *testing.T) {
	with, without := Client{ID: "app", Secret: secret.New("s")}, Client{ID: "app"}
	for _, v := range []struct {
		name string
		p    Provider
		c    Client
		want AuthStyle
	}{
		{"nothing known, a secret", Provider{}, with, AuthBasic},
		{"nothing known, no secret", Provider{}, without, AuthNone},
		{"both", Provider{AuthMethods: []string{"client_secret_post", "client_secret_basic"}}, with, AuthBasic},
		{"post alone", Provider{AuthMethods: []string{"client_secret_post", "none"}}, with, AuthPost},
		{"neither", Provider{AuthMethods: []string{"private_key_jwt"}}, with, AuthBasic},
		{
			"metadata wants a secret that is not there",
			Provider{AuthMethods: []string{"client_secret_basic"}},
			without, AuthNone,
		},
		{"catalogue", Provider{AuthStyle: AuthPost, AuthMethods: []string{"client_secret_basic"}}, with, AuthPost},
		{"catalogue, no secret", Provider{AuthStyle: AuthBasic}, without, AuthNone},
		{"catalogue says none, a secret", Provider{AuthStyle: AuthNone}, with, AuthBasic},
		{"empty password", Provider{AuthStyle: AuthBasic, PublicBasic: true}, without, AuthBasic},
		{"client's own", Provider{AuthStyle: AuthPost}, Client{ID: "app", AuthStyle: AuthBasic}, AuthBasic},
	} {
		if got := authStyle(&v.p, v.c); got != v.want {
			t.Errorf("%s: %q; want %q", v.name, got, v.want)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	c := Client{ID: "my app:1", Secret: secret.New("p%ss w+rd")}
	form, header := url.Values{}, http.Header{}
	authenticate(AuthBasic, c, form, header)
	r := http.Request{Header: header}
	id, password, ok := r.BasicAuth()
	if !ok || id != "my+app%3A1" || password != "p%25ss+w%2Brd" || len(form) != 0 {
		t.Errorf("basic: %q %q %v", id, password, form)
	}
	form, header = url.Values{}, http.Header{}
	authenticate(AuthPost, c, form, header)
	if form.Get("client_id") != c.ID || form.Get("client_secret") != "p%ss w+rd" || len(header) != 0 {
		t.Errorf("post: %v %v", form, header)
	}
	form = url.Values{}
	authenticate(AuthNone, c, form, header)
	if form.Get("client_id") != c.ID || form.Has("client_secret") || len(header) != 0 {
		t.Errorf("none: %v %v", form, header)
	}
}
