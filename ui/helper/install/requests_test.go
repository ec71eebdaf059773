package install

import (
	"slices"

	"sessionkeeper/ui/helper"
)

// asked is a request, and the files that the tool may have.
type asked struct {
	request Request
	file    string // of the tool, below the home
	already []string
	wants   []string // in the file afterwards
}

// requestOf gives the request of a tool.
func requestOf(tool string) asked {
	return requests[slices.IndexFunc(requests, func(a asked) bool { return a.request.Tool == tool })]
}

// requests has one of each recipe.
var requests = []asked{
	{
		Request{Tool: "git", Session: "work", Hosts: []string{host, other}},
		".gitconfig",
		[]string{"[user]\n\tname = Someone", "[credential \"https://git.example.org\"]\n\thelper = store\n", "[a]\n\tb = c\n\n"},
		[]string{"[credential \"https://" + host + "\"]\n\thelper =\n\thelper = ", "/.local/bin/git-credential-sessionkeeper\n"},
	},
	{
		Request{Tool: "docker", Session: "work", Hosts: []string{host, other}},
		".docker/config.json",
		[]string{
			"{}", "{ }\n", "", "{\n\t\"auths\": {},\n\t\"credHelpers\": {\n\t\t\"z\": \"x\"\n\t}\n}", `{"credHelpers":{"git.example.org":"old"},"a":1}`,
			"{\n  \"credHelpers\": {}\n}\n", `{"a":{"b":["}"]}, "c":"\"{"}`, "{\r\n  \"a\": 1\r\n}\r\n",
		},
		[]string{`"git.example.org"`, `"other.example.org:8443"`, `"sessionkeeper"`},
	},
	{
		Request{Tool: "kubectl", Session: "work"},
		".kube/config",
		[]string{
			"apiVersion: v1\nkind: Config\n", "users: []\n", "users:\n", "users: null # none\nkind: Config",
			"# mine\nusers:\n- name: a\n  user: {token: x}\nkind: Config\n", "users:\n  # first\n  - name: a\n    user:\n      token: x",
			"kind: Config\nusers:\n-   name: b\n    user: {}\n",
		},
		[]string{"client.authentication.k8s.io/v1", "interactiveMode: Never", "kubectl"},
	},
	{
		Request{Tool: "goauth", Session: "work", Hosts: []string{host}},
		".config/go/env",
		[]string{"GOFLAGS=-mod=mod", "GOAUTH=off\n", "GOAUTH=netrc;git /src\n", "GOAUTH=\nGOBIN=/x\n"},
		[]string{"GOAUTH=", "helper goauth -"},
	},
	{
		Request{
			Tool: "cargo", Session: "work", Hosts: []string{host}, Profile: "corp",
			Options: helper.Options{Index: "sparse+https://git.example.org/index/"},
		},
		".cargo/config.toml",
		[]string{
			"[build]\njobs = 1", "[registries.corp]\nindex = \"sparse+https://old.example.org/\"\n[net]\n",
			"[registries.corp]\ncredential-provider = [\n  \"cargo:token\", # old\n]\n\n[net]\nretry = 2\n", "# nothing\n",
		},
		[]string{"[registries.corp]", `index = "sparse+https://git.example.org/index/"`, `/.local/bin/cargo-credential-sessionkeeper"]`},
	},
	{
		Request{Tool: "terraform", Session: "work", Hosts: []string{host, other}},
		".terraformrc",
		[]string{"plugin_cache_dir = \"/x\"", "\n\n"},
		[]string{"credentials_helper \"sessionkeeper\" {"},
	},
	{
		Request{Tool: "bazel", Session: "work", Hosts: []string{host, other}},
		".bazelrc",
		[]string{"build --jobs=1"},
		[]string{"common --credential_helper=git.example.org=/", "common --credential_helper=other.example.org=/"},
	},
	{
		Request{Tool: "aws", Session: "work", Options: helper.Options{Role: role, Region: "eu-central-1"}},
		".aws/config",
		[]string{
			"[default]\nregion = us-east-1", "[profile work]\nregion = us-east-1\ncredential_process = old\n[profile x]\n",
			"[profile work]\ns3 =\n  region = 1\n",
		},
		[]string{"[profile work]", "/opt/sessionkeeper helper aws work\n", "region = eu-central-1\n"},
	},
	{
		Request{Tool: "google", Session: "work", Options: helper.Options{Audience: "//iam.googleapis.com/x"}},
		"",
		nil, nil,
	},
	{
		Request{Tool: "pip", Session: "work", Hosts: []string{host}, Options: helper.Options{Username: "me"}},
		".config/pip/pip.conf",
		[]string{"[global]\ntimeout = 60\n", "[global]\nkeyring-provider = import\nextra-index-url =\n  https://a\n  https://b", "[install]\n"},
		[]string{"keyring-provider = subprocess"},
	},
	{
		Request{Tool: "uv", Session: "work", Hosts: []string{host}},
		".config/uv/uv.toml",
		[]string{"native-tls = true\n[pip]\nindex-url = \"x\"\n", "keyring-provider = 'disabled' # no\n", "[[index]]\nname = \"x\""},
		[]string{"keyring-provider = \"subprocess\"\n"},
	},
	{
		Request{Tool: "msmtp", Session: "work", Hosts: []string{"smtp.example.org"}, Options: helper.Options{Username: "me@example.org"}},
		".msmtprc",
		[]string{"defaults\nlogfile /x", "\n"},
		[]string{"account work\n", "/opt/sessionkeeper helper mail work </dev/null\"\n", "auth xoauth2\n"},
	},
	{
		Request{Tool: "isync", Session: "work", Hosts: []string{"imap.example.org"}, Options: helper.Options{Username: "me@example.org"}},
		".mbsyncrc",
		[]string{"Create Both\n"},
		[]string{"IMAPAccount work\n", "AuthMechs XOAUTH2\n", "/opt/sessionkeeper helper mail work\"\n"},
	},
	{
		Request{Tool: "neomutt", Session: "work", Options: helper.Options{Username: "me@example.org"}},
		".neomuttrc",
		[]string{"set folder=x"},
		[]string{"imap_oauth_refresh_command=", "/opt/sessionkeeper helper mail work\"\n"},
	},
	{Request{Tool: "netrc", Session: "work", Hosts: []string{host}}, "", nil, nil},
	{Request{Tool: "curl", Session: "work"}, "", nil, nil},
}
