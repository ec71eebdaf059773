package provider

import (
	"io"
	"net/http"
	"testing"
)

func TestUserinfo(t *testing.T) {
	for _, v := range []struct {
		body string
		want Account
	}{
		{`{"sub":"1","name":"Ada","email":"ada@example.com","id":"other"}`, Account{"1", "Ada", "ada@example.com"}},
		{`{"id":583231,"login":"octocat","name":null,"email":null}`, Account{"583231", "octocat", ""}},
		{`{"data":{"id":"2244","name":"X Dev","username":"xdev"}}`, Account{"2244", "X Dev", ""}},
		{`{"ok":true,"user":"bob","user_id":"U1","team_id":"T1"}`, Account{"U1", "bob", ""}},
		{
			`{"account_id":"dbid:A","name":{"display_name":"Ada L"},"email":"a@b.example"}`, Account{
				"dbid:A",
				"Ada L", "a@b.example",
			},
		},
		{`{"uuid":"{1-2}","display_name":"Ada"}`, Account{"{1-2}", "Ada", ""}},
		{`{"result":{"id":"c","email":"a@b.example"},"success":true}`, Account{"c", "", "a@b.example"}},
		{`{"email":"only@example.com"}`, Account{"only@example.com", "", "only@example.com"}},
		{`{"sub":"a\u202eb\n"}`, Account{"ab", "", ""}},
		{`[]`, Account{}},
	} {
		server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, v.body) })
		p := &Provider{Check: Check{Kind: CheckGet, URL: server.URL}}
		got, a := w.Userinfo(t.Context(), p, accessToken)
		if a.Verdict != VerdictOK || got != v.want {
			t.Errorf("%s: %+v (%s); want %+v", v.body, got, a.Verdict, v.want)
		}
	}
	if _, a := NewWire(nil, nil).Userinfo(t.Context(), &Provider{}, accessToken); a.Code != "unsupported" {
		t.Errorf("no endpoint: %s", a.Code)
	}
}
