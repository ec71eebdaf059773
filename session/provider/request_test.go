package provider

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/secret"
)

// asked is a token request as a server saw it.
type asked struct {
	path, kind, body string
	header           http.Header
}

// answering serves one answer and remembers what was asked.
func answering(t *testing.T, status int, body string) (base string, w *Wire, last *asked) {
	t.Helper()
	last = &asked{}
	server, w := serveTLS(t, func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*last = asked{path: r.URL.Path, kind: r.Header.Get("Content-Type"), body: string(b), header: r.Header.Clone()}
		rw.WriteHeader(status)
		io.WriteString(rw, body)
	})
	return server.URL, w, last
}

// entryAt reads one user's file and resolves it for a server.
func entryAt(t *testing.T, w *Wire, text, base string) *Provider {
	t.Helper()
	c, errs := LoadCatalogue(writeFiles(t, map[string]string{"work.toml": text}))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	p, err := c.Resolve(t.Context(), w, Target{ID: "work", Vars: map[string]string{"base": base}})
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// The worked example: a service of one's own, described by a file.
func TestServiceAtWork(t *testing.T) {
	c, errs := LoadCatalogue("testdata/providers")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	ends := time.Now().Add(20 * time.Minute).Truncate(time.Second)
	for name, at := range map[string]string{
		"seconds": fmt.Sprint(ends.Unix()), "milliseconds": fmt.Sprint(ends.UnixMilli()),
		"a text": fmt.Sprintf("%q", ends.UTC().Format(time.RFC3339)),
	} {
		base, w, last := answering(t, 200, `{"data":{"token":"new","expiresAt":`+at+`,"user":"me"}}`)
		p, err := c.Resolve(t.Context(), w, Target{ID: "work", Vars: map[string]string{"base": base}})
		if err != nil {
			t.Fatal(err)
		}
		a := w.Refresh(t.Context(), &p, Client{ID: "unused"}, oldToken, nil)
		if last.path != "/auth/refresh" || last.kind != "application/json" || last.body != `{"refresh_token":"rt-old-token"}` ||
			last.header.Get("Authorization") != "" {
			t.Errorf("%s: asked %+v", name, last)
		}
		left := a.Tokens.ExpiresIn
		if a.Verdict != VerdictOK || a.Tokens.Access.Reveal() != "new" || left < 18*time.Minute || left > 21*time.Minute {
			t.Errorf("%s: %s %s, %v left", name, a.Verdict, a.Code, left)
		}
	}
	base, w, _ := answering(t, 403, `{"problem":{"code":"SESSION_GONE","text":"rt-old-token is over"}}`)
	p, _ := c.Resolve(t.Context(), w, Target{ID: "work", Vars: map[string]string{"base": base}})
	a := w.Refresh(t.Context(), &p, Client{}, oldToken, nil)
	if a.Verdict != VerdictSignIn || a.Reason != reasonExpired || strings.Contains(a.Message, "rt-old-token") {
		t.Errorf("an error: %s %s %q", a.Verdict, a.Reason, a.Message)
	}
}

const atBase = "token_url = \"{base}/token\"\nauthorize_url = \"{base}/page\"\n[vars.base]\nnote = \"x\"\n"

func TestRequestsAsDescribed(t *testing.T) {
	for _, v := range []struct {
		name, text string
		kind, body string
		header     map[string]string
	}{
		{
			"renamed in a form", "auth_style = \"post\"\ntoken_params = { app = \"desk\", version = 2 }\n" + atBase +
				"[request]\nfields = { refresh_token = \"refreshToken\", client_id = \"clientId\", client_secret = \"clientSecret\" }\n" +
				"grants = { refresh_token = \"renew\" }\n",
			"application/x-www-form-urlencoded",
			"app=desk&clientId=cid&clientSecret=s%26cret&grant_type=renew&refreshToken=rt-old-token&version=2", nil,
		},
		{
			"nested in JSON", "auth_style = \"basic\"\njson_body = true\ntoken_params = { \"meta.v\" = 2, keep = true, n = \"7\" }\n" +
				atBase + "[request]\nfields = { refresh_token = \"auth.refresh\", grant_type = \"auth.kind\" }\n",
			"application/json",
			`{"auth":{"kind":"refresh_token","refresh":"rt-old-token"},"keep":true,"meta":{"v":2},"n":"7"}`,
			map[string]string{"Authorization": "Basic Y2lkOnMlMjZjcmV0"},
		},
		{
			"in a header", "auth_style = \"none\"\n" + atBase + "[request]\n" +
				"fields = { refresh_token = \"\", grant_type = \"\", client_id = \"\" }\n[request.headers]\n" +
				"Authorization = \"Bearer {refresh_token}\"\nX-Api-Key = \"{client_secret}\"\nX-Tenant = \"main\"\n",
			"application/x-www-form-urlencoded", "",
			map[string]string{"Authorization": "Bearer rt-old-token", "X-Api-Key": "s&cret", "X-Tenant": "main"},
		},
	} {
		base, w, last := answering(t, 200, `{"access_token":"new"}`)
		p := entryAt(t, w, v.text, base)
		a := w.Refresh(t.Context(), p, Client{ID: "cid", Secret: secret.New("s&cret")}, oldToken, nil)
		if a.Verdict != VerdictOK || last.kind != v.kind || last.body != v.body {
			t.Errorf("%s: %s, asked %s %s; want %s", v.name, a.Verdict, last.kind, last.body, v.body)
		}
		for name, want := range v.header {
			if got := last.header.Get(name); got != want {
				t.Errorf("%s: %s: %q; want %q", v.name, name, got, want)
			}
		}
	}
}

// The description holds for sign-ins too; what a request does not have is left out of its headers.
func TestExchangeAsDescribed(t *testing.T) {
	base, w, last := answering(t, 200, `{"accessToken":"new","refreshToken":"next","expiresIn":90000}`)
	p := entryAt(t, w, "auth_style = \"none\"\njson_body = true\n"+atBase+
		"[request]\nfields = { code_verifier = \"verifier\" }\nheaders = { X-Old = \"{refresh_token}\", X-App = \"{client_id}\" }\n"+
		"[answer]\naccess_token = \"accessToken\"\nunit = \"ms\"\n", base)
	code := Code{Code: secret.New("c"), Verifier: secret.New("v"), RedirectURI: "http://127.0.0.1:1/callback"}
	a := w.Exchange(t.Context(), p, Client{ID: "cid"}, code)
	want := `{"client_id":"cid","code":"c","grant_type":"authorization_code",` +
		`"redirect_uri":"http://127.0.0.1:1/callback","verifier":"v"}`
	if _, sent := last.header["X-Old"]; last.body != want || sent || last.header.Get("X-App") != "cid" {
		t.Errorf("asked %s with %v", last.body, last.header)
	}
	if a.Tokens.Refresh.Reveal() != "next" || a.Tokens.ExpiresIn != 90*time.Second {
		t.Errorf("got %q for %v", a.Tokens.Refresh.Reveal(), a.Tokens.ExpiresIn)
	}
}

// A description of token requests leaves the other endpoints alone.
func TestOtherRequestsStayAsTheyAre(t *testing.T) {
	base, w, last := answering(t, 200, `{}`)
	p := entryAt(t, w, "auth_style = \"post\"\nrevoke_url = \"{base}/revoke\"\n"+atBase+
		"[request]\nfields = { client_id = \"clientId\" }\nheaders = { X-Tenant = \"main\" }\n", base)
	w.Revoke(t.Context(), p, Client{ID: "cid"}, oldToken, "refresh_token")
	form, _ := url.ParseQuery(last.body)
	if last.path != "/revoke" || form.Get("client_id") != "cid" || form.Get("token") != "rt-old-token" ||
		last.header.Get("X-Tenant") != "" {
		t.Errorf("asked %+v", last)
	}
}

// A secret that would break a header is never sent, and it is known that nothing was.
func TestSecretThatBreaksAHeader(t *testing.T) {
	base, w, last := answering(t, 200, `{"access_token":"new"}`)
	p := entryAt(t, w, "auth_style = \"none\"\n"+atBase+
		"[request]\nfields = { refresh_token = \"\" }\nheaders = { Authorization = \"Bearer {refresh_token}\" }\n", base)
	a := w.Refresh(t.Context(), p, Client{ID: "cid"}, secret.New("rt\r\nX-Evil: 1"), nil)
	if last.path != "" || !a.Unsent || a.OutcomeUnknown || a.Verdict != VerdictPassing || a.Code != "malformed_token" {
		t.Errorf("asked %+v; %+v", last, a)
	}
}

func TestBrokenDescriptions(t *testing.T) {
	const good = "token_url = \"https://as.example/token\"\nauth_style = \"none\"\n"
	for _, v := range []struct{ text, want string }{
		{"[request]\nfeilds = {}\n", `unknown key "request.feilds"; known keys here: fields, grants, headers`},
		{"[request.fields]\nrefreshtoken = \"x\"\n", "request.fields.refreshtoken: no field of a token request; known are client_id, "},
		{"[request.fields]\nscope = \"a b\"\n", `request.fields.scope "a b": use letters`},
		{"[request.fields]\nscope = 7\n", "bad.toml:4:"},
		{"[request.fields]\nrefresh_token = \"\"\n", `request.fields.refresh_token "": then a header must carry it`},
		{"[request.fields]\nrefresh_token = \"scope\"\n", `request.fields.scope "scope": gets in the way of request.fields.refresh_token`},
		{"json_body = true\n[request.fields]\nrefresh_token = \"code.x\"\n", "gets in the way of request.fields.code"},
		{"token_params = { scope = \"x\" }\n", "token_params.scope: gets in the way of request.fields.scope"},
		{"token_params = { a = [1] }\n", "token_params.a: want a text, a number, true or false"},
		{"token_params = { a = inf }\n", "token_params.a: want a text"},
		{"token_params = { \"a b\" = 1 }\n", "bad.toml:3:18: token_params.a b: use letters"},
		{"[request.grants]\npassword = \"x\"\n", "request.grants.password: no grant that is used"},
		{"[request.grants]\nrefresh_token = \"\"\n", "request.grants.refresh_token: missing"},
		{"[request.headers]\n\"X Y\" = \"x\"\n", `request.headers "X Y": no name of a header`},
		{"[request.headers]\ncontent-type = \"x\"\n", "request.headers.content-type: is set already"},
		{"[request.headers]\nX = \"{token}\"\n", "request.headers.X: {token} is unknown; known are {refresh_token}"},
		{"[request.headers]\nX = \"a\\nb\"\n", "bad.toml:4:1: request.headers.X: holds a control character"},
		{"[answer]\ntoken = \"x\"\n", `unknown key "answer.token"; known keys here: access_token, `},
		{"[answer]\naccess_token = \"data..token\"\n", `answer.access_token "data..token": write the names`},
		{"[answer]\nunit = \"min\"\n", `answer.unit "min": want one of`},
	} {
		dir := writeFiles(t, map[string]string{"bad.toml": good + v.text})
		_, errs := LoadCatalogue(dir)
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), v.want) || !atPlace(errs[0], filepath.Join(dir, "bad.toml")) {
			t.Errorf("%q: %v; want the place and %q", v.text, errs, v.want)
		}
	}
	basic := "token_url = \"https://as.example/token\"\n[request.headers]\nauthorization = \"x\"\n"
	_, errs := LoadCatalogue(writeFiles(t, map[string]string{"bad.toml": basic}))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "must leave room for it") {
		t.Errorf("two proofs in one header: %v", errs)
	}
}
