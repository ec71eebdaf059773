package install

import (
	"fmt"
	"slices"
	"strings"

	"sessionkeeper/ui/helper"
)

// bind lets the tool's helper answer with the session's tokens.
func (p *Plan) bind(q Request) error {
	id := p.recipe.helper
	if err := p.unambiguous(q); err != nil {
		return err
	}
	i := p.binding(q.Session)
	if i < 0 {
		b := helper.Binding{Tool: id, Session: q.Session}
		if len(q.Hosts) == 0 && q.Options == (helper.Options{}) {
			return nil // the helper needs to know nothing but the name that it is called with
		}
		p.nowBind = append(p.nowBind, b)
		i = len(p.nowBind) - 1
	}
	b := p.nowBind[i]
	b.Hosts = slices.Clone(b.Hosts)
	if p.recipe.tool().ByHost {
		for _, h := range q.Hosts {
			if !slices.Contains(b.Hosts, h) {
				b.Hosts = append(b.Hosts, h)
			}
		}
	}
	b.Options = merged(b.Options, q.Options)
	p.nowBind[i] = b
	return nil
}

func (p *Plan) binding(session string) int {
	return slices.IndexFunc(p.nowBind, func(b helper.Binding) bool {
		return b.Tool == p.recipe.helper && b.Session == session
	})
}

// unambiguous refuses a host that another session has, where the tool could not say which of the two it means.
func (p *Plan) unambiguous(q Request) error {
	for _, b := range p.nowBind {
		if b.Tool != p.recipe.helper || b.Session == q.Session ||
			q.Options.Username != "" && b.Options.Username != "" && q.Options.Username != b.Options.Username {
			continue
		}
		for _, h := range q.Hosts {
			if slices.Contains(b.Hosts, h) {
				return fmt.Errorf("%s gets tokens of %q for %s already; give both sessions a --user, or first run: "+
					"sessionkeeper helper uninstall %s %s --host %s", p.recipe.title, b.Session, h, p.recipe.id, quoted(b.Session), h)
			}
		}
	}
	return nil
}

// merged gives options with what the newer ones say.
func merged(old, newer helper.Options) helper.Options {
	if newer.IDToken != nil {
		old.IDToken = newer.IDToken
	}
	for to, from := range map[*string]string{
		&old.Username: newer.Username, &old.Scheme: newer.Scheme, &old.Role: newer.Role,
		&old.Region: newer.Region, &old.Audience: newer.Audience, &old.Index: newer.Index,
	} {
		if from != "" {
			*to = from
		}
	}
	return old
}

// unbind takes hosts from the session's binding that no other installation needs, and the binding with the last.
func (p *Plan) unbind(q Request) {
	i := p.binding(q.Session)
	if i < 0 {
		return
	}
	needed := func(host string) bool {
		return slices.ContainsFunc(p.now.Refs, func(r reference) bool {
			other, ok := find(r.Tool)
			return ok && other.helper == p.recipe.helper && r.Session == q.Session && (host == "" || r.Host == host)
		})
	}
	b := p.nowBind[i]
	b.Hosts = slices.DeleteFunc(slices.Clone(b.Hosts), func(h string) bool {
		return (len(q.Hosts) == 0 || slices.Contains(q.Hosts, h)) && !needed(h)
	})
	if len(b.Hosts) == 0 && !needed("") {
		p.nowBind = slices.Delete(slices.Clone(p.nowBind), i, i+1)
		return
	}
	p.nowBind[i] = b
}

// quoted is a name as it is typed into a POSIX shell.
func quoted(name string) string {
	plain := func(r rune) bool {
		return r == '-' || r == '_' || r == '.' || r == '/' || r == '@' || r == '+' || r == ':' || r == ',' ||
			'0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
