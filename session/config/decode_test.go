package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestSettingsErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"foo = 1", `c.toml:1:1: unknown key "foo"; allowed here: warn_before, check_every, auto_open, http, keychain, ` +
			`log_level`},
		{"\n\n  [foo]\nbar = 1", `c.toml:3:4: unknown key "foo"; allowed here: warn_before,`},
		{"Auto_Open = true", `c.toml:1:1: unknown key "Auto_Open"; allowed here:`},
		{"a = 1\nb = 2", "c.toml:2:1: unknown key \"b\""},
		{"auto_open = \"yes\"", "c.toml:1:13: auto_open: wants true or false"},
		{"auto_open = true\nwarn_before = 300", `c.toml:2:1: warn_before wants a duration in quotes, like "90s"`},
		{"warn_before = 1.5", "c.toml:1:1: warn_before wants a duration in quotes"},
		{"warn_before = true", "c.toml:1:1: warn_before wants a duration in quotes"},
		{"warn_before = [1]", "c.toml:1:1: warn_before wants a duration in quotes"},
		{"warn_before.x = \"5m\"", "c.toml:1:1: warn_before wants a duration in quotes"},
		{"[warn_before]", "c.toml:1:2: warn_before wants a duration in quotes"},
		{"warn_before = \"5\"", `c.toml:1:15: warn_before: duration "5": want a number with a unit`},
		{"warn_before = \"-5m\"", "c.toml:1:1: warn_before: want a positive duration or 0"},
		{"check_every = \"-5m\"", "c.toml:1:1: check_every: want a positive duration"},
		{"# hello\nkeychain = \"kde\"", "c.toml:2:1: keychain: want one of os, sealed, file"},
		{"log_level = \"\"", "c.toml:1:1: log_level: want one of debug, info, warn, error"},
		{"http = \"0.0.0.0:80\"", "c.toml:1:1: http: want a loopback address in numbers with a port"},
		{"http = 80", "c.toml:1:8: http: wants a string in quotes"},
		{"keychain = \"os", "c.toml:1:14: unterminated basic string"},
		{"keychain", "c.toml:1:8: expected '=' after key"},
		{"http = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"", "c.toml:2:1: http: key http is already defined"},
		{"\x00", "c.toml:1:1: "},
		{"<html>", "c.toml:1:1: "},
	} {
		s, err := decodeSettings("c.toml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
		if s != defaults() {
			t.Errorf("%q: got %+v; want the defaults beside the error", c.text, s)
		}
	}
}

func TestSettingsValues(t *testing.T) {
	text := "\xef\xbb\xbfwarn_before = \"10m\"\r\ncheck_every = 0\r\nauto_open = false\r\nhttp = \"[::1]:8080\"\r\n" +
		"keychain = \"sealed\"\r\nlog_level = \"debug\"\r\n"
	got, err := decodeSettings("c.toml", []byte(text))
	want := Settings{Duration(10 * time.Minute), 0, false, "[::1]:8080", "sealed", "debug"}
	if err != nil || got != want {
		t.Fatalf("got %+v, %v; want %+v", got, err, want)
	}
	if got, err := decodeSettings("c.toml", nil); err != nil || got != defaults() {
		t.Fatalf("empty file: got %+v, %v; want the defaults", got, err)
	}
}

func TestListenAddress(t *testing.T) {
	for _, ok := range []string{"127.0.0.1:0", "127.0.0.1:65535", "127.9.9.9:1", "[::1]:0"} {
		if err := checkListen(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{
		"", ":0", ":8080", "0.0.0.0:0", "[::]:0", "::", "localhost:0", "0x7f000001:0", "2130706433:0", "127.1:0",
		"127.0.0.01:0",
		"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http", "[::ffff:127.0.0.1]:0", "[::1%lo]:0",
		"192.168.1.1:80", "10.0.0.1:0", " 127.0.0.1:0", "127.0.0.1:0 ", "127.0.0.1:0/x", "@127.0.0.1:0", "[fe80::1]:0",
	} {
		if checkListen(bad) == nil {
			t.Errorf("%q: want an error", bad)
		}
	}
}

func TestSessionErrors(t *testing.T) {
	const ok = "client_id = \"x\"\nprovider = \"github\"\n"
	for _, c := range []struct{ text, want string }{
		{"", "s.toml: client_id: missing"},
		{"client_id = \"\"\nissuer = \"https://a.example\"", "s.toml:1:1: client_id: missing"},
		{"client_id = \"x\"", "s.toml: no provider: give provider, or issuer, or authorize_url with token_url"},
		{"client_id = \"x\"\nauthorize_url = \"https://a.example/\"", "token_url: missing"},
		{"client_id = \"x\"\ntoken_url = \"https://a.example/\"", "authorize_url: missing"},
		{ok + "issuer = \"https://a.example\"", "s.toml:3:1: issuer: give provider or issuer, not both"},
		{ok + "token_url = \"http://a.example/\"", "s.toml:3:1: token_url: http is for the own machine"},
		{ok + "token_url = \"ftp://a.example/\"", "token_url: want an https URL"},
		{ok + "token_url = \"a.example/token\"", "token_url: want an absolute https URL"},
		{ok + "token_url = \"https://u:p@a.example/\"", "token_url: want a URL without a user name"},
		{ok + "token_url = \"https://a.example/#x\"", "token_url: want a URL without a fragment"},
		{ok + "token_url = \"https://{tenant}/x\"", "token_url: want an absolute https URL"},
		{"client_id = \"x\"\nissuer = \"https://a.example?x=1\"", "issuer: want a URL without a query"},
		{ok + "scopes = [\"a b\"]", "s.toml:3:1: scopes: \"a b\" is not a scope"},
		{ok + "scopes = [\"\"]", "scopes: \"\" is not a scope"},
		{ok + "scopes = \"a\"", `s.toml:3:10: scopes: wants a list of strings`},
		{ok + "vars = 3", "s.toml:3:8: vars: wants a table of strings"},
		{ok + "[vars]\nx = 3", "s.toml:4:5: vars.x: wants a table of strings"},
		{ok + "max_age = \"-1d\"", "max_age: want a positive duration"},
		{ok + "warn_before = \"-1d\"", "warn_before: want a positive duration"},
		{ok + "warn_before = 5", "warn_before wants a duration in quotes"},
		{ok + "account = \"a\\u0007b\"", "account: control characters"},
		{ok + "name = \"other\"", "s.toml:3:1: name: the session is called \"s\" after its file"},
		{ok + "[[vars]]", "vars"},
		{ok + "foo = 1", "allowed here: name, provider, issuer, authorize_url, token_url, device_url, check_url, vars, " +
			"client_id, scopes, account, max_age, warn_before, auto_open"},
	} {
		s, err := decodeSession("s.toml", []byte(c.text), "s", false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
		if s.Name != "s" {
			t.Errorf("%q: got name %q; want s", c.text, s.Name)
		}
	}
}

func TestSecretInFileIsNotRepeated(t *testing.T) {
	for _, text := range []string{
		"client_secret = \"hunter2\"", "client_id = \"x\"\nclient_id = \"hunter2\"", "refresh_token = hunter2",
		"client_id = [\"hunter2\"]", "vars = \"hunter2\"", "client_id = \"hunter2", "client_id = \"\\hunter2\"",
		"provider = \"x\"\nclient_id = \"x\"\nissuer = \"https://u:hunter2@a.example\"",
		"provider = \"x\"\nclient_id = \"x\"\nissuer = \"http://hunter2.example\"",
	} {
		_, err := decodeSession("s.toml", []byte(text), "s", false)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v; want an error without the value", text, err)
		}
	}
	_, err := decodeSession("s.toml", []byte("client_secret = \"hunter2\""), "s", false)
	if err == nil || !strings.Contains(err.Error(), "secrets do not belong in this file") {
		t.Errorf("got %v; want word of where secrets belong", err)
	}
}

func TestLoopbackEndpoints(t *testing.T) {
	for _, u := range []string{"http://127.0.0.1:8080/x", "http://localhost:1/", "http://[::1]/", "https://a.example"} {
		if err := checkURL(u); err != nil {
			t.Errorf("%q: %v", u, err)
		}
	}
	for _, u := range []string{
		"http://localhost.example/", "http://127.0.0.1.example/", "http://0.0.0.0/", "http://2130706433/", "http:///x",
		"https://", "//a.example", "https:a.example", "https://a.example/\n", "javascript:alert(1)", "file:///etc/passwd",
	} {
		if checkURL(u) == nil {
			t.Errorf("%q: want an error", u)
		}
	}
}

func FuzzDecodeSettings(f *testing.F) {
	f.Add([]byte("warn_before = \"10m\"\ncheck_every = 0\nauto_open = false\nhttp = \"[::1]:8080\"\n"))
	f.Add([]byte("[a.b]\nc = {d = [1, {e = 1979-05-27}]}"))
	f.Add([]byte("warn_before.\"x\" = '''\n'''"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decodeSettings("c.toml", data)
		if err != nil && s != defaults() {
			t.Fatalf("%v beside %+v", err, s)
		}
		if err == nil && (s.validate() != nil || !utf8.Valid(data)) {
			t.Fatalf("%q accepted as %+v", data, s)
		}
	})
}

func FuzzDecodeSession(f *testing.F) {
	f.Add([]byte("client_id = \"x\"\nprovider = \"github\"\nscopes = [\"a\"]\nmax_age = \"30d\"\n[vars]\ntenant = \"t\"\n"))
	f.Add([]byte("client_id = \"x\"\nauthorize_url = \"https://a.example\"\ntoken_url = \"http://127.0.0.1\"\n" +
		"auto_open = false"))
	f.Add([]byte("[[vars]]\n[vars.x]\nx.y.z = 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decodeSession("s.toml", data, "s", false)
		if err != nil {
			return
		}
		text, err := encodeSession(s)
		if err != nil {
			t.Fatalf("%q: accepted, but: %v", data, err)
		}
		back, err := decodeSession("s.toml", text, "s", false)
		if err != nil || !same(s, back) {
			t.Fatalf("%q: %+v comes back as %+v, %v", data, s, back, err)
		}
	})
}

func TestTruncatedFile(t *testing.T) {
	whole, err := encodeSession(full())
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		s, err := decodeSession("full.toml", whole[:n], "full", false)
		if err != nil && !reflect.DeepEqual(s, Session{Name: "full"}) {
			t.Errorf("cut at %d: got %+v beside %v", n, s, err)
		}
	}
}

// full is a session that uses every key.
func full() Session {
	return Session{
		Name: "full", Issuer: "https://id.example/tenant", AuthorizeURL: "https://id.example/authorize",
		TokenURL: "https://id.example/token", DeviceURL: "https://id.example/device", CheckURL: "http://localhost:8080/check",
		Vars: map[string]string{"tenant": "a\"b", "x y": "é"}, ClientID: "client 'quoted' \\ \u200c",
		Scopes:  []string{"openid", "https://x/y"},
		Account: "anna@example.org", MaxAge: Duration(36 * time.Hour), WarnBefore: new(Duration(0)), AutoOpen: new(false),
		Confirm: true,
	}
}
