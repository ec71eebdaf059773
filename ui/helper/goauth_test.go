package helper

import (
	"strings"
	"testing"
)

const goBindings = `
[[helper]]
tool = "goauth"
session = "work"
hosts = ["proxy.example", "git.example:8443"]

[[helper]]
tool = "goauth"
session = "play"
hosts = ["play.example"]
options.username = "ada"
`

func TestGoAuthFirst(t *testing.T) {
	const work = "https://proxy.example\nhttps://git.example:8443\n\nAuthorization: Bearer access-of-work-7\n\n"
	const play = "https://play.example\n\nAuthorization: Basic YWRhOmFjY2Vzcy1vZi1wbGF5LTc=\n\n"
	k := newFakeKeeper("work", "play")
	p := testHome(t, goBindings)
	if got := runHelper(t, k, p, "", "goauth", "work"); got != (ran{stdout: work}) {
		t.Errorf("one session: %+v", got)
	}
	if got := runHelper(t, k, p, "", "goauth", "-"); got != (ran{stdout: work + play}) {
		t.Errorf("all sessions: %+v", got)
	}
	for _, r := range k.asked {
		if r.Wait >= 0 || r.MinTTL > 0 || r.Force {
			t.Errorf("the keeper was asked for %+v; want what is in hand", r)
		}
	}
	k.sessions["work"].refusal = signInNeeded()
	if got := runHelper(t, k, p, "", "goauth", "-"); got != (ran{stdout: play}) {
		t.Errorf("with a session that was revoked: %+v", got)
	}
	if got := runHelper(t, k, testHome(t, "x"), "", "goauth", "-"); got.exit == 0 || got.stdout != "" {
		t.Errorf("a broken file: %+v", got)
	}
}

func TestGoAuthAgain(t *testing.T) {
	const invalid = "HTTP/2.0 401 Unauthorized\nContent-Type: text/plain\n" +
		"Www-Authenticate: Bearer realm=\"x\", error=\"invalid_token\"\n\n"
	answer := func(generation string) string {
		return "https://proxy.example\n\nAuthorization: Bearer access-of-work-" + generation + "\n\n"
	}
	for _, c := range []struct {
		what, address, response string
		exit                    int
		want                    string
	}{
		{"an invalid token", "https://proxy.example/mod/@v/list", invalid, 0, answer("8")},
		{"no token was sent", "https://proxy.example/x", "HTTP/1.1 401 Unauthorized\nWww-Authenticate: Bearer realm=\"x\"\n\n", 0, answer("7")},
		{"no such module", "https://proxy.example/x", "HTTP/1.1 404 Not Found\n\n", 0, answer("7")},
		{"cut", "https://proxy.example/x", "HTTP/1.1 401", 0, answer("7")},
		{"another host", "https://evil.example/x", invalid, 0, ""},
		{"http", "http://proxy.example/x", invalid, 0, ""},
		{"no address", "mod", invalid, 0, ""},
		{"garbage", "https://proxy.example/x", "\x00\xff", 1, ""},
		{"nothing", "https://proxy.example/x", "", 1, ""},
		{"without end", "https://proxy.example/x", "HTTP/1.1 401\n" + strings.Repeat("A: b\n", maxRequest/4), 1, ""},
	} {
		got := runHelper(t, newFakeKeeper("work"), testHome(t, goBindings), c.response, "goauth", "work", c.address)
		if got.exit != c.exit || got.stdout != c.want || (got.stderr == "") != (c.exit == 0) {
			t.Errorf("%s: %+v; want exit %d, %q", c.what, got, c.exit, c.want)
		}
	}
	k := newFakeKeeper("work")
	k.sessions["work"].refusal = signInNeeded()
	got := runHelper(t, k, testHome(t, goBindings), invalid, "goauth", "work", "https://proxy.example/x")
	if got.exit != ExitSignIn || got.stdout != "" || !strings.Contains(got.stderr, "sessionkeeper login work") {
		t.Errorf("a session that was revoked: %+v", got)
	}
}

func TestInvalidToken(t *testing.T) {
	for challenge, want := range map[string]bool{
		`Bearer realm="x", error="invalid_token"`:                   true,
		`Bearer error=invalid_token`:                                true,
		` bearer  error = "INVALID_TOKEN", error_description="old"`: true,
		`Basic realm="x", Bearer scope="a",error="invalid_token"`:   true,

		"":                                      false,
		`Bearer realm="x"`:                      false,
		`Bearer error="insufficient_scope"`:     false,
		`Bearer error="invalid_token_binding"`:  false,
		`Bearer x_error="invalid_token"`:        false,
		`Bearer error_description="no errors"`:  false,
		`Bearer error="no", error="invalid_to"`: false,
	} {
		if got := invalidToken(challenge); got != want {
			t.Errorf("invalidToken(%q) = %t; want %t", challenge, got, want)
		}
	}
}

func FuzzGoRefused(f *testing.F) {
	f.Add([]byte("HTTP/1.1 401 Unauthorized\nWww-Authenticate: Bearer error=\"invalid_token\"\n\n"))
	f.Add([]byte("HTTP/2.0 404\n:\n error error=error"))
	f.Fuzz(func(t *testing.T, data []byte) {
		refused, err := goRefused(data)
		if refused && (err != nil || !strings.Contains(strings.ToLower(string(data)), "invalid_token")) {
			t.Errorf("%q says that the token is invalid; %v", data, err)
		}
	})
}
