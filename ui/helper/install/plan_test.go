package install

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sessionkeeper/ui/helper"
)

var gitRequest = Request{Tool: "git", Session: "work", Hosts: []string{host}}

// TestPlaces looks for the files where the tools look for them.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		tool, name, value, want string
	}{
		{"git", "GIT_CONFIG_GLOBAL", "~/my/git", "my/git"},
		{"docker", "DOCKER_CONFIG", "~/d", "d/config.json"},
		{"kubectl", "KUBECONFIG", "~/missing:~/there:~/last", "there"},
		{"kubectl", "KUBECONFIG", "~/missing:~/last", "last"},
		{"goauth", "GOENV", "~/e", "e"},
		{"goauth", "GOENV", "off", ".config/go/env"},
		{"cargo", "CARGO_HOME", "~/c", "c/config.toml"},
		{"terraform", "TF_CLI_CONFIG_FILE", "~/tf", "tf"},
		{"aws", "AWS_CONFIG_FILE", "~/a", "a"},
		{"pip", "XDG_CONFIG_HOME", "~/x", "x/pip/pip.conf"},
		{"pip", "XDG_CONFIG_HOME", "relative", ".config/pip/pip.conf"},
		{"uv", "XDG_CONFIG_HOME", "~/x", "x/uv/uv.toml"},
	} {
		h := newHome(t, map[string]string{c.name: c.value})
		put(t, filepath.Join(h.Dir, "there"), "")
		p, _ := mustInstall(t, h, requestOf(c.tool).request)
		if text := preview(t, p); !strings.Contains(text, "~/"+c.want+" ") && !strings.Contains(text, "~/"+c.want+"\n") {
			t.Errorf("%s with %s=%s: it writes not to %s but\n%s", c.tool, c.name, c.value, c.want, text)
		}
		get(t, filepath.Join(h.Dir, c.want))
	}
}

// TestGitElsewhere writes to the file that git itself would write to.
func TestGitElsewhere(t *testing.T) {
	h := newHome(t, nil)
	file := filepath.Join(h.Dir, ".config", "git", "config")
	put(t, file, "")
	mustInstall(t, h, gitRequest)
	if !strings.Contains(get(t, file), "helper") {
		t.Error("git's file in the configuration folder was passed over")
	}
	mustUninstall(t, h, gitRequest)
	if got := get(t, file); got != "" {
		t.Errorf("uninstalling left %q", got)
	}
}

// TestSymbolicLink keeps a configuration that leads into a folder of such files.
func TestSymbolicLink(t *testing.T) {
	h := newHome(t, nil)
	file := filepath.Join(h.Dir, "dotfiles", "git")
	put(t, file, "[a]\n\tb = c\n")
	if err := os.Chmod(file, 0o604); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("dotfiles", "git"), filepath.Join(h.Dir, ".gitconfig")); err != nil {
		t.Fatal(err)
	}
	was := tree(t, h)
	mustInstall(t, h, gitRequest)
	now := tree(t, h)
	if now["/.gitconfig"] != was["/.gitconfig"] || !strings.HasPrefix(now["/dotfiles/git"], "-rw----r--") ||
		!strings.Contains(now["/dotfiles/git"], "helper") {
		t.Errorf("it became %v", now)
	}
	mustUninstall(t, h, gitRequest)
	if now := tree(t, h); !maps.Equal(now, was) {
		t.Errorf("left %v; want %v", now, was)
	}
}

func TestStrangeFiles(t *testing.T) {
	for _, c := range []struct {
		what string
		make func(path string) error
	}{
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) }},
		{"a link to nothing", func(path string) error { return os.Symlink("nothing", path) }},
		{"a huge file", func(path string) error { return os.WriteFile(path, make([]byte, maxConfig+1), 0o600) }},
	} {
		h := newHome(t, nil)
		if err := c.make(filepath.Join(h.Dir, ".gitconfig")); err != nil {
			t.Fatal(err)
		}
		if p, err := h.Install(gitRequest); err == nil {
			t.Errorf("%s: no error, but\n%s", c.what, preview(t, p))
		}
	}
}

// TestChangedMeanwhile leaves a file that somebody wrote to after the plan was shown.
func TestChangedMeanwhile(t *testing.T) {
	h := newHome(t, nil)
	file := filepath.Join(h.Dir, ".gitconfig")
	put(t, file, "[a]\n")
	p, err := h.Install(gitRequest)
	if err != nil {
		t.Fatal(err)
	}
	put(t, file, "[b]\n")
	was := tree(t, h)
	if err := p.Apply(); err == nil {
		t.Error("no error")
	}
	if now := tree(t, h); !maps.Equal(now, was) {
		t.Errorf("it became %v", now)
	}
	// Nor is what another run of ours has recorded.
	one, err := h.Install(gitRequest)
	if err != nil {
		t.Fatal(err)
	}
	mustInstall(t, h, Request{Tool: "curl", Session: "work"})
	if err := one.Apply(); err == nil {
		t.Error("an older plan replaced a newer record")
	}
}

// TestHalfway undoes an installation that was cut off after each of its steps.
func TestHalfway(t *testing.T) {
	for _, c := range requests {
		for cut := 0; ; cut++ {
			h := newHome(t, nil)
			if c.file != "" {
				put(t, filepath.Join(h.Dir, c.file), c.already[0])
			}
			was := tree(t, h)
			p, err := h.Install(c.request)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.saveRecord(p.union()); err != nil {
				t.Fatal(err)
			}
			files := p.changed()
			for _, f := range files[:min(cut, len(files))] {
				if err := f.apply(); err != nil {
					t.Fatal(err)
				}
			}
			mustUninstall(t, h, c.request)
			if now := tree(t, h); !maps.Equal(now, was) {
				t.Errorf("%s cut off after %d files left\n%v\nwant\n%v", c.request.Tool, cut, now, was)
			}
			if cut > len(files) {
				break
			}
		}
	}
}

func TestHalfwayBack(t *testing.T) {
	h := newHome(t, nil)
	was := tree(t, h)
	mustInstall(t, h, gitRequest)
	p, err := h.Uninstall(gitRequest)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.saveRecord(p.union()); err != nil {
		t.Fatal(err)
	}
	if err := p.changed()[0].apply(); err != nil {
		t.Fatal(err)
	}
	mustUninstall(t, h, gitRequest)
	if now := tree(t, h); !maps.Equal(now, was) {
		t.Errorf("left %v; want %v", now, was)
	}
}

func TestRecordThatCannotBeRead(t *testing.T) {
	for _, text := range []string{"{", `{"version":9}`, `[]`} {
		h := newHome(t, nil)
		put(t, h.recordPath(), text)
		if _, err := h.Install(gitRequest); err == nil {
			t.Errorf("%s: no error", text)
		}
		if got := get(t, h.recordPath()); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// TestTwoSessionsOfOneHost are told apart by their user names, or refused.
func TestTwoSessionsOfOneHost(t *testing.T) {
	h := newHome(t, nil)
	mustInstall(t, h, gitRequest)
	second := gitRequest
	second.Session = "play"
	if _, err := h.Install(second); err == nil || !strings.Contains(err.Error(), `tokens of "work"`) {
		t.Errorf("one host for two sessions: %v", err)
	}
	first := gitRequest
	first.Options.Username, second.Options.Username = "ada", "grace"
	mustInstall(t, h, first)
	mustInstall(t, h, second)
	mustUninstall(t, h, first)
	all, err := helper.LoadBindings(h.Places)
	if err != nil || len(all) != 1 || all[0].Session != "play" || all[0].Options.Username != "grace" {
		t.Errorf("the bindings are %+v, %v", all, err)
	}
	if _, empty := mustInstall(t, h, second); !empty {
		t.Error("uninstalling one session took something from the other")
	}
}

// TestLinks makes a link only where an installer has made none, and never over something else.
func TestLinks(t *testing.T) {
	h := newHome(t, nil)
	beside := filepath.Join(filepath.Dir(h.Program), "git-credential-sessionkeeper")
	if err := os.Symlink("sessionkeeper", beside); err != nil {
		t.Fatal(err)
	}
	mustInstall(t, h, gitRequest)
	if text := get(t, filepath.Join(h.Dir, ".gitconfig")); strings.Contains(text, ".local") {
		t.Errorf("it links to what is there already:\n%s", text)
	}

	h = newHome(t, nil)
	taken := filepath.Join(h.Dir, ".local", "bin", "docker-credential-sessionkeeper")
	put(t, taken, "mine")
	if _, err := h.Install(requestOf("docker").request); err == nil || get(t, taken) != "mine" {
		t.Errorf("another file of that name: %v", err)
	}

	h = newHome(t, map[string]string{"PATH": "/usr/bin:~/.local/bin/"})
	if p, _ := mustInstall(t, h, requestOf("docker").request); len(p.Notes) != 0 {
		t.Errorf("it says %q", p.Notes)
	}
	h = newHome(t, map[string]string{"PATH": "/usr/bin"})
	if p, _ := mustInstall(t, h, requestOf("docker").request); len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "~/.local/bin is not on your PATH") {
		t.Errorf("it says %q", p.Notes)
	}
}

// TestPreview shows the change and nothing of what others keep in the same file.
func TestPreview(t *testing.T) {
	h := newHome(t, nil)
	secret := strings.Repeat("c2VjcmV0", 20)
	put(t, filepath.Join(h.Dir, ".docker", "config.json"), `{"auths":{"x":{"auth":"`+secret+`"}},"credHelpers":{"a":"b"},"y":"`+secret+`"}`)
	p, err := h.Install(Request{Tool: "docker", Session: "work", Hosts: []string{host}})
	if err != nil {
		t.Fatal(err)
	}
	text := preview(t, p)
	if strings.Contains(text, "c2VjcmV0c2VjcmV0c2VjcmV0") {
		t.Errorf("it shows a secret of others:\n%s", text)
	}
	for _, want := range []string{
		"~/.docker/config.json\n", `"git.example.org":"sessionkeeper"`, "(a link to ~/opt/sessionkeeper)",
		"\n~/.config/sessionkeeper/helpers.toml\n  + docker may have tokens of \"work\" for https://git.example.org\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
	if all := tree(t, h); len(all["/.local/bin"]) != 0 {
		t.Errorf("showing it changed %v", all)
	}
}

// TestPreviewOfLineEnds shows neither the ends of lines nor a line that another end alone changes.
func TestPreviewOfLineEnds(t *testing.T) {
	for _, text := range []string{"[user]\r\n\tname = x\r\n", "[user]\r\n\tname = x", "[user]\n\tname = x"} {
		h := newHome(t, nil)
		put(t, filepath.Join(h.Dir, ".gitconfig"), text)
		p, err := h.Install(gitRequest)
		if err != nil {
			t.Fatal(err)
		}
		if shown := preview(t, p); strings.ContainsAny(shown, "\r\uFFFD") || strings.Contains(shown, "name = x") ||
			!strings.Contains(shown, "\n  +   helper =\n") {
			t.Errorf("of %q it shows\n%s", text, shown)
		}
	}
}

// TestUsage names what a tool cannot do without, and what it takes.
func TestUsage(t *testing.T) {
	for id, want := range map[string]string{
		"git": "git NAME --host HOST... [--user USER] [--scheme WORD]", "curl": "curl NAME",
		"google":  "google NAME --audience NAME [--token-file FILE] [--id-token]",
		"msmtp":   "msmtp NAME --host HOST --user USER [--profile NAME]",
		"nothing": "TOOL NAME [--host HOST]...",
	} {
		if got := Usage(id); got != want {
			t.Errorf("%s: %q; want %q", id, got, want)
		}
	}
}

// TestPreviewOfHostileNames is safe for a terminal.
func TestPreviewOfHostileNames(t *testing.T) {
	h := newHome(t, nil)
	p, err := h.Install(Request{Tool: "kubectl", Session: "a\u202eb", Profile: "corp"})
	if err != nil {
		t.Fatal(err)
	}
	if text := preview(t, p); strings.ContainsAny(text, "\u202e\x1b") {
		t.Errorf("it shows %q", text)
	}
}

// TestMailWithoutFile says what to write where a mail program is not set up at all, and writes it once it is.
func TestMailWithoutFile(t *testing.T) {
	for _, tool := range []string{"msmtp", "isync", "neomutt"} {
		c := requestOf(tool)
		h := newHome(t, nil)
		p, _ := mustInstall(t, h, c.request)
		text := strings.Join(p.Notes, "\n")
		if !p.ByHand || !strings.Contains(text, "~/") || !strings.Contains(text, c.wants[0]) {
			t.Errorf("%s: by hand %t, and it says\n%s", tool, p.ByHand, text)
		}
		put(t, filepath.Join(h.Dir, c.file), "")
		if p, empty := mustInstall(t, h, c.request); empty || p.ByHand || !strings.Contains(get(t, filepath.Join(h.Dir, c.file)), c.wants[0]) {
			t.Errorf("%s: nothing is written to the file that is there now", tool)
		}
		mustUninstall(t, h, c.request)
		if got := get(t, filepath.Join(h.Dir, c.file)); got != "" {
			t.Errorf("%s: uninstalling left %q", tool, got)
		}
	}
}
