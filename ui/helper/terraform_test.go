package helper

import (
	"strings"
	"testing"
)

const terraformBindings = "[[helper]]\ntool = 'terraform'\nsession = 'work'\nhosts = ['app.example', 'app.example:8443']\n"

func TestTerraform(t *testing.T) {
	for _, c := range []struct {
		what, stdin string
		args        []string
		exit        int
		want        string
	}{
		{"a host", "", []string{"get", "app.example"}, 0, `{"token":"access-of-work-7"}` + "\n"},
		{"with a port", "", []string{"get", "app.example:8443"}, 0, `{"token":"access-of-work-7"}` + "\n"},
		{"with the configuration's arguments", "", []string{"--quiet", "get", "app.example"}, 0, `{"token":"access-of-work-7"}` + "\n"},
		{"another host", "", []string{"get", "evil.example"}, 0, "{}\n"},
		{"no host", "", []string{"get", ""}, 0, "{}\n"},
		{"garbage", "", []string{"get", "app.example/../evil.example"}, 0, "{}\n"},
		{"a user", "", []string{"get", "app.example@evil.example"}, 0, "{}\n"},
		{"a login", `{"token":"x"}`, []string{"store", "app.example"}, 1, ""},
		{"a login elsewhere", `{"token":"x"}`, []string{"store", "evil.example"}, 1, ""},
		{"a logout", "", []string{"forget", "app.example"}, 1, ""},
		{"a logout elsewhere", "", []string{"forget", "evil.example"}, 0, ""},
		{"what there is not", "", []string{"steal", "app.example"}, 1, ""},
		{"no host at all", "", []string{"get"}, 2, ""},
	} {
		got := runHelper(t, newFakeKeeper("work"), testHome(t, terraformBindings), c.stdin, append([]string{"terraform", "-"}, c.args...)...)
		if got.exit != c.exit || got.stdout != c.want || (got.stderr == "") != (c.exit == 0) {
			t.Errorf("%s: %+v; want exit %d, %q", c.what, got, c.exit, c.want)
		}
	}
	k := newFakeKeeper("work")
	k.sessions["work"].refusal = signInNeeded()
	got := runHelper(t, k, testHome(t, terraformBindings), "", "terraform", "-", "get", "app.example")
	if got.exit != ExitSignIn || got.stdout != "" || !strings.Contains(got.stderr, "sessionkeeper login work") {
		t.Errorf("a session that was revoked: %+v", got)
	}
}
