package helper

import (
	"slices"
	"strings"
	"testing"
)

const keyringBindings = `
[[helper]]
tool = "keyring"
session = "work"
hosts = ["pypi.example.org", "pypi.example.org:8443"]

[[helper]]
tool = "keyring"
session = "play"
hosts = ["play.example.org"]
options = {username = "oauth2accesstoken"}
`

func TestKeyring(t *testing.T) {
	for _, c := range []struct {
		args   []string
		stdout string
		exit   int
	}{
		{[]string{"get", "https://pypi.example.org/simple/", "me"}, "access-of-work-7\n", 0},
		{[]string{"get", "https://me@pypi.example.org/simple/", "me"}, "access-of-work-7\n", 0},
		{[]string{"get", "pypi.example.org", "me"}, "access-of-work-7\n", 0},
		{[]string{"get", "pypi.example.org:8443", "me"}, "access-of-work-7\n", 0},
		{[]string{"get", "https://pypi.example.org/", "--mode", "creds"}, "__token__\naccess-of-work-7\n", 0},
		{[]string{"get", "--mode=creds", "play.example.org"}, "oauth2accesstoken\naccess-of-play-7\n", 0},
		{
			[]string{"--mode=creds", "--output=json", "get", "https://play.example.org/x/", "me"},
			`{"password":"access-of-play-7","username":"me"}` + "\n", 0,
		},
		{
			[]string{"--mode=creds", "--output=json", "get", "https://play.example.org/x/"},
			`{"password":"access-of-play-7","username":"oauth2accesstoken"}` + "\n", 0,
		},
		{[]string{"--output", "json", "get", "play.example.org", "me"}, `{"password":"access-of-play-7"}` + "\n", 0},
		{[]string{"get", "http://pypi.example.org/simple/", "me"}, "", 1},
		{[]string{"get", "https://elsewhere.example.org/simple/", "me"}, "", 1},
		{[]string{"get", "https://pypi.example.org.evil.example/", "me"}, "", 1},
		{[]string{"get", "https://pypi.example.org:444/", "me"}, "", 1},
		{[]string{"get", "https://pypi.example.org@evil.example/", "me"}, "", 1},
		{[]string{"get", "https://evil.example\\@pypi.example.org/", "me"}, "", 1},
		{[]string{"get", "", "me"}, "", 1},
		{[]string{"set", "https://pypi.example.org/", "me"}, "", 1},
		{[]string{"del", "https://pypi.example.org/", "me"}, "", 1},
		{[]string{"get", "https://pypi.example.org/"}, "", 2},
		{[]string{"get"}, "", 2},
		{nil, "", 2},
		{[]string{"--list-backends"}, "", 2},
		{[]string{"--mode", "cookies", "get", "a", "b"}, "", 2},
		{[]string{"get", "a", "b", "--mode"}, "", 2},
	} {
		got := runHelper(t, newFakeKeeper("work", "play"), testHome(t, keyringBindings), "", append([]string{"keyring", "-"}, c.args...)...)
		if got.stdout != c.stdout || got.exit != c.exit {
			t.Errorf("keyring %q: %+v; want %q and %d", c.args, got, c.stdout, c.exit)
		}
		if (c.exit == 0) != (got.stderr == "") && !strings.HasPrefix(strings.Join(c.args, " "), "get ") {
			t.Errorf("keyring %q: stderr %q", c.args, got.stderr)
		}
	}
}

// TestKeyringCalledByName is how pip calls us.
func TestKeyringCalledByName(t *testing.T) {
	args := Args([]string{"/home/me/bin/keyring", "get", "https://pypi.example.org/", "me"})
	if want := []string{"helper", "keyring", "-", "get", "https://pypi.example.org/", "me"}; !slices.Equal(args, want) {
		t.Errorf("got %q; want %q", args, want)
	}
}

func TestKeyringSignInNeeded(t *testing.T) {
	k := newFakeKeeper("work")
	k.sessions["work"].refusal = signInNeeded()
	got := runHelper(t, k, testHome(t, keyringBindings), "", "keyring", "-", "get", "https://pypi.example.org/", "me")
	if got.exit != ExitFailed || got.stdout != "" || !strings.Contains(got.stderr, "sessionkeeper login work") {
		t.Errorf("got %+v; want exit code 1, which pip takes for not found, and what to do", got)
	}
}

func FuzzKeyring(f *testing.F) {
	f.Add("get\x00https://a.example/\x00me")
	f.Add("--mode=creds\x00--output=json\x00get\x00a\x00b")
	f.Add("get\x00--mode\x00creds\x00a")
	f.Fuzz(func(t *testing.T, joined string) {
		args := strings.Split(joined, "\x00")
		q, err := parseKeyring(args)
		if err != nil {
			return
		}
		if !slices.Contains(args, q.operation) || q.service != "" && !slices.Contains(args, q.service) ||
			q.user != "" && !slices.Contains(args, q.user) || q.user == "" && !q.creds && !slices.Contains(args, "") {
			t.Errorf("%q was read as %+v", args, q)
		}
		if host := serviceHost(q.service); host != "" {
			if again, err := NormalHost(host); err != nil || again != host {
				t.Errorf("%q gave the host %q, which is none", q.service, host)
			}
			if strings.Contains(q.service, "://") && !strings.HasPrefix(strings.ToLower(q.service), "https://") {
				t.Errorf("%q is no https address, and gave %q", q.service, host)
			}
		}
	})
}
