package helper

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/fast"
)

const gitBindings = `
[[helper]]
tool = "git"
session = "work"
hosts = ["example.org", "gitlab.example:8443"]

[[helper]]
tool = "git"
session = "wide"
hosts = ["bearer.example"]
options.scheme = "bearer"

[[helper]]
tool = "git"
session = "bit"
hosts = ["bitbucket.org"]

[[helper]]
tool = "git"
session = "one"
hosts = ["both.example"]
options.username = "ada"

[[helper]]
tool = "git"
session = "two"
hosts = ["both.example"]
options.username = "grace"

[[helper]]
tool = "docker"
session = "work"
hosts = ["registry.example"]
`

// The requests are those of git 2.39.5 and of git 2.55; the first sends neither capabilities nor challenges.
func TestGitGet(t *testing.T) {
	const modern = "capability[]=authtype\ncapability[]=state\n"
	k := newFakeKeeper("work", "wide", "bit", "one", "two")
	expiry := fmt.Sprintf("password_expiry_utc=%d\n", k.sessions["work"].expiresAt.Add(-time.Minute).Unix())
	basic := "username=oauth2\npassword=access-of-work-7\n" + expiry
	state := "state[]=sessionkeeper:1:7:work\n"
	for _, c := range []struct{ what, request, want string }{
		{"an old git", "protocol=https\nhost=example.org\n", basic},
		{"without its last line feed", "protocol=https\nhost=example.org", basic},
		{"and an empty line, and more", "protocol=https\nhost=example.org\n\nhost=evil.example\n", basic},
		{
			"a new git", modern + "protocol=https\nhost=example.org\nwwwauth[]=Basic realm=\"x\"\n\n",
			"capability[]=state\n" + basic + state + "continue=1\n",
		},
		{"keys of tomorrow", "protocol=https\nhost=example.org\nmood=good\nmoods[]=bad\n", basic},
		{"another case, and the port of https", "protocol=https\nhost=EXAMPLE.org:443\n", basic},
		{"a port of its own", "protocol=https\nhost=gitlab.example:8443\n", basic},
		{"a path", "protocol=https\nhost=example.org\npath=one.git\n", basic},
		{"a user", "protocol=https\nhost=example.org\nusername=grace\n", strings.Replace(basic, "oauth2", "grace", 1)},
		{
			"Bearer", modern + "protocol=https\nhost=bearer.example\n",
			"capability[]=authtype\ncapability[]=state\nauthtype=Bearer\ncredential=access-of-wide-7\nephemeral=1\n" + expiry +
				"state[]=sessionkeeper:1:7:wide\ncontinue=1\n",
		},
		{"Bearer and an old git", "protocol=https\nhost=bearer.example\n", strings.ReplaceAll(basic, "work", "wide")},
		{
			"Bitbucket", "protocol=https\nhost=bitbucket.org\n",
			strings.NewReplacer("oauth2", "x-token-auth", "work", "bit").Replace(basic),
		},
		{
			"two accounts", "protocol=https\nhost=both.example\nusername=grace\n",
			strings.NewReplacer("oauth2", "grace", "work", "two").Replace(basic),
		},
		{
			"another's state", modern + "protocol=https\nhost=example.org\nstate[]=other:1:7:work\n",
			"capability[]=state\n" + basic + state + "continue=1\n",
		},

		{"another host", "protocol=https\nhost=example.com\n", ""},
		{"a host below", "protocol=https\nhost=sub.example.org\n", ""},
		{"a host of another tool", "protocol=https\nhost=registry.example\n", ""},
		{"another port", "protocol=https\nhost=example.org:8443\n", ""},
		{"a dot at the end", "protocol=https\nhost=example.org.\n", ""},
		{"no host", "protocol=https\n", ""},
		{"an empty host", "protocol=https\nhost=\n", ""},
		{"http", "protocol=http\nhost=example.org\n", ""},
		{"no protocol", "host=example.org\n", ""},
		{"nothing", "", ""},
	} {
		got := runHelper(t, k, testHome(t, gitBindings), c.request, "git", "-", "get")
		if got.exit != 0 || got.stderr != "" || got.stdout != c.want {
			t.Errorf("%s: exit %d, stderr %q, stdout\n%s\nwant\n%s", c.what, got.exit, got.stderr, got.stdout, c.want)
		}
	}
	for _, r := range k.asked {
		if r.Force || r.IDToken || r.MinTTL != 5*time.Minute || r.Wait > 4*time.Second || r.Wait < 3*time.Second {
			t.Errorf("the keeper was asked for %+v", r)
		}
	}
}

func TestTLINE2GitRefuses(t *testing.T) {
	for what, request := range map[string]string{
		"a carriage return in the host": "protocol=https\nhost=example.org\r\n",
		"a carriage return anywhere":    "protocol=https\nhost=example.org\npath=a\rb\n",
		"a NUL":                         "protocol=https\nhost=example.org\x00\n",
		"a line without =":              "protocol=https\nhost=example.org\npath\n",
		"a line without a key":          "protocol=https\nhost=example.org\n=x\n",
		"a long line":                   "protocol=https\nhost=example.org\npath=" + strings.Repeat("a", maxGitLine) + "\n",
		"without end":                   "protocol=https\nhost=example.org\n" + strings.Repeat("path=a\n", maxRequest/4),
		"garbage":                       "\xff\xfe\x00\x01",
		"two sessions for one host":     "protocol=https\nhost=both.example\n",
	} {
		got := runHelper(t, newFakeKeeper("work", "one", "two"), testHome(t, gitBindings), request, "git", "-", "get")
		if got.exit == 0 || got.stdout != "" || !strings.HasPrefix(got.stderr, "sessionkeeper: ") {
			t.Errorf("%s: %+v; want no answer and a line on stderr", what, got)
		}
	}
	got := runHelper(t, newFakeKeeper("work"), testHome(t, "[[helper]]\ntool = 'git"), "protocol=https\nhost=example.org\n", "git", "-", "get")
	if got.exit == 0 || got.stdout != "" || !strings.Contains(got.stderr, "helpers.toml: line 2: ") {
		t.Errorf("a broken file: %+v", got)
	}
	got = runHelper(t, newFakeKeeper("work"), testHome(t, gitBindings), "", "git", "-")
	if got.exit != ExitUsage || got.stdout != "" || !strings.HasPrefix(got.stderr, "usage: ") {
		t.Errorf("no operation: %+v", got)
	}
}

// A token that a server refused comes back with its generation: it is replaced once within the command. The requests are
// those of git 2.55.
func TestGitContinue(t *testing.T) {
	const request = "capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=example.org\nusername=oauth2\n" +
		"password_expiry_utc=1795270176\nwwwauth[]=Bearer realm=\"test\", error=\"invalid_token\"\nwwwauth[]=Basic realm=\"test\"\n"
	k := newFakeKeeper("work")
	p := testHome(t, gitBindings)
	first := runHelper(t, k, p, request, "git", "-", "get")
	if !strings.Contains(first.stdout, "continue=1\n") || !strings.Contains(first.stdout, "state[]=sessionkeeper:1:7:work\n") {
		t.Fatalf("the first answer: %+v", first)
	}
	second := runHelper(t, k, p, request+"state[]=sessionkeeper:1:7:work\n", "git", "-", "get")
	if strings.Contains(second.stdout, "continue") || !strings.Contains(second.stdout, "password=access-of-work-8\n") {
		t.Errorf("the second answer: %+v; want the next token, and no third time", second)
	}
	k.sessions["work"].stuck = true
	late := runHelper(t, k, p, request+"state[]=sessionkeeper:1:7:work\n", "git", "-", "get")
	if late.stdout != second.stdout || k.sessions["work"].rejected != 1 {
		t.Errorf("a late one: %+v; want the newest token, which was not refused", late)
	}
	third := runHelper(t, k, p, request+"state[]=sessionkeeper:1:8:work\n", "git", "-", "get")
	if third.stdout != "quit=1\n" || third.exit == 0 || !strings.Contains(third.stderr, "sessionkeeper login work") {
		t.Errorf("where there is no newer token: %+v", third)
	}
	other := runHelper(t, k, p, request+"state[]=sessionkeeper:1:8:play\nstate[]=sessionkeeper:1:x:work\n", "git", "-", "get")
	if !strings.Contains(other.stdout, "continue=1\n") || k.sessions["work"].generation != 8 {
		t.Errorf("a state that is not ours: %+v", other)
	}
}

func TestGitErase(t *testing.T) {
	const credential = "protocol=https\nhost=example.org\nusername=oauth2\n"
	for _, c := range []struct {
		what, request string
		want          int
	}{
		{"the token in hand", credential + "password=access-of-work-7\n", 1},
		{"as a credential", "protocol=https\nhost=example.org\nauthtype=Bearer\ncredential=access-of-work-7\n", 1},
		{"an older token", credential + "password=access-of-work-6\n", 0},
		{"no token", credential, 0},
		{"an empty token", credential + "password=\n", 0},
		{"of another host", "protocol=https\nhost=example.com\npassword=access-of-work-7\n", 0},
		{"over http", "protocol=http\nhost=example.org\npassword=access-of-work-7\n", 0},
	} {
		k := newFakeKeeper("work")
		got := runHelper(t, k, testHome(t, gitBindings), c.request, "git", "-", "erase")
		if got != (ran{}) || k.sessions["work"].rejected != c.want {
			t.Errorf("%s: %+v, %d rejections; want %d and no word", c.what, got, k.sessions["work"].rejected, c.want)
		}
	}
}

func TestGitOtherOperations(t *testing.T) {
	k := newFakeKeeper("work")
	p := testHome(t, gitBindings)
	for operation, want := range map[string]string{
		"store": "", "capability": "version 0\ncapability authtype\ncapability state\n", "tomorrow": "",
	} {
		got := runHelper(t, k, p, "protocol=https\nhost=example.org\npassword=x\n", "git", "work", operation)
		if got != (ran{stdout: want}) {
			t.Errorf("%s: %+v; want %q", operation, got, want)
		}
	}
	if len(k.asked) > 0 {
		t.Errorf("the keeper was asked for %+v", k.asked)
	}
}

func TestGitWithoutToken(t *testing.T) {
	k := newFakeKeeper("work")
	k.sessions["work"].refusal = signInNeeded()
	got := runHelper(t, k, testHome(t, gitBindings), "protocol=https\nhost=example.org\n", "git", "-", "get")
	if got.stdout != "quit=1\n" || got.exit != ExitSignIn || !strings.Contains(got.stderr, "sessionkeeper login work") {
		t.Errorf("a session that was revoked: %+v", got)
	}
	k.sessions["work"].refusal, k.sessions["work"].suffix = nil, "\nhost=evil.example"
	got = runHelper(t, k, testHome(t, gitBindings), "protocol=https\nhost=example.org\n", "git", "-", "get")
	if got.stdout != "quit=1\n" || got.exit != ExitFailed || strings.Contains(got.stderr, "evil") {
		t.Errorf("a token with a line feed: %+v", got)
	}
}

func FuzzParseGit(f *testing.F) {
	f.Add([]byte("capability[]=state\nprotocol=https\nhost=example.org\nstate[]=sessionkeeper:1:7:work\n\n"))
	f.Add([]byte("protocol=https\r\nhost=a\x00b"))
	f.Add([]byte("=\n=="))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseGit(data)
		if err != nil {
			if r.host != "" || len(r.state) > 0 {
				t.Errorf("%q: an error, and %+v", data, r)
			}
			return
		}
		if strings.ContainsAny(r.host+r.protocol+r.username+r.secret.Reveal(), "\n\r\x00") {
			t.Errorf("%q gave %+v", data, r)
		}
		b := Binding{Tool: "git", Session: "work"}
		answer := gitAnswer(fast.Answer{Token: secret.New("T")}, b, r, true, time.Now())
		for line := range strings.SplitSeq(strings.TrimSuffix(answer, "\n"), "\n") {
			if key, _, ok := strings.Cut(line, "="); !ok || key == "" || key == "host" || key == "protocol" {
				t.Errorf("%q was answered with the line %q", data, line)
			}
		}
	})
}
