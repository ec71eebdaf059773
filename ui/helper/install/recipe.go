package install

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"sessionkeeper/ui/helper"
)

// recipe is how one tool is told to ask us. A new tool is one entry in the table below.
type recipe struct {
	id     string   // as the command line names it
	helper string   // the helper.Tool that answers it
	title  string   // as people read it
	hosts  bool     // it is installed for hosts
	needs  []string // the flags that it cannot do without
	takes  []string // the flags besides that mean something to it

	edits func(k kit) ([]edit, error) // for one of the hosts, or for none
	notes func(k kit) []string        // what people have to do or to know besides
}

// kit is what a recipe works with.
type kit struct {
	Home
	Request
	recipe recipe
	host   string
}

// recipes are all of them.
func recipes() []recipe {
	return []recipe{
		{
			id: "git", helper: "git", title: "git", hosts: true,
			takes: []string{"user", "scheme"}, edits: kit.git, notes: kit.gitNotes,
		},
		{
			id: "docker", helper: "docker", title: "Docker", hosts: true,
			takes: []string{"user"}, edits: kit.docker, notes: kit.dockerNotes,
		},
		{
			id: "kubectl", helper: "kubectl", title: "kubectl",
			takes: []string{"profile", "id-token"}, edits: kit.kubectl, notes: kit.kubectlNotes,
		},
		{
			id: "goauth", helper: "goauth", title: "go", hosts: true,
			takes: []string{"user", "scheme"}, edits: kit.goauth, notes: none,
		},
		{
			id: "cargo", helper: "cargo", title: "cargo", hosts: true,
			needs: []string{"profile"}, takes: []string{"scheme", "index", "user"}, edits: kit.cargo, notes: none,
		},
		{
			id: "terraform", helper: "terraform", title: "Terraform", hosts: true,
			edits: kit.terraform, notes: none,
		},
		{
			id: "bazel", helper: "bazel", title: "Bazel", hosts: true,
			takes: []string{"user", "scheme"}, edits: kit.bazel, notes: none,
		},
		{
			id: "aws", helper: "aws", title: "AWS", needs: []string{"role"},
			takes: []string{"profile", "region", "token-file", "id-token"}, edits: kit.aws, notes: kit.awsNotes,
		},
		{
			id: "google", helper: "google", title: "Google Cloud", needs: []string{"audience"},
			takes: []string{"token-file", "id-token"}, edits: kit.google, notes: kit.googleNotes,
		},
		{
			id: "pip", helper: "keyring", title: "pip", hosts: true,
			takes: []string{"user", "index"}, edits: kit.pip, notes: kit.keyringNotes,
		},
		{
			id: "uv", helper: "keyring", title: "uv", hosts: true,
			takes: []string{"user", "index"}, edits: kit.uv, notes: kit.keyringNotes,
		},
		{
			id: "msmtp", helper: "mail", title: "msmtp", needs: []string{"host", "user"},
			takes: []string{"profile"}, edits: kit.msmtp, notes: kit.mailNotes,
		},
		{
			id: "isync", helper: "mail", title: "isync (mbsync)", needs: []string{"host", "user"},
			takes: []string{"profile"}, edits: kit.isync, notes: kit.mailNotes,
		},
		{
			id: "neomutt", helper: "mail", title: "neomutt", needs: []string{"user"},
			edits: kit.neomutt, notes: kit.mailNotes,
		},
		{
			id: "netrc", helper: "netrc", title: "netrc readers", hosts: true,
			takes: []string{"user"}, edits: nothing, notes: kit.netrcNotes,
		},
		{
			id: "curl", helper: "curl", title: "curl", edits: nothing, notes: kit.curlNotes,
		},
	}
}

// Tools are the names of all tools that can be installed.
func Tools() []string {
	var ids []string
	for _, r := range recipes() {
		ids = append(ids, r.id)
	}
	return ids
}

// Title is what people call a tool of Tools.
func Title(id string) string {
	r, _ := find(id)
	return r.title
}

// Usage is what follows "helper install" for a tool of Tools: what it needs, and in brackets what else it takes.
func Usage(id string) string {
	r, ok := find(id)
	if !ok {
		return "TOOL NAME [--host HOST]..."
	}
	return r.id + " NAME" + r.flags()
}

// Flags are those of Usage alone.
func Flags(id string) string {
	r, _ := find(id)
	return strings.TrimSpace(r.flags())
}

func (r recipe) flags() string {
	values := map[string]string{
		"host": " HOST", "user": " USER", "scheme": " WORD", "role": " ARN", "region": " REGION", "audience": " NAME",
		"index": " ADDRESS", "profile": " NAME", "token-file": " FILE",
	}
	var text strings.Builder
	if r.hosts {
		text.WriteString(" --host HOST...")
	}
	for _, flag := range r.needs {
		text.WriteString(" --" + flag + values[flag])
	}
	for _, flag := range r.takes {
		text.WriteString(" [--" + flag + values[flag] + "]")
	}
	return text.String()
}

func find(id string) (recipe, bool) {
	all := recipes()
	i := slices.IndexFunc(all, func(r recipe) bool { return r.id == id })
	if i < 0 {
		return recipe{}, false
	}
	return all[i], true
}

func (r recipe) tool() helper.Tool {
	t, _ := helper.Find(r.helper)
	return t
}

// mailHost reports whether the host of a request is a server of mail, which is part of the configuration alone.
func (r recipe) mailHost() bool { return slices.Contains(r.needs, "host") }

// wants checks the flags of a request.
func (r recipe) wants(q Request) error {
	given := map[string]bool{
		"user": q.Options.Username != "", "scheme": q.Options.Scheme != "", "role": q.Options.Role != "",
		"region": q.Options.Region != "", "audience": q.Options.Audience != "", "index": q.Options.Index != "",
		"id-token": q.Options.IDToken != nil, "profile": q.Profile != "", "token-file": q.TokenFile != "",
		"host": len(q.Hosts) > 0,
	}
	for _, flag := range r.needs {
		if !given[flag] {
			return usagef("%s needs --%s %s", r.id, flag, flagHelp[flag])
		}
	}
	if r.hosts {
		given["host"] = false
	}
	for _, flag := range []string{
		"host", "user", "scheme", "role", "region", "audience", "index", "id-token", "profile", "token-file",
	} {
		if given[flag] && !slices.Contains(r.needs, flag) && !slices.Contains(r.takes, flag) {
			return usagef("%s has no use for --%s; leave it out", r.id, flag)
		}
	}
	if r.mailHost() && len(q.Hosts) > 1 {
		return usagef("%s wants one --host, that of the mail server", r.id)
	}
	return nil
}

// flagHelp is what the value of a needed flag is.
var flagHelp = map[string]string{
	"profile":  "NAME, what the registry is called in cargo's own configuration",
	"role":     "ARN, of the role that the session's tokens may take",
	"audience": "NAME, of the workforce or workload identity provider at Google",
	"host":     "HOST, that of the mail server",
	"user":     "ADDRESS, that of the mail account",
}

func none(kit) []string { return nil }

func nothing(kit) ([]edit, error) { return nil, nil }

// profile is what the session is called in the tool's configuration.
func (k kit) profile() string {
	if k.Profile != "" {
		return k.Profile
	}
	return k.Session
}

// command is the helper as a line for a POSIX shell.
func (k kit) command() string {
	return strings.Join([]string{quoted(k.Program), "helper", k.recipe.helper, quoted(k.Session)}, " ")
}

// links is where links of ours go: where programs of a user are looked for (XDG Base Directory Specification 0.8). On
// Windows they lie beside the program, since a link to it is often another name of the same file there.
func (h Home) links() string {
	if runtime.GOOS == "windows" {
		return filepath.Dir(h.Program)
	}
	return h.at(".local", "bin")
}

// linked gives the path of a program of ours under another name, and the edit that makes it where an installer has not.
func (h Home) linked(name, folder string) (path string, edits []edit) {
	name += filepath.Ext(h.Program)
	beside := filepath.Join(filepath.Dir(h.Program), name)
	if f := (&file{path: beside, target: h.Program}); folder == h.links() && folder != filepath.Dir(h.Program) {
		if c, err := f.read(); err == nil && c.there && c.text != beside {
			return beside, nil
		}
	}
	path = filepath.Join(folder, name)
	return path, []edit{{Kind: kindLink, Path: path, Text: h.Program}}
}

// lookedFor says what to do where a tool looks for us on PATH and would not find us.
func (h Home) lookedFor(folder string) []string {
	if h.onPath(folder) {
		return nil
	}
	return []string{fmt.Sprintf("%s is not on your PATH, where it has to be: add it, before other folders.", h.short(folder))}
}

// plainWord refuses a name that a tool's configuration cannot hold, or only with quotes that its readers disagree on.
func (k kit) plainWord(what, word string) error {
	if word == quoted(word) && !strings.HasPrefix(word, "-") {
		return nil
	}
	return usagef("%s cannot take %q for the name of a %s; choose a plain one with --profile", k.recipe.title, word, what)
}
