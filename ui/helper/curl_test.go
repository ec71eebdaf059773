package helper

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
)

func TestCurl(t *testing.T) {
	got := runHelper(t, newFakeKeeper("work"), testHome(t, ""), "", "curl", "work")
	want := "oauth2-bearer = \"access-of-work-7\"\nproto = \"=https,imaps,pop3s,smtps\"\n"
	if got != (ran{stdout: want}) {
		t.Errorf("got %+v; want %q", got, want)
	}
	for arg, stop := range map[string]string{"work x": "", "-": curlStops, "nobody": curlStops} {
		args := append([]string{"curl"}, strings.Fields(arg)...)
		if got := runHelper(t, newFakeKeeper("work"), testHome(t, ""), "", args...); got.exit == 0 || got.stdout != stop || got.stderr == "" {
			t.Errorf("curl %q: %+v; want a failure", args, got)
		}
	}
}

const curlStops = "proto = \"-all\"\n"

// A shell's pipe starts curl also where there is no token: it must not ask without one.
func TestCurlWithoutToken(t *testing.T) {
	asked := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), "curl", "--silent", "--insecure", "--config", "-", server.URL)
	cmd.Stdin = strings.NewReader(curlStops)
	if err := cmd.Run(); err == nil || cmd.ProcessState == nil || asked {
		t.Errorf("it asked: %t, and ended with %v (it needs the Debian package curl)", asked, err)
	}
	t.Attr("real", "curl")
}

func TestQuoteCurl(t *testing.T) {
	if got := quoteCurl(`a"b\c`); got != `"a\"b\\c"` {
		t.Errorf("got %s", got)
	}
}

func TestNetrc(t *testing.T) {
	const bindings = `
[[helper]]
tool = "netrc"
session = "work"
hosts = ["git.example.org", "git.example.org:8443", "[::1]:8443"]

[[helper]]
tool = "netrc"
session = "play"
hosts = ["play.example.org"]
options = {username = "me"}
`
	k := newFakeKeeper("work", "play")
	for name, want := range map[string]string{
		"work": "machine git.example.org login oauth2 password access-of-work-7\n" +
			"machine ::1 login oauth2 password access-of-work-7\n",
		"play": "machine play.example.org login me password access-of-play-7\n",
	} {
		if got := runHelper(t, k, testHome(t, bindings), "", "netrc", name); got != (ran{stdout: want}) {
			t.Errorf("%s: got %+v; want %q", name, got, want)
		}
	}
	if got := runHelper(t, k, testHome(t, ""), "", "netrc", "work"); got.exit == 0 || got.stdout != "" ||
		!strings.Contains(got.stderr, "--host") {
		t.Errorf("without a host: %+v", got)
	}
	for _, token := range []string{"a b", `a"b`, `a\b`, "a#b", "a\nmachine x"} {
		if text, err := netrcOf(Binding{Hosts: []string{"a"}}, token); err == nil {
			t.Errorf("%q became %q", token, text)
		}
	}
}
