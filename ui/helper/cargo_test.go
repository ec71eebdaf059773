package helper

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

const cargoBindings = `
[[helper]]
tool = "cargo"
session = "work"
hosts = ["crates.example"]

[[helper]]
tool = "cargo"
session = "bare"
hosts = ["bare.example"]
options.scheme = "bare"
`

func cargoGet(index, more string) string {
	return `{"v":1,"registry":{"index-url":"` + index + `","name":"corp"` + more + `},"kind":"get","operation":"read","args":[]}`
}

// The messages are those of The Cargo Book's credential provider protocol, and of cargo 1.95.
func TestCargo(t *testing.T) {
	k := newFakeKeeper("work", "bare")
	end := k.sessions["work"].expiresAt.Add(-time.Minute).Unix()
	granted := func(token string) string {
		return fmt.Sprintf(`{"Ok":{"kind":"get","token":%q,"cache":"expires","expiration":%d,"operation_independent":true}}`, token, end)
	}
	other := func(message string) string {
		return `{"Err":{"kind":"other","message":"sessionkeeper: ` + message + `"}}`
	}
	for _, c := range []struct{ what, request, want string }{
		{"a sparse registry", cargoGet("sparse+https://crates.example/index/", ""), granted("Bearer access-of-work-7")},
		{"a git registry", cargoGet("https://crates.example/index.git", ""), granted("Bearer access-of-work-7")},
		{"a token without a scheme", cargoGet("sparse+https://bare.example/", ""), granted("access-of-bare-7")},
		{"a publication", `{"v":1,"registry":{"index-url":"https://crates.example/"},"kind":"get","operation":"publish",` +
			`"name":"one","vers":"1.0.0","cksum":"00"}`, granted("Bearer access-of-work-7")},
		{
			"a session that the configuration names", strings.Replace(cargoGet("https://crates.example/", ""), "[]", `["work"]`, 1),
			granted("Bearer access-of-work-7"),
		},
		{
			"another session", strings.Replace(cargoGet("https://crates.example/", ""), "[]", `["bare"]`, 1),
			`{"Err":{"kind":"url-not-supported"}}`,
		},
		{
			"no token was sent", cargoGet("https://crates.example/", `,"headers":["WWW-Authenticate: Cargo login_url=\"x\""]`),
			granted("Bearer access-of-work-7"),
		},
		{
			"an invalid token", cargoGet("https://crates.example/", `,"headers":["www-authenticate: Bearer error=\"invalid_token\""]`),
			granted("Bearer access-of-work-8"),
		},
		{"another registry", cargoGet("sparse+https://evil.example/", ""), `{"Err":{"kind":"url-not-supported"}}`},
		{"http", cargoGet("sparse+http://crates.example/", ""), `{"Err":{"kind":"url-not-supported"}}`},
		{
			"a login", `{"v":1,"registry":{"index-url":"https://crates.example/"},"kind":"login","token":"x"}`,
			other(`this registry gets the tokens of session \"work\"; sign in with: sessionkeeper login work`),
		},
		{
			"a logout", `{"v":1,"registry":{"index-url":"https://crates.example/"},"kind":"logout"}`,
			other(`this registry gets the tokens of session \"work\"; sign out with: sessionkeeper logout work`),
		},
		{
			"what there is not", `{"v":1,"registry":{"index-url":"https://crates.example/"},"kind":"steal"}`,
			`{"Err":{"kind":"operation-not-supported"}}`,
		},
		{"another version", `{"v":2,"kind":"get"}`, other("cargo speaks version 2 of the protocol, and only 1 is known here")},
		{"garbage", "\x00\xff", other("this is no request of cargo's; nothing was answered")},
		{"half a request", `{"v":1,"kind":"get"`, other("this is no request of cargo's; nothing was answered")},
		{"an empty line", "", other("this is no request of cargo's; nothing was answered")},
		{"without end", strings.Repeat(" ", 2*maxRequest), other("this is no request of cargo's; nothing was answered")},
	} {
		got := runHelper(t, k, testHome(t, cargoBindings), c.request+"\n", "cargo", "-", "--cargo-plugin")
		if got.exit != 0 || got.stderr != "" || got.stdout != `{"v":[1]}`+"\n"+c.want+"\n" {
			t.Errorf("%s: %+v; want %s", c.what, got, c.want)
		}
	}
	got := runHelper(t, k, testHome(t, cargoBindings), "", "cargo", "-", "--cargo-plugin")
	if got != (ran{stdout: `{"v":[1]}` + "\n"}) {
		t.Errorf("no request: %+v", got)
	}
	two := cargoGet("https://crates.example/", "") + "\n" + cargoGet("https://evil.example/", "") + "\n"
	if got = runHelper(t, k, testHome(t, cargoBindings), two, "cargo", "-", "--cargo-plugin"); strings.Count(got.stdout, "\n") != 3 {
		t.Errorf("two requests: %+v", got)
	}
	got = runHelper(t, k, testHome(t, "x"), cargoGet("https://crates.example/", ""), "cargo", "-", "--cargo-plugin")
	if got.exit != 0 || !strings.Contains(got.stdout, "helpers.toml: line 1: ") {
		t.Errorf("a broken file: %+v", got)
	}
	k.sessions["work"].refusal = signInNeeded()
	got = runHelper(t, k, testHome(t, cargoBindings), cargoGet("https://crates.example/", ""), "cargo", "-", "--cargo-plugin")
	if got.exit != 0 || !strings.Contains(got.stdout, "sessionkeeper login work") || strings.Contains(got.stdout, "u001b") {
		t.Errorf("a session that was revoked: %+v", got)
	}
}

func FuzzCargo(f *testing.F) {
	f.Add(cargoGet("sparse+https://crates.example/", `,"headers":["WWW-Authenticate: Bearer error=invalid_token"]`))
	f.Add(`{"v":1,"registry":{},"kind":"get"}`)
	f.Add("{}\n\n[]")
	p := testHome(f, cargoBindings)
	f.Fuzz(func(t *testing.T, request string) {
		got := runHelper(t, newFakeKeeper("work", "bare"), p, request, "cargo", "-", "--cargo-plugin")
		for i, line := range strings.Split(strings.TrimSuffix(got.stdout, "\n"), "\n") {
			var answer struct {
				V   []int
				Ok  *cargoToken
				Err *cargoError
			}
			err := json.Unmarshal([]byte(line), &answer)
			if err != nil || (i == 0) != (answer.V != nil) || i > 0 && (answer.Ok == nil) == (answer.Err == nil) {
				t.Errorf("%q was answered with %q, %v", request, line, err)
			}
		}
	})
}
