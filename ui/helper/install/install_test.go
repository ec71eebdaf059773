package install

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sessionkeeper/ui/helper"
)

const (
	host  = "git.example.org"
	other = "other.example.org:8443"
	role  = "arn:aws:iam::123456789012:role/Dev"
)

// TestThereAndBack installs every tool twice and uninstalls it: over every file that was there before, the same bytes
// and the same folders are left.
func TestThereAndBack(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range requests {
		covered[c.request.Tool] = true
		for i, before := range append([]string{"no file"}, c.already...) {
			t.Run(fmt.Sprint(c.request.Tool, i), func(t *testing.T) {
				h := newHome(t, nil)
				file := filepath.Join(h.Dir, c.file)
				if i > 0 {
					put(t, file, before)
				}
				was := tree(t, h)
				if _, empty := mustInstall(t, h, c.request); empty {
					t.Error("the first installation changes nothing")
				}
				if i > 0 {
					text := strings.ReplaceAll(get(t, file), "\r\n", "\n")
					for _, want := range c.wants {
						if !strings.Contains(text, want) {
							t.Errorf("%q became\n%s\nwithout %q", before, text, want)
						}
					}
				}
				done := tree(t, h)
				if p, empty := mustInstall(t, h, c.request); !empty {
					t.Errorf("the second installation changes:\n%s", preview(t, p))
				}
				if again := tree(t, h); !maps.Equal(again, done) {
					t.Errorf("the second installation changed %v to %v", done, again)
				}
				p, _ := mustUninstall(t, h, c.request)
				if now := tree(t, h); !maps.Equal(now, was) {
					t.Errorf("uninstalling left\n%v\ninstead of\n%v\nof\n%v\nafter\n%s", now, was, done, preview(t, p))
				}
				rec, err := h.record()
				if err != nil || len(rec.Edits)+len(rec.Refs) != 0 {
					t.Errorf("the record has %+v, %v", rec, err)
				}
				if all, err := helper.LoadBindings(h.Places); err != nil || len(all) != 0 {
					t.Errorf("bindings are left: %v, %v", all, err)
				}
				if p, empty := mustUninstall(t, h, c.request); !empty {
					t.Errorf("uninstalling twice changes:\n%s", preview(t, p))
				}
			})
		}
	}
	if len(covered) != len(Tools()) {
		t.Errorf("%d of %d tools are tested", len(covered), len(Tools()))
	}
}

// TestEditsBetween lets the user add things around ours before it is undone.
func TestEditsBetween(t *testing.T) {
	for _, c := range []struct {
		tool         string
		before       string
		change, gone [2]string // what is replaced by what, after the installation and so after the undoing
	}{
		{"git", "[user]\n\tname = x\n", [2]string{"", "[alias]\n\tst = status\n"}, [2]string{"", "[alias]\n\tst = status\n"}},
		{"docker", "{\n\t\"auths\": {}\n}\n", [2]string{"\"auths\": {}", "\"auths\": {\"x\": {}}"}, [2]string{"\"auths\": {}", "\"auths\": {\"x\": {}}"}},
		{"kubectl", "kind: Config\n", [2]string{"kind: Config", "kind: Config\ncurrent-context: x"}, [2]string{"kind: Config", "kind: Config\ncurrent-context: x"}},
		{"goauth", "A=b\n", [2]string{"; netrc", "; git /x"}, [2]string{"A=b\n", "A=b\nGOAUTH=git /x\n"}},
		{"cargo", "[net]\n", [2]string{"[net]", "[net]\nretry = 3"}, [2]string{"[net]", "[net]\nretry = 3"}},
		{"terraform", "x = 1\n", [2]string{"x = 1", "x = 2"}, [2]string{"x = 1", "x = 2"}},
		{"aws", "[default]\n", [2]string{"[default]", "[default]\noutput = json"}, [2]string{"[default]", "[default]\noutput = json"}},
		{"pip", "[global]\n", [2]string{"[global]", "[global]\nretries = 1"}, [2]string{"[global]", "[global]\nretries = 1"}},
		{"uv", "offline = true\n", [2]string{"offline = true", "offline = false"}, [2]string{"offline = true", "offline = false"}},
		{"msmtp", "defaults\n", [2]string{"defaults", "defaults\nlogfile x"}, [2]string{"defaults", "defaults\nlogfile x"}},
	} {
		t.Run(c.tool, func(t *testing.T) {
			r := requestOf(c.tool)
			h := newHome(t, nil)
			file := filepath.Join(h.Dir, r.file)
			put(t, file, c.before)
			mustInstall(t, h, r.request)
			text := get(t, file)
			if c.change[0] == "" {
				text += c.change[1]
			} else {
				text = strings.Replace(text, c.change[0], c.change[1], 1)
			}
			put(t, file, text)
			mustUninstall(t, h, r.request)
			want := c.before + c.gone[1]
			if c.gone[0] != "" {
				want = strings.Replace(c.before, c.gone[0], c.gone[1], 1)
			}
			if got := get(t, file); got != want {
				t.Errorf("uninstalling left\n%q\nwant\n%q\nof\n%q", got, want, text)
			}
		})
	}
}

// TestOursChangedByHand leaves what somebody else wrote in our place, and says so.
func TestOursChangedByHand(t *testing.T) {
	for _, c := range requests {
		if c.file == "" || c.request.Tool == "goauth" {
			continue
		}
		t.Run(c.request.Tool, func(t *testing.T) {
			h := newHome(t, nil)
			file := filepath.Join(h.Dir, c.file)
			put(t, file, map[bool]string{true: "{}", false: ""}[c.request.Tool == "docker"])
			mustInstall(t, h, c.request)
			changed := strings.NewReplacer(
				"Never", "Always", "\thelper =\n", "\thelper = store\n", `"sessionkeeper"`, `"pass"`, "-sessionkeeper\"]", "-other\"]",
				"aws work", "aws play", "subprocess", "import", "common", "build", "mail work", "mail play", "args = []", "args = [\"x\"]",
				"eu-central-1", "us-east-1", "index/", "other/",
			).Replace(get(t, file))
			put(t, file, changed)
			p, _ := mustUninstall(t, h, c.request)
			if got := get(t, file); got != changed {
				t.Errorf("it left\n%s\nof\n%s", got, changed)
			}
			if text := preview(t, p); !strings.Contains(text, "changed by hand") {
				t.Errorf("nothing is said:\n%s", text)
			}
		})
	}
}

// TestSharedByTwo uninstalls one of two installations that share a file, in both orders.
func TestSharedByTwo(t *testing.T) {
	for _, c := range requests {
		second := c.request
		second.Session = "play"
		switch {
		case len(second.Hosts) > 0:
			second.Hosts = []string{"play.example.org"}
			if second.Profile != "" {
				second.Profile, second.Options.Index = "play", ""
			}
		case c.file == "":
			continue
		}
		for _, order := range [][2]Request{{c.request, second}, {second, c.request}} {
			for _, before := range append([]string{"no file"}, c.already...) {
				h := newHome(t, nil)
				file := filepath.Join(h.Dir, c.file)
				if before != "no file" {
					put(t, file, before)
				}
				was := tree(t, h)
				mustInstall(t, h, c.request)
				one := tree(t, h)
				mustInstall(t, h, second)
				mustUninstall(t, h, order[0])
				if order[0].Session == "play" {
					if now := tree(t, h); !maps.Equal(now, one) {
						t.Errorf("%s over %q: undoing the second left\n%v\nwant\n%v", c.request.Tool, before, now, one)
					}
				}
				if p, err := h.Install(order[1]); err != nil || !p.Empty() {
					t.Errorf("%s over %q: the other session lost something: %v", c.request.Tool, before, err)
				}
				mustUninstall(t, h, order[1])
				if now := tree(t, h); !maps.Equal(now, was) {
					t.Errorf("%s over %q, %s first: left\n%v\nwant\n%v", c.request.Tool, before, order[0].Session, now, was)
				}
			}
		}
	}
}

func TestOneHostLess(t *testing.T) {
	h := newHome(t, nil)
	q := Request{Tool: "git", Session: "work", Hosts: []string{host}}
	mustInstall(t, h, q)
	alone := tree(t, h)
	mustInstall(t, h, Request{Tool: "git", Session: "work", Hosts: []string{other}})
	all, err := helper.LoadBindings(h.Places)
	if err != nil || len(all) != 1 || !slices.Equal(all[0].Hosts, []string{host, other}) {
		t.Errorf("two installations made the bindings %v, %v", all, err)
	}
	mustUninstall(t, h, Request{Tool: "git", Session: "work", Hosts: []string{other}})
	if now := tree(t, h); !maps.Equal(now, alone) {
		t.Errorf("without the second host: %v; want %v", now, alone)
	}
	all, err = helper.LoadBindings(h.Places)
	if err != nil || len(all) != 1 || !slices.Equal(all[0].Hosts, []string{host}) {
		t.Errorf("the bindings are %v, %v", all, err)
	}
	listed, err := h.List()
	if err != nil || len(listed) != 1 || !slices.Equal(listed[0].Hosts, []string{host}) || len(listed[0].Files) != 1 {
		t.Errorf("listed: %+v, %v", listed, err)
	}
}

// TestProgramMoved installs again after an update to another folder.
func TestProgramMoved(t *testing.T) {
	for _, c := range requests {
		h := newHome(t, nil)
		if c.file != "" {
			put(t, filepath.Join(h.Dir, c.file), c.already[0])
		}
		was := tree(t, h)
		mustInstall(t, h, c.request)
		moved := h
		moved.Program = filepath.Join(h.Dir, "opt", "new folder", "sessionkeeper")
		if c.request.Tool == "google" {
			moved.Program = filepath.Join(h.Dir, "opt", "new", "sessionkeeper")
		}
		put(t, moved.Program, "#!/bin/sh\n")
		mustInstall(t, moved, c.request)
		for path, text := range tree(t, moved) {
			if strings.Contains(text, h.Program+" ") || strings.HasSuffix(text, h.Program) || strings.Contains(text, h.Program+`"`) {
				t.Errorf("%s: %s still names the old program:\n%s", c.request.Tool, path, text)
			}
		}
		mustUninstall(t, moved, c.request)
		if err := os.RemoveAll(filepath.Dir(moved.Program)); err != nil {
			t.Fatal(err)
		}
		if now := tree(t, h); !maps.Equal(now, was) {
			t.Errorf("%s: left\n%v\nwant\n%v", c.request.Tool, now, was)
		}
	}
}

func TestRefused(t *testing.T) {
	git := func(hosts ...string) Request { return Request{Tool: "git", Session: "work", Hosts: hosts} }
	for _, q := range []Request{
		{Tool: "nothing", Session: "work"},
		git(), git("https://git.example.org"), git("git.example.org/path"), git("a\r\nb"), git("*.example.org"), git(""),
		git("user@git.example.org"), git("git.example.org:99999"), git("a b"), git("\u202egro"),
		{Tool: "git", Session: "-x", Hosts: []string{host}},
		{Tool: "kubectl", Session: "work", Hosts: []string{host}},
		{Tool: "curl", Session: "work", Hosts: []string{host}},
		{Tool: "cargo", Session: "work", Hosts: []string{host}},
		{Tool: "cargo", Session: "work", Hosts: []string{host}, Profile: "a b"},
		{Tool: "cargo", Session: "work", Hosts: []string{host}, Profile: "a", Options: helper.Options{Index: "https://elsewhere.example.org/"}},
		{Tool: "aws", Session: "work"},
		{Tool: "aws", Session: "my work", Options: helper.Options{Role: role}},
		{Tool: "aws", Session: "work", Options: helper.Options{Role: "admin"}},
		{Tool: "aws", Session: "work", Options: helper.Options{Role: role + "\n[default]"}},
		{Tool: "google", Session: "my work", Options: helper.Options{Audience: "x"}},
		{Tool: "google", Session: "work"},
		{Tool: "msmtp", Session: "work", Hosts: []string{host}},
		{Tool: "msmtp", Session: "work", Hosts: []string{host, other}, Options: helper.Options{Username: "me"}},
		{Tool: "neomutt", Session: "work", Options: helper.Options{Username: "me`id`"}},
		{Tool: "git", Session: "work", Hosts: []string{host}, Options: helper.Options{Role: role}},
		{Tool: "git", Session: "work", Hosts: []string{host}, Options: helper.Options{Scheme: "digest"}},
	} {
		h := newHome(t, nil)
		was := tree(t, h)
		put(t, filepath.Join(h.Dir, ".neomuttrc"), "")
		delete(was, "/.neomuttrc")
		if _, err := h.Install(q); !errors.Is(err, ErrUsage) {
			t.Errorf("%+v: %v; want wrong use", q, err)
		}
	}
}

// TestBroken refuses files that their own tools cannot read, and changes nothing.
func TestBroken(t *testing.T) {
	for _, c := range []struct{ tool, text string }{
		{"docker", "{"},
		{"docker", "[]"},
		{"docker", `{"credHelpers":[]}`},
		{"docker", "{}{}"},
		{"docker", "{\"a\":\"\xff\"}"},
		{"kubectl", "users: ["},
		{"kubectl", "- a"},
		{"kubectl", "a: 1\n---\nb: 2\n"},
		{"kubectl", "users: {a: b}"},
		{"kubectl", `{"users":[{"name":"a","user":{}}]}`},
		{"kubectl", "users:\n- name: work\n  user: {token: x}\n"},
		{"cargo", "[registries"},
		{"cargo", "registries = {corp = {index = \"x\"}}"},
		{"cargo", "a = 1\na = 2"},
		{"uv", "x"},
		{"aws", "[default\n"},
		{"aws", "[default]\nnonsense\n"},
		{"pip", "[global]\nnonsense\n"},
		{"git", "[user\n"},
		{"terraform", "credentials_helper \"other\" {}\n"},
	} {
		r := requestOf(c.tool)
		h := newHome(t, nil)
		put(t, filepath.Join(h.Dir, r.file), c.text)
		was := tree(t, h)
		if p, err := h.Install(r.request); err == nil {
			t.Errorf("%s over %q: no error, but\n%s", c.tool, c.text, preview(t, p))
		} else if errors.Is(err, ErrUsage) {
			t.Errorf("%s over %q: %v is the file's fault, not the user's", c.tool, c.text, err)
		}
		if now := tree(t, h); !maps.Equal(now, was) {
			t.Errorf("%s over %q changed something", c.tool, c.text)
		}
	}
}
