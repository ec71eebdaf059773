package install

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"sessionkeeper/ui/helper"
)

// git: https://git-scm.com/docs/gitcredentials. The empty helper makes git forget those that were named before, so that
// none of them keeps or answers with another secret for this host.
func (k kit) git() ([]edit, error) {
	path, edits := k.linked(k.recipe.tool().Program, k.links())
	file := first(k.at(".gitconfig"), filepath.Join(k.config(), "git", "config"), k.at(".gitconfig"))
	file = k.env("GIT_CONFIG_GLOBAL", file)
	header := `[credential "https://` + k.host + `"]`
	command := filepath.ToSlash(path)
	if quoted(command) != command {
		command = "!" + quoted(command)
	}
	lines := "\thelper =\n\thelper = " + gitValue(command)
	return append(edits, edit{Kind: kindGit, Path: file, Place: []string{header}, Text: lines}), nil
}

// gitValue quotes a value for git-config(1).
func gitValue(v string) string {
	if strings.ContainsAny(v, " \"\\#;!") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
	}
	return v
}

func (k kit) gitNotes() []string {
	if k.Options.Username == "" {
		return nil
	}
	return []string{fmt.Sprintf("git says a user name only where the address has one: https://%s@%s/…",
		url.User(k.Options.Username), k.Hosts[0])}
}

// docker: https://docs.docker.com/reference/cli/docker/login/#credential-helpers
func (k kit) docker() ([]edit, error) {
	program := k.recipe.tool().Program
	_, edits := k.linked(program, k.links())
	short := strings.TrimPrefix(program, "docker-credential-")
	file := filepath.Join(k.env("DOCKER_CONFIG", k.at(".docker")), "config.json")
	return append(edits, edit{
		Kind: kindJSON, Path: file, Place: []string{"credHelpers", k.host}, Text: strconv.Quote(short),
	}), nil
}

func (k kit) dockerNotes() []string {
	path, _ := k.linked(k.recipe.tool().Program, k.links())
	return k.lookedFor(filepath.Dir(path))
}

// goauth: https://pkg.go.dev/cmd/go#hdr-GOAUTH_environment_variable
func (k kit) goauth() ([]edit, error) {
	words := []string{k.Program, "helper", k.recipe.helper, helper.ByHost}
	for i, w := range words {
		switch {
		case strings.Contains(w, ";") || strings.Contains(w, "'") && strings.Contains(w, `"`):
			return nil, fmt.Errorf("GOAUTH cannot hold the path %q", w)
		case strings.ContainsAny(w, "\" \t"):
			words[i] = "'" + w + "'"
		case strings.Contains(w, "'"):
			words[i] = `"` + w + `"`
		}
	}
	file := k.env("GOENV", filepath.Join(k.userConfig(), "go", "env"))
	return []edit{{Kind: kindGoAuth, Path: file, Text: strings.Join(words, " ")}}, nil
}

// userConfig is Go's os.UserConfigDir.
func (h Home) userConfig() string {
	if runtime.GOOS == "darwin" {
		return h.at("Library", "Application Support")
	}
	return h.config()
}

// cargo: https://doc.rust-lang.org/cargo/reference/registry-authentication.html
func (k kit) cargo() ([]edit, error) {
	if strings.ContainsFunc(k.Profile, notCargoName) {
		return nil, usagef("--profile %q: the name of a registry has letters, digits, - and _ alone", k.Profile)
	}
	path, edits := k.linked(k.recipe.tool().Program, k.links())
	dir := k.env("CARGO_HOME", k.at(".cargo"))
	// Without an ending it is the older form of the same file, which cargo prefers where both are there.
	file := first(filepath.Join(dir, "config"), filepath.Join(dir, "config.toml"))
	header := "[registries." + k.Profile + "]"
	if k.Options.Index != "" {
		index, err := k.address(strings.TrimPrefix(k.Options.Index, "sparse+"))
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit{
			Kind: kindTOML, Path: file, Place: []string{header, "index"}, Text: "index = " + strconv.Quote("sparse+"+index),
		})
	}
	return append(edits, edit{
		Kind: kindTOML, Path: file, Place: []string{header, "credential-provider"},
		Text: "credential-provider = [" + tomlString(path) + "]",
	}), nil
}

func notCargoName(r rune) bool {
	return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// tomlString writes a basic string of TOML 1.0, which JSON's strings are but for what they may leave as it is.
func tomlString(s string) string { return strings.ReplaceAll(quote(s), "\x7f", `\u007f`) }

// address checks that --index is an https address of one of the hosts.
func (k kit) address(text string) (string, error) {
	u, err := url.Parse(text)
	if err == nil && u.Scheme == "https" && u.User == nil {
		for _, h := range k.Hosts {
			if normal, err := helper.NormalHost(u.Host); err == nil && normal == h {
				return u.String(), nil
			}
		}
	}
	return "", usagef("--index %q: an https address at one of the hosts is needed", text)
}

// credentialsHelper finds another helper than ours, of which Terraform takes one alone.
var credentialsHelper = regexp.MustCompile(`(?m)^[ \t]*credentials_helper[ \t]+"([^"]*)"`)

// terraform: https://developer.hashicorp.com/terraform/cli/config/config-file#credentials-helpers
func (k kit) terraform() ([]edit, error) {
	program := k.recipe.tool().Program
	name := strings.TrimPrefix(program, "terraform-credentials-")
	file, plugins := k.at(".terraformrc"), k.at(".terraform.d", "plugins")
	if runtime.GOOS == "windows" {
		file, plugins = filepath.Join(k.config(), "terraform.rc"), filepath.Join(k.config(), "terraform.d", "plugins")
	}
	file = k.env("TF_CLI_CONFIG_FILE", file)
	_, edits := k.linked(program, plugins)
	now, err := read(file)
	if err != nil {
		return nil, err
	}
	if m := credentialsHelper.FindStringSubmatch(now.text); m != nil && m[1] != name {
		return nil, fmt.Errorf("%s names the credentials helper %q already, and Terraform takes one alone; remove it first",
			k.short(file), m[1])
	}
	return append(edits, edit{
		Kind: kindBlock, Path: file, Place: []string{k.recipe.id},
		Text: "credentials_helper " + strconv.Quote(name) + " {\n  args = []\n}",
	}), nil
}

// bazel: https://bazel.build/reference/command-line-reference#common_options-flag--credential_helper. Its hosts have no
// ports.
func (k kit) bazel() ([]edit, error) {
	path, edits := k.linked(k.recipe.tool().Program, k.links())
	host, _, _ := strings.Cut(k.host, ":")
	if strings.HasPrefix(k.host, "[") {
		return nil, usagef("Bazel knows hosts by their names alone, not %s", k.host)
	}
	line := "common --credential_helper=" + host + "=" + filepath.ToSlash(path)
	if strings.ContainsAny(line, "\"'\\#") || strings.Contains(path, " ") {
		line = "common '--credential_helper=" + host + "=" + path + "'"
		if strings.Contains(path, "'") {
			return nil, fmt.Errorf("a .bazelrc cannot hold the path %q", path)
		}
	}
	return append(edits, edit{Kind: kindBlock, Path: k.at(".bazelrc"), Place: []string{"bazel " + k.host}, Text: line}), nil
}

// pip: https://pip.pypa.io/en/stable/topics/authentication/#keyring-support
func (k kit) pip() ([]edit, error) {
	file := filepath.Join(k.config(), "pip", "pip.conf")
	switch runtime.GOOS {
	case "windows":
		file = filepath.Join(k.config(), "pip", "pip.ini")
	case "darwin":
		file = first(filepath.Join(k.userConfig(), "pip", "pip.conf"), file)
	}
	file = k.env("PIP_CONFIG_FILE", file)
	_, edits := k.linked(k.recipe.tool().Program, k.keyringFolder())
	return append(edits, edit{
		Kind: kindINI, Path: file, Place: []string{"[global]", "keyring-provider"}, Text: "keyring-provider = subprocess",
	}), nil
}

// uv: https://docs.astral.sh/uv/reference/settings/#keyring-provider
func (k kit) uv() ([]edit, error) {
	file := k.env("UV_CONFIG_FILE", filepath.Join(k.config(), "uv", "uv.toml"))
	_, edits := k.linked(k.recipe.tool().Program, k.keyringFolder())
	return append(edits, edit{
		Kind: kindTOML, Path: file, Place: []string{"", "keyring-provider"}, Text: `keyring-provider = "subprocess"`,
	}), nil
}

// keyringFolder is a folder of its own: a program called keyring among the user's others would stand in the way of the
// real one.
func (h Home) keyringFolder() string { return filepath.Join(h.Places.State, "bin") }

func (k kit) keyringNotes() []string {
	user := k.Options.Username
	if user == "" {
		user = "__token__"
	}
	host := k.Hosts[0]
	if k.Options.Index != "" {
		if u, err := url.Parse(k.Options.Index); err == nil {
			host = u.Host + strings.TrimSuffix(u.Path, "/")
		}
	}
	return append(k.lookedFor(k.keyringFolder()),
		fmt.Sprintf("%s asks only for an index whose address has a user name: https://%s@%s/", k.recipe.title, url.User(user), host))
}

// execConfig is the exec object of a kubeconfig.
func (k kit) kubectl() ([]edit, error) {
	file := k.at(".kube", "config")
	if paths := filepath.SplitList(k.Getenv("KUBECONFIG")); len(paths) > 0 {
		file = first(paths...)
	}
	if !filepath.IsAbs(file) {
		return nil, fmt.Errorf("KUBECONFIG names %q; an absolute path is needed", file)
	}
	exec, err := json.Marshal(struct {
		APIVersion         string   `json:"apiVersion"`
		Command            string   `json:"command"`
		Args               []string `json:"args"`
		InteractiveMode    string   `json:"interactiveMode"`
		ProvideClusterInfo bool     `json:"provideClusterInfo"`
	}{"client.authentication.k8s.io/v1", k.Program, []string{"helper", k.recipe.helper, k.Session}, "Never", false})
	if err != nil {
		return nil, err
	}
	return []edit{{Kind: kindKube, Path: file, Place: []string{k.profile()}, Text: string(exec)}}, nil
}

func (k kit) kubectlNotes() []string {
	user := "--user=" + quoted(k.profile())
	return []string{
		"Use it with: kubectl " + user + " …",
		"or, for a context that you have, always: kubectl config set-context CONTEXT " + user,
	}
}
