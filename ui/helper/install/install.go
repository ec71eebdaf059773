// Package install writes the configuration of the tools that get tokens from the keeper, and undoes exactly what it
// wrote. A plan is made first, to be shown; nothing is touched before Apply. It never reads a token, and it changes no
// file that it does not understand.
package install

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/helper"
)

// Home is whose configuration it is.
type Home struct {
	Dir     string // the user's home folder
	Places  places.Places
	Program string // what calls sessionkeeper: an absolute path that outlives updates
	Getenv  func(string) string
}

// Request is what to install or to uninstall.
type Request struct {
	Tool    string // a recipe's: "git", "pip"
	Session string
	Hosts   []string // "example.org" or "example.org:8443"; none uninstalls all of them
	Options helper.Options

	Profile   string // what it is called in the tool's own configuration; "" is the session's name
	TokenFile string // a file that the keeper keeps fresh, for tools that can read one instead of running a command
}

// ErrUsage is a request that is wrong whatever the files hold: an unknown tool, a flag that is missing or out of place.
var ErrUsage = errors.New("wrong use")

// usageError is wrong use of the command line; it is ErrUsage.
type usageError struct{ text string }

func (u *usageError) Error() string        { return u.text }
func (u *usageError) Is(target error) bool { return target == ErrUsage }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// Install plans what a request takes. Nothing is changed before the plan is applied.
func (h Home) Install(q Request) (*Plan, error) {
	r, err := h.check(&q)
	if err != nil {
		return nil, err
	}
	p, err := h.plan("Installing "+r.id, r)
	if err != nil {
		return nil, err
	}
	hosts := q.Hosts
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	if err := p.bind(q); err != nil {
		return nil, err
	}
	for _, host := range hosts {
		k := kit{Home: h, Request: q, recipe: r, host: host}
		edits, err := r.edits(k)
		if err != nil {
			return nil, err
		}
		ref := reference{Tool: r.id, Session: q.Session, Host: host}
		p.now.refer(ref)
		for _, e := range edits {
			if err := p.add(e, ref); err != nil {
				return nil, err
			}
		}
	}
	if err := p.dropStale(r.id, q.Session, hosts); err != nil {
		return nil, err
	}
	k := kit{Home: h, Request: q, recipe: r}
	p.Notes, p.ByHand = r.notes(k), k.mailMissing()
	return p, nil
}

// check refuses what cannot be installed, and brings hosts into their normal form.
func (h Home) check(q *Request) (recipe, error) {
	r, ok := find(q.Tool)
	if !ok {
		return r, usagef("there is nothing to install for %.40q; there are: %s", q.Tool, strings.Join(Tools(), ", "))
	}
	if err := q.normal(); err != nil {
		return r, err
	}
	switch {
	case strings.HasPrefix(q.Session, "-"):
		return r, usagef("programs would take the name %q for a flag; rename the session first", q.Session)
	case r.hosts && len(q.Hosts) == 0:
		return r, usagef("%s needs --host HOST, each server that may have this session's tokens", r.id)
	case !r.hosts && !r.mailHost() && len(q.Hosts) > 0:
		return r, usagef("%s does not say which host it wants a token for; leave --host out", r.id)
	case !filepath.IsAbs(h.Program) || strings.ContainsAny(h.Program, "\n\r\x00"):
		return r, fmt.Errorf("the program's own path %q cannot be written into a configuration", h.Program)
	case !slices.Contains([]string{"", "basic", "bearer", "bare"}, q.Options.Scheme):
		return r, usagef("--scheme %q: say basic, bearer or bare", q.Options.Scheme)
	case q.TokenFile != "" && !filepath.IsAbs(q.TokenFile):
		return r, usagef("--token-file %q: an absolute path is needed", q.TokenFile)
	}
	for name, text := range map[string]string{
		"--user": q.Options.Username, "--role": q.Options.Role, "--region": q.Options.Region,
		"--audience": q.Options.Audience, "--index": q.Options.Index, "--profile": q.Profile, "--token-file": q.TokenFile,
	} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return r, usagef("%s has control characters", name)
		}
	}
	return r, r.wants(*q)
}

func (q *Request) normal() error {
	var hosts []string
	for _, given := range q.Hosts {
		host, err := helper.NormalHost(given)
		if err != nil {
			return usagef("--host %v", err)
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	q.Hosts = hosts
	return nil
}

// Uninstall plans to undo what was installed for a tool and a session: for the hosts of the request, or for all.
func (h Home) Uninstall(q Request) (*Plan, error) {
	r, ok := find(q.Tool)
	if !ok {
		return nil, usagef("there is nothing to install for %.40q; there are: %s", q.Tool, strings.Join(Tools(), ", "))
	}
	if err := q.normal(); err != nil {
		return nil, err
	}
	p, err := h.plan("Uninstalling "+r.id, r)
	if err != nil {
		return nil, err
	}
	p.undoing = true
	drop := func(ref reference) bool {
		return ref.Tool == r.id && ref.Session == q.Session && (len(q.Hosts) == 0 || slices.Contains(q.Hosts, ref.Host))
	}
	p.now.Refs = slices.DeleteFunc(p.now.Refs, drop)
	for i, e := range slices.Backward(p.now.Edits) {
		e.For = slices.DeleteFunc(slices.Clone(e.For), drop)
		p.now.Edits[i] = e
	}
	if err := p.dropUnused(); err != nil {
		return nil, err
	}
	p.unbind(q)
	return p, nil
}

// Installed is what Apply has done for a tool and a session.
type Installed struct {
	Tool    string   `json:"tool"`
	Session string   `json:"session"`
	Hosts   []string `json:"hosts"`
	Files   []string `json:"files"`
}

// List gives what is installed, by tool and session.
func (h Home) List() ([]Installed, error) {
	rec, err := h.record()
	if err != nil {
		return nil, err
	}
	all := []Installed{}
	for _, ref := range rec.Refs {
		i := slices.IndexFunc(all, func(i Installed) bool { return i.Tool == ref.Tool && i.Session == ref.Session })
		if i < 0 {
			i = len(all)
			all = append(all, Installed{Tool: ref.Tool, Session: ref.Session, Hosts: []string{}, Files: []string{}})
		}
		if ref.Host != "" {
			all[i].Hosts = append(all[i].Hosts, ref.Host)
		}
		for _, e := range rec.Edits {
			if e.Kind != kindLink && slices.Contains(e.For, ref) && !slices.Contains(all[i].Files, e.Path) {
				all[i].Files = append(all[i].Files, e.Path)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Installed) int {
		return cmp.Or(strings.Compare(a.Tool, b.Tool), strings.Compare(a.Session, b.Session))
	})
	return all, nil
}

// first gives the first of the paths that is there, else the last.
func first(paths ...string) string {
	for _, p := range paths {
		if c, err := read(p); err != nil || c.there {
			return p
		}
	}
	return paths[len(paths)-1]
}

// config is the folder where programs keep a user's configuration (XDG Base Directory Specification 0.8, or Windows').
func (h Home) config() string {
	name := "XDG_CONFIG_HOME"
	if runtime.GOOS == "windows" {
		name = "APPDATA"
	}
	if dir := h.Getenv(name); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(h.Dir, ".config")
}

// at is a path below the user's home.
func (h Home) at(parts ...string) string { return filepath.Join(append([]string{h.Dir}, parts...)...) }

// env is what a variable says, or otherwise.
func (h Home) env(name, otherwise string) string {
	if v := h.Getenv(name); v != "" && filepath.IsAbs(v) {
		return v
	}
	return otherwise
}

// onPath reports whether programs are looked for in a folder.
func (h Home) onPath(folder string) bool {
	return slices.ContainsFunc(filepath.SplitList(h.Getenv("PATH")), func(dir string) bool {
		return dir != "" && filepath.Clean(dir) == filepath.Clean(folder)
	})
}
