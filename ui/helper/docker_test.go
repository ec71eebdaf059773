package helper

import (
	"encoding/json"
	"strings"
	"testing"
)

const dockerBindings = `
[[helper]]
tool = "docker"
session = "work"
hosts = ["registry.example", "registry.example:5000", "index.docker.io"]

[[helper]]
tool = "docker"
session = "google"
hosts = ["europe-docker.pkg.dev"]

[[helper]]
tool = "docker"
session = "odd"
hosts = ["odd.example"]
options.username = "<token>"
`

// The exact words are those of github.com/docker/docker-credential-helpers.
func TestDocker(t *testing.T) {
	for _, c := range []struct {
		what, operation, stdin string
		exit                   int
		want                   string
	}{
		{
			"a registry", "get", "registry.example", 0,
			`{"ServerURL":"registry.example","Username":"oauth2","Secret":"access-of-work-7"}`,
		},
		{
			"with a port and a line feed", "get", "registry.example:5000\n", 0,
			`{"ServerURL":"registry.example:5000","Username":"oauth2","Secret":"access-of-work-7"}`,
		},
		{
			"as an address", "get", "https://registry.example/v2/", 0,
			`{"ServerURL":"https://registry.example/v2/","Username":"oauth2","Secret":"access-of-work-7"}`,
		},
		{
			"Docker Hub", "get", "https://index.docker.io/v1/", 0,
			`{"ServerURL":"https://index.docker.io/v1/","Username":"oauth2","Secret":"access-of-work-7"}`,
		},
		{
			"Google's", "get", "europe-docker.pkg.dev", 0,
			`{"ServerURL":"europe-docker.pkg.dev","Username":"oauth2accesstoken","Secret":"access-of-google-7"}`,
		},
		{"another registry", "get", "evil.example", 1, "credentials not found in native keychain"},
		{"over http", "get", "http://registry.example", 1, "credentials not found in native keychain"},
		{"an address with a user", "get", "https://registry.example@evil.example/", 1, "credentials not found in native keychain"},
		{"garbage", "get", "\x00\xff{", 1, "credentials not found in native keychain"},
		{"no registry", "get", " \n", 1, "no credentials server URL"},
		{
			"a user name that means another thing", "get", "odd.example", 1,
			"sessionkeeper: the user name <token> would make docker use the token as a refresh token; choose another in helpers.toml",
		},
		{"all", "list", "unused", 0, `{"europe-docker.pkg.dev":"oauth2accesstoken","https://index.docker.io/v1/":"oauth2",` +
			`"odd.example":"\u003ctoken\u003e","registry.example":"oauth2","registry.example:5000":"oauth2"}`},
		{"a logout", "erase", "registry.example", 0, ""},
		{"a logout elsewhere", "erase", "evil.example", 0, ""},
		{"a logout from nowhere", "erase", "", 1, "no credentials server URL"},
		{"our own token", "store", `{"ServerURL":"registry.example","Username":"oauth2","Secret":"access-of-work-7"}`, 0, ""},
		{
			"a password", "store", `{"ServerURL":"registry.example","Username":"ada","Secret":"hunter2"}`, 1,
			`sessionkeeper: this registry gets the tokens of session "work", and nothing else is stored for it; ` +
				`sign in with: sessionkeeper login work`,
		},
		{
			"a password elsewhere", "store", `{"ServerURL":"evil.example","Username":"ada","Secret":"hunter2"}`, 1,
			`sessionkeeper: only tokens of sessions are kept here, and no session is bound to this registry; ` +
				`take another credsStore for it in docker's config.json`,
		},
		{"a password without a registry", "store", `{"Username":"ada","Secret":"x"}`, 1, "no credentials server URL"},
		{"a password without a user", "store", `{"ServerURL":"registry.example","Secret":"x"}`, 1, "no credentials username"},
		{
			"half a credential", "store", `{"ServerURL":"regis`, 1,
			"sessionkeeper: this is no credential of docker's; nothing was stored",
		},
		{
			"without end", "get", strings.Repeat("a", maxRequest+1), 1,
			"sessionkeeper: the request is larger than 1 MiB; nothing was answered",
		},
		{"what there is not", "steal", "", 1, "sessionkeeper: docker-credential-sessionkeeper: unknown action: steal"},
	} {
		got := runHelper(t, newFakeKeeper("work", "google", "odd"), testHome(t, dockerBindings), c.stdin, "docker", "-", c.operation)
		want := strings.ReplaceAll(c.want, `\u003c`, "<")
		want = strings.ReplaceAll(want, `\u003e`, ">")
		if got.exit != c.exit || got.stderr != "" || strings.TrimSuffix(got.stdout, "\n") != want {
			t.Errorf("%s: %+v; want exit %d, %s", c.what, got, c.exit, want)
		}
	}
	got := runHelper(t, newFakeKeeper("work"), testHome(t, dockerBindings), "", "docker", "-", "version")
	if got.exit != 0 || !strings.HasPrefix(got.stdout, "docker-credential-sessionkeeper (sessionkeeper) ") {
		t.Errorf("version: %+v", got)
	}
}

func TestDockerWithoutToken(t *testing.T) {
	k := newFakeKeeper("work")
	k.sessions["work"].refusal = signInNeeded()
	got := runHelper(t, k, testHome(t, dockerBindings), "registry.example", "docker", "-", "get")
	if got.exit != 1 || got.stderr != "" || strings.Contains(got.stdout, "\x1b") ||
		!strings.Contains(got.stdout, "sessionkeeper login work") || strings.Count(got.stdout, "\n") != 1 {
		t.Errorf("a session that was revoked: %+v", got)
	}
	got = runHelper(t, k, testHome(t, "tool = 1"), "registry.example", "docker", "-", "get")
	if got.exit != 1 || !strings.Contains(got.stdout, "helpers.toml: line 1: ") {
		t.Errorf("a broken file: %+v", got)
	}
	got = runHelper(t, k, testHome(t, "tool = 1"), "", "docker", "-", "list")
	if got.exit != 1 || !strings.Contains(got.stdout, "helpers.toml: line 1: ") {
		t.Errorf("a broken file: %+v", got)
	}
}

func FuzzDocker(f *testing.F) {
	f.Add("get", "registry.example:5000")
	f.Add("get", "https://registry.example/v1/\n")
	f.Add("store", `{"ServerURL":"registry.example","Username":"ada","Secret":"x"}`)
	f.Add("erase", "")
	p := testHome(f, dockerBindings)
	f.Fuzz(func(t *testing.T, operation, stdin string) {
		k := newFakeKeeper("work", "google", "odd")
		got := runHelper(t, k, p, stdin, "docker", "-", operation)
		if got.exit == 0 && got.stdout != "" && operation == "get" {
			var c dockerCredential
			if err := json.Unmarshal([]byte(got.stdout), &c); err != nil || c.Secret == "" || dockerHost(c.ServerURL) == "" {
				t.Errorf("%q was answered %q", stdin, got.stdout)
			}
		}
		if operation == "store" && got.exit == 0 && !strings.Contains(stdin, "access-of-work-7") {
			t.Errorf("%q was stored", stdin)
		}
	})
}
