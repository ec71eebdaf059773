package helper

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/api/places"
)

// evils would end a line for one reader or another, or command a terminal.
var evils = []string{"\r", "\n", "\r\n", "\x00", "\x1b[2J", "\x7f", "\u0085", "\u009b2J", "\u2028", "\u2029"}

// everyTool calls each helper the way that its tool does, so that it answers with a token.
var everyTool = map[string]struct {
	args  []string
	stdin string
}{
	"git":       {[]string{"-", "get"}, "protocol=https\nhost=example.org\n"},
	"docker":    {[]string{"-", "get"}, "example.org"},
	"kubectl":   {[]string{"work"}, ""},
	"goauth":    {[]string{"work", "https://example.org/x"}, "HTTP/1.1 401 Unauthorized\n"},
	"cargo":     {[]string{"-", "--cargo-plugin"}, `{"v":1,"registry":{"index-url":"https://example.org/"},"kind":"get"}` + "\n"},
	"terraform": {[]string{"-", "get", "example.org"}, ""},
	"bazel":     {[]string{"-", "get"}, `{"uri":"https://example.org/x"}`},
	"google":    {[]string{"work"}, ""},
	"netrc":     {[]string{"work"}, ""},
	"curl":      {[]string{"work"}, ""},
	"mail":      {[]string{"work"}, ""},
	"keyring":   {[]string{"-", "get", "https://example.org/simple", "ada"}, ""},
}

// bound binds every tool to one session, with the user name that everything has to bear.
func bound(t *testing.T, user string) places.Places {
	t.Helper()
	var file strings.Builder
	for _, tool := range Tools() {
		quoted, err := json.Marshal(user) // TOML's basic strings are written alike
		if err != nil {
			t.Fatal(err)
		}
		file.WriteString("[[helper]]\ntool = \"" + tool.ID + "\"\nsession = \"work\"\nhosts = [\"example.org\"]\n")
		file.WriteString("options.username = " + string(quoted) + "\n\n")
	}
	return testHome(t, file.String())
}

// No helper hands out a token with a character in it that its reader may take for the end of a line. Azure's asks for a
// resource that no scope of the session is for; aws asks for something else than a token.
func TestTLINE1NoHelperBreaksALine(t *testing.T) {
	for _, tool := range Tools() {
		call, ok := everyTool[tool.ID]
		if !ok {
			if tool.ID != "azure" && tool.ID != "aws" {
				t.Errorf("nobody has looked at %s", tool.ID)
			}
			continue
		}
		args := append([]string{tool.ID}, call.args...)
		k := newFakeKeeper("work")
		if got := runHelper(t, k, bound(t, "ada"), call.stdin, args...); got.exit != 0 || !strings.Contains(got.stdout, "-of-work-7") &&
			tool.ID != "cargo" && tool.ID != "goauth" && tool.ID != "bazel" { // these three have it in base64
			t.Errorf("%s: %+v; this test would prove nothing", tool.ID, got)
		}
		for _, evil := range evils {
			k.sessions["work"].suffix = evil + "host=evil.example"
			got := runHelper(t, k, bound(t, "ada"), call.stdin, args...)
			if strings.Contains(got.stdout, "-of-work") || strings.Contains(got.stdout+got.stderr, "evil.example") {
				t.Errorf("%s answered a token with %q: %+v", tool.ID, evil, got)
			}
		}
	}
}

// Nor does a user name get in that would: not by way of the file, nor with a request.
func TestTLINE1UserNames(t *testing.T) {
	for _, evil := range evils {
		user := "ada" + evil + "host=evil.example"
		for id, call := range everyTool {
			got := runHelper(t, newFakeKeeper("work"), bound(t, user), call.stdin, append([]string{id}, call.args...)...)
			if strings.Contains(got.stdout, "-of-work") || strings.Contains(got.stdout+got.stderr, user) {
				t.Errorf("%s with the user %q: %+v", id, user, got)
			}
		}
		if evil == "\n" || evil == "\r\n" {
			continue // ends the line of the request too, whose next one is another field
		}
		got := runHelper(t, newFakeKeeper("work"), bound(t, ""), "protocol=https\nhost=example.org\nusername="+user+"\n", "git", "-", "get")
		if got.exit == 0 || got.stdout != "" {
			t.Errorf("git with the user %q: %+v", user, got)
		}
		got = runHelper(t, newFakeKeeper("work"), bound(t, ""), "", "keyring", "-", "--mode", "creds", "get", "https://example.org/", user)
		if got.exit == 0 || got.stdout != "" {
			t.Errorf("keyring with the user %q: %+v", user, got)
		}
		got = runHelper(t, newFakeKeeper("work"), bound(t, ""), "", "mail", "work", "xoauth2", user)
		if got.exit == 0 || got.stdout != "" {
			t.Errorf("mail with the user %q: %+v", user, got)
		}
	}
}

// Whoever asks in another protocol than the tool's own is told nothing: what ends a line for one reader alone does not
// make two lines, and a host that is empty or broken has no token.
func TestTLINE2Requests(t *testing.T) {
	for id, call := range everyTool {
		tool, _ := Find(id)
		if !tool.ByHost || id == "netrc" {
			continue
		}
		for _, host := range []string{"", ".", "exa\rmple.org", "example.org\r", "example.org\x00", "example.org\u2028", "evil.example\rexample.org"} {
			replace := func(text string) string {
				if strings.HasPrefix(text, "{") {
					quoted, err := json.Marshal(host)
					if err != nil {
						t.Fatal(err)
					}
					host := strings.Trim(string(quoted), `"`)
					return strings.ReplaceAll(text, "example.org", host)
				}
				return strings.ReplaceAll(text, "example.org", host)
			}
			if id == "docker" && strings.TrimSpace(host) == "example.org" {
				continue // docker's is the whole input, and its end is no part of it
			}
			args := []string{id}
			for _, arg := range call.args {
				args = append(args, replace(arg))
			}
			got := runHelper(t, newFakeKeeper("work"), bound(t, "ada"), replace(call.stdin), args...)
			if strings.Contains(got.stdout, "-of-work") || strings.Contains(got.stdout, "Basic ") {
				t.Errorf("%s for the host %q: %+v", id, host, got)
			}
		}
	}
}

// No token commands the terminal that it is printed on.
func TestTTERM1TokenCommand(t *testing.T) {
	for _, evil := range evils {
		token := secret.New("access" + evil)
		var out bytes.Buffer
		for _, c := range []TokenCall{{}, {Header: true}} {
			err := c.write(fast.Answer{Token: token, Type: "Bearer"}, &out)
			if !errors.Is(err, errControl) || out.Len() > 0 || strings.Contains(err.Error(), "access") {
				t.Errorf("%q was printed: %v, %q", evil, err, &out)
			}
		}
	}
}
